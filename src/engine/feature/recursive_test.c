/* How much history a column needs: sums with fading memory by their formula, windows by their length, running totals
 * never. */
#include "support/test.h"

#include "base/alloc.h"
#include "engine/feature/causal.h"
#include "engine/feature/column.h"
#include "engine/feature/list.h"
#include "support/bars.h"
#include "support/feature.h"

#include <math.h>
#include <stdlib.h>

static void long_market(struct tr_bar_list *list, struct tr_bars *bars)
{
    struct test_market market = *test_market(0);
    market.n = 9000;
    test_market_bars(&market, 21, list);
    *bars = tr_bar_list_view(list);
}

static void check(const struct tr_causal_source *source, const struct tr_bars *bars, size_t trials, size_t longest,
                  struct tr_recursive *found)
{
    struct tr_error err;
    assert_ok(tr_recursive_check(source, bars, trials, longest, TR_FEATURE_WARMUP_ROWS, found, &err), &err);
}

/* --- the built-in columns --- */

static void windows_are_exact_from_their_first_row_on(void **unused)
{
    (void)unused;
    static const enum tr_feature_column exact[] = {TR_ICHIMOKU_TENKAN, TR_ROC_24,   TR_WILLR_14, TR_MFI_14,
                                                   TR_FIB_500,         TR_HOUR_SIN, TR_BODY_FRAC};
    struct tr_causal_source source = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recursive found;
    long_market(&list, &bars);
    check(&source, &bars, 5, 3000, &found);
    assert_true(found.trials == 5 && found.longest == 3000 && found.columns == TR_FEATURE_COLUMNS);
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
        const struct tr_recursive_column *seen = &found.column[exact[k]];
        size_t first = (size_t)tr_feature_info(exact[k])->first;
        for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
            if (seen->bars[level] != first)
                fail_msg("%s: %zu bars for level %zu instead of %zu", tr_feature_info(exact[k])->name,
                         seen->bars[level], level, first);
        assert_same_bits(seen->error_at_warmup, 0.0);
    }
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

static void averages_with_fading_memory_need_what_their_formula_says(void **unused)
{
    (void)unused;
    static const struct {
        enum tr_feature_column column;
        double period;
    } ema[] = {{TR_EMA_9, 9}, {TR_EMA_21, 21}, {TR_EMA_50, 50}, {TR_EMA_200, 200}};
    struct tr_causal_source source = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recursive found;
    long_market(&list, &bars);
    check(&source, &bars, 5, 3000, &found);
    for (size_t k = 0; k < sizeof ema / sizeof *ema; k++) {
        const size_t *need = found.column[ema[k].column].bars;
        double factor = log1p(-2 / (ema[k].period + 1)); /* of the error, per bar */
        assert_true(need[0] <= need[1] && need[1] <= need[2] && need[2] <= need[3]);
        assert_near((double)need[2] - (double)need[1], log(1e-3) / factor, 0.05 * log(1e-3) / factor + 4);
    }
    assert_true(found.column[TR_EMA_200].error_at_warmup > 1e-4);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

static void columns_of_days_are_begun_at_several_hours(void **unused)
{
    (void)unused;
    struct tr_causal_source source = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recursive found;
    long_market(&list, &bars);
    bars.n = 3000 + 5 * 48; /* places two days apart */
    check(&source, &bars, 5, 3000, &found);
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++) /* a whole day, and what is left of the one begun in */
        assert_in_range(found.column[TR_PIVOT_P].bars[level], 25, 47);
    assert_same_bits(found.column[TR_PIVOT_P].error_at_warmup, 0.0);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

static void a_running_total_never_forgets_where_it_began(void **unused)
{
    (void)unused;
    struct tr_causal_source source = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recursive found;
    long_market(&list, &bars);
    check(&source, &bars, 3, 2000, &found);
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
        assert_true(found.column[TR_OBV].bars[level] == SIZE_MAX);
    assert_true(isnan(found.column[TR_SENTIMENT].error_at_warmup)); /* recorded, so never defined here */
    assert_true(found.column[TR_SENTIMENT].bars[3] == 0);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

/* --- made-up columns against a slow reference --- */

enum {
    DECAY,   /* x' = x/2 + close/2, from the first close */
    LATE,    /* the close from row 40 of its history on */
    FOREVER, /* how many bars there were */
    SIGN,    /* zero, with the sign of whether row 10 was reached */
    COLUMNS
};

struct stream {
    size_t seen;
    double decay;
};

enum { MOST_RUNS = 8 };
static size_t runs;                    /* of streams so far */
static tr_time_ms began_at[MOST_RUNS]; /* the first bar of each */

static const char *made_name(const void *context, size_t column)
{
    (void)context;
    static const char *const names[] = {"decay", "late", "forever", "sign"};
    return names[column];
}

static enum tr_status made_create(const void *context, enum tr_timeframe timeframe, void **stream, struct tr_error *err)
{
    (void)context;
    (void)timeframe;
    *stream = tr_alloc_zero(1, sizeof(struct stream));
    return *stream ? TR_OK : tr_error_nomem(err);
}

static enum tr_status made_run(void *stream, const struct tr_bars *bars, const struct tr_matrix *out,
                               struct tr_error *err)
{
    struct stream *mine = stream;
    (void)err;
    began_at[runs++ % MOST_RUNS] = bars->time[0];
    for (size_t i = 0; i < bars->n; i++, mine->seen++) {
        mine->decay = mine->seen ? mine->decay / 2 + bars->close[i] / 2 : bars->close[i];
        tr_matrix_column(out, DECAY)[i] = mine->decay;
        tr_matrix_column(out, LATE)[i] = mine->seen < 40 ? (double)NAN : bars->close[i];
        tr_matrix_column(out, FOREVER)[i] = (double)mine->seen;
        tr_matrix_column(out, SIGN)[i] = mine->seen < 10 ? -0.0 : 0.0;
    }
    return TR_OK;
}

static struct tr_causal_source made_source(void)
{
    return (struct tr_causal_source){
        .columns = COLUMNS, .name = made_name, .create = made_create, .run = made_run, .destroy = tr_free};
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Errors of DECAY begun at row `start`, by hand: error [n]. */
static void decay_errors(const struct tr_bars *bars, size_t start, size_t n, double *error)
{
    double *whole = tr_alloc(bars->n, sizeof *whole), *sorted = tr_alloc(bars->n, sizeof *sorted), anew = 0.0;
    assert_true(whole && sorted);
    for (size_t i = 0; i < bars->n; i++)
        sorted[i] = whole[i] = i ? whole[i - 1] / 2 + bars->close[i] / 2 : bars->close[i];
    qsort(sorted, bars->n, sizeof *sorted, ascending);
    double scale = (sorted[(bars->n - 1) / 2] + sorted[bars->n / 2]) / 2;
    for (size_t i = 0; i < n; i++) {
        double all = whole[start + i];
        anew = i ? anew / 2 + bars->close[start + i] / 2 : bars->close[start];
        error[i] = fabs(all - anew) / fmax(scale, fmax(all, anew));
    }
    tr_free(whole);
    tr_free(sorted);
}

static void figures_are_those_counted_by_hand(void **unused)
{
    (void)unused;
    enum { LONGEST = 100, TRIALS = 4 };
    struct tr_causal_source source = made_source();
    struct tr_bar_list list;
    struct tr_recursive found;
    size_t need[TR_RECURSIVE_LEVELS] = {0};
    double warm = 0.0, error[LONGEST];
    struct tr_error err;
    test_market_bars(test_market(0), 2, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    runs = 0;
    assert_ok(tr_recursive_check(&source, &bars, TRIALS, LONGEST, 12, &found, &err), &err);
    assert_true(runs == 1 + TRIALS && began_at[0] == bars.time[0]);
    for (size_t t = 1; t <= TRIALS; t++) {
        size_t begin = tr_bars_find(&bars, began_at[t]), even = (bars.n - LONGEST) / TRIALS;
        assert_true(begin <= t * even && begin > t * even - even / 4);
        decay_errors(&bars, begin, LONGEST, error);
        for (size_t i = 0; i < LONGEST; i++)
            for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
                if (error[i] > tr_recursive_level[level] && need[level] <= i)
                    need[level] = i + 1;
        for (size_t i = 12; i < LONGEST; i++)
            warm = fmax(warm, error[i]);
    }
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++) {
        assert_true(found.column[DECAY].bars[level] == need[level]);
        assert_true(found.column[LATE].bars[level] == 40);
        assert_true(found.column[FOREVER].bars[level] == SIZE_MAX);
        assert_true(found.column[SIGN].bars[level] == (level == 3 ? 10 : 0));
    }
    assert_true(need[2] > 5 && need[2] < LONGEST && need[3] > need[2]);
    assert_same_bits(found.column[DECAY].error_at_warmup, warm);
    assert_true(isinf(found.column[LATE].error_at_warmup));
    assert_same_bits(found.column[SIGN].error_at_warmup, 0.0);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

/* --- where trials begin --- */

static void no_trial_runs_over_a_hole_that_starts_a_segment(void **unused)
{
    (void)unused;
    struct tr_causal_source source = tr_causal_features(NULL);
    struct tr_bar_list list;
    struct tr_recursive found;
    test_market_bars(test_market(2), 6, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    check(&source, &bars, 50, 250, &found);
    assert_true(found.trials == 50);
    assert_true(found.column[TR_OBV].bars[0] == SIZE_MAX); /* a new segment would begin it anew in both */
    assert_true(found.column[TR_ROC_24].bars[3] == 24);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

static void too_few_bars_for_a_trial_are_said_to_be(void **unused)
{
    (void)unused;
    struct tr_causal_source source = made_source();
    struct tr_bar_list list;
    struct tr_recursive found;
    test_market_bars(test_market(0), 6, &list);
    struct tr_bars bars = tr_bar_list_view(&list), none = {.timeframe = TR_TIMEFRAME_1H};
    check(&source, &bars, 5, bars.n, &found);
    assert_true(found.trials == 0 && found.columns == COLUMNS);
    assert_true(found.column[DECAY].bars[0] == SIZE_MAX && isnan(found.column[DECAY].error_at_warmup));
    tr_recursive_finish(&found);
    check(&source, &bars, 5, bars.n - 2, &found);
    assert_true(found.trials == 2); /* all the places there are */
    tr_recursive_finish(&found);
    check(&source, &none, 5, 10, &found);
    assert_true(found.trials == 0);
    tr_recursive_finish(&found);
    tr_bar_list_finish(&list);
}

static void out_of_memory_is_told_whenever_it_comes(void **unused)
{
    (void)unused;
    struct tr_causal_source source = made_source();
    struct tr_bar_list list;
    test_market_bars(test_market(0), 6, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    for (size_t k = 1;; k++) {
        struct tr_recursive found;
        struct tr_error err;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_recursive_check(&source, &bars, 2, 50, 10, &found, &err);
        tr_alloc_fail_at(0);
        tr_recursive_finish(&found);
        if (status == TR_OK) {
            assert_true(k == 10);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
    }
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_exact_from_their_first_row_on),
        cmocka_unit_test(averages_with_fading_memory_need_what_their_formula_says),
        cmocka_unit_test(columns_of_days_are_begun_at_several_hours),
        cmocka_unit_test(a_running_total_never_forgets_where_it_began),
        cmocka_unit_test(figures_are_those_counted_by_hand),
        cmocka_unit_test(no_trial_runs_over_a_hole_that_starts_a_segment),
        cmocka_unit_test(too_few_bars_for_a_trial_are_said_to_be),
        cmocka_unit_test(out_of_memory_is_told_whenever_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
