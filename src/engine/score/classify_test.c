#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/classify.h"

#include <jansson.h>
#include <math.h>

static double expected_value(const json_t *part, const char *key)
{
    const json_t *value = json_object_get(part, key);
    assert_true(json_is_real(value));
    return json_real_value(value);
}

/* The rows first .. end - 1 against one part of the golden file. */
static void check_part(const json_t *metrics, const char *name, const struct test_table *rows, size_t first, size_t end)
{
    const json_t *part = json_object_get(metrics, name);
    const double *p = test_table_column(rows, "score") + first, *y = test_table_column(rows, "label") + first;
    const double *weight = test_table_column(rows, "weight") + first;
    size_t n = end - first;
    double auc;
    struct tr_error err;
    assert_ok(tr_auc(n, p, y, NULL, &auc, &err), &err);
    assert_near(auc, expected_value(part, "roc_auc"), 1e-12);
    assert_near(tr_log_loss(n, p, y, NULL), expected_value(part, "log_loss"), 1e-12);
    assert_near(tr_brier(n, p, y, NULL), expected_value(part, "brier"), 1e-12);
    assert_ok(tr_auc(n, p, y, weight, &auc, &err), &err);
    assert_near(auc, expected_value(part, "roc_auc_weighted"), 1e-12);
    assert_near(tr_log_loss(n, p, y, weight), expected_value(part, "log_loss_weighted"), 1e-12);
    assert_near(tr_brier(n, p, y, weight), expected_value(part, "brier_weighted"), 1e-12);
}

static void scores_equal_scikit_learn(void **state)
{
    (void)state;
    struct test_table rows;
    test_table_read(test_shared("golden/stats-binary.csv"), &rows);
    size_t len;
    char *text = test_read_file(test_shared("golden/stats-expected.json"), &len);
    json_t *golden = json_loadb(text, len, 0, NULL);
    assert_non_null(golden);
    const json_t *metrics = json_object_get(golden, "binary_metrics");
    check_part(metrics, "all", &rows, 0, 600);
    check_part(metrics, "cal", &rows, 0, 400);
    check_part(metrics, "test", &rows, 400, 600);
    json_decref(golden);
    tr_free(text);
    test_table_free(&rows);
}

/* scikit-learn's figures after isotonic calibration, whose outputs reach exactly 0 and 1. */
static void probabilities_of_zero_and_one_are_clipped(void **state)
{
    (void)state;
    struct test_table rows, query;
    test_table_read(test_shared("golden/stats-binary.csv"), &rows);
    test_table_read(test_shared("golden/stats-isotonic-query.csv"), &query);
    const double *p = test_table_column(&query, "pred_unweighted"), *y = test_table_column(&rows, "label") + 400;
    assert_near(tr_log_loss(200, p, y, NULL), 0.99395939107781, 1e-12);
    assert_near(tr_brier(200, p, y, NULL), 0.16530844899366, 1e-12);
    double auc;
    struct tr_error err;
    assert_ok(tr_auc(200, p, y, NULL, &auc, &err), &err);
    assert_near(auc, 0.8147856242118537, 1e-12);
    test_table_free(&query);
    test_table_free(&rows);
    const double sure[] = {1.0}, zero[] = {0.0};
    assert_near(tr_log_loss(1, sure, zero, NULL), 52.0 * log(2.0), 1e-12);
}

static void an_auc_counts_pairs(void **state)
{
    (void)state;
    enum { MOST = 30 };
    struct tr_rng rng;
    tr_rng_init(&rng, 31, 0);
    for (int round = 0; round < 500; round++) {
        size_t n = 2 + (size_t)tr_rng_below(&rng, MOST - 2);
        double p[MOST], y[MOST], w[MOST], good = 0.0, all = 0.0, auc;
        for (size_t i = 0; i < n; i++) {
            p[i] = floor(6.0 * tr_rng_uniform(&rng));
            y[i] = tr_rng_uniform(&rng) < 0.4 ? 1.0 : 0.0;
            w[i] = tr_rng_uniform(&rng) < 0.2 ? 0.0 : tr_rng_uniform(&rng);
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                if (y[i] < 0.5 || y[j] > 0.5)
                    continue;
                all += w[i] * w[j];
                good += w[i] * w[j] * (p[i] > p[j] ? 1.0 : p[i] == p[j] ? 0.5 : 0.0);
            }
        }
        struct tr_error err;
        assert_ok(tr_auc(n, p, y, w, &auc, &err), &err);
        assert_near(auc, all > 0.0 ? good / all : (double)NAN, 1e-12);
    }
}

static void what_cannot_be_said_is_nan(void **state)
{
    (void)state;
    const double p[] = {0.2, (double)NAN, 0.7}, y[] = {0.0, 1.0, 1.0}, ones[] = {1.0, 1.0, 1.0}, none[3] = {0.0};
    double auc;
    struct tr_error err;
    assert_ok(tr_auc(0, p, y, NULL, &auc, &err), &err);
    assert_true(isnan(auc));
    assert_ok(tr_auc(3, p, y, NULL, &auc, &err), &err);
    assert_true(isnan(auc));
    assert_ok(tr_auc(3, ones, ones, NULL, &auc, &err), &err);
    assert_true(isnan(auc));
    assert_true(isnan(tr_log_loss(0, p, y, NULL)) && isnan(tr_brier(0, p, y, NULL)));
    assert_true(isnan(tr_log_loss(3, p, y, NULL)) && isnan(tr_brier(3, p, y, NULL)));
    assert_true(isnan(tr_log_loss(3, ones, y, none)) && isnan(tr_brier(3, ones, y, none)));
    struct tr_reliability table;
    assert_ok(tr_reliability_table(3, p, y, NULL, &table, &err), &err);
    assert_true(table.bins == 0 && isnan(table.error));
}

static void reliability_bins_hold_equal_counts_in_order(void **state)
{
    (void)state;
    enum { N = 1000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 32, 0);
    static double p[N], y[N], w[N];
    double total = 0.0;
    for (size_t i = 0; i < N; i++) {
        p[i] = tr_rng_uniform(&rng);
        y[i] = tr_rng_uniform(&rng) < p[i] ? 1.0 : 0.0;
        w[i] = 0.5;
        total += w[i] * y[i];
    }
    struct tr_reliability table;
    struct tr_error err;
    assert_ok(tr_reliability_table(N, p, y, w, &table, &err), &err);
    assert_int_equal(table.bins, 10);
    double k = 0.0, gap = 0.0;
    for (size_t b = 0; b < 10; b++) {
        const struct tr_reliability_bin *bin = &table.bin[b];
        assert_int_equal(bin->rows, 100);
        assert_near(bin->n, 50.0, 1e-12);
        assert_near(bin->rate, bin->k / bin->n, 0.0);
        assert_near(bin->mean_p, 0.05 + 0.1 * (double)b, 0.03);
        struct tr_interval expected = tr_rate_interval(bin->k, bin->n, 0.05);
        assert_same_bits(bin->interval.lower, expected.lower);
        assert_same_bits(bin->interval.upper, expected.upper);
        assert_true(b == 0 || bin->mean_p > table.bin[b - 1].mean_p);
        k += bin->k;
        gap += 0.1 * fabs(bin->mean_p - bin->rate);
    }
    assert_near(k, total, 1e-9);
    assert_near(table.error, gap, 1e-12);
    assert_true(table.error < 0.06);
}

static void equal_probabilities_share_a_bin(void **state)
{
    (void)state;
    double p[40], y[40];
    for (size_t i = 0; i < 40; i++) {
        p[i] = i < 30 ? 0.3 : 0.3 + 0.01 * (double)i;
        y[i] = i % 2 ? 1.0 : 0.0;
    }
    struct tr_reliability table;
    struct tr_error err;
    assert_ok(tr_reliability_table(40, p, y, NULL, &table, &err), &err);
    assert_int_equal(table.bin[0].rows, 30);
    assert_near(table.bin[0].mean_p, 0.3, 1e-12);
    size_t rows = 0;
    for (size_t b = 0; b < table.bins; b++)
        rows += table.bin[b].rows;
    assert_int_equal(rows, 40);
    assert_ok(tr_reliability_table(3, p, y, NULL, &table, &err), &err);
    assert_int_equal(table.bins, 1);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    double p[60], y[60], auc;
    for (size_t i = 0; i < 60; i++) {
        p[i] = 1.0 / (double)(i + 1);
        y[i] = i % 2 ? 1.0 : 0.0;
    }
    struct tr_reliability table;
    struct tr_error err;
    for (int which = 0; which < 2; which++) {
        enum tr_status status = TR_NOMEM;
        for (size_t k = 1; status != TR_OK; k++) {
            assert_true(k < 20);
            tr_alloc_fail_at(k);
            status = which ? tr_auc(60, p, y, NULL, &auc, &err) : tr_reliability_table(60, p, y, NULL, &table, &err);
            tr_alloc_fail_at(0);
            assert_true(status == TR_NOMEM || (status == TR_OK && k > 1));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_equal_scikit_learn),
        cmocka_unit_test(probabilities_of_zero_and_one_are_clipped),
        cmocka_unit_test(an_auc_counts_pairs),
        cmocka_unit_test(what_cannot_be_said_is_nan),
        cmocka_unit_test(reliability_bins_hold_equal_counts_in_order),
        cmocka_unit_test(equal_probabilities_share_a_bin),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/score/classify", tests, NULL, NULL);
}
