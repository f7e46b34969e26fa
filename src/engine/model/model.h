/* One trained booster behind a vtable, so that an ensemble is a list of members that do not know each other. */
#ifndef TR_MODEL_MODEL_H
#define TR_MODEL_MODEL_H

#include "base/buf.h"
#include "base/error.h"
#include "base/matrix.h"
#include "engine/model/forest/forest.h"

#include <stddef.h>
#include <stdint.h>

/* A library's own parameter name and value, as text ("max_depth", "6"). */
struct tr_param {
    const char *name, *value;
};

/* Early stopping: rows of the same x that no tree is fitted on; log loss over them decides. */
struct tr_fit_stop {
    size_t n;
    const size_t *row;    /* [n] */
    const double *y;      /* [n] */
    const double *weight; /* [n]; NULL = 1 each */
    size_t patience;      /* rounds without a better one: 50 */
    size_t min_rounds;    /* 50: so many are kept at least */
};

/* The rows and columns of x that a fit sees; everything borrowed. */
struct tr_fit {
    const struct tr_matrix *x; /* NaN = missing */
    size_t n;
    const size_t *row;    /* [n] */
    const double *y;      /* [n] 0 or 1 */
    const double *weight; /* [n] >= 0, not all 0; NULL = 1 each */
    size_t cols;
    const size_t *col;        /* [cols] columns of x, ascending */
    const char *const *names; /* [cols] column names, for the file and for messages; may be NULL */
    const struct tr_param *params;
    size_t n_params;
    const struct tr_fit_stop *stop; /* early stopping; NULL = all rounds */
    size_t rounds;
    uint64_t seed;
    const void *context; /* of the implementation: tr_member's */
};

struct tr_model;

struct tr_model_impl {
    const char *name; /* "xgboost" */
    enum tr_status (*train)(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err);
    /* probability of y = 1 for n rows of x at the columns of the fit: out [n] */
    enum tr_status (*predict)(const struct tr_model *model, const struct tr_matrix *x, size_t n, const size_t *row,
                              double *out, struct tr_error *err);
    /* the artefact in the library's own format: bytes that load gives the same model back from */
    enum tr_status (*save)(const struct tr_model *model, struct tr_buf *out, struct tr_error *err);
    /* col [cols]: the columns of x it was fitted on; NULL = as the file says, else 0, 1, 2 ... */
    enum tr_status (*load)(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                           struct tr_error *err);
    /* its trees (feature j of them is column (*col)[j] of x), both borrowed; NULL where the model has none */
    const struct tr_forest *(*forest)(const struct tr_model *model, const size_t **col);
    void (*destroy)(struct tr_model *model);
};

/* Every implementation's struct begins with this. */
struct tr_model {
    const struct tr_model_impl *impl;
};

#endif
