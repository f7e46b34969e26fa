/* The parameters of a LightGBM fit under LightGBM's own names, aliases included. */
#ifndef TR_GBDT_PARAMS_H
#define TR_GBDT_PARAMS_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tr_gbdt_objective { TR_GBDT_BINARY, TR_GBDT_MULTICLASS };

/* Names and defaults as LightGBM's, seed apart. */
struct tr_gbdt_params {
    enum tr_gbdt_objective objective;
    size_t num_class;     /* 1; of multiclass >= 2 */
    size_t num_leaves;    /* 31 */
    int max_depth;        /* -1 = no limit */
    double learning_rate; /* 0.1 */
    size_t max_bin;       /* 255, 2 to 255 */
    size_t min_data_in_bin, bin_construct_sample_cnt;
    size_t min_data_in_leaf; /* 20 */
    double min_sum_hessian_in_leaf, lambda_l1, lambda_l2, min_gain_to_split, max_delta_step;
    double bagging_fraction, pos_bagging_fraction, neg_bagging_fraction;
    size_t bagging_freq;
    double feature_fraction, feature_fraction_bynode;
    double sigmoid, scale_pos_weight;
    bool is_unbalance, boost_from_average, feature_pre_filter, use_missing, zero_as_missing;
    uint64_t seed;
};

void tr_gbdt_params_defaults(struct tr_gbdt_params *params);
/* One parameter by any of its names. TR_INVALID: no such name (the nearest is named), a value out of range, or one this
 * trainer does not offer (dart, categorical features ...): says what is allowed. Parameters that cannot change a result
 * here (num_threads, verbosity, force_row_wise, deterministic ...) are accepted; LightGBM's separate seeds are among
 * them, since all randomness here comes from seed. */
enum tr_status tr_gbdt_params_set(struct tr_gbdt_params *params, const char *name, const char *value,
                                  struct tr_error *err) TR_MUST_CHECK;
/* LightGBM's name of a parameter given by any of its names; NULL where there is none. */
const char *tr_gbdt_params_name(const char *alias);
/* "[num_leaves: 31]" lines, as a model file carries them. */
void tr_gbdt_params_text(const struct tr_gbdt_params *params, struct tr_buf *out);

#endif
