#include "support/cases.h"

#include "base/order.h"
#include "base/rng.h"
#include "engine/score/drift.h"
#include "engine/score/kolmogorov.h"

#include <math.h>
#include <string.h>

enum { MOST = 6000 };

static const double NOT_A_NUMBER = (double)NAN;

struct pair {
    size_t n, m;
    double a[MOST], b[MOST]; /* as drawn */
    double sorted_a[MOST], sorted_b[MOST];
};

static void sort_pair(struct pair *p)
{
    memcpy(p->sorted_a, p->a, p->n * sizeof *p->a);
    memcpy(p->sorted_b, p->b, p->m * sizeof *p->b);
    tr_sort_doubles(p->n, p->sorted_a);
    tr_sort_doubles(p->m, p->sorted_b);
}

static double number(const json_t *value, const char *key)
{
    const json_t *member = json_object_get(value, key);
    assert_true(json_is_number(member));
    return json_number_value(member);
}

/* Every pair of stored samples; check gets the pair and its expected results. Returns how many there were. */
static size_t for_each_pair(const char *part, void (*check)(const struct pair *pair, const json_t *expected))
{
    static struct pair p;
    json_t *golden = test_golden("golden/stats-expected.json");
    struct test_table rows;
    struct test_words cases, samples;
    test_table_read(test_shared("golden/stats-samples.csv"), &rows);
    test_words_read(test_shared("golden/stats-samples.csv"), "case", &cases);
    test_words_read(test_shared("golden/stats-samples.csv"), "sample", &samples);
    const double *values = test_table_column(&rows, "value");
    const json_t *list = json_object_get(golden, part);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *expected = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(expected, "case"));
        p.n = test_words_pick(&cases, name, &samples, "baseline", values, p.a);
        p.m = test_words_pick(&cases, name, &samples, "current", values, p.b);
        sort_pair(&p);
        check(&p, expected);
    }
    size_t count = json_array_size(list);
    test_words_free(&samples);
    test_words_free(&cases);
    test_table_free(&rows);
    json_decref(golden);
    return count;
}

static void check_psi(const struct pair *p, const json_t *expected)
{
    struct tr_psi_bins bins;
    tr_psi_bins_init(p->n, p->sorted_a, &bins);
    const json_t *edges = json_object_get(expected, "edges"), *counts = json_object_get(expected, "baseline_counts");
    assert_true(bins.edges == json_array_size(edges));
    for (size_t e = 0; e < bins.edges; e++)
        assert_near(bins.edge[e], json_number_value(json_array_get(edges, e)), 1e-14);
    for (size_t b = 0; b <= bins.edges; b++)
        assert_near(bins.share[b] * (double)p->n, json_number_value(json_array_get(counts, b)), 1e-9);
    assert_true(bins.share[bins.edges + 1] == 0.0);
    double psi = tr_psi(&bins, p->m, p->b);
    assert_near(psi, number(expected, "psi"), 1e-12 * psi);
    assert_same_bits(tr_psi_sorted(&bins, p->m, p->sorted_b), psi);
}

static void check_ks(const struct pair *p, const json_t *expected)
{
    double d = tr_ks_statistic(p->n, p->sorted_a, p->m, p->sorted_b);
    assert_near(d, number(expected, "statistic"), 1e-15);
    double p_value = number(expected, "pvalue_asymp");
    assert_near(tr_ks_p_value(p->n, p->m, d), p_value, 1e-9 * p_value);
}

static void psi_equals_numpy(void **state)
{
    (void)state;
    assert_true(for_each_pair("psi", check_psi) == 9);
}

static void ks_equals_scipy(void **state)
{
    (void)state;
    assert_true(for_each_pair("ks_2samp", check_ks) == 9);
}

static void reference_vectors_are_met(void **state)
{
    (void)state;
    const double a[] = {1, 2, 2, 3, 4, 5, 7}, b[] = {2, 3, 5, 6, 7, 8, 9, 9};
    double d = tr_ks_statistic(7, a, 8, b);
    assert_near(d, 0.4821428571428571, 1e-15);
    assert_near(tr_kolmogorov_stephens(56.0 / 15.0, d), 0.2523286150431562, 1e-13);
    /* ten rows of each value 0 .. 9 make deciles of equal share; counts 5, 8, 10 ... of 100 give the known index */
    static const int counts[] = {5, 8, 10, 10, 12, 10, 10, 10, 10, 15};
    double reference[100], current[100];
    size_t n = 0;
    for (int v = 0; v < 10; v++) {
        for (int k = 0; k < 10; k++)
            reference[10 * v + k] = v + 0.01 * k;
        for (int k = 0; k < counts[v]; k++)
            current[n++] = v + 0.05;
    }
    struct tr_psi_bins bins;
    tr_psi_bins_init(100, reference, &bins);
    assert_true(n == 100 && bins.edges == 9);
    assert_near(tr_psi(&bins, 100, current), 0.06303991659556876, 1e-14);
}

/* Shapes that distribution functions are compared in; values drawn into x, NaN among them in some. */
static void draw(struct tr_rng *rng, int shape, double shift, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        double normal = tr_rng_normal(rng) + shift, u = tr_rng_uniform(rng);
        const double values[] = {normal,
                                 floor(4.0 * normal),
                                 u < 0.6 ? 0.0 : normal,
                                 u < 0.1 ? NOT_A_NUMBER : normal,
                                 5.0,
                                 floor((double)i / 7.0),
                                 u < 0.01 ? (u < 0.005 ? -HUGE_VAL : HUGE_VAL) : normal};
        x[i] = values[shape];
    }
}

/* F_a(v) - F_b(v) at each value, by counting. */
static double slow_ks(const struct pair *p)
{
    double worst = NOT_A_NUMBER;
    for (size_t k = 0; k < p->n + p->m; k++) {
        double v = k < p->n ? p->a[k] : p->b[k - p->n], below[2] = {0.0}, all[2] = {0.0};
        for (size_t i = 0; i < p->n; i++) {
            below[0] += p->a[i] <= v;
            all[0] += !isnan(p->a[i]);
        }
        for (size_t j = 0; j < p->m; j++) {
            below[1] += p->b[j] <= v;
            all[1] += !isnan(p->b[j]);
        }
        if (!isnan(v) && all[0] > 0.0 && all[1] > 0.0)
            worst = fmax(worst, fabs(below[0] / all[0] - below[1] / all[1]));
    }
    return worst;
}

static void ks_equals_a_slow_reference(void **state)
{
    (void)state;
    static struct pair p;
    struct tr_rng rng;
    tr_rng_init(&rng, 81, 0);
    for (int round = 0; round < 700; round++) {
        p.n = 1 + (size_t)tr_rng_below(&rng, 150);
        p.m = 1 + (size_t)tr_rng_below(&rng, 150);
        draw(&rng, round % 7, 0.0, p.n, p.a);
        draw(&rng, round % 7, round % 3 ? 0.4 : 0.0, p.m, p.b);
        sort_pair(&p);
        double d = tr_ks_statistic(p.n, p.sorted_a, p.m, p.sorted_b);
        assert_near(d, slow_ks(&p), 1e-14);
        assert_same_bits(tr_ks_statistic(p.m, p.sorted_b, p.n, p.sorted_a), d);
    }
}

/* Large enough for strides above the least one, with runs of equal values that reach over many blocks. */
static void large_samples_are_compared_exactly(void **state)
{
    (void)state;
    enum { LARGE = 70000 };
    static double a[LARGE], b[LARGE];
    struct tr_rng rng;
    tr_rng_init(&rng, 82, 0);
    for (int shape = 0; shape < 7; shape++) {
        draw(&rng, shape, 0.0, LARGE, a);
        draw(&rng, shape, 0.01, LARGE, b);
        tr_sort_doubles(LARGE, a);
        tr_sort_doubles(LARGE, b);
        size_t n = LARGE, m = LARGE, i = 0, j = 0;
        while (n > 0 && isnan(a[n - 1]))
            n--;
        while (m > 0 && isnan(b[m - 1]))
            m--;
        double worst = 0.0;
        while (i < n && j < m) {
            double v = fmin(a[i], b[j]);
            while (i < n && a[i] == v)
                i++;
            while (j < m && b[j] == v)
                j++;
            worst = fmax(worst, fabs((double)i / (double)n - (double)j / (double)m));
        }
        assert_near(tr_ks_statistic(LARGE, a, LARGE, b), worst, 1e-14);
    }
}

static void a_sketch_is_within_its_bound(void **state)
{
    (void)state;
    static struct pair p;
    struct tr_rng rng;
    tr_rng_init(&rng, 83, 0);
    double worst = 0.0;
    for (int round = 0; round < 420; round++) {
        p.n = round % 2 ? 1 + (size_t)tr_rng_below(&rng, 513) : 514 + (size_t)tr_rng_below(&rng, 5000);
        p.m = 1 + (size_t)tr_rng_below(&rng, 3000);
        draw(&rng, round % 7, 0.0, p.n, p.a);
        draw(&rng, round % 7, 0.2 * (round % 5), p.m, p.b);
        sort_pair(&p);
        struct tr_quantile_sketch sketch;
        tr_quantile_sketch_init(p.n, p.sorted_a, &sketch);
        double exact = tr_ks_statistic(p.n, p.sorted_a, p.m, p.sorted_b);
        double gap = fabs(tr_ks_sketch(&sketch, p.m, p.sorted_b) - exact);
        assert_true(gap <= (sketch.n <= TR_SKETCH_QUANTILES ? 1e-14 : 1.0 / 1024.0) || isnan(exact));
        worst = isnan(gap) ? worst : fmax(worst, gap);
    }
    assert_true(worst > 0.25 / 1024.0); /* the bound is not far from the truth */
}

static void a_sketch_holds_order_statistics(void **state)
{
    (void)state;
    static double x[5121];
    for (size_t i = 0; i < 5121; i++)
        x[i] = (double)i;
    struct tr_quantile_sketch sketch;
    tr_quantile_sketch_init(5121, x, &sketch);
    for (size_t i = 0; i < TR_SKETCH_QUANTILES; i++)
        assert_same_bits(sketch.value[i], 10.0 * (double)i);
    assert_true(tr_ks_sketch(&sketch, 5121, x) <= 1.0 / 1024.0);
    tr_quantile_sketch_init(0, x, &sketch);
    assert_true(sketch.n == 0 && isnan(sketch.value[0]) && isnan(tr_ks_sketch(&sketch, 10, x)));
}

/* Each value's bin by the definition, one by one. */
static double slow_psi(const struct tr_psi_bins *bins, size_t n, const double *x)
{
    double counts[TR_PSI_BINS] = {0.0}, psi = 0.0;
    for (size_t i = 0; i < n; i++) {
        size_t bin = 0;
        for (size_t e = 0; e < bins->edges; e++)
            bin += bins->edge[e] <= x[i];
        counts[isnan(x[i]) ? bins->edges + 1 : bin] += 1.0;
    }
    for (size_t b = 0; b < bins->edges + 2; b++) {
        double r = fmax(bins->share[b], 1e-4), c = fmax(counts[b] / (double)n, 1e-4);
        psi += c * log(c / r) + r * log(r / c);
    }
    return psi;
}

static void psi_equals_a_slow_reference(void **state)
{
    (void)state;
    static struct pair p;
    struct tr_rng rng;
    tr_rng_init(&rng, 84, 0);
    for (int round = 0; round < 280; round++) {
        p.n = 1 + (size_t)tr_rng_below(&rng, 2500);
        p.m = 1 + (size_t)tr_rng_below(&rng, 2500);
        draw(&rng, round % 7, 0.0, p.n, p.a);
        draw(&rng, round % 7, 0.1 * (round % 4), p.m, p.b);
        sort_pair(&p);
        struct tr_psi_bins bins;
        tr_psi_bins_init(p.n, p.sorted_a, &bins);
        double sum = 0.0;
        for (size_t b = 0; b < bins.edges + 2; b++)
            sum += bins.share[b];
        assert_near(sum, 1.0, 1e-12);
        double psi = tr_psi(&bins, p.m, p.b);
        assert_near(psi, slow_psi(&bins, p.m, p.b), 1e-12 * (1.0 + psi));
        assert_same_bits(tr_psi_sorted(&bins, p.m, p.sorted_b), psi);
        assert_near(tr_psi(&bins, p.n, p.a), 0.0, 1e-15);
    }
}

static void missing_values_are_a_bin_of_their_own(void **state)
{
    (void)state;
    double reference[1000], current[1000];
    for (size_t i = 0; i < 1000; i++)
        reference[i] = current[i] = (double)i;
    for (size_t i = 0; i < 500; i++)
        current[2 * i] = NOT_A_NUMBER;
    struct tr_psi_bins bins;
    tr_psi_bins_init(1000, reference, &bins);
    double halved = 10.0 * 0.05 * log(2.0), missing = (0.5 - 1e-4) * log(0.5 / 1e-4);
    assert_near(tr_psi(&bins, 1000, current), halved + missing, 1e-12);
    const double none[] = {NOT_A_NUMBER, NOT_A_NUMBER};
    tr_psi_bins_init(2, none, &bins);
    assert_true(bins.edges == 0 && bins.share[1] == 1.0);
    assert_near(tr_psi(&bins, 1000, current), (0.5 - 1e-4) * log(0.5 / 1e-4) + 0.5 * log(2.0), 1e-12);
}

static void nothing_to_compare_is_nan(void **state)
{
    (void)state;
    const double one[] = {1.0}, none[] = {NOT_A_NUMBER};
    struct tr_psi_bins bins;
    assert_true(isnan(tr_ks_statistic(0, one, 1, one)) && isnan(tr_ks_statistic(1, one, 1, none)));
    assert_true(isnan(tr_ks_p_value(0, 5, 0.1)) && isnan(tr_ks_p_value(5, 5, NOT_A_NUMBER)));
    assert_same_bits(tr_ks_p_value(1, 1, 1.0), 0.0);
    tr_psi_bins_init(0, one, &bins);
    assert_true(bins.edges == 0 && isnan(tr_psi(&bins, 1, one)));
    tr_psi_bins_init(1, one, &bins);
    assert_true(isnan(tr_psi(&bins, 0, one)) && tr_psi(&bins, 1, one) == 0.0);
    assert_same_bits(tr_ks_statistic(1, one, 1, one), 0.0);
}

/* Known chance of false alarms: KS above 0.1 with 200 rows a side in 21 % of cases, PSI above 0.15 in 11 %. */
static void false_alarms_come_as_often_as_measured_elsewhere(void **state)
{
    (void)state;
    static struct pair p;
    struct tr_rng rng;
    tr_rng_init(&rng, 85, 0);
    int ks = 0, psi = 0, small_p = 0;
    for (int round = 0; round < 2000; round++) {
        p.n = p.m = 200;
        draw(&rng, 0, 0.0, 200, p.a);
        draw(&rng, 0, 0.0, 200, p.b);
        sort_pair(&p);
        struct tr_psi_bins bins;
        tr_psi_bins_init(200, p.sorted_a, &bins);
        double d = tr_ks_statistic(200, p.sorted_a, 200, p.sorted_b);
        ks += d > 0.1;
        psi += tr_psi(&bins, 200, p.b) > 0.15;
        small_p += tr_ks_p_value(200, 200, d) <= 0.1;
    }
    assert_in_range(ks, 380, 560);
    assert_in_range(psi, 160, 280);
    assert_in_range(small_p, 140, 240);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(psi_equals_numpy),
        cmocka_unit_test(ks_equals_scipy),
        cmocka_unit_test(reference_vectors_are_met),
        cmocka_unit_test(ks_equals_a_slow_reference),
        cmocka_unit_test(large_samples_are_compared_exactly),
        cmocka_unit_test(a_sketch_is_within_its_bound),
        cmocka_unit_test(a_sketch_holds_order_statistics),
        cmocka_unit_test(psi_equals_a_slow_reference),
        cmocka_unit_test(missing_values_are_a_bin_of_their_own),
        cmocka_unit_test(nothing_to_compare_is_nan),
        cmocka_unit_test(false_alarms_come_as_often_as_measured_elsewhere),
    };
    return cmocka_run_group_tests_name("engine/score/drift", tests, NULL, NULL);
}
