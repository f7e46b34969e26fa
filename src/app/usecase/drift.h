/* Whether the newest bars still look like what a model learnt from: each input and each head's scores against the
 * reference frozen with the model (drift_reference.h).
 * Two figures a column: the population stability index over the reference's deciles, and the Kolmogorov-Smirnov
 * distance. By the plain rule a column has drifted where either exceeds its threshold. Markets move from month to
 * month, so on real data that is nearly always so; by the noise rule the same figure must also exceed the largest one
 * that the training window's own blocks show against the rest of it. */
#ifndef TR_USECASE_DRIFT_H
#define TR_USECASE_DRIFT_H

#include "app/usecase/drift_reference.h"
#include "app/usecase/study.h"
#include "io/store/models.h"

enum tr_drift_rule { TR_DRIFT_NOISE, TR_DRIFT_SEED, TR_DRIFT_RULES };
enum tr_drift_verdict { TR_DRIFT_STABLE, TR_DRIFT_FOUND, TR_DRIFT_TOO_FEW };

struct tr_drift_options {
    enum tr_drift_rule rule; /* that gives the verdict; figures are given by both */
    double psi, ks;          /* 0.15, 0.1 */
    double importance_share; /* 0.3: of a head's importance */
    double min_days;         /* 30: the current rows are the newest ready ones, as many as so many days ... */
    size_t min_bars;         /* 400: ... or so many bars hold, whichever is more; either side needs so many */
};

struct tr_drift_figure {
    double psi, ks;                    /* NaN = cannot be told (ks: a side without a value) */
    double own_psi, own_ks;            /* largest of the training window's own blocks; NaN = none were measured */
    double missing, reference_missing; /* shares of NaN */
    bool drifted[TR_DRIFT_RULES];
};

struct tr_drift_column {
    size_t input;
    double importance[TR_SIDE_COUNT]; /* share of the head's gain; 0 where it does not use the column */
    struct tr_drift_figure figure;
};

struct tr_drift_head {
    bool trained;
    size_t reference_rows;        /* its scores in the reference part */
    bool judged;                  /* these were enough to compare scores with */
    struct tr_drift_figure score; /* only where judged */
    double share[TR_DRIFT_RULES]; /* of its importance that drifted */
};

struct tr_drift {
    struct tr_series_key series;
    char model[TR_MODEL_ID];
    struct tr_drift_options options;
    tr_time_ms train_from, train_to; /* of the reference */
    size_t reference_rows;
    tr_time_ms from, to; /* open stamps of the first and last current row; 0 without rows */
    size_t rows;
    size_t rows_trained_on; /* of them, that lie in the training window */
    size_t columns;
    struct tr_drift_column column[TR_FEATURE_INPUTS]; /* [columns] in order of input */
    struct tr_drift_head head[TR_SIDE_COUNT];
    enum tr_drift_verdict verdict[TR_DRIFT_RULES];
    double share; /* by the rule asked for: the largest of the heads'; NaN without a verdict */
    char reason[200];
};

struct tr_drift_options tr_drift_defaults(void);
/* "noise", "seed"; "stable", "drift", "insufficient_data" */
const char *tr_drift_rule_name(enum tr_drift_rule rule);
const char *tr_drift_verdict_name(enum tr_drift_verdict verdict);

/* The figures alone: nothing is read or written. ensemble [TR_SIDE_COUNT]: n = 0 where a head is not trained. The
 * caller sets series and model of out. Too few rows are a verdict, not an error. */
enum tr_status tr_drift_compare(const struct tr_study *study, const struct tr_drift_reference *reference,
                                const struct tr_ensemble *ensemble, const struct tr_drift_options *options,
                                struct tr_drift *out, struct tr_error *err) TR_MUST_CHECK;

/* The report, as members of the open object. */
void tr_drift_json(const struct tr_drift *drift, struct tr_json *json);

/* Columns by how far they lie beyond what is allowed by the chosen rule, worst first; order [columns]. */
void tr_drift_order(const struct tr_drift *drift, size_t *order);
/* The larger of PSI and KS, each over what the rule allows it: above 1 = drifted; 0 where neither can be told. */
double tr_drift_excess(const struct tr_drift_figure *figure, const struct tr_drift_options *options,
                       enum tr_drift_rule rule);

#endif
