#include "support/test.h"

#include "engine/market/gaps.h"
#include "support/feature.h"

#include <math.h>

/* Ranks hang on the last bit of what is ranked: the reference takes the column atr_14 (checked elsewhere) as given. */
static void check_percentiles(const struct tr_bars *bars)
{
    struct tr_matrix all;
    test_feature_all(bars, &all);
    const double *atr = tr_matrix_column(&all, TR_ATR_14), *percentile = tr_matrix_column(&all, TR_ATR_PERCENTILE_100);
    const double *regime = tr_matrix_column(&all, TR_VOL_REGIME);
    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        for (size_t t = start + 113; t < end; t++) {
            double below = 0;
            for (size_t k = 1; k <= 99; k++)
                below += atr[t - k] < atr[t] ? 1 : atr[t - k] == atr[t] ? 0.5 : 0;
            assert_near(percentile[t], below / 99, 1e-15);
            assert_true(regime[t] == (below / 99 < 1.0 / 3 ? 0 : below / 99 < 2.0 / 3 ? 1 : 2));
        }
    }
    tr_matrix_finish(&all);
}

static void test_percentiles_follow_their_definition(void **unused)
{
    (void)unused;
    for (size_t kind = 0; kind < TEST_MARKETS; kind++) {
        struct tr_bar_list list;
        test_market_bars(test_market(kind), 400 + kind, &list);
        struct tr_bars bars = tr_bar_list_view(&list);
        check_percentiles(&bars);
        tr_bar_list_finish(&list);
    }
}

static double ema(const struct tr_bars *s, size_t t, size_t n)
{
    double e = test_mean(s->close, n - 1, n);
    for (size_t i = n; i <= t; i++)
        e += 2.0 / (double)(n + 1) * (s->close[i] - e);
    return e;
}
static double trend(const struct tr_bars *s, size_t t)
{
    double fast = ema(s, t, 9), middle = ema(s, t, 21), slow = ema(s, t, 50);
    return fast > middle && middle > slow ? 1 : fast < middle && middle < slow ? -1 : 0;
}

static void test_the_trend_regime_follows_its_definition(void **unused)
{
    (void)unused;
    struct tr_bar_list list;
    test_market_bars(test_market(0), 9, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    test_feature_against_on(&bars, "clean", TR_TREND_REGIME, trend);
    tr_bar_list_finish(&list);
}

static void test_a_dead_market_ranks_in_the_middle(void **unused)
{
    (void)unused;
    assert_true(test_feature_of_flat(TR_ATR_PERCENTILE_100) == 0.5);
    assert_true(test_feature_of_flat(TR_VOL_REGIME) == 1);
    assert_true(test_feature_of_flat(TR_TREND_REGIME) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles_follow_their_definition),
        cmocka_unit_test(test_the_trend_regime_follows_its_definition),
        cmocka_unit_test(test_a_dead_market_ranks_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
