#include "support/test.h"

#include "app/usecase/drift_shape.h"
#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { N = 1800, BLOCKS = 6 };

/* Rows of a window whose blocks differ a little, with ties and, where asked for, missing values. */
static void draw(uint64_t seed, double missing, double *x)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < N; i++) {
        double level = 0.3 * sin(floor((double)i / 200.0));
        x[i] = floor(20.0 * (tr_rng_normal(&rng) + level)) / 20.0;
        if (tr_rng_uniform(&rng) < missing)
            x[i] = (double)NAN;
    }
}

/* Both figures of a block against the rest by their definitions, counting row by row. */
static void compare_slowly(const double *x, size_t from, size_t to, double *psi, double *ks)
{
    double rest[N];
    size_t n = 0, numbers[2] = {0, 0};
    struct tr_psi_bins bins;
    for (size_t i = 0; i < N; i++)
        if (i < from || i >= to)
            rest[n++] = x[i];
    tr_sort_doubles(n, rest);
    tr_psi_bins_init(n, rest, &bins);
    *psi = tr_psi(&bins, to - from, x + from);
    *ks = 0.0;
    for (size_t i = 0; i < N; i++)
        numbers[i >= from && i < to] += isnan(x[i]) ? 0 : 1;
    for (size_t at = 0; at < N; at++) {
        size_t below[2] = {0, 0};
        if (isnan(x[at]))
            continue;
        for (size_t i = 0; i < N; i++)
            below[i >= from && i < to] += x[i] <= x[at] ? 1 : 0;
        *ks = fmax(*ks, fabs((double)below[0] / (double)numbers[0] - (double)below[1] / (double)numbers[1]));
    }
}

static void own_figures_are_the_largest_of_a_block_against_the_rest(void **state)
{
    static double x[N];
    struct tr_drift_shape shape;
    struct tr_error err;
    (void)state;
    draw(1, 0.1, x);
    assert_ok(tr_drift_shape_make(N, x, BLOCKS, &shape, &err), &err);
    double psi = 0.0, ks = 0.0;
    for (size_t b = 0; b < BLOCKS; b++) {
        double block_psi, block_ks;
        compare_slowly(x, b * N / BLOCKS, (b + 1) * N / BLOCKS, &block_psi, &block_ks);
        psi = fmax(psi, block_psi);
        ks = fmax(ks, block_ks);
    }
    assert_true(psi > 0.01 && ks > 0.05); /* else nothing was told apart */
    assert_near(shape.own_psi, psi, 1e-12);
    assert_near(shape.own_ks, ks, 1e-12);
    assert_true(shape.rows == N && shape.blocks == BLOCKS && shape.missing > 100);
}

static void the_window_itself_has_not_moved(void **state)
{
    static double x[N];
    struct tr_drift_shape shape;
    struct tr_error err;
    double psi, ks;
    (void)state;
    draw(2, 0.05, x);
    assert_ok(tr_drift_shape_make(N, x, 0, &shape, &err), &err);
    assert_true(isnan(shape.own_psi) && isnan(shape.own_ks));
    assert_ok(tr_drift_shape_compare(&shape, N, x, &psi, &ks, &err), &err);
    assert_same_bits(psi, 0.0);
    assert_true(ks <= 1.0 / 1024.0);
    for (size_t i = 0; i < N; i++)
        x[i] += 0.5;
    assert_ok(tr_drift_shape_compare(&shape, N, x, &psi, &ks, &err), &err);
    assert_true(psi > 0.1 && ks > 0.15);
}

static void values_that_go_missing_are_drift_by_psi_and_untold_by_ks(void **state)
{
    static double x[N];
    struct tr_drift_shape shape;
    struct tr_error err;
    double psi, ks;
    (void)state;
    draw(3, 0.0, x);
    assert_ok(tr_drift_shape_make(N, x, BLOCKS, &shape, &err), &err);
    for (size_t i = 0; i < N; i++)
        x[i] = (double)NAN;
    assert_ok(tr_drift_shape_compare(&shape, N, x, &psi, &ks, &err), &err);
    assert_true(psi > 10.0 && isnan(ks));
    assert_ok(tr_drift_shape_make(N, x, BLOCKS, &shape, &err), &err); /* and the other way round */
    assert_true(shape.missing == N && isnan(shape.own_ks));
    assert_same_bits(shape.own_psi, 0.0);
    draw(3, 0.0, x);
    assert_ok(tr_drift_shape_compare(&shape, N, x, &psi, &ks, &err), &err);
    assert_true(psi > 10.0 && isnan(ks));
}

static json_t *through_json(const struct tr_drift_shape *shape)
{
    struct tr_buf text;
    struct tr_json json;
    tr_buf_init(&text);
    tr_json_init(&json, &text, 0);
    tr_json_object(&json, NULL);
    tr_drift_shape_json(shape, &json);
    tr_json_object_end(&json);
    json_t *object = json_loads(tr_buf_string(&text), JSON_REJECT_DUPLICATES, NULL);
    tr_buf_finish(&text);
    assert_non_null(object);
    return object;
}

static void assert_same_shape(const struct tr_drift_shape *a, const struct tr_drift_shape *b)
{
    assert_true(a->rows == b->rows && a->missing == b->missing && a->blocks == b->blocks);
    assert_true(a->bins.edges == b->bins.edges && a->sketch.n == b->sketch.n);
    assert_same_bits(a->own_psi, b->own_psi);
    assert_same_bits(a->own_ks, b->own_ks);
    for (size_t e = 0; e < a->bins.edges; e++)
        assert_same_bits(a->bins.edge[e], b->bins.edge[e]);
    for (size_t e = 0; e < a->bins.edges + 2; e++)
        assert_same_bits(a->bins.share[e], b->bins.share[e]);
    for (size_t i = 0; i < TR_SKETCH_QUANTILES; i++)
        assert_same_bits(a->sketch.value[i], b->sketch.value[i]);
}

/* How the values of one window of the round trip come about. */
static double awkward(struct tr_rng *rng, int kind)
{
    double x = tr_rng_normal(rng);
    switch (kind) {
    case 0:
        return x * 1e-300;
    case 1:
        return x * 1e300;
    case 2:
        return x > 0.0 ? 0.0 : -0.0;
    case 3:
        return (double)NAN;
    case 4:
        return tr_rng_uniform(rng) < 0.5 ? (double)NAN : floor(x);
    default:
        return x;
    }
}

static void a_shape_reads_back_to_the_same_bits(void **state)
{
    static double x[N];
    struct tr_drift_shape shape, back;
    struct tr_error err;
    struct tr_rng rng;
    (void)state;
    tr_rng_init(&rng, 4, 0);
    for (int kind = 0; kind < 6; kind++) {
        for (size_t n = 1; n <= N; n = n * 7 + 1) {
            for (size_t i = 0; i < n; i++)
                x[i] = awkward(&rng, kind);
            assert_ok(tr_drift_shape_make(n, x, n < 2 ? 0 : 2, &shape, &err), &err);
            json_t *object = through_json(&shape);
            assert_ok(tr_drift_shape_read(object, &back, &err), &err);
            assert_same_shape(&shape, &back);
            json_decref(object);
        }
    }
}

static void a_damaged_shape_is_refused(void **state)
{
    static const char *const damage[][2] = {
        {"rows", "0"},
        {"rows", "-3"},
        {"rows", "1800.5"},
        {"rows", "null"},
        {"missing", "1801"},
        {"missing", "-1"},
        {"blocks", "1801"},
        {"own_psi", "-0.1"},
        {"own_psi", "\"0.1\""},
        {"own_ks", "1.5"},
        {"edges", "[0, 1, 1]"},
        {"edges", "[2, 1, 0]"},
        {"edges", "[1,2,3,4,5,6,7,8,9,10]"},
        {"edges", "{}"},
        {"shares", "[]"},
        {"shares", "[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.2,-0.1]"},
        {"shares", "[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.2,0]"},
        {"shares", "[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,null,0]"},
        {"quantiles", "[]"},
        {"quantiles", "[1, 2, 3]"},
    };
    static double x[N];
    struct tr_drift_shape shape, back;
    struct tr_error err;
    (void)state;
    draw(5, 0.0, x);
    assert_ok(tr_drift_shape_make(N, x, BLOCKS, &shape, &err), &err);
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        json_t *object = through_json(&shape);
        json_t *value = json_loads(damage[i][1], JSON_DECODE_ANY, NULL);
        assert_int_equal(json_object_set_new(object, damage[i][0], value), 0);
        assert_int_equal(tr_drift_shape_read(object, &back, &err), TR_CORRUPT);
        assert_non_null(strstr(err.text, damage[i][0]));
        assert_int_equal(json_object_del(object, damage[i][0]), 0);
        assert_int_equal(tr_drift_shape_read(object, &back, &err), TR_CORRUPT);
        json_decref(object);
    }
    json_t *object = through_json(&shape), *list = json_object_get(object, "quantiles");
    json_array_set_new(list, 300, json_real(-99.0));
    assert_int_equal(tr_drift_shape_read(object, &back, &err), TR_CORRUPT);
    json_decref(object);
    assert_int_equal(tr_drift_shape_read(NULL, &back, &err), TR_CORRUPT);
}

static void failing_allocations_are_errors_and_leak_nothing(void **state)
{
    static double x[N];
    struct tr_drift_shape shape;
    struct tr_error err;
    double psi, ks;
    enum tr_status status = TR_NOMEM;
    (void)state;
    draw(6, 0.1, x);
    size_t k = 0;
    while (status == TR_NOMEM) {
        tr_alloc_fail_at(++k);
        status = tr_drift_shape_make(N, x, BLOCKS, &shape, &err);
        tr_alloc_fail_at(0);
        assert_true(k < 30);
    }
    assert_ok(status, &err);
    assert_true(k > 4);
    tr_alloc_fail_at(1);
    assert_int_equal(tr_drift_shape_compare(&shape, N, x, &psi, &ks, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_figures_are_the_largest_of_a_block_against_the_rest),
        cmocka_unit_test(the_window_itself_has_not_moved),
        cmocka_unit_test(values_that_go_missing_are_drift_by_psi_and_untold_by_ks),
        cmocka_unit_test(a_shape_reads_back_to_the_same_bits),
        cmocka_unit_test(a_damaged_shape_is_refused),
        cmocka_unit_test(failing_allocations_are_errors_and_leak_nothing),
    };
    return cmocka_run_group_tests_name("usecase/drift_shape", tests, NULL, NULL);
}
