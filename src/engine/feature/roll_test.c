#include "support/test.h"

#include "base/rng.h"
#include "engine/feature/block.h"
#include "engine/feature/roll.h"

#include <math.h>

#define ROWS (TR_PAST + TR_BLOCK)

/* Values on a coarse grid, so that ties are frequent. */
static void fill(double *x, uint64_t seed)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = 1 + (double)tr_rng_below(&rng, 40) / 8;
}

static void test_sums_and_deviations_equal_the_plain_loops(void **unused)
{
    (void)unused;
    double x[ROWS], sum[TR_BLOCK], mean[TR_BLOCK], variance[TR_BLOCK], off[TR_BLOCK], absolute[TR_BLOCK];
    fill(x, 1);
    for (size_t window = 1; window <= TR_PAST; window++) {
        tr_roll_sum(TR_BLOCK, x + TR_PAST, window, sum);
        tr_roll_variance(TR_BLOCK, x + TR_PAST, window, mean, variance);
        tr_roll_abs_deviation(TR_BLOCK, x + TR_PAST, window, off, absolute);
        for (size_t i = 0; i < TR_BLOCK; i++) {
            double s = 0, q = 0, a = 0;
            for (size_t j = 0; j < window; j++)
                s += x[TR_PAST + i - j];
            for (size_t j = 0; j < window; j++) {
                double d = x[TR_PAST + i - j] - s / (double)window;
                q += d * d;
                a += fabs(d);
            }
            assert_true(sum[i] == s); /* exact: multiples of 1/8 */
            assert_near(mean[i], s / (double)window, 1e-14);
            assert_near(variance[i], q / (double)window, 1e-13);
            assert_near(off[i], x[TR_PAST + i] - s / (double)window, 1e-14);
            assert_near(absolute[i], a / (double)window, 1e-13);
        }
    }
}

static void test_a_constant_window_has_exactly_its_value_and_no_deviation(void **unused)
{
    (void)unused;
    static const size_t windows[] = {20, 24, 48, 99};
    double x[ROWS], mean[TR_BLOCK], spread[TR_BLOCK];
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    for (int k = 0; k < 400; k++) {
        double value = exp(20 * tr_rng_normal(&rng));
        for (size_t i = 0; i < ROWS; i++)
            x[i] = value;
        tr_roll_variance(TR_BLOCK, x + TR_PAST, windows[k % 4], mean, spread);
        for (size_t i = 0; i < TR_BLOCK; i++)
            assert_true(mean[i] == value && spread[i] == 0);
        tr_roll_abs_deviation(TR_BLOCK, x + TR_PAST, windows[k % 4], mean, spread);
        for (size_t i = 0; i < TR_BLOCK; i++)
            assert_true(mean[i] == 0);
    }
}

static void test_extremes_equal_the_plain_loops(void **unused)
{
    (void)unused;
    static const size_t window[] = {1, 2, 3, 9, 14, 20, 26, 52, 64, 100};
    double x[ROWS], out[2][10][TR_BLOCK], *high[10], *low[10];
    fill(x, 2);
    for (size_t w = 0; w < 10; w++) {
        high[w] = out[0][w];
        low[w] = out[1][w];
    }
    for (size_t n = 1; n <= TR_BLOCK; n += 17) {
        tr_roll_extremes(n, x + TR_PAST, false, 10, window, high);
        tr_roll_extremes(n, x + TR_PAST, true, 10, window, low);
        for (size_t i = 0; i < n; i++)
            for (size_t w = 0; w < 10; w++) {
                double highest = x[TR_PAST + i], lowest = highest;
                for (size_t j = 1; j < window[w]; j++) {
                    highest = fmax(highest, x[TR_PAST + i - j]);
                    lowest = fmin(lowest, x[TR_PAST + i - j]);
                }
                assert_true(high[w][i] == highest && low[w][i] == lowest);
            }
    }
}

static void test_ranks_count_ties_half(void **unused)
{
    (void)unused;
    double x[ROWS], rank[TR_BLOCK];
    fill(x, 4);
    tr_roll_rank(TR_BLOCK, x + TR_PAST, 99, rank);
    for (size_t i = 0; i < TR_BLOCK; i++) {
        int below = 0, equal = 0;
        for (size_t j = 1; j <= 99; j++) {
            below += x[TR_PAST + i - j] < x[TR_PAST + i];
            equal += x[TR_PAST + i - j] == x[TR_PAST + i];
        }
        assert_true(rank[i] == 2 * below + equal);
    }
}

static void test_a_row_does_not_depend_on_where_its_block_starts(void **unused)
{
    (void)unused;
    double x[ROWS], whole[6][TR_BLOCK], one[2];
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = tr_rng_normal(&rng);
    tr_roll_sum(TR_BLOCK, x + TR_PAST, 24, whole[0]);
    tr_roll_variance(TR_BLOCK, x + TR_PAST, 48, whole[1], whole[2]);
    tr_roll_abs_deviation(TR_BLOCK, x + TR_PAST, 20, whole[3], whole[4]);
    tr_roll_rank(TR_BLOCK, x + TR_PAST, 99, whole[5]);
    for (size_t i = 0; i < TR_BLOCK; i++) {
        const double *row = x + TR_PAST + i;
        tr_roll_sum(1, row, 24, one);
        assert_same_bits(one[0], whole[0][i]);
        tr_roll_variance(1, row, 48, one, one + 1);
        assert_same_bits(one[0], whole[1][i]);
        assert_same_bits(one[1], whole[2][i]);
        tr_roll_abs_deviation(1, row, 20, one, one + 1);
        assert_same_bits(one[0], whole[3][i]);
        assert_same_bits(one[1], whole[4][i]);
        tr_roll_rank(1, row, 99, one);
        assert_same_bits(one[0], whole[5][i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_and_deviations_equal_the_plain_loops),
        cmocka_unit_test(test_a_constant_window_has_exactly_its_value_and_no_deviation),
        cmocka_unit_test(test_extremes_equal_the_plain_loops),
        cmocka_unit_test(test_ranks_count_ties_half),
        cmocka_unit_test(test_a_row_does_not_depend_on_where_its_block_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
