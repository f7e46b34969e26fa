#include "engine/model/gbdt/train_test.h"

#include "engine/model/gbdt/objective.h"

#include <stdio.h>

enum { ROWS = 60 };

static void make(struct test_rows *t, const struct tr_gbdt_params *params, bool weighted, struct tr_gbdt_target *out)
{
    struct tr_error err;
    rows_make_up(t, ROWS, 3, params->num_class, 4);
    t->rows.weight = weighted ? t->weight : NULL;
    assert_ok(tr_gbdt_target_init(out, params, &t->rows, &err), &err);
}

static double total_of(const struct test_rows *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < ROWS; i++)
        sum += t->rows.weight ? t->weight[i] : 1.0;
    return sum;
}

/* Gradients are slopes of the loss, and hessians slopes of gradients (times K / (K - 1) of several classes). */
static void check_slopes(const struct tr_gbdt_params *params, bool weighted)
{
    struct test_rows t;
    struct tr_gbdt_target target;
    struct tr_rng rng;
    double score[3 * ROWS];
    float at[6 * ROWS], up[6 * ROWS], down[6 * ROWS];
    tr_rng_init(&rng, 3, 0);
    make(&t, params, weighted, &target);
    size_t n = target.classes * ROWS;
    double total = total_of(&t), scale = target.classes > 1 ? (double)target.classes / ((double)target.classes - 1) : 1;
    for (size_t i = 0; i < n; i++)
        score[i] = 2.0 * tr_rng_normal(&rng);
    tr_gbdt_target_gradients(&target, score, at);
    for (size_t i = 0; i < n; i++) {
        const double kept = score[i], step = 1e-3;
        score[i] = kept + step;
        double above = tr_gbdt_target_loss(&target, score);
        tr_gbdt_target_gradients(&target, score, up);
        score[i] = kept - step;
        double below = tr_gbdt_target_loss(&target, score);
        tr_gbdt_target_gradients(&target, score, down);
        score[i] = kept;
        assert_near((above - below) / (2.0 * step) * total, (double)at[2 * i], 1e-6 * params->sigmoid);
        assert_near(((double)up[2 * i] - (double)down[2 * i]) / (2.0 * step) * scale, (double)at[2 * i + 1], 3e-4);
    }
    tr_gbdt_target_finish(&target);
    rows_finish(&t);
}

static void gradients_are_slopes_of_the_loss(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    tr_gbdt_params_defaults(&params);
    check_slopes(&params, false);
    check_slopes(&params, true);
    params.sigmoid = 0.7;
    check_slopes(&params, true);
    params.sigmoid = 1.0;
    params.objective = TR_GBDT_MULTICLASS;
    params.num_class = 3;
    check_slopes(&params, false);
    check_slopes(&params, true);
}

static void at_the_average_the_gradients_add_up_to_nothing(void **state)
{
    (void)state;
    for (size_t classes = 1; classes <= 3; classes += 2) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_gbdt_target target;
        double score[3 * ROWS];
        float gradient[6 * ROWS];
        tr_gbdt_params_defaults(&params);
        params.objective = classes == 1 ? TR_GBDT_BINARY : TR_GBDT_MULTICLASS;
        params.num_class = classes;
        make(&t, &params, true, &target);
        for (size_t i = 0; i < classes * ROWS; i++)
            score[i] = tr_gbdt_target_average(&target, i / ROWS);
        tr_gbdt_target_gradients(&target, score, gradient);
        for (size_t k = 0; k < classes; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < ROWS; i++)
                sum += (double)gradient[2 * (k * ROWS + i)];
            assert_near(sum, 0.0, 1e-5);
            assert_true(tr_gbdt_target_open(&target, k));
        }
        tr_gbdt_target_finish(&target);
        rows_finish(&t);
    }
}

static void class_weights_are_lightgbms(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_gbdt_target target;
    tr_gbdt_params_defaults(&params);
    params.is_unbalance = true;
    make(&t, &params, false, &target);
    double yes = 0.0;
    for (size_t i = 0; i < ROWS; i++)
        yes += t.y[i];
    assert_true(yes > 0.0 && yes < ROWS && yes != 30.0);
    assert_near(target.class_weight[0], fmax(1.0, yes / (ROWS - yes)), 1e-15);
    assert_near(target.class_weight[1], fmax(1.0, (ROWS - yes) / yes), 1e-15);
    tr_gbdt_target_finish(&target);
    rows_finish(&t);
    params.is_unbalance = false;
    params.scale_pos_weight = 2.5;
    make(&t, &params, false, &target);
    assert_true(target.class_weight[0] == 1.0 && target.class_weight[1] == 2.5);
    tr_gbdt_target_finish(&target);
    rows_finish(&t);
}

static void margins_far_out_stay_numbers(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_gbdt_target target;
    double score[ROWS];
    float gradient[2 * ROWS];
    tr_gbdt_params_defaults(&params);
    make(&t, &params, true, &target);
    for (size_t i = 0; i < ROWS; i++)
        score[i] = (i % 2 ? 1.0 : -1.0) * pow(10.0, (double)(i % 300));
    tr_gbdt_target_gradients(&target, score, gradient);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(fabsf(gradient[2 * i]) <= 1.2F && gradient[2 * i + 1] >= 0.0F && gradient[2 * i + 1] <= 0.3F);
    assert_true(isfinite(tr_gbdt_target_loss(&target, score)));
    tr_gbdt_target_finish(&target);
    rows_finish(&t);
}

static void every_instruction_set_gives_the_same_slopes(void **state)
{
    (void)state;
    enum { N = 1003 };
    static double side[N], factor[N], score[N];
    static float expected[2 * N], got[2 * N];
    struct tr_rng rng;
    tr_rng_init(&rng, 8, 0);
    for (size_t i = 0; i < N; i++) {
        side[i] = tr_rng_below(&rng, 2) ? 1.3 : -1.3;
        factor[i] = tr_rng_uniform(&rng);
        score[i] = tr_rng_normal(&rng) * pow(10.0, (double)tr_rng_below(&rng, 5));
    }
    tr_gbdt_slopes_plain(N, 1.3, side, factor, score, expected);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        tr_gbdt_slopes_avx2(N, 1.3, side, factor, score, got);
        assert_memory_equal(got, expected, sizeof expected);
        puts("# avx2 compared");
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
        tr_gbdt_slopes_avx512(N, 1.3, side, factor, score, got);
        assert_memory_equal(got, expected, sizeof expected);
        puts("# avx512 compared");
    }
#else
    (void)got;
#endif
    for (size_t i = 0; i < N; i++) {
        double p = 1.0 / (1.0 + exp(-1.3 * score[i])), slope = 1.3 * (side[i] > 0.0 ? p - 1.0 : p) * factor[i];
        assert_near((double)expected[2 * i], slope, 2e-7);
        assert_near((double)expected[2 * i + 1], 1.69 * p * (1.0 - p) * factor[i], 2e-7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_slopes_of_the_loss),
        cmocka_unit_test(at_the_average_the_gradients_add_up_to_nothing),
        cmocka_unit_test(class_weights_are_lightgbms),
        cmocka_unit_test(margins_far_out_stay_numbers),
        cmocka_unit_test(every_instruction_set_gives_the_same_slopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
