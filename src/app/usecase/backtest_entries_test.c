#include "support/test.h"

#include "app/usecase/backtest_entries.h"
#include "base/alloc.h"
#include "support/backtest.h"
#include "support/store_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The series of the backtest made by hand: three of them, 1,440 hours from 2024-03-01, ATR 1 % of the close. */
static struct tr_backtest backtest;
static struct store_place place;

static int set_up(void **state)
{
    (void)state;
    store_place_make(&place);
    test_backtest_make(&backtest);
    tr_free(backtest.entries);
    backtest.entries = NULL;
    backtest.n_entries = 0;
    backtest.file = (struct tr_entries_report){0};
    for (size_t s = 0; s < backtest.n_series; s++)
        backtest.series[s].entries = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_backtest_finish(&backtest);
    store_place_finish(&place);
    return 0;
}

static enum tr_status read_rows(const char *text, struct tr_error *err)
{
    static char path[600];
    struct tr_world world = {0};
    FILE *file;

    snprintf(path, sizeof path, "%s/entries.csv", place.dir);
    file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    backtest.options.source = TR_BACKTEST_FILE;
    backtest.options.entries = path;
    return tr_backtest_entries(&backtest, &world, err);
}

static void read_all(const char *text)
{
    struct tr_error err = {0};

    assert_ok(read_rows(text, &err), &err);
}

static const struct tr_backtest_series *btc(void)
{
    return &backtest.series[0];
}

static double near(double x)
{
    return 1e-12 * fabs(x);
}

static void levels_that_a_row_leaves_out_are_the_ladder_s(void **state)
{
    (void)state;
    const struct tr_ladder *ladder = &backtest.recipe.gate.ladder;

    read_all("time,symbol,side\n2024-03-10T05:00,BTC/USDT:USDT,long\n2024-03-11T05:30,BTC/USDT:USDT,short\n");
    assert_int_equal(backtest.n_entries, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct tr_account_entry *e = &backtest.entries[i];
        size_t row = 9 * 24 + 5 + i * 24; /* an instant inside a bar is that bar */
        double close = btc()->bars.close[row], atr = 0.01 * close, sign = i ? -1 : 1;

        assert_int_equal(e->row, row);
        assert_int_equal(e->series, 0);
        assert_int_equal(e->source, i + 2);
        assert_int_equal(e->levels.side, i ? TR_SHORT : TR_LONG);
        assert_near(e->levels.entry, close, 0);
        assert_near(e->levels.atr, atr, near(atr));
        assert_near(e->levels.stop, close - sign * ladder->stop_atr * atr, near(close));
        assert_near(e->levels.trail_distance, ladder->trail_atr * atr, near(atr));
        assert_int_equal(e->targets, TR_TARGETS);
        for (size_t k = 0; k < TR_TARGETS; k++) {
            assert_near(e->levels.target[k], close + sign * ladder->target_atr[k] * atr, near(close));
            assert_near(e->fraction[k], ladder->fraction[k], 0);
        }
        assert_near(e->quantity, 0, 0); /* by risk */
        assert_false(e->proven);
    }
    assert_int_equal(btc()->entries, 2);
}

static void the_last_target_given_takes_what_is_left(void **state)
{
    (void)state;
    const double *share = backtest.recipe.gate.ladder.fraction;

    read_all("time,symbol,side,sl,tp1,tp2,tp3\n2024-03-10,BTC/USDT:USDT,long,1,900000,,\n"
             "2024-03-11,BTC/USDT:USDT,long,1,900000,900001,\n2024-03-12,BTC/USDT:USDT,short,900000,3,2,1\n");
    assert_int_equal(backtest.n_entries, 3);
    assert_int_equal(backtest.entries[0].targets, 1);
    assert_near(backtest.entries[0].fraction[0], 1, 0);
    assert_near(backtest.entries[0].fraction[1], 0, 0);
    assert_int_equal(backtest.entries[1].targets, 2);
    assert_near(backtest.entries[1].fraction[0], share[0], 0);
    assert_near(backtest.entries[1].fraction[1], 1 - share[0], 1e-15);
    assert_int_equal(backtest.entries[2].targets, 3);
    for (size_t k = 0; k < 3; k++) {
        assert_near(backtest.entries[2].fraction[k], share[k], 0);
        assert_near(backtest.entries[2].levels.target[k], 3 - (double)k, 0);
    }
    for (size_t i = 0; i < 3; i++)
        assert_near(backtest.entries[i].fraction[0] + backtest.entries[i].fraction[1] + backtest.entries[i].fraction[2],
                    1, 1e-15);
    assert_near(backtest.entries[2].levels.stop, 900000, 0);
}

static void the_atr_is_the_row_s_else_the_bar_s_else_what_the_stop_implies(void **state)
{
    (void)state;
    size_t row = 9 * 24;
    double close = btc()->bars.close[row], stop_atr = backtest.recipe.gate.ladder.stop_atr;
    char text[512];

    backtest.series[0].atr[row] = (double)NAN;
    backtest.series[1].atr[row] = (double)NAN;
    snprintf(text, sizeof text,
             "time,symbol,side,sl,atr\n2024-03-10,BTC/USDT:USDT,long,%.17g,\n2024-03-10,ETH/USDT:USDT,long,,\n"
             "2024-03-10,SOL/USDT:USDT,long,,2.5\n",
             close * 0.9);
    read_all(text);
    assert_int_equal(backtest.n_entries, 2);
    assert_int_equal(backtest.file.refused[TR_ENTRIES_NO_ATR], 1);
    assert_int_equal(backtest.file.example[0].line, 3);
    assert_near(backtest.entries[0].levels.atr, 0.1 * close / stop_atr, near(close));
    assert_near(backtest.entries[0].levels.stop, close * 0.9, 0);
    assert_near(backtest.entries[1].levels.atr, 2.5, 0);
    assert_near(backtest.entries[1].levels.stop, backtest.series[2].bars.close[row] - 2.5 * stop_atr, 1e-9);
}

static void sizes_are_coins_or_dollars_at_the_close(void **state)
{
    (void)state;
    double close = btc()->bars.close[9 * 24 + 24];

    read_all("time,symbol,side,qty,size_usd\n2024-03-10,BTC/USDT:USDT,long,0.25,\n"
             "2024-03-11,BTC/USDT:USDT,long,,5000\n");
    assert_near(backtest.entries[0].quantity, 0.25, 0);
    assert_near(backtest.entries[1].quantity, 5000 / close, near(5000 / close));
}

static void entries_of_all_series_stand_in_the_order_of_their_decisions(void **state)
{
    (void)state;
    static const size_t lines[] = {4, 3, 2, 5};

    read_all("time,symbol,side\n2024-03-12,SOL/USDT:USDT,long\n2024-03-11,BTC/USDT:USDT,long\n"
             "2024-03-10,ETH/USDT:USDT,long\n2024-03-12,BTC/USDT:USDT,long\n");
    assert_int_equal(backtest.n_entries, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(backtest.entries[i].source, lines[i]);
    assert_int_equal(backtest.file.accepted, 4);
    assert_int_equal(backtest.series[0].entries, 2);
}

static void what_does_not_fit_the_bars_is_refused_and_counted(void **state)
{
    (void)state;
    struct tr_entries_report *report = &backtest.file;
    struct tr_error err = {0};
    static const char rows[] = "time,symbol,side,sl,tp1,timeframe\n"
                               "2024-03-10T00:10,BTC/USDT:USDT,long,,,\n"       /* stays */
                               "2024-03-10T00:50,BTC/USDT:USDT,long,,,1h\n"     /* its bar and side again */
                               "2024-03-10T00:50,BTC/USDT:USDT,short,,,\n"      /* the other side: stays */
                               "2024-03-11,XRP/USDT:USDT,long,,,\n"             /* not tested */
                               "2024-03-11,BTC/USDT,long,,,\n"                  /* another market */
                               "2024-03-12,BTC/USDT:USDT,long,,,4h\n"           /* other bars */
                               "2024-03-13,BTC/USDT:USDT,long,900000,900001,\n" /* the stop above the close */
                               "2024-03-14,BTC/USDT:USDT,short,900000,900001,\n"
                               "2024-03-02,ETH/USDT:USDT,long,,,\n"  /* before the tested time */
                               "2024-12-01,ETH/USDT:USDT,long,,,\n"; /* after the bars */

    read_all(rows);
    assert_int_equal(report->rows, 10);
    assert_int_equal(report->accepted, 2);
    assert_int_equal(backtest.n_entries, 2);
    assert_int_equal(report->refused[TR_ENTRIES_DUPLICATE], 1);
    assert_int_equal(report->refused[TR_ENTRIES_UNKNOWN_SYMBOL], 2);
    assert_int_equal(report->refused[TR_ENTRIES_OTHER_TIMEFRAME], 1);
    assert_int_equal(report->refused[TR_ENTRIES_WRONG_SIDE], 2);
    assert_int_equal(report->refused[TR_ENTRIES_OUTSIDE], 2);
    for (size_t i = 0; i < report->examples; i++) {
        if (report->example[i].line == 6)
            assert_non_null(strstr(report->example[i].reason, "BTC/USDT:USDT"));
    }
    backtest.options.strict = true;
    assert_int_equal(read_rows(rows, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "entries.csv:10: ")); /* rows meet the bars in order of time */
}

static void a_hole_has_no_bar(void **state)
{
    (void)state;
    struct tr_backtest_series *s = &backtest.series[0];
    size_t row = 9 * 24;

    for (size_t i = row; i < s->list.n; i++)
        s->list.time[i] += 5 * TR_HOUR_MS;
    read_all("time,symbol,side\n2024-03-09T23:59:59,BTC/USDT:USDT,long\n2024-03-10T00:00,BTC/USDT:USDT,long\n"
             "2024-03-10T04:59,BTC/USDT:USDT,long\n2024-03-10T05:00,BTC/USDT:USDT,long\n");
    assert_int_equal(backtest.n_entries, 2);
    assert_int_equal(backtest.entries[0].row, row - 1);
    assert_int_equal(backtest.entries[1].row, row);
    assert_int_equal(backtest.file.refused[TR_ENTRIES_OUTSIDE], 2);
}

static void stored_signals_enter_in_order_of_time_those_without_a_bar_are_refused(void **state)
{
    (void)state;
    struct tr_store *store = store_place_open(&place);
    struct tr_world world = {.store = store};
    struct tr_stored_signal signal[4];
    struct tr_error err = {0};
    const tr_time_ms *time = backtest.series[1].bars.time;

    for (int i = 0; i < 4; i++) {
        store_make_signal(&signal[i], &backtest.series[1].key, i == 3 ? time[900] + 60000 : time[300 + 100 * i],
                          i % 2 ? TR_SHORT : TR_LONG);
        signal[i].origin = TR_ORIGIN_WALKFORWARD;
        signal[i].signal.evidence.proven = i == 1;
    }
    assert_ok(tr_store_signals_put(store, signal, 4, &err), &err);
    backtest.options.source = TR_BACKTEST_STORED;
    backtest.options.origin = TR_ORIGIN_WALKFORWARD;
    assert_ok(tr_backtest_entries(&backtest, &world, &err), &err);
    assert_int_equal(backtest.n_entries, 3);
    assert_int_equal(backtest.file.rows, 4);
    assert_int_equal(backtest.file.refused[TR_ENTRIES_OUTSIDE], 1);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(backtest.entries[i].series, 1);
        assert_int_equal(backtest.entries[i].row, 300 + 100 * i);
        assert_same_bits(backtest.entries[i].levels.stop, signal[i].signal.levels.stop);
        assert_int_equal(backtest.entries[i].proven, i == 1);
    }
    tr_free(backtest.entries);
    backtest.entries = NULL;
    backtest.n_entries = 0;
    backtest.options.proven_only = true;
    assert_ok(tr_backtest_entries(&backtest, &world, &err), &err);
    assert_int_equal(backtest.n_entries, 1);
    assert_int_equal(backtest.entries[0].row, 400);
    tr_store_close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(levels_that_a_row_leaves_out_are_the_ladder_s),
        TEST(the_last_target_given_takes_what_is_left),
        TEST(the_atr_is_the_row_s_else_the_bar_s_else_what_the_stop_implies),
        TEST(sizes_are_coins_or_dollars_at_the_close),
        TEST(entries_of_all_series_stand_in_the_order_of_their_decisions),
        TEST(what_does_not_fit_the_bars_is_refused_and_counted),
        TEST(a_hole_has_no_bar),
        TEST(stored_signals_enter_in_order_of_time_those_without_a_bar_are_refused),
    };
    return cmocka_run_group_tests_name("usecase/backtest_entries", tests, NULL, NULL);
}
