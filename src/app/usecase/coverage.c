#include "app/usecase/coverage.h"

#include <assert.h>
#include <math.h>

void tr_coverage_add(struct tr_coverage *coverage, enum tr_outcome_set set, size_t regime, int event)
{
    assert(regime < TR_RECIPE_REGIMES && event <= 1);
    coverage->bars[set][regime][event < 0 ? TR_COVERAGE_OPEN : event]++;
}

size_t tr_coverage_sets(const struct tr_coverage *coverage, enum tr_outcome_set set)
{
    size_t n = 0;

    for (size_t regime = 0; regime < TR_RECIPE_REGIMES; regime++) {
        for (int outcome = 0; outcome <= TR_COVERAGE_OPEN; outcome++)
            n += coverage->bars[set][regime][outcome];
    }
    return n;
}

size_t tr_coverage_all_sets(const struct tr_coverage *coverage)
{
    size_t n = 0;

    for (int set = TR_SET_UNKNOWN + 1; set < TR_SET_COUNT; set++)
        n += tr_coverage_sets(coverage, (enum tr_outcome_set)set);
    return n;
}

static void finish(struct tr_coverage_rate *rate, double uniqueness)
{
    double n = (double)rate->rows * uniqueness;

    rate->rate = rate->rows ? (double)rate->hits / (double)rate->rows : (double)NAN;
    rate->interval =
        rate->rows ? tr_rate_interval(n * rate->rate, n, 0.05) : (struct tr_interval){(double)NAN, (double)NAN};
}

/* The rows of some outcomes and regimes, each from ... to, whose outcome is in the set. */
static struct tr_coverage_rate covered(const struct tr_coverage *coverage, int outcome_from, int outcome_to,
                                       size_t regime_from, size_t regime_to, double uniqueness)
{
    struct tr_coverage_rate rate = {0};

    for (int set = TR_SET_UNKNOWN + 1; set < TR_SET_COUNT; set++) {
        for (size_t regime = regime_from; regime <= regime_to; regime++) {
            for (int outcome = outcome_from; outcome <= outcome_to; outcome++) {
                size_t n = coverage->bars[set][regime][outcome];

                rate.rows += n;
                rate.hits += tr_set_holds((enum tr_outcome_set)set, outcome == 1) ? n : 0;
            }
        }
    }
    finish(&rate, uniqueness);
    return rate;
}

struct tr_coverage_rate tr_coverage_overall(const struct tr_coverage *coverage, double uniqueness)
{
    return covered(coverage, 0, 1, 0, TR_RECIPE_REGIMES - 1, uniqueness);
}

struct tr_coverage_rate tr_coverage_of_outcome(const struct tr_coverage *coverage, bool tp1, double uniqueness)
{
    return covered(coverage, tp1, tp1, 0, TR_RECIPE_REGIMES - 1, uniqueness);
}

struct tr_coverage_rate tr_coverage_of_regime(const struct tr_coverage *coverage, size_t regime, double uniqueness)
{
    return covered(coverage, 0, 1, regime, regime, uniqueness);
}

struct tr_coverage_rate tr_coverage_tp1(const struct tr_coverage *coverage, enum tr_outcome_set set, double uniqueness)
{
    struct tr_coverage_rate rate = {0};

    for (int s = TR_SET_UNKNOWN + 1; s < TR_SET_COUNT; s++) {
        for (size_t regime = 0; regime < TR_RECIPE_REGIMES; regime++) {
            if (set != TR_SET_COUNT && set != (enum tr_outcome_set)s)
                continue;
            rate.rows += coverage->bars[s][regime][0] + coverage->bars[s][regime][1];
            rate.hits += coverage->bars[s][regime][1];
        }
    }
    finish(&rate, uniqueness);
    return rate;
}
