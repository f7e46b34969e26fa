/* When a model may learn and when it is judged: walk-forward windows with purge and embargo.
 * Times are instants; a row belongs to [from, to) by its bar's open stamp.
 * Law: no training label's span (its horizon's last bar) meets a test bar, and no fit label's span meets a reference
 * bar.
 * Source: Lopez de Prado (2018), chapter 7. */
#ifndef TR_VALIDATE_PLAN_H
#define TR_VALIDATE_PLAN_H

#include "base/error.h"
#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_plan_options {
    double train_days;     /* 180 */
    double purge_days;     /* 2 */
    double embargo_days;   /* 1 */
    double test_days;      /* 30 */
    double advance_days;   /* 30 */
    double min_last_days;  /* 7: a shorter last test block is not tested */
    size_t min_train_bars; /* 2000: the window is lengthened to hold as many */
    bool exact_days;       /* keep train_days all the same */
    double fit_share;      /* 0.8: the older part is fitted, the newer is the reference */
    int64_t bar_ms;        /* length of a bar */
    size_t label_bars;     /* horizon of the training label: 24 */
    int64_t horizon_ms;    /* of the ladder: 48 h */
};

struct tr_plan_options tr_plan_defaults(int64_t bar_ms);
enum tr_status tr_plan_check(const struct tr_plan_options *options, struct tr_error *err) TR_MUST_CHECK;

/* max(purge days, label_bars, horizon): what a label may reach ahead. */
int64_t tr_plan_purge_ms(const struct tr_plan_options *options);
/* purge + embargo: between training and test. */
int64_t tr_plan_gap_ms(const struct tr_plan_options *options);
/* max(train_days, min_train_bars), whole bars. */
int64_t tr_plan_train_ms(const struct tr_plan_options *options);

struct tr_fold {
    tr_time_ms train_from, train_to; /* train_to = test_from - gap */
    tr_time_ms fit_to;               /* fit rows: [train_from, fit_to) */
    tr_time_ms reference_from;       /* reference rows: [reference_from, train_to); fit_to + purge */
    tr_time_ms test_from, test_to;
};

/* Folds over a series whose usable rows run from `first` to `end` (close instant of its last bar). *folds: owned by the
 * caller, free with tr_free; *n may be 0 (series too short: a value, not an error). */
enum tr_status tr_plan_walk_forward(const struct tr_plan_options *options, tr_time_ms first, tr_time_ms end,
                                    struct tr_fold **folds, size_t *n, struct tr_error *err) TR_MUST_CHECK;

/* The model that decides now: trained on the newest window that ends one purge before the last bar; its "test" is that
 * last bar. first: earliest usable row; the window is shorter where the series is (train_from = first). */
struct tr_fold tr_plan_newest(const struct tr_plan_options *options, tr_time_ms first, tr_time_ms last_open);

#endif
