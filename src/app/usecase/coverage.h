/* What the conformal sets of a replay held, and how often the outcome was in them. */
#ifndef TR_USECASE_COVERAGE_H
#define TR_USECASE_COVERAGE_H

#include "app/usecase/recipe.h"
#include "engine/score/interval.h"

enum { TR_COVERAGE_OPEN = 2 }; /* the outcome of a bar: 0 and 1 as the TP1 event, 2 not known yet */

/* Decided bars by set, regime and outcome. All that is said here is a sum of these; without the bars whose set is
 * unknown, which are counted but enter nothing. */
struct tr_coverage {
    size_t bars[TR_SET_COUNT][TR_RECIPE_REGIMES][3];
};

/* hits of the rows with a known outcome; NaN where there is none. */
struct tr_coverage_rate {
    size_t rows, hits;
    double rate;
    struct tr_interval interval; /* two-sided 95 % on effective counts */
};

/* event: 0, 1, or negative while unknown. */
void tr_coverage_add(struct tr_coverage *coverage, enum tr_outcome_set set, size_t regime, int event);

/* How many sets were of this kind, whatever came of them. */
size_t tr_coverage_sets(const struct tr_coverage *coverage, enum tr_outcome_set set);
/* Sets of every kind that is not unknown. */
size_t tr_coverage_all_sets(const struct tr_coverage *coverage);

/* uniqueness: how many independent rows a row is worth, on average (n / rows of struct tr_head_score). */

/* How often the outcome was in the set: over all rows, those with this outcome, those of this regime. */
struct tr_coverage_rate tr_coverage_overall(const struct tr_coverage *coverage, double uniqueness);
struct tr_coverage_rate tr_coverage_of_outcome(const struct tr_coverage *coverage, bool tp1, double uniqueness);
struct tr_coverage_rate tr_coverage_of_regime(const struct tr_coverage *coverage, size_t regime, double uniqueness);
/* How often TP1 was reached where the set was this one; with TR_SET_COUNT: over all rows, the base rate beside it. */
struct tr_coverage_rate tr_coverage_tp1(const struct tr_coverage *coverage, enum tr_outcome_set set, double uniqueness);

#endif
