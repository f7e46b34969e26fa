#include "support/test.h"

#include "base/order.h"
#include "base/rng.h"
#include "engine/calibrate/rank.h"

#include <math.h>

static void a_rank_counts_lower_scores_and_half_of_equal_ones(void **state)
{
    (void)state;
    const double sorted[] = {0.1, 0.2, 0.2, 0.2, 0.9};
    assert_near(tr_rank(5, sorted, 0.0), 0.5 / 6.0, 1e-16);
    assert_near(tr_rank(5, sorted, 0.1), 1.0 / 6.0, 1e-16);
    assert_near(tr_rank(5, sorted, 0.15), 1.5 / 6.0, 1e-16);
    assert_near(tr_rank(5, sorted, 0.2), 3.0 / 6.0, 1e-16);
    assert_near(tr_rank(5, sorted, 0.9), 5.0 / 6.0, 1e-16);
    assert_near(tr_rank(5, sorted, 1.0), 5.5 / 6.0, 1e-16);
}

static void a_rank_without_reference_is_one_half(void **state)
{
    (void)state;
    assert_near(tr_rank(0, NULL, 3.0), 0.5, 0.0);
}

static void ranks_of_random_scores_agree_with_counting(void **state)
{
    (void)state;
    enum { MOST = 40 };
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    for (int round = 0; round < 2000; round++) {
        size_t m = 1 + (size_t)tr_rng_below(&rng, MOST);
        double reference[MOST], score = floor(10.0 * tr_rng_uniform(&rng));
        double below = 0.0, equal = 0.0;
        for (size_t i = 0; i < m; i++) {
            reference[i] = floor(10.0 * tr_rng_uniform(&rng));
            below += reference[i] < score ? 1.0 : 0.0;
            equal += reference[i] == score ? 1.0 : 0.0;
        }
        tr_sort_doubles(m, reference);
        double rank = tr_rank(m, reference, score);
        assert_near(rank, (below + 0.5 * equal + 0.5) / ((double)m + 1.0), 1e-15);
        assert_true(rank > 0.0 && rank < 1.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_counts_lower_scores_and_half_of_equal_ones),
        cmocka_unit_test(a_rank_without_reference_is_one_half),
        cmocka_unit_test(ranks_of_random_scores_agree_with_counting),
    };
    return cmocka_run_group_tests_name("engine/calibrate/rank", tests, NULL, NULL);
}
