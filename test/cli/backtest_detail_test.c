/* Bars that touch stop and target, on recorded candles: the pessimistic, the optimistic and the detailed reading beside
 * a player of its own, which walks hourly bars one by one and five-minute bars inside the ambiguous ones. */
#include "cli/answer.h"
#include "cli/backtest.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600000)
#define FIVE INT64_C(300000)
#define FROM INT64_C(1672531200000) /* 2023-01-01: the five-minute bars begin */
#define HOURS ((size_t)11000)
#define STOP 0.006
#define TARGET 0.007
#define VERB                                                                                                           \
    "backtest BTC/USDT:USDT --timeframe 1h --entries entries.csv --set ladder.horizon_hours=1000 --json --home home "

enum reading { PESSIMISTIC, OPTIMISTIC, DETAIL };

struct market {
    struct test_table table;
    const double *time, *open, *high, *low, *close;
};

static struct world world;
static struct market hourly, fine;

static void load(struct market *market, const char *file, const char *timeframe)
{
    char name[128];

    snprintf(name, sizeof name, "%s", world_borrow(&world, file));
    test_table_read(world_path(&world, name), &market->table);
    market->time = test_table_column(&market->table, "timestamp_ms");
    market->open = test_table_column(&market->table, "open");
    market->high = test_table_column(&market->table, "high");
    market->low = test_table_column(&market->table, "low");
    market->close = test_table_column(&market->table, "close");
    tr_free(output_of(&world, "import %s --symbol BTC/USDT:USDT --exchange binance --timeframe %s --home home", name,
                      timeframe));
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_table_free(&hourly.table);
    test_table_free(&fine.table);
    world_finish(&world);
    return 0;
}

/* The row stamped `time` or the first after it. */
static size_t row_at(const struct market *market, int64_t time)
{
    size_t low = 0, high = market->table.rows;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (market->time[middle] < (double)time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void write_entries(void)
{
    FILE *file = fopen(world_path(&world, "entries.csv"), "wb");
    struct tr_rng rng;

    assert_non_null(file);
    tr_rng_init(&rng, 7, 0);
    fputs("time,symbol,side,sl,tp1,qty\n", file);
    for (size_t hour = 20; hour < HOURS; hour += 7) {
        size_t row = row_at(&hourly, FROM + (int64_t)hour * HOUR);
        double sign = tr_rng_uniform(&rng) < 0.5 ? 1 : -1, close = hourly.close[row];

        fprintf(file, "%.0f,BTC/USDT:USDT,%s,%.17g,%.17g,0.1\n", hourly.time[row], sign > 0 ? "long" : "short",
                close * (1 - sign * STOP), close * (1 + sign * TARGET));
    }
    assert_int_equal(fclose(file), 0);
}

struct play {
    double sign, stop, target;
    double exit; /* NaN while open */
    bool hit, ambiguous, resolved;
};

/* One bar: the open, then the stop, then the target; an optimist takes the target first. Both touched is ambiguous. */
static bool play_bar(struct play *p, double open, double high, double low, bool optimist)
{
    double best = p->sign > 0 ? high : low, worst = p->sign > 0 ? low : high;
    bool stopped = p->sign * worst <= p->sign * p->stop, reached = p->sign * best >= p->sign * p->target;

    if (p->sign * open <= p->sign * p->stop || p->sign * open >= p->sign * p->target) {
        p->hit = p->sign * open >= p->sign * p->target;
        p->exit = open;
        return true;
    }
    p->ambiguous = p->ambiguous || (stopped && reached);
    if (!stopped && !reached)
        return false;
    p->hit = reached && (!stopped || optimist);
    p->exit = p->hit ? p->target : p->stop;
    return true;
}

/* The bar by its twelve five-minute bars; false where they are not whole or reach less than it does. */
static bool play_inside(struct play *p, size_t row)
{
    size_t first = row_at(&fine, (int64_t)hourly.time[row]), last = row_at(&fine, (int64_t)hourly.time[row] + HOUR);
    double high = 0, low = HUGE_VAL;

    for (size_t i = first; i < last; i++) {
        high = fmax(high, fine.high[i]);
        low = fmin(low, fine.low[i]);
    }
    if (last - first != HOUR / FIVE || high < hourly.high[row] || low > hourly.low[row])
        return false;
    p->ambiguous = false;
    p->resolved = true;
    for (size_t i = first; i < last; i++) {
        if (play_bar(p, fine.open[i], fine.high[i], fine.low[i], false))
            return true;
    }
    return false;
}

/* From the bar after `decision` on; gives the hourly row of the exit. */
static size_t play(struct play *p, size_t decision, enum reading reading)
{
    for (size_t row = decision + 1; row < hourly.table.rows; row++) {
        struct play before = *p;

        if (!play_bar(p, hourly.open[row], hourly.high[row], hourly.low[row], reading == OPTIMISTIC))
            continue;
        if (reading == DETAIL && p->ambiguous) {
            struct play inside = before;

            if (play_inside(&inside, row))
                *p = inside;
        }
        return row;
    }
    return hourly.table.rows;
}

static void check_trade(const json_t *trade, enum reading reading, size_t counts[3])
{
    int64_t entered = test_integer(trade, "entry_time_timestamp");
    size_t decision = row_at(&hourly, entered - HOUR);
    double sign = strcmp(test_string(trade, "side"), "long") == 0 ? 1 : -1, close = hourly.close[decision];
    struct play p = {.sign = sign, .stop = close * (1 - sign * STOP), .target = close * (1 + sign * TARGET)};
    size_t row = play(&p, decision, reading);
    long long bars = test_integer(trade, "bars");

    if (bars != (long long)(row - decision) || fabs(test_number(trade, "fills.0.price") - p.exit) > 1e-7 ||
        json_is_true(test_member(trade, "tp1")) != p.hit)
        fail_msg("reading %d, trade of %lld: out in bar %lld at %.10g, and played again in bar %zu at %.10g",
                 (int)reading, (long long)entered, bars, test_number(trade, "fills.0.price"), row - decision, p.exit);
    assert_int_equal(json_is_true(test_member(trade, "ambiguous")), p.ambiguous);
    assert_int_equal(test_integer(trade, "resolved_bars"), p.resolved);
    counts[0] += p.ambiguous;
    counts[1] += p.resolved;
    counts[2] += p.hit;
}

static void check_reading(const char *name, enum reading reading, json_t **value, size_t counts[3])
{
    const json_t *trade;
    size_t i;

    *value = json_of(&world, 0, VERB "--intrabar %s", name);
    json_array_foreach(test_member(*value, "trades"), i, trade)
    {
        if (!json_is_true(test_member(trade, "open")))
            check_trade(trade, reading, counts);
    }
    assert_true(i > 500);
}

static void each_reading_is_what_a_player_of_its_own_makes_of_the_bars(void **state)
{
    (void)state;
    static const char *const names[] = {"pessimistic", "optimistic", "detail"};
    json_t *value[3];
    size_t counts[3][3] = {{0}};

    load(&hourly, "data/binance-BTCUSDT-perp-1h.csv.gz", "1h");
    load(&fine, "data/binance-BTCUSDT-perp-5m.csv.gz", "5m");
    write_entries();
    for (int r = 0; r < 3; r++)
        check_reading(names[r], (enum reading)r, &value[r], counts[r]);
    assert_true(counts[PESSIMISTIC][0] > 20 && counts[PESSIMISTIC][1] == 0);
    assert_true(counts[DETAIL][1] > 20 && counts[DETAIL][0] < counts[PESSIMISTIC][0]);
    assert_true(counts[PESSIMISTIC][2] < counts[DETAIL][2] && counts[DETAIL][2] < counts[OPTIMISTIC][2]);
    for (int r = 0; r < 3; r++) {
        static const char *const bounds[] = {"pessimistic", "optimistic"};

        for (int b = 0; b < 2; b++) {
            char path[64];

            snprintf(path, sizeof path, "bounds.%s.net_usd", bounds[b]);
            assert_same_bits(test_number(value[r], path), test_number(value[b], "bounds.chosen.net_usd"));
        }
        assert_int_equal(test_integer(value[r], "summary.resolved_bars"), (long long)counts[r][1]);
        assert_int_equal(test_integer(value[r], "summary.ambiguous_trades"), (long long)counts[r][0]);
    }
    assert_string_equal(test_string(value[DETAIL], "assumptions.intrabar"), "detail");
    for (int r = 0; r < 3; r++)
        json_decref(value[r]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reading_is_what_a_player_of_its_own_makes_of_the_bars),
    };
    return cmocka_run_group_tests_name("cli/backtest_detail", tests, set_up, tear_down);
}
