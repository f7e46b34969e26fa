#include "support/cases.h"

#include "base/rng.h"
#include "engine/score/performance.h"

#include <math.h>
#include <string.h>

enum { MOST = 4096 };

static double number_or_nan(const json_t *value, const char *key)
{
    const json_t *member = json_object_get(value, key);
    assert_non_null(member);
    return json_is_null(member) ? (double)NAN : json_number_value(member);
}

static void check_close(double value, const json_t *expected, const char *key, double relative)
{
    double wanted = number_or_nan(expected, key);
    assert_near(value, wanted, relative * fabs(wanted));
}

static void performance_equals_numpy(void **state)
{
    (void)state;
    json_t *golden = test_golden("golden/stats-expected.json");
    struct test_table rows;
    struct test_words cases;
    test_table_read(test_shared("golden/stats-returns.csv"), &rows);
    test_words_read(test_shared("golden/stats-returns.csv"), "case", &cases);
    static double r[MOST];
    const char *name;
    json_t *expected;
    int checked = 0;
    json_object_foreach(json_object_get(golden, "performance"), name, expected)
    {
        size_t n = test_words_pick(&cases, name, NULL, NULL, test_table_column(&rows, "ret"), r);
        struct tr_performance p;
        tr_performance_measure(n, r, number_or_nan(expected, "periods_per_year"), &p);
        assert_true((double)p.n == number_or_nan(expected, "n"));
        check_close(p.mean, expected, "mean", 1e-11);
        check_close(p.sd, expected, "std_ddof1", 1e-12);
        check_close(p.sharpe, expected, "sharpe_annualised", 1e-11);
        check_close(p.final_equity, expected, "final_equity", 1e-12);
        check_close(p.max_drawdown, expected, "max_drawdown", 1e-12);
        assert_true((double)p.peak == number_or_nan(expected, "dd_peak_index"));
        assert_true((double)p.trough == number_or_nan(expected, "dd_trough_index"));
        check_close(p.profit_factor, expected, "profit_factor", 1e-11);
        check_close(p.win_rate, expected, "win_rate", 1e-15);
        checked++;
    }
    assert_int_equal(checked, 5);
    test_words_free(&cases);
    test_table_free(&rows);
    json_decref(golden);
}

/* Every pair of places is looked at, and the downside is taken over an array of its own. */
static void drawdown_and_downside_equal_a_slow_reference(void **state)
{
    (void)state;
    enum { N = 80 };
    struct tr_rng rng;
    tr_rng_init(&rng, 71, 0);
    for (int round = 0; round < 300; round++) {
        size_t n = 1 + (size_t)tr_rng_below(&rng, N);
        double r[N], equity[N + 1] = {1.0}, worst = 0.0, downside = 0.0, sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            r[i] = round % 2 ? 0.03 * tr_rng_normal(&rng) : 0.25 * floor(3.0 * tr_rng_uniform(&rng)) - 0.25;
            equity[i + 1] = equity[i] * (1.0 + r[i]);
            downside += fmin(r[i], 0.0) * fmin(r[i], 0.0);
            sum += r[i];
        }
        size_t peak = 0, trough = 0;
        for (size_t t = 1; t <= n; t++) {
            for (size_t s = 0; s < t; s++) {
                if (1.0 - equity[t] / equity[s] > worst + 1e-12) {
                    worst = 1.0 - equity[t] / equity[s];
                    peak = s;
                    trough = t;
                }
            }
        }
        struct tr_performance p;
        tr_performance_measure(n, r, 365.0, &p);
        assert_near(p.max_drawdown, worst, 1e-12);
        assert_true(p.trough == trough && p.peak == peak);
        double count = (double)n;
        double sortino = downside > 0.0 ? sum / count / sqrt(downside / count) * sqrt(365.0) : (double)NAN;
        assert_near(p.sortino, sortino, 1e-9);
        double annual = pow(equity[n], 365.0 / count) - 1.0;
        assert_near(p.annual_return, annual, 1e-9 * (1.0 + annual));
        assert_near(p.calmar, worst > 0.0 ? annual / worst : (double)NAN, 1e-8 * (1.0 + fabs(annual / worst)));
    }
}

static void losing_everything_is_the_end(void **state)
{
    (void)state;
    const double ruin[] = {0.5, -1.0, 0.2}, debt[] = {0.1, -1.5};
    struct tr_performance p;
    tr_performance_measure(3, ruin, 365.0, &p);
    assert_true(p.final_equity == 0.0 && p.max_drawdown == 1.0 && p.peak == 1 && p.trough == 2);
    assert_true(p.annual_return == -1.0 && p.calmar == -1.0);
    tr_performance_measure(2, debt, 365.0, &p);
    assert_near(p.max_drawdown, 1.5, 1e-15);
    assert_true(p.annual_return == -1.0 && p.final_equity < 0.0);
}

static void nothing_to_measure_is_nan(void **state)
{
    (void)state;
    const double broken[] = {0.1, (double)INFINITY, -0.1};
    struct tr_performance p;
    tr_performance_measure(0, broken, 365.0, &p);
    assert_true(isnan(p.mean) && isnan(p.final_equity) && isnan(p.max_drawdown) && isnan(p.win_rate));
    tr_performance_measure(3, broken, 365.0, &p);
    assert_true(isnan(p.mean) && isnan(p.final_equity) && isnan(p.profit_factor) && p.n == 3);
}

static void what_never_moves_has_no_ratio(void **state)
{
    (void)state;
    const double flat[] = {0.0, 0.0, 0.0}, one[] = {-0.02};
    struct tr_performance p;
    tr_performance_measure(3, flat, 365.0, &p);
    assert_true(p.total_return == 0.0 && p.max_drawdown == 0.0 && p.win_rate == 0.0 && p.sd == 0.0);
    assert_true(isnan(p.sharpe) && isnan(p.sortino) && isnan(p.calmar) && isnan(p.profit_factor));
    tr_performance_measure(1, one, 365.0, &p);
    assert_true(isnan(p.sd) && isnan(p.sharpe) && p.profit_factor == 0.0 && p.trough == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(performance_equals_numpy),      cmocka_unit_test(drawdown_and_downside_equal_a_slow_reference),
        cmocka_unit_test(losing_everything_is_the_end),  cmocka_unit_test(nothing_to_measure_is_nan),
        cmocka_unit_test(what_never_moves_has_no_ratio),
    };
    return cmocka_run_group_tests_name("engine/score/performance", tests, NULL, NULL);
}
