/* The built-in columns know no later bar; columns planted here that do, or that cannot be trusted, are found out and
 * named. */
#include "support/test.h"

#include "base/alloc.h"
#include "base/time.h"
#include "engine/feature/causal.h"
#include "engine/feature/column.h"
#include "engine/feature/list.h"
#include "support/bars.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

/* --- the built-in columns --- */

static void expect_causal(const struct tr_bars *bars, const bool *wanted, const char *what)
{
    struct tr_causal_source source = tr_causal_features(wanted);
    struct tr_lookahead found;
    struct tr_error err;
    assert_ok(tr_lookahead_check(&source, bars, &found, &err), &err);
    assert_true(found.rows == bars->n && found.columns == TR_FEATURE_COLUMNS);
    for (size_t column = 0; column < found.columns; column++) {
        const struct tr_lookahead_column *seen = &found.column[column];
        if (seen->verdict != TR_CAUSAL || seen->rows_bad != 0 || seen->first_bad != bars->n)
            fail_msg("%s on %s: %s, row %zu: %a and %a", source.name(source.context, column), what,
                     tr_causal_verdict_name(seen->verdict), seen->first_bad, seen->stream, seen->batch);
    }
    assert_true(found.bad == 0);
    tr_lookahead_finish(&found);
}

static void built_in_columns_are_causal_on_awkward_markets(void **unused)
{
    (void)unused;
    for (size_t kind = 0; kind < TEST_MARKETS; kind++) {
        struct tr_bar_list list;
        test_market_bars(test_market(kind), 11, &list);
        struct tr_bars bars = tr_bar_list_view(&list);
        expect_causal(&bars, NULL, test_market(kind)->name);
        tr_bar_list_finish(&list);
    }
}

static void built_in_columns_are_causal_on_a_real_series(void **unused)
{
    (void)unused;
    struct test_bars series;
    test_bars_read("data/binance-BTCUSDT-spot-1h-2017-2021.csv.gz", TR_TIMEFRAME_1H, &series);
    expect_causal(&series.view, NULL, "bitcoin, with its holes");
    test_bars_free(&series);
}

static void a_subset_keeps_its_numbers(void **unused)
{
    (void)unused;
    bool wanted[TR_FEATURE_COLUMNS] = {false};
    struct tr_causal_source source = tr_causal_features(wanted), whole = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_matrix some, all;
    struct tr_error err;
    wanted[TR_ATR_14] = wanted[TR_RSI_14] = true;
    test_market_bars(test_market(2), 5, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    expect_causal(&bars, wanted, "two columns");
    assert_string_equal(source.name(source.context, TR_ATR_14), "atr_14");
    assert_ok(tr_matrix_init(&some, bars.n, source.columns, &err), &err);
    assert_ok(tr_matrix_init(&all, bars.n, source.columns, &err), &err);
    assert_ok(tr_causal_run(&source, &bars, &some, &err), &err);
    assert_ok(tr_causal_run(&whole, &bars, &all, &err), &err);
    for (size_t column = 0; column < source.columns; column++)
        for (size_t i = 0; i < bars.n && tr_causal_uses(&source, column); i++)
            assert_same_bits(tr_matrix_at(&some, i, column), tr_matrix_at(&all, i, column));
    assert_true(tr_causal_uses(&source, TR_ATR_14) && !tr_causal_uses(&source, TR_EMA_9));
    assert_true(tr_causal_uses(&whole, TR_EMA_9));
    tr_matrix_finish(&some);
    tr_matrix_finish(&all);
    tr_bar_list_finish(&list);
}

/* --- columns planted --- */

enum planted {
    CLOSE,         /* of the bar itself */
    MEAN_3,        /* of the closes so far, at most three: causal */
    DATE,          /* the hour as a number: causal */
    NEXT_CLOSE,    /* of the bar behind; the last row its own */
    PAST_THE_END,  /* the same without looking where the bars end */
    MIN_MAX,       /* position between the lowest and highest close of the frame */
    BLOCK_END,     /* the close, but on the last row of a block of 256 the one behind */
    ONE_ROW,       /* the close, but on row 255 alone the one behind */
    CENTRED,       /* mean of five closes around */
    FRAME_LENGTH,  /* how many rows the frame has */
    LATE_AHEAD,    /* stream and batch disagree on row 3; from row 400 on the next close */
    DISAGREEING,   /* batch and stream compute in another order */
    UNSTEADY,      /* of how often it was asked in all */
    UNSTEADY_LIVE, /* the stream alone is */
    KEPT_POINTER,  /* the close of the bar before, out of memory that is no longer its own */
    UNWRITTEN,     /* the stream writes nothing on row 100 */
    PLANTED
};

static const struct {
    const char *name;
    enum tr_causal_verdict verdict;
    size_t first; /* SIZE_MAX: no row */
} planted[PLANTED] = {
    [CLOSE] = {"close", TR_CAUSAL, SIZE_MAX},
    [MEAN_3] = {"mean of 3", TR_CAUSAL, SIZE_MAX},
    [DATE] = {"date", TR_CAUSAL, SIZE_MAX},
    [NEXT_CLOSE] = {"next close", TR_CAUSAL_AHEAD, 0},
    [PAST_THE_END] = {"past the end", TR_CAUSAL_AHEAD, 0},
    [MIN_MAX] = {"min-max", TR_CAUSAL_AHEAD, 0},
    [BLOCK_END] = {"block end", TR_CAUSAL_AHEAD, 255},
    [ONE_ROW] = {"one row", TR_CAUSAL_AHEAD, 255},
    [CENTRED] = {"centred mean", TR_CAUSAL_AHEAD, 2},
    [FRAME_LENGTH] = {"frame length", TR_CAUSAL_AHEAD, 0},
    [LATE_AHEAD] = {"late", TR_CAUSAL_AHEAD, 3},
    [DISAGREEING] = {"disagreeing", TR_CAUSAL_UNEQUAL, 1},
    [UNSTEADY] = {"unsteady", TR_CAUSAL_UNSTEADY, 0},
    [UNSTEADY_LIVE] = {"unsteady live", TR_CAUSAL_UNSTEADY, 0},
    [KEPT_POINTER] = {"kept pointer", TR_CAUSAL_UNEQUAL, 1},
    [UNWRITTEN] = {"unwritten", TR_CAUSAL_UNEQUAL, 100},
};

struct stream {
    size_t seen; /* bars before this call */
    double close[3];
    const double *before; /* close of the newest bar of the call before */
};

static double asked; /* what UNSTEADY is made of */

static const char *planted_name(const void *context, size_t column)
{
    (void)context;
    return planted[column].name;
}

static enum tr_status planted_create(const void *context, enum tr_timeframe timeframe, void **stream,
                                     struct tr_error *err)
{
    (void)context;
    (void)timeframe;
    *stream = tr_alloc_zero(1, sizeof(struct stream));
    return *stream ? TR_OK : tr_error_nomem(err);
}

static double centred(const struct tr_bars *bars, size_t i)
{
    double sum = 0.0;
    if (i < 2 || i + 2 >= bars->n)
        return (double)NAN;
    for (size_t k = i - 2; k <= i + 2; k++)
        sum += bars->close[k];
    return sum / 5;
}

static double min_max(const struct tr_bars *bars, size_t i)
{
    double low = bars->close[0], high = bars->close[0];
    for (size_t k = 1; k < bars->n; k++) {
        low = fmin(low, bars->close[k]);
        high = fmax(high, bars->close[k]);
    }
    return (bars->close[i] - low) / (high - low);
}

/* Row i of the bars given; the bar behind is used where there is one. */
static double ahead(const struct tr_bars *bars, size_t i)
{
    return bars->close[i + 1 < bars->n ? i + 1 : i];
}

/* A column whose value hangs on how the bars are handed in: row is that of the series. */
static double cheat(enum planted column, const struct tr_bars *bars, size_t i, size_t row, bool batch)
{
    double close = bars->close[i];
    switch (column) {
    case CLOSE:
    case KEPT_POINTER:
    case UNWRITTEN:
        return close;
    case MEAN_3:
        return 0.0; /* of the stream */
    case DATE:
        return (double)(bars->time[i] / TR_HOUR_MS % 24);
    case NEXT_CLOSE:
        return ahead(bars, i);
    case PAST_THE_END:
        return bars->close[i + 1];
    case MIN_MAX:
        return min_max(bars, i);
    case BLOCK_END:
        return row % 256 == 255 ? ahead(bars, i) : close;
    case ONE_ROW:
        return row == 255 ? ahead(bars, i) : close;
    case CENTRED:
        return centred(bars, i);
    case FRAME_LENGTH:
        return (double)bars->n;
    case LATE_AHEAD:
        return row == 3 && batch ? -close : row >= 400 ? ahead(bars, i) : close;
    case DISAGREEING:
        return row % 2 == 1 && batch ? nextafter(close, 0.0) : close;
    case UNSTEADY:
        return asked++;
    case UNSTEADY_LIVE:
        return batch ? close : asked++;
    case PLANTED:
        break;
    }
    fail_msg("no such column");
    return 0.0;
}

static double mean_3(struct stream *stream, double close)
{
    size_t n = stream->seen + 1 < 3 ? stream->seen + 1 : 3;
    double sum = 0.0;
    stream->close[stream->seen % 3] = close;
    for (size_t k = 0; k < n; k++)
        sum += stream->close[(stream->seen - k) % 3];
    return sum / (double)n;
}

static void fill_rows(struct stream *stream, const struct tr_bars *bars, const struct tr_matrix *out, bool batch)
{
    for (size_t i = 0; i < bars->n; i++, stream->seen++) {
        for (size_t column = 0; column < PLANTED; column++)
            tr_matrix_column(out, column)[i] = cheat((enum planted)column, bars, i, stream->seen, batch);
        tr_matrix_column(out, MEAN_3)[i] = mean_3(stream, bars->close[i]);
        tr_matrix_column(out, KEPT_POINTER)[i] = stream->before ? *stream->before : 0.0;
        stream->before = bars->close + i;
        if (!batch && stream->seen == 100)
            tr_matrix_column(out, UNWRITTEN)[i] = (double)NAN;
    }
}

static enum tr_status planted_run(void *stream, const struct tr_bars *bars, const struct tr_matrix *out,
                                  struct tr_error *err)
{
    (void)err;
    fill_rows(stream, bars, out, false);
    return TR_OK;
}

static enum tr_status planted_batch(const void *context, const struct tr_bars *bars, const struct tr_matrix *out,
                                    struct tr_error *err)
{
    struct stream stream = {0};
    (void)context;
    (void)err;
    fill_rows(&stream, bars, out, true);
    return TR_OK;
}

static struct tr_causal_source planted_source(void)
{
    return (struct tr_causal_source){.columns = PLANTED,
                                     .name = planted_name,
                                     .create = planted_create,
                                     .run = planted_run,
                                     .destroy = tr_free,
                                     .batch = planted_batch};
}

static void make_bars(size_t kind, size_t n, struct tr_bar_list *list, struct tr_bars *bars)
{
    test_market_bars(test_market(kind), 3, list);
    *bars = tr_bar_list_view(list);
    *bars = tr_bars_slice(bars, 0, n);
}

static void cheats_are_caught_by_name_and_first_row(void **unused)
{
    (void)unused;
    struct tr_causal_source source = planted_source();
    for (size_t kind = 0; kind < 3; kind++) { /* clean, with holes, of several segments */
        struct tr_bar_list list;
        struct tr_bars bars;
        struct tr_lookahead found;
        struct tr_error err;
        make_bars(kind, 900, &list, &bars);
        assert_ok(tr_lookahead_check(&source, &bars, &found, &err), &err);
        for (size_t column = 0; column < PLANTED; column++) {
            const struct tr_lookahead_column *seen = &found.column[column];
            size_t first = planted[column].first == SIZE_MAX ? bars.n : planted[column].first;
            if (seen->verdict != planted[column].verdict || seen->first_bad != first)
                fail_msg("%s: %s from row %zu", planted[column].name, tr_causal_verdict_name(seen->verdict),
                         seen->first_bad);
        }
        assert_true(found.bad == PLANTED - 3);
        assert_true(found.column[ONE_ROW].rows_bad == 1);
        assert_true(found.column[UNWRITTEN].rows_bad == 1);
        assert_true(found.column[BLOCK_END].rows_bad == 3);
        assert_same_bits(found.column[ONE_ROW].stream, bars.close[255]);
        assert_same_bits(found.column[ONE_ROW].batch, bars.close[256]);
        tr_lookahead_finish(&found);
        tr_bar_list_finish(&list);
    }
}

static void a_source_without_a_batch_is_held_against_one_call_over_all_bars(void **unused)
{
    (void)unused;
    struct tr_causal_source source = planted_source();
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_lookahead found;
    struct tr_error err;
    source.batch = NULL;
    make_bars(0, 600, &list, &bars);
    assert_ok(tr_lookahead_check(&source, &bars, &found, &err), &err);
    assert_true(found.column[NEXT_CLOSE].verdict == TR_CAUSAL_AHEAD);
    assert_true(found.column[PAST_THE_END].verdict == TR_CAUSAL_AHEAD);
    assert_true(found.column[MIN_MAX].verdict == TR_CAUSAL_AHEAD);
    assert_true(found.column[KEPT_POINTER].verdict == TR_CAUSAL_UNEQUAL);
    assert_true(found.column[UNSTEADY].verdict == TR_CAUSAL_UNSTEADY);
    assert_true(found.column[DISAGREEING].verdict == TR_CAUSAL); /* there is no other way of computing it now */
    assert_true(found.column[MEAN_3].verdict == TR_CAUSAL);
    tr_lookahead_finish(&found);
    tr_bar_list_finish(&list);
}

/* The slow way: every cut, one batch each. */
static void the_verdict_agrees_with_every_cut_made_by_hand(void **unused)
{
    (void)unused;
    struct tr_causal_source source = planted_source();
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_matrix all, cut;
    struct tr_error err;
    bool changes[PLANTED] = {false};
    make_bars(1, 450, &list, &bars);
    assert_ok(tr_matrix_init(&all, bars.n, PLANTED, &err), &err);
    assert_ok(tr_matrix_init(&cut, bars.n, PLANTED, &err), &err);
    assert_ok(tr_causal_run(&source, &bars, &all, &err), &err);
    for (size_t n = 1; n < bars.n; n++) {
        struct tr_bars front = tr_bars_slice(&bars, 0, n);
        struct tr_matrix rows = tr_matrix_view(&cut, 0, n, 0, PLANTED);
        assert_ok(tr_causal_run(&source, &front, &rows, &err), &err);
        for (size_t column = 0; column < PLANTED; column++)
            for (size_t i = 0; i < n; i++)
                if (!test_same_bits(tr_matrix_at(&all, i, column), tr_matrix_at(&cut, i, column)))
                    changes[column] = true;
    }
    for (size_t column = 0; column < PLANTED; column++)
        if (column != PAST_THE_END && column != UNSTEADY && column != UNSTEADY_LIVE) /* a cut by hand hides nothing */
            assert_true(changes[column] == (planted[column].verdict == TR_CAUSAL_AHEAD));
    tr_matrix_finish(&all);
    tr_matrix_finish(&cut);
    tr_bar_list_finish(&list);
}

static void no_bars_prove_nothing_and_accuse_nobody(void **unused)
{
    (void)unused;
    struct tr_bars none = {.timeframe = TR_TIMEFRAME_1H};
    struct tr_causal_source source = planted_source();
    struct tr_lookahead found;
    struct tr_error err;
    assert_ok(tr_lookahead_check(&source, &none, &found, &err), &err);
    assert_true(found.rows == 0 && found.columns == PLANTED && found.bad == 0);
    tr_lookahead_finish(&found);
}

static void verdicts_have_the_names_that_scripts_read(void **unused)
{
    (void)unused;
    assert_string_equal(tr_causal_verdict_name(TR_CAUSAL), "causal");
    assert_string_equal(tr_causal_verdict_name(TR_CAUSAL_AHEAD), "look_ahead");
    assert_string_equal(tr_causal_verdict_name(TR_CAUSAL_UNEQUAL), "unequal");
    assert_string_equal(tr_causal_verdict_name(TR_CAUSAL_UNSTEADY), "unsteady");
}

/* --- errors --- */

static enum tr_status stop_on_bar_70(void *stream, const struct tr_bars *bars, const struct tr_matrix *out,
                                     struct tr_error *err)
{
    struct stream *mine = stream;
    if (mine->seen == 70)
        return tr_error_set(err, TR_INVALID, "bar 70 is not to its taste");
    return planted_run(stream, bars, out, err);
}

static void a_source_that_fails_is_quoted(void **unused)
{
    (void)unused;
    struct tr_causal_source source = planted_source();
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_lookahead found;
    struct tr_error err;
    source.run = stop_on_bar_70;
    make_bars(0, 200, &list, &bars);
    assert_int_equal(tr_lookahead_check(&source, &bars, &found, &err), TR_INVALID);
    assert_string_equal(err.text, "bar 70 is not to its taste");
    tr_lookahead_finish(&found);
    tr_bar_list_finish(&list);
}

static void out_of_memory_is_told_whenever_it_comes(void **unused)
{
    (void)unused;
    struct tr_causal_source source = planted_source();
    struct tr_bar_list list;
    struct tr_bars bars;
    make_bars(0, 450, &list, &bars);
    for (size_t k = 1;; k++) {
        struct tr_lookahead found;
        struct tr_error err;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_lookahead_check(&source, &bars, &found, &err);
        tr_alloc_fail_at(0);
        tr_lookahead_finish(&found);
        if (status == TR_OK) {
            assert_true(k > 30);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
    }
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_columns_are_causal_on_awkward_markets),
        cmocka_unit_test(built_in_columns_are_causal_on_a_real_series),
        cmocka_unit_test(a_subset_keeps_its_numbers),
        cmocka_unit_test(cheats_are_caught_by_name_and_first_row),
        cmocka_unit_test(a_source_without_a_batch_is_held_against_one_call_over_all_bars),
        cmocka_unit_test(the_verdict_agrees_with_every_cut_made_by_hand),
        cmocka_unit_test(no_bars_prove_nothing_and_accuse_nobody),
        cmocka_unit_test(verdicts_have_the_names_that_scripts_read),
        cmocka_unit_test(a_source_that_fails_is_quoted),
        cmocka_unit_test(out_of_memory_is_told_whenever_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
