/* What the newest matured out-of-sample rows of one side say: base rate, probability of a score, proven threshold, and
 * which outcomes of a score cannot be ruled out. */
#ifndef TR_CALIBRATE_CALIBRATION_H
#define TR_CALIBRATE_CALIBRATION_H

#include "engine/calibrate/conformal.h"
#include "engine/calibrate/learn_then_test.h"
#include "engine/calibrate/venn_abers.h"

#include <stdint.h>

/* One side's rows in order of time; borrowed arrays, each [n]. */
struct tr_calibration_rows {
    size_t n;
    const double *rank;     /* of the score, (0, 1) */
    const double *y;        /* TP1 event, 0 or 1 */
    const double *gain_atr; /* of the row's kernel outcome */
    const size_t *first;    /* span on the bar axis: t + 1 ... */
    const size_t *last;     /* ... the bar that decided y */
    const int64_t *time_ms; /* open stamp of t */
    const size_t *category; /* 0 .. options.categories - 1; read only where sets are by category; NULL: all the same */
};

/* Conformal sets: whose rows share a quantile. */
enum tr_set_kind {
    TR_SETS_OFF,
    TR_SETS_MARGINAL,   /* all rows */
    TR_SETS_BY_CLASS,   /* rows of the same outcome: the promise holds within each */
    TR_SETS_BY_CATEGORY /* rows of the same category: likewise */
};

/* Which outcomes of a row cannot be ruled out. */
enum tr_outcome_set {
    TR_SET_UNKNOWN, /* sets are off, or there is no rank or no calibration row */
    TR_SET_EMPTY,
    TR_SET_NOT_TP1, /* only that TP1 is not reached */
    TR_SET_TP1,     /* only that it is */
    TR_SET_BOTH,
    TR_SET_COUNT
};

struct tr_calibration_options {
    double delta;      /* 0.1: lower bounds and Learn-then-Test */
    double min_target; /* 0.55 */
    double min_n;      /* 50 effective */
    int64_t block_ms;  /* 48 h: moving blocks of the expected-value interval */
    size_t draws;      /* 1000 */
    uint64_t seed;
    enum tr_set_kind sets; /* off */
    double miscoverage;    /* 0.1: share of outcomes that the sets may miss */
    size_t categories;     /* 1 */
};

/* Fewest rows that share a quantile of their own; with fewer they take that of all rows. */
#define TR_SETS_MIN_ROWS 200

struct tr_calibration_options tr_calibration_defaults(void);

struct tr_calibration; /* read-only once made */

/* Rates and means are plain over the rows: every bar counts the same, as it does for a random entry. The average
 * uniqueness w of the rows' spans says only how many independent rows they are worth: n = sum w, k = n * rate.
 * Weighting the rates by w would favour what is decided quickly, and target 1 is nearer than the stop: with scores that
 * knew nothing it lifted b of real series by 1 to 3 points and their mean gain by 0.02 to 0.08 ATR. */
struct tr_calibration_facts {
    size_t rows;
    double n, k;                   /* effective: n = sum w, k = n * base_rate */
    double base_rate;              /* b: plain share of the rows with y = 1 */
    double base_lower, base_upper; /* two-sided 95 % on effective counts */
    bool enough;                   /* n >= min_n */
    bool proven_any;
    double proven_threshold; /* rank; +inf where none */
    struct tr_ltt ltt;
    int64_t first_ms, last_ms;
};

struct tr_expected_value {
    size_t rows;                 /* rows with rank >= floor(5 rank) / 5 */
    double mean_atr;             /* plain mean of their gains; NaN under 30 rows */
    double lower_atr, upper_atr; /* two-sided 95 % by moving blocks; NaN where not asked for */
};

struct tr_top_rate {
    size_t rows;  /* rows with a rank at least as high */
    double n, k;  /* effective */
    double lower; /* one-sided 90 % bound of the event's rate among them */
};

/* rows->n = 0 is legal: enough is false and everything is unknown. Copies what it needs.
 * Errors: TR_INVALID for rows out of order or range, and for a miscoverage outside (0, 1); TR_NOMEM. */
enum tr_status tr_calibration_create(const struct tr_calibration_options *options,
                                     const struct tr_calibration_rows *rows, struct tr_calibration **out,
                                     struct tr_error *err) TR_MUST_CHECK;
void tr_calibration_destroy(struct tr_calibration *calibration);
const struct tr_calibration_facts *tr_calibration_facts(const struct tr_calibration *calibration);
/* p, [p0, p1] at a rank; all NaN without rows. */
struct tr_venn_abers_value tr_calibration_probability(const struct tr_calibration *calibration, double rank);
/* gain of such candidates; the interval (draws bootstrap samples) only where asked for. */
enum tr_status tr_calibration_expected_value(const struct tr_calibration *calibration, double rank, bool interval,
                                             struct tr_expected_value *out, struct tr_error *err) TR_MUST_CHECK;
/* "of the last N matured signals k reached TP1": over the rows ranked at least as high. */
struct tr_top_rate tr_calibration_top_rate(const struct tr_calibration *calibration, double rank);

/* The conformal set of a row (LAC, see conformal.h) over the same calibration rows. Its score of TP1 is the rank, of no
 * TP1 one minus the rank: ranks pool across models, raw scores do not; and p would not do, because Venn-Abers has seen
 * the very rows that the quantiles are taken from. An unknown category takes the quantile of all rows.
 * The promise is about sets: the outcome lies in all but a miscoverage of them. It is none about the sets that hold TP1
 * alone: how often those reach it has to be counted. */
enum tr_outcome_set tr_calibration_set(const struct tr_calibration *calibration, double rank, size_t category);
bool tr_set_holds(enum tr_outcome_set set, bool tp1);

#endif
