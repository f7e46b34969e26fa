#include "engine/model/gbdt/params.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum kind {
    REAL,      /* double */
    SIZE,      /* size_t */
    DEPTH,     /* int, -1 and 0 = none */
    SEED,      /* uint64_t, taken from any integer */
    FLAG,      /* bool */
    OBJECTIVE, /* enum tr_gbdt_objective */
    ONLY,      /* nothing to store: one of the values named */
    IGNORED    /* cannot change a result here */
};

struct entry {
    const char *name;
    const char *aliases; /* separated by blanks */
    enum kind kind;
    size_t at;        /* offset in struct tr_gbdt_params */
    double low, high; /* of a number */
    bool low_open;    /* low itself is not allowed */
    const char *only; /* ONLY: values allowed, separated by '|' */
};

#define AT(field) offsetof(struct tr_gbdt_params, field)
/* A cap of our own where LightGBM has none: with it no sum, product or float in the trainer overflows. */
#define COUNT_MAX 1e9

#define OFFERED(name, aliases, values)                                                                                 \
    {                                                                                                                  \
        name, aliases, ONLY, 0, 0.0, 0.0, false, values                                                                \
    }
#define WITHOUT_EFFECT(name, aliases)                                                                                  \
    {                                                                                                                  \
        name, aliases, IGNORED, 0, 0.0, 0.0, false, NULL                                                               \
    }

static const struct entry table[] = {
    OFFERED("boosting", "boosting_type boost", "gbdt|gbrt"),
    {"objective", "objective_type app application loss", OBJECTIVE, AT(objective), 0, 0, false, NULL},
    OFFERED("tree_learner", "tree tree_type tree_learner_type", "serial"),
    OFFERED("device_type", "device", "cpu"),
    OFFERED("data_sample_strategy", "", "bagging"),
    {"learning_rate", "shrinkage_rate eta", REAL, AT(learning_rate), 0, 100, true, NULL},
    {"num_leaves", "num_leaf max_leaves max_leaf max_leaf_nodes", SIZE, AT(num_leaves), 2, 131072, false, NULL},
    {"max_depth", "", DEPTH, AT(max_depth), -1, 1000000, false, NULL},
    {"min_data_in_leaf", "min_data_per_leaf min_data min_child_samples min_samples_leaf", SIZE, AT(min_data_in_leaf), 0,
     COUNT_MAX, false, NULL},
    {"min_sum_hessian_in_leaf", "min_sum_hessian_per_leaf min_sum_hessian min_hessian min_child_weight", REAL,
     AT(min_sum_hessian_in_leaf), 0, 1e30, false, NULL},
    {"bagging_fraction", "sub_row subsample bagging", REAL, AT(bagging_fraction), 0, 1, true, NULL},
    {"pos_bagging_fraction", "pos_sub_row pos_subsample pos_bagging", REAL, AT(pos_bagging_fraction), 0, 1, true, NULL},
    {"neg_bagging_fraction", "neg_sub_row neg_subsample neg_bagging", REAL, AT(neg_bagging_fraction), 0, 1, true, NULL},
    {"bagging_freq", "subsample_freq", SIZE, AT(bagging_freq), 0, COUNT_MAX, false, NULL},
    {"feature_fraction", "sub_feature colsample_bytree", REAL, AT(feature_fraction), 0, 1, true, NULL},
    {"feature_fraction_bynode", "sub_feature_bynode colsample_bynode", REAL, AT(feature_fraction_bynode), 0, 1, true,
     NULL},
    {"max_delta_step", "max_tree_output max_leaf_output", REAL, AT(max_delta_step), -1, COUNT_MAX, false, NULL},
    {"lambda_l1", "reg_alpha l1_regularization", REAL, AT(lambda_l1), 0, 1e30, false, NULL},
    {"lambda_l2", "reg_lambda lambda l2_regularization", REAL, AT(lambda_l2), 0, 1e30, false, NULL},
    {"min_gain_to_split", "min_split_gain", REAL, AT(min_gain_to_split), 0, 1e30, false, NULL},
    {"max_bin", "max_bins", SIZE, AT(max_bin), 2, 255, false, NULL},
    {"min_data_in_bin", "", SIZE, AT(min_data_in_bin), 1, COUNT_MAX, false, NULL},
    {"bin_construct_sample_cnt", "subsample_for_bin", SIZE, AT(bin_construct_sample_cnt), 1, COUNT_MAX, false, NULL},
    {"use_missing", "", FLAG, AT(use_missing), 0, 0, false, NULL},
    {"zero_as_missing", "", FLAG, AT(zero_as_missing), 0, 0, false, NULL},
    {"feature_pre_filter", "", FLAG, AT(feature_pre_filter), 0, 0, false, NULL},
    {"num_class", "num_classes", SIZE, AT(num_class), 1, 1000, false, NULL},
    {"is_unbalance", "unbalance unbalanced_sets", FLAG, AT(is_unbalance), 0, 0, false, NULL},
    {"scale_pos_weight", "", REAL, AT(scale_pos_weight), 0, 1e6, true, NULL},
    {"sigmoid", "", REAL, AT(sigmoid), 0, 1e3, true, NULL},
    {"boost_from_average", "", FLAG, AT(boost_from_average), 0, 0, false, NULL},
    {"seed", "random_seed random_state", SEED, AT(seed), 0, 0, false, NULL},
    /* what this trainer does not offer may be said to be off */
    OFFERED("extra_trees", "extra_tree", "false|0"),
    OFFERED("linear_tree", "linear_trees", "false|0"),
    OFFERED("use_quantized_grad", "", "false|0"),
    OFFERED("bagging_by_query", "", "false|0"),
    OFFERED("path_smooth", "", "0|0.0"),
    OFFERED("early_stopping_round", "early_stopping_rounds early_stopping n_iter_no_change", "0"),
    OFFERED("cegb_penalty_split", "", "0|0.0"),
    OFFERED("cegb_penalty_feature_lazy", "", ""),
    OFFERED("cegb_penalty_feature_coupled", "", ""),
    OFFERED("monotone_constraints", "mc monotone_constraint monotonic_cst", ""),
    OFFERED("interaction_constraints", "", ""),
    OFFERED("feature_contri", "feature_contrib fc fp feature_penalty", ""),
    OFFERED("forcedsplits_filename", "fs forced_splits_filename forced_splits_file forced_splits", ""),
    OFFERED("forcedbins_filename", "", ""),
    OFFERED("max_bin_by_feature", "", ""),
    OFFERED("categorical_feature", "cat_feature categorical_column cat_column categorical_features", ""),
    OFFERED("ignore_column", "ignore_feature blacklist", ""),
    OFFERED("data", "train train_data train_data_file data_filename", ""),
    OFFERED("valid", "test valid_data valid_data_file test_data test_data_file valid_filenames", ""),
    /* how and where it runs, what it prints, and what belongs to things that are off or to other objectives; all
     * randomness here comes from seed alone */
    WITHOUT_EFFECT("num_threads", "num_thread nthread nthreads n_jobs"),
    WITHOUT_EFFECT("verbosity", "verbose"),
    WITHOUT_EFFECT("deterministic", ""),
    WITHOUT_EFFECT("force_col_wise", ""),
    WITHOUT_EFFECT("force_row_wise", ""),
    WITHOUT_EFFECT("histogram_pool_size", "hist_pool_size"),
    WITHOUT_EFFECT("metric", "metrics metric_types"),
    WITHOUT_EFFECT("metric_freq", "output_freq"),
    WITHOUT_EFFECT("first_metric_only", ""),
    WITHOUT_EFFECT("early_stopping_min_delta", ""),
    WITHOUT_EFFECT("is_provide_training_metric", "training_metric is_training_metric train_metric"),
    WITHOUT_EFFECT("bagging_seed", "bagging_fraction_seed"),
    WITHOUT_EFFECT("feature_fraction_seed", ""),
    WITHOUT_EFFECT("data_random_seed", "data_seed"),
    WITHOUT_EFFECT("extra_seed", ""),
    WITHOUT_EFFECT("drop_seed", ""),
    WITHOUT_EFFECT("objective_seed", ""),
    WITHOUT_EFFECT("is_enable_sparse", "is_sparse enable_sparse sparse"),
    WITHOUT_EFFECT("enable_bundle", "is_enable_bundle bundle"),
    WITHOUT_EFFECT("pre_partition", "is_pre_partition"),
    WITHOUT_EFFECT("two_round", "two_round_loading use_two_round_loading"),
    WITHOUT_EFFECT("drop_rate", "rate_drop"),
    WITHOUT_EFFECT("max_drop", ""),
    WITHOUT_EFFECT("skip_drop", ""),
    WITHOUT_EFFECT("xgboost_dart_mode", ""),
    WITHOUT_EFFECT("uniform_drop", ""),
    WITHOUT_EFFECT("top_rate", ""),
    WITHOUT_EFFECT("other_rate", ""),
    WITHOUT_EFFECT("linear_lambda", ""),
    WITHOUT_EFFECT("min_data_per_group", ""),
    WITHOUT_EFFECT("max_cat_threshold", ""),
    WITHOUT_EFFECT("cat_l2", ""),
    WITHOUT_EFFECT("cat_smooth", ""),
    WITHOUT_EFFECT("max_cat_to_onehot", ""),
    WITHOUT_EFFECT("top_k", "topk"),
    WITHOUT_EFFECT("monotone_constraints_method", "monotone_constraining_method mc_method"),
    WITHOUT_EFFECT("monotone_penalty", "monotone_splits_penalty ms_penalty mc_penalty"),
    WITHOUT_EFFECT("refit_decay_rate", ""),
    WITHOUT_EFFECT("cegb_tradeoff", ""),
    WITHOUT_EFFECT("saved_feature_importance_type", ""),
    WITHOUT_EFFECT("num_grad_quant_bins", ""),
    WITHOUT_EFFECT("quant_train_renew_leaf", ""),
    WITHOUT_EFFECT("stochastic_rounding", ""),
    WITHOUT_EFFECT("header", "has_header"),
    WITHOUT_EFFECT("label_column", "label"),
    WITHOUT_EFFECT("weight_column", "weight"),
    WITHOUT_EFFECT("group_column", "group group_id query_column query query_id"),
    WITHOUT_EFFECT("precise_float_parser", ""),
    WITHOUT_EFFECT("parser_config_file", ""),
    WITHOUT_EFFECT("reg_sqrt", ""),
    WITHOUT_EFFECT("alpha", ""),
    WITHOUT_EFFECT("fair_c", ""),
    WITHOUT_EFFECT("poisson_max_delta_step", ""),
    WITHOUT_EFFECT("tweedie_variance_power", ""),
    WITHOUT_EFFECT("lambdarank_truncation_level", ""),
    WITHOUT_EFFECT("lambdarank_norm", ""),
    WITHOUT_EFFECT("lambdarank_position_bias_regularization", ""),
    WITHOUT_EFFECT("label_gain", ""),
    WITHOUT_EFFECT("eval_at", "ndcg_eval_at ndcg_at map_eval_at map_at"),
    WITHOUT_EFFECT("multi_error_top_k", ""),
    WITHOUT_EFFECT("auc_mu_weights", ""),
    WITHOUT_EFFECT("num_machines", "num_machine"),
    WITHOUT_EFFECT("local_listen_port", "local_port port"),
    WITHOUT_EFFECT("time_out", ""),
    WITHOUT_EFFECT("machine_list_filename", "machine_list_file machine_list mlist"),
    WITHOUT_EFFECT("machines", "workers nodes"),
    WITHOUT_EFFECT("gpu_platform_id", ""),
    WITHOUT_EFFECT("gpu_device_id", ""),
    WITHOUT_EFFECT("gpu_device_id_list", ""),
    WITHOUT_EFFECT("gpu_use_dp", ""),
    WITHOUT_EFFECT("num_gpu", ""),
};

enum { ENTRIES = sizeof table / sizeof table[0], NAME_MAX = 64 };

void tr_gbdt_params_defaults(struct tr_gbdt_params *params)
{
    *params = (struct tr_gbdt_params){.objective = TR_GBDT_BINARY,
                                      .num_class = 1,
                                      .num_leaves = 31,
                                      .max_depth = -1,
                                      .learning_rate = 0.1,
                                      .max_bin = 255,
                                      .min_data_in_bin = 3,
                                      .bin_construct_sample_cnt = 200000,
                                      .min_data_in_leaf = 20,
                                      .min_sum_hessian_in_leaf = 1e-3,
                                      .bagging_fraction = 1.0,
                                      .pos_bagging_fraction = 1.0,
                                      .neg_bagging_fraction = 1.0,
                                      .feature_fraction = 1.0,
                                      .feature_fraction_bynode = 1.0,
                                      .sigmoid = 1.0,
                                      .scale_pos_weight = 1.0,
                                      .boost_from_average = true,
                                      .feature_pre_filter = true,
                                      .use_missing = true};
}

/* Whether word is one of the words of list. */
static bool among(const char *word, const char *list, char separator)
{
    size_t n = strlen(word);
    for (const char *at = list;; at++) {
        const char *end = strchr(at, separator);
        size_t len = end ? (size_t)(end - at) : strlen(at);
        if (len == n && memcmp(at, word, n) == 0)
            return true;
        if (!end)
            return false;
        at = end;
    }
}

static const struct entry *find(const char *name)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (strcmp(name, table[i].name) == 0 || (*table[i].aliases && among(name, table[i].aliases, ' ')))
            return &table[i];
    return NULL;
}

const char *tr_gbdt_params_name(const char *alias)
{
    const struct entry *entry = find(alias);
    return entry ? entry->name : NULL;
}

/* Levenshtein's distance of two names. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[NAME_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t least = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            if (row[j] + 1 < least)
                least = row[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            row[j] = least;
        }
    }
    return row[m];
}

static enum tr_status unknown(const char *name, struct tr_error *err)
{
    size_t n = strlen(name), least = SIZE_MAX;
    const char *nearest = table[0].name;
    for (size_t i = 0; i < ENTRIES && n <= NAME_MAX; i++) {
        char words[256];
        snprintf(words, sizeof words, "%s %s", table[i].name, table[i].aliases);
        for (const char *at = words; *at;) {
            size_t len = strcspn(at, " ");
            size_t d = len && len <= NAME_MAX ? distance(name, n, at, len) : SIZE_MAX;
            if (d < least) {
                least = d;
                nearest = table[i].name;
            }
            at += len + (at[len] == ' ');
        }
    }
    if (strcmp(name, "num_iterations") == 0 || strcmp(name, "n_estimators") == 0 || strcmp(name, "num_round") == 0)
        return tr_error_set(err, TR_INVALID, "%s is no parameter here: the number of rounds is given with the fit",
                            name);
    return tr_error_set(err, TR_INVALID, "LightGBM has no parameter %.64s that may be set; the nearest is %s", name,
                        nearest);
}

static bool parse_flag(const char *value, bool *out)
{
    *out = tr_text_equal_nocase(value, "true") || strcmp(value, "1") == 0 || strcmp(value, "+") == 0;
    return *out || tr_text_equal_nocase(value, "false") || strcmp(value, "0") == 0 || strcmp(value, "-") == 0;
}

static enum tr_status set_number(struct tr_gbdt_params *params, const struct entry *entry, const char *value,
                                 struct tr_error *err)
{
    double x;
    bool whole = entry->kind != REAL;
    if (!tr_text_to_double(value, value + strlen(value), &x) || (whole && x != floor(x)))
        return tr_error_set(err, TR_INVALID, "%s must be a %snumber, not '%.64s'", entry->name, whole ? "whole " : "",
                            value);
    if (x < entry->low || x > entry->high || (entry->low_open && x <= entry->low))
        return tr_error_set(err, TR_INVALID, "%s must be %s %g and at most %g, not %.64s", entry->name,
                            entry->low_open ? "above" : "at least", entry->low, entry->high, value);
    void *at = (char *)params + entry->at;
    if (entry->kind == REAL)
        *(double *)at = x;
    else if (entry->kind == SIZE)
        *(size_t *)at = (size_t)x;
    else
        *(int *)at = (int)x;
    return TR_OK;
}

static enum tr_status set_objective(struct tr_gbdt_params *params, const char *value, struct tr_error *err)
{
    if (strcmp(value, "binary") == 0)
        params->objective = TR_GBDT_BINARY;
    else if (strcmp(value, "multiclass") == 0 || strcmp(value, "softmax") == 0)
        params->objective = TR_GBDT_MULTICLASS;
    else
        return tr_error_set(err, TR_INVALID, "objective must be binary or multiclass, not '%.64s'", value);
    return TR_OK;
}

static enum tr_status set_seed(struct tr_gbdt_params *params, const char *value, struct tr_error *err)
{
    int64_t seed;
    if (!tr_text_to_int64(value, value + strlen(value), &seed))
        return tr_error_set(err, TR_INVALID, "seed must be a whole number, not '%.64s'", value);
    params->seed = (uint64_t)seed;
    return TR_OK;
}

enum tr_status tr_gbdt_params_set(struct tr_gbdt_params *params, const char *name, const char *value,
                                  struct tr_error *err)
{
    const struct entry *entry = find(name);
    if (!entry)
        return unknown(name, err);
    switch (entry->kind) {
    case OBJECTIVE:
        return set_objective(params, value, err);
    case SEED:
        return set_seed(params, value, err);
    case FLAG: {
        bool *flag = (bool *)((char *)params + entry->at);
        if (parse_flag(value, flag))
            return TR_OK;
        return tr_error_set(err, TR_INVALID, "%s must be true or false, not '%.64s'", entry->name, value);
    }
    case ONLY:
        if (among(value, entry->only, '|') ||
            (tr_text_equal_nocase(value, "false") && among("false", entry->only, '|')))
            return TR_OK;
        if (!*entry->only)
            return tr_error_set(err, TR_INVALID, "%s is not offered here", entry->name);
        return tr_error_set(err, TR_INVALID, "%s must be %.*s here, not '%.64s'", entry->name,
                            (int)strcspn(entry->only, "|"), entry->only, value);
    case IGNORED:
        return TR_OK;
    case REAL:
    case SIZE:
    case DEPTH:
        break;
    }
    return set_number(params, entry, value, err);
}

void tr_gbdt_params_text(const struct tr_gbdt_params *params, struct tr_buf *out)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        const struct entry *entry = &table[i];
        const void *at = (const char *)params + entry->at;
        char number[TR_NUMBER_TEXT];
        switch (entry->kind) {
        case REAL:
            tr_text_from_double(*(const double *)at, number);
            tr_buf_printf(out, "[%s: %s]\n", entry->name, number);
            break;
        case SIZE:
            tr_buf_printf(out, "[%s: %zu]\n", entry->name, *(const size_t *)at);
            break;
        case DEPTH:
            tr_buf_printf(out, "[%s: %d]\n", entry->name, *(const int *)at);
            break;
        case SEED:
            tr_buf_printf(out, "[%s: %lld]\n", entry->name, (long long)*(const uint64_t *)at);
            break;
        case FLAG:
            tr_buf_printf(out, "[%s: %d]\n", entry->name, *(const bool *)at);
            break;
        case OBJECTIVE:
            tr_buf_printf(out, "[objective: %s]\n", params->objective == TR_GBDT_BINARY ? "binary" : "multiclass");
            break;
        case ONLY:
            if (strcmp(entry->name, "boosting") == 0)
                tr_buf_text(out, "[boosting: gbdt]\n");
            break;
        case IGNORED:
            break;
        }
    }
}
