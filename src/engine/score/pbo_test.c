#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/pbo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 400, MOST_COLS = 30, MOST_CHOICES = 13000 };

static double values[MOST_ROWS * MOST_COLS];

static struct tr_matrix table(size_t rows, size_t cols)
{
    return (struct tr_matrix){rows, cols, rows, values};
}

static void fill_noise(struct tr_rng *rng, const struct tr_matrix *m)
{
    for (size_t i = 0; i < m->rows * m->cols; i++)
        m->data[i] = 0.01 * tr_rng_normal(rng);
}

static struct tr_pbo estimate(const struct tr_matrix *m, size_t blocks)
{
    struct tr_pbo out;
    struct tr_error err;
    assert_ok(tr_pbo_estimate(m, blocks, &out, &err), &err);
    return out;
}

static double slow_ratio(const struct tr_matrix *m, size_t col, size_t blocks, unsigned chosen)
{
    double kept[MOST_ROWS] = {0.0}, sum = 0.0, squares = 0.0;
    size_t n = 0, each = m->rows / blocks, dropped = m->rows - each * blocks;
    for (size_t r = dropped; r < m->rows; r++)
        if (chosen >> ((r - dropped) / each) & 1)
            kept[n++] = tr_matrix_at(m, r, col);
    bool constant = true;
    for (size_t i = 0; i < n; i++) {
        sum += kept[i];
        constant = constant && kept[i] == kept[0];
    }
    if (constant)
        return kept[0] == 0.0 ? 0.0 : kept[0] > 0.0 ? HUGE_VAL : -HUGE_VAL;
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (kept[i] - mean) * (kept[i] - mean);
    return mean / sqrt(squares / (double)(n - 1));
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* By the definition, rows gathered anew for every choice. */
static struct tr_pbo slow_estimate(const struct tr_matrix *m, size_t blocks)
{
    static double lambda[MOST_CHOICES], in[MOST_CHOICES], out[MOST_CHOICES];
    size_t choices = 0, overfit = 0, losses = 0;
    for (unsigned chosen = 0; chosen < 1U << blocks; chosen++) {
        size_t bits = 0;
        for (unsigned rest = chosen; rest; rest &= rest - 1)
            bits++;
        if (bits != blocks / 2)
            continue;
        double inside[MOST_COLS] = {0.0}, outside[MOST_COLS] = {0.0};
        size_t best = 0;
        for (size_t c = 0; c < m->cols; c++) {
            inside[c] = slow_ratio(m, c, blocks, chosen);
            outside[c] = slow_ratio(m, c, blocks, ~chosen & ((1U << blocks) - 1));
            best = inside[c] > inside[best] ? c : best;
        }
        double below = 0.0, equal = 0.0;
        for (size_t c = 0; c < m->cols; c++) {
            below += outside[c] < outside[best];
            equal += outside[c] == outside[best];
        }
        double rank = below + 0.5 * (equal + 1.0);
        double w = rank / (double)(m->cols + 1);
        lambda[choices] = log(w / (1.0 - w));
        in[choices] = inside[best];
        out[choices] = outside[best];
        overfit += 2.0 * rank <= (double)(m->cols + 1);
        losses += outside[best] < 0.0;
        choices++;
    }
    double mean_in = 0.0, mean_out = 0.0, spread = 0.0, shared = 0.0;
    for (size_t i = 0; i < choices; i++) {
        mean_in += in[i] / (double)choices;
        mean_out += out[i] / (double)choices;
    }
    for (size_t i = 0; i < choices; i++) {
        spread += (in[i] - mean_in) * (in[i] - mean_in);
        shared += (in[i] - mean_in) * (out[i] - mean_out);
    }
    qsort(lambda, choices, sizeof *lambda, by_value);
    return (struct tr_pbo){.choices = choices,
                           .pbo = (double)overfit / (double)choices,
                           .median_lambda = 0.5 * (lambda[choices / 2 - 1] + lambda[choices / 2]),
                           .slope = shared / spread,
                           .loss_share = (double)losses / (double)choices};
}

static void the_estimate_equals_a_slow_reference(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 101, 0);
    for (int round = 0; round < 60; round++) {
        size_t blocks = 2 + 2 * (size_t)tr_rng_below(&rng, 4);
        size_t rows = blocks * TR_PBO_BLOCK_ROWS + (size_t)tr_rng_below(&rng, 100), cols = 2 + (size_t)(round % 9);
        struct tr_matrix m = table(rows, cols);
        fill_noise(&rng, &m);
        for (size_t r = 0; r < rows; r++)
            m.data[r] += 0.003 * (round % 4); /* skill of the first variant */
        if (round % 3 == 0)                   /* two alike: ties in and out of the sample */
            memcpy(m.data + (cols - 1) * rows, m.data, rows * sizeof *m.data);
        if (round % 5 == 0) /* one that never traded */
            memset(m.data + rows, 0, rows * sizeof *m.data);
        struct tr_pbo found = estimate(&m, blocks), expected = slow_estimate(&m, blocks);
        assert_true(found.choices == expected.choices && found.blocks == blocks && found.block_rows == rows / blocks);
        assert_near(found.pbo, expected.pbo, 1e-14);
        assert_near(found.median_lambda, expected.median_lambda, 1e-12);
        assert_near(found.loss_share, expected.loss_share, 1e-14);
        assert_near(found.slope, expected.slope, 1e-7 * (1.0 + fabs(expected.slope)));
    }
}

static void sixteen_blocks_make_12870_choices(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 102, 0);
    const size_t blocks[] = {16, 12, 10}, choices[] = {12870, 924, 252};
    struct tr_matrix m = table(200, 5);
    fill_noise(&rng, &m);
    for (int k = 0; k < 3; k++)
        assert_true(estimate(&m, blocks[k]).choices == choices[k]);
    struct tr_pbo found = estimate(&m, 16), expected = slow_estimate(&m, 16);
    assert_near(found.pbo, expected.pbo, 1e-14);
    assert_near(found.median_lambda, expected.median_lambda, 1e-12);
    assert_near(found.slope, expected.slope, 1e-7);
}

static void noise_is_overfit_in_half_of_the_choices(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 103, 0);
    double pbo = 0.0, lambda = 0.0, slope = 0.0;
    for (int round = 0; round < 300; round++) {
        struct tr_matrix m = table(240, 20); /* an even number of variants: no middle rank */
        fill_noise(&rng, &m);
        struct tr_pbo found = estimate(&m, 10);
        pbo += found.pbo / 300;
        lambda += found.median_lambda / 300;
        slope += found.slope / 300;
    }
    assert_near(pbo, 0.5, 0.05);
    assert_near(lambda, 0.0, 0.2);
    assert_true(slope < 0.0); /* what noise gains on one half of fixed rows it lacks on the other */
}

static void one_truly_better_variant_is_found_again(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 104, 0);
    for (int round = 0; round < 20; round++) {
        struct tr_matrix m = table(400, 20);
        fill_noise(&rng, &m);
        for (size_t r = 0; r < 400; r++)
            m.data[7 * 400 + r] += 0.005; /* half a standard deviation a day */
        struct tr_pbo found = estimate(&m, TR_PBO_BLOCKS);
        assert_true(found.pbo < 0.01 && found.median_lambda > 2.0 && found.loss_share < 0.01);
    }
}

static void short_histories_get_fewer_blocks(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 105, 0);
    const size_t rows[] = {8, 15, 16, 47, 48, 63, 64, 400}, blocks[] = {2, 2, 4, 10, 12, 14, 16, 16};
    for (int k = 0; k < 8; k++) {
        struct tr_matrix m = table(rows[k], 3);
        fill_noise(&rng, &m);
        struct tr_pbo found = estimate(&m, 16);
        assert_true(found.blocks == blocks[k] && found.block_rows == rows[k] / blocks[k]);
    }
}

static void variants_that_never_change_have_a_rank_too(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 106, 0);
    struct tr_matrix m = table(80, 3);
    memset(values, 0, sizeof values);
    struct tr_pbo found = estimate(&m, 8); /* nobody traded: all tie at the middle, which counts as overfit */
    assert_true(found.pbo == 1.0 && found.median_lambda == 0.0 && found.loss_share == 0.0 && isnan(found.slope));
    fill_noise(&rng, &m);
    for (size_t r = 0; r < 80; r++)
        values[80 + r] = 0.1; /* a sure gain beats everything, in and out of the sample */
    found = estimate(&m, 8);
    assert_true(found.pbo == 0.0 && isnan(found.slope));
    assert_near(found.median_lambda, log(3.0), 1e-15);
}

static void what_cannot_be_judged_is_refused(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 107, 0);
    struct tr_matrix one = table(100, 1), few = table(7, 4), good = table(100, 4);
    fill_noise(&rng, &good);
    struct tr_pbo out;
    struct tr_error err;
    assert_int_equal(tr_pbo_estimate(&one, 16, &out, &err), TR_INVALID);
    assert_true(isnan(out.pbo) && out.choices == 0);
    assert_int_equal(tr_pbo_estimate(&few, 16, &out, &err), TR_INVALID);
    const size_t wrong[] = {0, 1, 7, 22};
    for (int k = 0; k < 4; k++)
        assert_int_equal(tr_pbo_estimate(&good, wrong[k], &out, &err), TR_INVALID);
    values[250] = (double)NAN;
    assert_int_equal(tr_pbo_estimate(&good, 16, &out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "row 50 of variant 2"));
    values[250] = -HUGE_VAL;
    assert_int_equal(tr_pbo_estimate(&good, 16, &out, &err), TR_INVALID);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 108, 0);
    struct tr_matrix m = table(100, 4);
    fill_noise(&rng, &m);
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        struct tr_pbo out;
        struct tr_error err;
        assert_true(k < 10);
        tr_alloc_fail_at(k);
        status = tr_pbo_estimate(&m, 6, &out, &err);
        tr_alloc_fail_at(0);
        assert_true((status == TR_NOMEM && isnan(out.pbo)) || (status == TR_OK && k > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_estimate_equals_a_slow_reference),
        cmocka_unit_test(sixteen_blocks_make_12870_choices),
        cmocka_unit_test(noise_is_overfit_in_half_of_the_choices),
        cmocka_unit_test(one_truly_better_variant_is_found_again),
        cmocka_unit_test(short_histories_get_fewer_blocks),
        cmocka_unit_test(variants_that_never_change_have_a_rank_too),
        cmocka_unit_test(what_cannot_be_judged_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/score/pbo", tests, NULL, NULL);
}
