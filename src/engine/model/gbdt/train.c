#include "engine/model/gbdt/train.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/model/forest/stop.h"
#include "engine/model/gbdt/grow.h"
#include "engine/model/gbdt/sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NODE_STREAM = 4 };

/* Rows that no tree is fitted on, whose loss decides when to stop. */
struct watch {
    struct tr_gbdt_target target;
    uint8_t *column; /* their bins */
    double *score;   /* [classes * n] */
    struct tr_stop stop;
};

struct fit {
    const struct tr_gbdt_params *params;
    const struct tr_gbdt_stop *stop;
    struct tr_gbdt_binned binned;
    struct tr_gbdt_target target;
    struct tr_gbdt_sample sample;
    struct tr_gbdt_grower *grower;
    struct tr_rng node_rng;
    struct watch watch;
    double *score;   /* [classes * n] */
    float *gradient; /* [classes * n][2] */
    double *start;   /* [classes] margin before the first tree */
    bool *open;      /* [classes] whether trees can better it */
    struct tr_forest *forest;
};

static enum tr_status check_rows(const struct tr_gbdt_rows *rows, size_t rounds, struct tr_error *err)
{
    if (rows->n == 0)
        return tr_error_set(err, TR_INVALID, "no rows to fit");
    if (rows->n > INT32_MAX)
        return tr_error_set(err, TR_INVALID, "%zu rows are more than can be fitted", rows->n);
    if (rows->cols == 0)
        return tr_error_set(err, TR_INVALID, "no columns to fit");
    return rounds == 0 ? tr_error_set(err, TR_INVALID, "no rounds to fit") : TR_OK;
}

static enum tr_status describe_features(struct tr_forest *forest, const struct tr_gbdt_binned *binned,
                                        struct tr_error *err)
{
    forest->feature_info = tr_alloc_zero(binned->cols, sizeof *forest->feature_info);
    if (!forest->feature_info)
        return tr_error_nomem(err);
    forest->features = binned->cols;
    for (size_t j = 0; j < binned->cols; j++) {
        const struct tr_gbdt_bins *bins = &binned->bins[j];
        char low[TR_NUMBER_TEXT], high[TR_NUMBER_TEXT], text[2 * TR_NUMBER_TEXT + 4] = "none";
        tr_text_from_double17(bins->min, low);
        tr_text_from_double17(bins->max, high);
        if (!bins->trivial)
            snprintf(text, sizeof text, "[%s:%s]", low, high);
        forest->feature_info[j] = tr_alloc_string(text);
        if (!forest->feature_info[j])
            return tr_error_nomem(err);
    }
    return TR_OK;
}

static enum tr_status describe(struct fit *fit, size_t rounds, struct tr_error *err)
{
    struct tr_forest *forest = fit->forest;
    struct tr_buf text;
    tr_buf_init(&text);
    tr_gbdt_params_text(fit->params, &text);
    tr_buf_printf(&text, "[num_iterations: %zu]\n", rounds);
    if (fit->stop)
        tr_buf_printf(&text, "[early_stopping_round: %zu]\n", fit->stop->patience);
    enum tr_status status = tr_buf_status(&text, err);
    forest->classes = fit->target.classes;
    forest->link = fit->params->objective == TR_GBDT_BINARY ? TR_LINK_LOGISTIC : TR_LINK_SOFTMAX;
    forest->sigmoid = fit->params->objective == TR_GBDT_BINARY ? fit->params->sigmoid : 1.0;
    if (status == TR_OK && !(forest->parameters = tr_alloc_string(tr_buf_string(&text))))
        status = tr_error_nomem(err);
    tr_buf_finish(&text);
    return status == TR_OK ? describe_features(forest, &fit->binned, err) : status;
}

static enum tr_status begin_watch(struct fit *fit, struct tr_error *err)
{
    struct watch *watch = &fit->watch;
    const struct tr_gbdt_rows *valid = fit->stop->valid;
    if (valid->n == 0)
        return tr_error_set(err, TR_INVALID, "no rows to decide early stopping by");
    struct tr_gbdt_params plain = *fit->params;
    plain.is_unbalance = false; /* the loss that decides is not reweighted by class */
    enum tr_status status = tr_gbdt_target_init(&watch->target, &plain, valid, err);
    if (status == TR_OK)
        status = tr_gbdt_binned_other(&fit->binned, valid, &watch->column, err);
    if (status != TR_OK)
        return tr_error_prepend(err, "early stopping");
    tr_stop_init(&watch->stop, fit->stop->patience, fit->stop->min_rounds);
    watch->score = tr_alloc_zero(valid->n, fit->target.classes * sizeof *watch->score);
    return watch->score ? TR_OK : tr_error_nomem(err);
}

static void add_start(const struct tr_gbdt_target *target, const double *start, double *score)
{
    for (size_t k = 0; k < target->classes; k++)
        for (size_t i = 0; i < target->n; i++)
            score[k * target->n + i] += start[k];
}

/* Where the margins start: the best ones that are the same for all rows. */
static enum tr_status begin_margins(struct fit *fit, struct tr_error *err)
{
    size_t n = fit->target.n, classes = fit->target.classes;
    fit->score = tr_alloc_zero(n, classes * sizeof *fit->score);
    fit->gradient = tr_alloc(n, 2 * classes * sizeof *fit->gradient);
    fit->start = tr_alloc_zero(classes, sizeof *fit->start);
    fit->open = tr_alloc_zero(classes, sizeof *fit->open);
    if (!fit->score || !fit->gradient || !fit->start || !fit->open)
        return tr_error_nomem(err);
    bool average = fit->params->boost_from_average || fit->binned.used == 0;
    for (size_t k = 0; k < classes; k++) {
        double margin = average ? tr_gbdt_target_average(&fit->target, k) : 0.0;
        fit->start[k] = fabs(margin) > TR_GBDT_EPSILON ? margin : 0.0;
        fit->open[k] = fit->binned.used > 0 && tr_gbdt_target_open(&fit->target, k);
    }
    add_start(&fit->target, fit->start, fit->score);
    if (fit->stop)
        add_start(&fit->watch.target, fit->start, fit->watch.score);
    return TR_OK;
}

static enum tr_status begin(struct fit *fit, const struct tr_gbdt_rows *rows, struct tr_error *err)
{
    tr_rng_init(&fit->node_rng, fit->params->seed, NODE_STREAM);
    enum tr_status status = tr_gbdt_target_init(&fit->target, fit->params, rows, err);
    if (status == TR_OK)
        status = tr_gbdt_binned_init(&fit->binned, fit->params, rows, err);
    if (status == TR_OK)
        status = tr_gbdt_sample_init(&fit->sample, rows->n, fit->binned.used, fit->params->seed, err);
    if (status == TR_OK)
        status = tr_gbdt_grower_create(&fit->binned, fit->params, NULL, TR_GBDT_POOL_BYTES, &fit->grower, err);
    if (status == TR_OK && fit->stop)
        status = begin_watch(fit, err);
    return status == TR_OK ? begin_margins(fit, err) : status;
}

static void finish(struct fit *fit)
{
    tr_gbdt_grower_destroy(fit->grower);
    tr_gbdt_binned_finish(&fit->binned);
    tr_gbdt_target_finish(&fit->target);
    tr_gbdt_sample_finish(&fit->sample);
    tr_gbdt_target_finish(&fit->watch.target);
    tr_free(fit->watch.column);
    tr_free(fit->watch.score);
    tr_free(fit->score);
    tr_free(fit->gradient);
    tr_free(fit->start);
    tr_free(fit->open);
}

/* LightGBM writes no value this close to 0. */
static double settled(double x)
{
    return fabs(x) <= TR_GBDT_ZERO ? 0.0 : x;
}

static void shrink(struct tr_tree *tree, double rate)
{
    for (size_t i = 0; i < tree->leaves; i++)
        tree->leaf_value[i] = settled(tree->leaf_value[i] * rate);
    for (size_t i = 0; i + 1 < tree->leaves; i++)
        tree->inner_value[i] = settled(tree->inner_value[i] * rate);
    tree->shrinkage = rate;
}

/* The margin before the first tree lives in that tree. */
static void add_bias(struct tr_tree *tree, double bias)
{
    for (size_t i = 0; i < tree->leaves; i++)
        tree->leaf_value[i] = settled(tree->leaf_value[i] + bias);
    for (size_t i = 0; i + 1 < tree->leaves; i++)
        tree->inner_value[i] = settled(tree->inner_value[i] + bias);
    tree->shrinkage = 1.0;
}

static void add_tree(struct fit *fit, const struct tr_tree *tree, size_t class)
{
    size_t n = fit->target.n;
    double *score = fit->score + class * n;
    tr_gbdt_grown_add(fit->grower, tree->leaf_value, score);
    tr_gbdt_grown_walk(fit->grower, tree, fit->binned.column, n, fit->sample.out, fit->sample.row + fit->sample.bag,
                       score);
    if (fit->stop)
        tr_gbdt_grown_walk(fit->grower, tree, fit->watch.column, fit->watch.target.n, fit->watch.target.n, NULL,
                           fit->watch.score + class * fit->watch.target.n);
}

/* A tree that says the same of all rows: the best margin in the first round, nothing later. */
static enum tr_status constant_tree(struct fit *fit, size_t class, struct tr_tree *tree, struct tr_error *err)
{
    enum tr_status status = tr_tree_init(tree, 1, err);
    if (status != TR_OK)
        return status;
    tree->leaf_count[0] = (double)fit->target.n;
    if (fit->forest->n >= fit->target.classes)
        return TR_OK;
    tree->leaf_value[0] = fit->start[class];
    if (fit->params->boost_from_average || fit->binned.used == 0)
        return TR_OK;
    double margin = tr_gbdt_target_average(&fit->target, class);
    tree->leaf_value[0] = margin;
    for (size_t i = 0; i < fit->target.n; i++)
        fit->score[class * fit->target.n + i] += margin;
    for (size_t i = 0; fit->stop && i < fit->watch.target.n; i++)
        fit->watch.score[class * fit->watch.target.n + i] += margin;
    return TR_OK;
}

/* *grown becomes true where the tree has a split. */
static enum tr_status add_class_tree(struct fit *fit, size_t class, bool *grown, struct tr_error *err)
{
    struct tr_tree tree = {.leaves = 1};
    enum tr_status status = TR_OK;
    if (fit->open[class]) {
        tr_gbdt_sample_columns(&fit->sample, fit->params);
        status = tr_gbdt_grow(fit->grower, fit->gradient + 2 * class * fit->target.n, fit->sample.bag, fit->sample.row,
                              fit->sample.open, &fit->node_rng, &tree, err);
    }
    if (status == TR_OK && tree.leaves > 1) {
        *grown = true;
        shrink(&tree, fit->params->learning_rate);
        add_tree(fit, &tree, class);
        if (fit->forest->n < fit->target.classes && fit->start[class] != 0.0)
            add_bias(&tree, fit->start[class]);
    } else if (status == TR_OK) {
        tr_tree_finish(&tree);
        status = constant_tree(fit, class, &tree, err);
    }
    if (status == TR_OK)
        return tr_forest_add(fit->forest, &tree, err);
    tr_tree_finish(&tree);
    return status;
}

static void drop_trees(struct tr_forest *forest, size_t n)
{
    while (forest->n > n)
        tr_tree_finish(&forest->tree[--forest->n]);
}

/* Whether the rows watched have seen nothing better for too long. */
static bool watched_enough(struct fit *fit, size_t rounds)
{
    struct watch *watch = &fit->watch;
    return tr_stop_note(&watch->stop, rounds, tr_gbdt_target_loss(&watch->target, watch->score));
}

static enum tr_status boost(struct fit *fit, size_t rounds, struct tr_error *err)
{
    size_t classes = fit->target.classes;
    for (size_t round = 0; round < rounds; round++) {
        bool grown = false;
        tr_gbdt_target_gradients(&fit->target, fit->score, fit->gradient);
        tr_gbdt_sample_rows(&fit->sample, fit->params, &fit->target, round);
        for (size_t k = 0; k < classes; k++) {
            enum tr_status status = add_class_tree(fit, k, &grown, err);
            if (status != TR_OK)
                return status;
        }
        if (!grown) {
            drop_trees(fit->forest, round > 0 ? round * classes : classes);
            break;
        }
        if (fit->stop && watched_enough(fit, round + 1))
            break;
    }
    if (fit->stop)
        drop_trees(fit->forest, tr_stop_kept(&fit->watch.stop, fit->forest->n / classes) * classes);
    return TR_OK;
}

enum tr_status tr_gbdt_train(const struct tr_gbdt_params *params, const struct tr_gbdt_rows *rows,
                             const struct tr_gbdt_stop *stop, size_t rounds, struct tr_forest *out,
                             struct tr_error *err)
{
    struct fit fit = {.params = params, .stop = stop, .forest = out};
    tr_forest_init(out, TR_FOREST_LIGHTGBM);
    enum tr_status status = check_rows(rows, rounds, err);
    if (status == TR_OK)
        status = begin(&fit, rows, err);
    if (status == TR_OK)
        status = describe(&fit, rounds, err);
    if (status == TR_OK)
        status = boost(&fit, rounds, err);
    finish(&fit);
    return status;
}
