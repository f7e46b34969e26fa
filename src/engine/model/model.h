/* One trained booster behind a vtable, so that an ensemble is a list of members that do not know each other. */
#ifndef TR_MODEL_MODEL_H
#define TR_MODEL_MODEL_H

#include "base/buf.h"
#include "base/error.h"
#include "base/matrix.h"

#include <stddef.h>
#include <stdint.h>

/* A library's own parameter name and value, as text ("max_depth", "6"). */
struct tr_param {
    const char *name, *value;
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
    size_t rounds;
    uint64_t seed;
};

struct tr_model;

struct tr_model_impl {
    const char *name; /* "xgboost" */
    enum tr_status (*train)(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err);
    /* probability of y = 1 for n rows of x at the columns of the fit: out [n] */
    enum tr_status (*predict)(const struct tr_model *model, const struct tr_matrix *x, size_t n, const size_t *row,
                              double *out, struct tr_error *err);
    /* the artefact: bytes that load gives the same model back from */
    enum tr_status (*save)(const struct tr_model *model, struct tr_buf *out, struct tr_error *err);
    enum tr_status (*load)(const void *bytes, size_t n, struct tr_model **out, struct tr_error *err);
    void (*destroy)(struct tr_model *model);
};

/* Every implementation's struct begins with this. */
struct tr_model {
    const struct tr_model_impl *impl;
};

#endif
