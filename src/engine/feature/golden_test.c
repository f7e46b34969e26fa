/* Columns against TA-Lib 0.7.1 on the first 3,000 rows of four real series (golden/README.md, section 1). */
#include "support/test.h"

#include "support/bars.h"
#include "support/feature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS 3000

struct pair {
    const char *golden;
    enum tr_feature_column column;
};

static const struct pair pairs[] = {
    {"ema_9", TR_EMA_9},
    {"ema_21", TR_EMA_21},
    {"ema_50", TR_EMA_50},
    {"ema_200", TR_EMA_200},
    {"macd_12_26_9", TR_MACD},
    {"macd_signal", TR_MACD_SIGNAL},
    {"macd_hist", TR_MACD_HIST},
    {"rsi_14", TR_RSI_14},
    {"stoch_slowk_14_3", TR_STOCH_K},
    {"stoch_slowd_3", TR_STOCH_D},
    {"atr_14", TR_ATR_14},
    {"natr_14", TR_NATR_14},
    {"bb_mid_20", TR_BB_MIDDLE},
    {"adx_14", TR_ADX_14},
    {"plus_di_14", TR_PLUS_DI_14},
    {"minus_di_14", TR_MINUS_DI_14},
    {"obv", TR_OBV},
    {"cci_20", TR_CCI_20},
    {"mfi_14", TR_MFI_14},
    {"willr_14", TR_WILLR_14},
    {"trix_15", TR_TRIX_15},
};

static const struct pair bands[] = {{"bb_upper_20_2", TR_BB_UPPER}, {"bb_lower_20_2", TR_BB_LOWER}};
static const struct pair two_pass_bands[] = {{"bb_upper_20_2_twopass", TR_BB_UPPER},
                                             {"bb_lower_20_2_twopass", TR_BB_LOWER}};

static void compare(const char *name, const double *want, const double *got)
{
    double largest = 0;
    for (size_t i = 0; i < ROWS; i++)
        largest = isnan(want[i]) ? largest : fmax(largest, fabs(want[i]));
    assert_true(largest > 0);
    for (size_t i = 0; i < ROWS; i++)
        if (isnan(want[i]) ? !isnan(got[i]) : !(fabs(got[i] - want[i]) <= 1e-9 * largest))
            fail_msg("%s, row %zu: %.17g, expected %.17g within %g", name, i, got[i], want[i], 1e-9 * largest);
}

static void compare_pairs(const struct test_table *golden, const struct tr_matrix *all, size_t n,
                          const struct pair *pair)
{
    for (size_t k = 0; k < n; k++)
        compare(pair[k].golden, test_table_column(golden, pair[k].golden), tr_matrix_column(all, pair[k].column));
}

/* (max + min)/2 of the golden extremes is the Ichimoku line, `shift` rows earlier. */
static void compare_middle(const struct test_table *golden, const struct tr_matrix *all, int window, size_t shift,
                           enum tr_feature_column column)
{
    char high[32], low[32];
    double want[ROWS];
    snprintf(high, sizeof high, "high_max_%d", window);
    snprintf(low, sizeof low, "low_min_%d", window);
    const double *h = test_table_column(golden, high), *l = test_table_column(golden, low);
    for (size_t i = 0; i < ROWS; i++)
        want[i] = i < shift ? (double)NAN : (h[i - shift] + l[i - shift]) / 2;
    compare(high, want, tr_matrix_column(all, column));
}

static void compare_series(const char *name, enum tr_timeframe timeframe)
{
    char path[128];
    struct test_table golden;
    struct test_bars series;
    struct tr_matrix all;
    snprintf(path, sizeof path, "golden/talib-%s.csv.gz", name);
    test_table_read(test_shared(path), &golden);
    snprintf(path, sizeof path, "data/%s.csv.gz", name);
    test_bars_read(path, timeframe, &series);
    struct tr_bars bars = tr_bars_slice(&series.view, 0, ROWS);
    assert_int_equal(golden.rows, ROWS);
    test_feature_all(&bars, &all);
    compare_pairs(&golden, &all, sizeof pairs / sizeof *pairs, pairs);
    compare_pairs(&golden, &all, 2, strstr(name, "PEPE") ? two_pass_bands : bands);
    compare_middle(&golden, &all, 9, 0, TR_ICHIMOKU_TENKAN);
    compare_middle(&golden, &all, 26, 0, TR_ICHIMOKU_KIJUN);
    compare_middle(&golden, &all, 52, 26, TR_ICHIMOKU_SENKOU_B);
    tr_matrix_finish(&all);
    test_bars_free(&series);
    test_table_free(&golden);
}

static void test_eth_agrees_with_talib(void **unused)
{
    (void)unused;
    compare_series("okx-ETHUSDT-perp-1h", TR_TIMEFRAME_1H);
}

static void test_a_flat_start_agrees_with_talib(void **unused)
{
    (void)unused;
    compare_series("binance-BTCUSDT-perp-1h", TR_TIMEFRAME_1H);
}

static void test_many_flat_bars_agree_with_talib(void **unused)
{
    (void)unused;
    compare_series("okx-USDCUSDT-perp-1h", TR_TIMEFRAME_1H);
}

static void test_tiny_prices_agree_with_talib(void **unused)
{
    (void)unused;
    compare_series("okx-PEPEUSDT-perp-1h", TR_TIMEFRAME_1H);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eth_agrees_with_talib),
        cmocka_unit_test(test_a_flat_start_agrees_with_talib),
        cmocka_unit_test(test_many_flat_bars_agree_with_talib),
        cmocka_unit_test(test_tiny_prices_agree_with_talib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
