/* The laws of every column: how the bars are cut into calls does not matter, nor does what comes later; a segment knows
 * nothing of the one before. */
#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/feature/feature.h"
#include "engine/feature/parts.h"
#include "support/bars.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

static void assert_same_rows(const struct tr_matrix *a, size_t a_row, const struct tr_matrix *b, size_t b_row, size_t n,
                             const char *law, const char *market)
{
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        for (size_t i = 0; i < n; i++) {
            double x = tr_matrix_at(a, a_row + i, column), y = tr_matrix_at(b, b_row + i, column);
            if (!test_same_bits(x, y))
                fail_msg("%s on %s: %s, row %zu: %a and %a", law, market, tr_feature_info(column)->name, i, x, y);
        }
}

static void each_market(void (*law)(const struct tr_bars *bars, const struct tr_matrix *all, const char *name))
{
    for (size_t kind = 0; kind < TEST_MARKETS; kind++)
        for (uint64_t seed = 1; seed <= 2; seed++) {
            struct tr_bar_list list;
            struct tr_matrix all;
            test_market_bars(test_market(kind), seed, &list);
            struct tr_bars bars = tr_bar_list_view(&list);
            test_feature_all(&bars, &all);
            law(&bars, &all, test_market(kind)->name);
            tr_matrix_finish(&all);
            tr_bar_list_finish(&list);
        }
}

/* cut 0: random lengths. */
static void run_cut(const struct tr_bars *bars, size_t cut, struct tr_matrix *out)
{
    struct tr_feature_state *state;
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 5, cut);
    assert_ok(tr_matrix_init(out, bars->n, TR_FEATURE_COLUMNS, &err), &err);
    assert_ok(tr_feature_create(bars->timeframe, &state, &err), &err);
    for (size_t row = 0, n; row < bars->n; row += n) {
        n = cut ? cut : 1 + tr_rng_below(&rng, 600);
        n = n < bars->n - row ? n : bars->n - row;
        struct tr_bars part = tr_bars_slice(bars, row, n);
        struct tr_matrix rows = tr_matrix_view(out, row, n, 0, TR_FEATURE_COLUMNS);
        tr_feature_run(state, &part, &rows);
    }
    tr_feature_destroy(state);
}

static void any_cut_gives_the_same_bits(const struct tr_bars *bars, const struct tr_matrix *all, const char *name)
{
    static const size_t cuts[] = {1, 7, 255, 256, 257, 0};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        struct tr_matrix cut;
        run_cut(bars, cuts[k], &cut);
        assert_same_rows(all, 0, &cut, 0, bars->n, "cutting", name);
        tr_matrix_finish(&cut);
    }
}

static void test_cutting_into_calls_does_not_change_a_bit(void **unused)
{
    (void)unused;
    each_market(any_cut_gives_the_same_bits);
}

static void prefixes_agree(const struct tr_bars *bars, const struct tr_matrix *all, const char *name)
{
    struct tr_rng rng;
    tr_rng_init(&rng, 6, bars->n);
    for (int k = 0; k < 12; k++) {
        struct tr_bars front = tr_bars_slice(bars, 0, k == 0 ? 1 : 1 + tr_rng_below(&rng, bars->n));
        struct tr_matrix part;
        test_feature_all(&front, &part);
        assert_same_rows(all, 0, &part, 0, front.n, "prefix law", name);
        tr_matrix_finish(&part);
    }
}

static void test_the_first_k_rows_do_not_know_what_follows(void **unused)
{
    (void)unused;
    each_market(prefixes_agree);
}

static void segments_agree(const struct tr_bars *bars, const struct tr_matrix *all, const char *name)
{
    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        struct tr_bars segment = tr_bars_slice(bars, start, end - start);
        struct tr_matrix alone;
        test_feature_all(&segment, &alone);
        assert_same_rows(all, start, &alone, 0, segment.n, "rebuilding", name);
        tr_matrix_finish(&alone);
    }
}

static void test_a_state_rebuilt_from_the_segments_first_bar_agrees_to_the_bit(void **unused)
{
    (void)unused;
    each_market(segments_agree);
}

/* Everything after row t becomes another market; rows up to t stay. */
static void the_future_is_not_seen(const struct tr_bars *bars, const struct tr_matrix *all, const char *name)
{
    struct tr_error err;
    struct tr_bar_list other;
    size_t turn = bars->n / 2;
    tr_bar_list_init(&other, bars->timeframe);
    for (size_t i = 0; i < bars->n; i++) {
        struct tr_bar bar = tr_bars_at(bars, i);
        if (i > turn)
            bar = (struct tr_bar){bar.time, 3 * bar.open, 5 * bar.high, bar.low / 5, bar.close / 3, bar.volume + 1};
        assert_ok(tr_bar_list_add(&other, &bar, &err), &err);
    }
    struct tr_bars view = tr_bar_list_view(&other);
    struct tr_matrix changed;
    test_feature_all(&view, &changed);
    assert_same_rows(all, 0, &changed, 0, turn + 1, "future", name);
    tr_matrix_finish(&changed);
    tr_bar_list_finish(&other);
}

static void test_a_change_of_the_future_leaves_the_past(void **unused)
{
    (void)unused;
    each_market(the_future_is_not_seen);
}

static void nothing_is_infinite(const struct tr_bars *bars, const struct tr_matrix *all, const char *name)
{
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        for (size_t i = 0; i < bars->n; i++)
            if (isinf(tr_matrix_at(all, i, column)))
                fail_msg("%s is infinite on %s, row %zu", tr_feature_info(column)->name, name, i);
}

static void test_no_value_is_infinite(void **unused)
{
    (void)unused;
    each_market(nothing_is_infinite);
}

static void test_values_start_on_the_listed_row(void **unused)
{
    (void)unused;
    struct tr_bar_list list;
    struct tr_matrix all;
    test_market_bars(test_market(0), 3, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    test_feature_all(&bars, &all);
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        const struct tr_feature_info *info = tr_feature_info(column);
        size_t row = 0;
        while (row < bars.n && isnan(tr_matrix_at(&all, row, column)))
            row++;
        if (info->first >= 0 && row != (size_t)info->first)
            fail_msg("%s starts on row %zu, listed is %d", info->name, row, info->first);
        if (info->recorded)
            assert_int_equal(row, bars.n);
        assert_true(info->first <= (int)TR_FEATURE_WARMUP_ROWS);
    }
    tr_matrix_finish(&all);
    tr_bar_list_finish(&list);
}

static void run_subset(const struct tr_bars *bars, const bool *wanted, double sentinel, struct tr_matrix *out)
{
    struct tr_feature_state *state;
    struct tr_error err;
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        for (size_t i = 0; i < bars->n; i++)
            tr_matrix_column(out, column)[i] = sentinel;
    assert_ok(tr_feature_create_subset(bars->timeframe, wanted, &state, &err), &err);
    tr_feature_run(state, bars, out);
    tr_feature_destroy(state);
}

static void check_subset(const struct tr_bars *bars, const struct tr_matrix *all, const bool *wanted,
                         struct tr_matrix *some)
{
    const double sentinel = 1.25e300;
    run_subset(bars, wanted, sentinel, some);
    unsigned char columns[TR_FEATURE_COLUMNS];
    size_t n = tr_parts_columns(tr_parts_for(wanted), columns);
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        bool written = memchr(columns, (int)column, n) != NULL;
        assert_true(written || !wanted[column]);
        for (size_t i = 0; i < bars->n; i++) {
            double want = written ? tr_matrix_at(all, i, column) : sentinel, got = tr_matrix_at(some, i, column);
            if (!test_same_bits(want, got))
                fail_msg("%s in a subset, row %zu: %a, expected %a", tr_feature_info(column)->name, i, got, want);
        }
    }
}

static void test_a_subset_has_the_bits_of_the_whole_and_leaves_the_rest_alone(void **unused)
{
    (void)unused;
    struct tr_bar_list list;
    struct tr_matrix all, some;
    struct tr_error err;
    struct tr_rng rng;
    test_market_bars(test_market(9), 4, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    test_feature_all(&bars, &all);
    assert_ok(tr_matrix_init(&some, bars.n, TR_FEATURE_COLUMNS, &err), &err);
    tr_rng_init(&rng, 8, 0);
    for (size_t only = 0; only < TR_FEATURE_COLUMNS + 40; only++) {
        bool wanted[TR_FEATURE_COLUMNS];
        for (size_t c = 0; c < TR_FEATURE_COLUMNS; c++)
            wanted[c] = only < TR_FEATURE_COLUMNS ? c == only : tr_rng_below(&rng, 20) == 0;
        check_subset(&bars, &all, wanted, &some);
    }
    tr_matrix_finish(&some);
    tr_matrix_finish(&all);
    tr_bar_list_finish(&list);
}

static void check_laws_on(const char *file, enum tr_timeframe timeframe, size_t rows)
{
    struct test_bars series;
    struct tr_matrix all;
    test_bars_read(file, timeframe, &series);
    struct tr_bars bars = tr_bars_slice(&series.view, 0, rows);
    test_feature_all(&bars, &all);
    any_cut_gives_the_same_bits(&bars, &all, file);
    prefixes_agree(&bars, &all, file);
    segments_agree(&bars, &all, file);
    the_future_is_not_seen(&bars, &all, file);
    nothing_is_infinite(&bars, &all, file);
    tr_matrix_finish(&all);
    test_bars_free(&series);
}

static void test_the_laws_hold_on_real_series(void **unused)
{
    (void)unused;
    check_laws_on("data/okx-ETHUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 3000);
    check_laws_on("data/binance-BTCUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 3000);
    check_laws_on("data/okx-USDCUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 3000);
    check_laws_on("data/okx-PEPEUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 3000);
    check_laws_on("data/binance-BTCUSDT-spot-1h-2017-2021.csv.gz", TR_TIMEFRAME_1H, 5000);
}

static void test_running_out_of_memory_is_a_status(void **unused)
{
    (void)unused;
    struct tr_bars none = {.timeframe = TR_TIMEFRAME_1H};
    struct tr_matrix out = {.cols = TR_FEATURE_COLUMNS};
    struct tr_error err;
    tr_alloc_fail_at(1);
    assert_int_equal(tr_feature_compute(&none, &out, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_ok(tr_feature_compute(&none, &out, &err), &err);
    tr_feature_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cutting_into_calls_does_not_change_a_bit),
        cmocka_unit_test(test_the_first_k_rows_do_not_know_what_follows),
        cmocka_unit_test(test_a_state_rebuilt_from_the_segments_first_bar_agrees_to_the_bit),
        cmocka_unit_test(test_a_change_of_the_future_leaves_the_past),
        cmocka_unit_test(test_no_value_is_infinite),
        cmocka_unit_test(test_values_start_on_the_listed_row),
        cmocka_unit_test(test_a_subset_has_the_bits_of_the_whole_and_leaves_the_rest_alone),
        cmocka_unit_test(test_the_laws_hold_on_real_series),
        cmocka_unit_test(test_running_out_of_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
