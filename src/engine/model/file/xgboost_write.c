#include "base/alloc.h"
#include "base/text.h"
#include "engine/model/file/xgboost_emit.h"
#include "engine/model/file/xgboost_nodes.h"

#include <assert.h>

enum { FLOAT_DIGITS = 9 };

/* The layout of 1.7, which all later ones read, with the rounds that 2.0 added and 1.7 passes over. */
static const size_t version[] = {1, 7, 4};

static enum tr_status add_tree(struct tr_xgboost_emit *emit, const struct tr_tree *tree, size_t t, size_t features,
                               struct tr_error *err)
{
    struct tr_xgboost_nodes nodes = {0};
    enum tr_status status = tr_xgboost_nodes_from_tree(tree, &nodes, err);
    uint8_t *numeric = status == TR_OK ? tr_alloc_zero(nodes.n, 1) : NULL; /* split_type: no categories */
    if (status == TR_OK && !numeric)
        status = tr_error_nomem(err);
    if (status != TR_OK)
        goto out;
    tr_xgboost_emit_object(emit, NULL);
    tr_xgboost_emit_floats(emit, "base_weights", nodes.n, nodes.weight);
    tr_xgboost_emit_none(emit, "categories", 'l');
    tr_xgboost_emit_none(emit, "categories_nodes", 'l');
    tr_xgboost_emit_none(emit, "categories_segments", 'L');
    tr_xgboost_emit_none(emit, "categories_sizes", 'L');
    tr_xgboost_emit_bytes(emit, "default_left", nodes.n, nodes.default_left);
    tr_xgboost_emit_count(emit, "id", t);
    tr_xgboost_emit_int32s(emit, "left_children", nodes.n, nodes.left);
    tr_xgboost_emit_floats(emit, "loss_changes", nodes.n, nodes.gain);
    tr_xgboost_emit_int32s(emit, "parents", nodes.n, nodes.parent);
    tr_xgboost_emit_int32s(emit, "right_children", nodes.n, nodes.right);
    tr_xgboost_emit_floats(emit, "split_conditions", nodes.n, nodes.condition);
    tr_xgboost_emit_int32s(emit, "split_indices", nodes.n, nodes.feature);
    tr_xgboost_emit_bytes(emit, "split_type", nodes.n, numeric);
    tr_xgboost_emit_floats(emit, "sum_hessian", nodes.n, nodes.hessian);
    tr_xgboost_emit_object(emit, "tree_param");
    tr_xgboost_emit_text(emit, "num_deleted", "0");
    tr_xgboost_emit_count_text(emit, "num_feature", features);
    tr_xgboost_emit_count_text(emit, "num_nodes", nodes.n);
    tr_xgboost_emit_text(emit, "size_leaf_vector", "0");
    tr_xgboost_emit_object_end(emit);
    tr_xgboost_emit_object_end(emit);
out:
    tr_free(numeric);
    tr_xgboost_nodes_finish(&nodes);
    return status;
}

static enum tr_status add_booster(struct tr_xgboost_emit *emit, const struct tr_forest *forest, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    size_t rounds = forest->n / forest->classes;
    tr_xgboost_emit_object(emit, "gradient_booster");
    tr_xgboost_emit_object(emit, "model");
    tr_xgboost_emit_object(emit, "gbtree_model_param");
    tr_xgboost_emit_text(emit, "num_parallel_tree", "1");
    tr_xgboost_emit_count_text(emit, "num_trees", forest->n);
    tr_xgboost_emit_text(emit, "size_leaf_vector", "0");
    tr_xgboost_emit_object_end(emit);
    tr_xgboost_emit_list(emit, "iteration_indptr", rounds + 1);
    for (size_t i = 0; i <= rounds; i++)
        tr_xgboost_emit_count(emit, NULL, i * forest->classes);
    tr_xgboost_emit_list_end(emit);
    tr_xgboost_emit_list(emit, "tree_info", forest->n);
    for (size_t t = 0; t < forest->n; t++)
        tr_xgboost_emit_count(emit, NULL, t % forest->classes);
    tr_xgboost_emit_list_end(emit);
    tr_xgboost_emit_list(emit, "trees", forest->n);
    for (size_t t = 0; t < forest->n && status == TR_OK; t++)
        status = add_tree(emit, &forest->tree[t], t, forest->features, err);
    tr_xgboost_emit_list_end(emit);
    tr_xgboost_emit_object_end(emit);
    tr_xgboost_emit_text(emit, "name", "gbtree");
    tr_xgboost_emit_object_end(emit);
    return status;
}

static void add_names(struct tr_xgboost_emit *emit, const struct tr_forest *forest)
{
    size_t n = forest->feature_name ? forest->features : 0;
    tr_xgboost_emit_list(emit, "feature_names", n);
    for (size_t j = 0; j < n; j++)
        tr_xgboost_emit_text(emit, NULL, forest->feature_name[j]);
    tr_xgboost_emit_list_end(emit);
    tr_xgboost_emit_list(emit, "feature_types", 0);
    tr_xgboost_emit_list_end(emit);
}

static void add_params(struct tr_xgboost_emit *emit, const struct tr_forest *forest)
{
    static const char *const names[] = {[TR_LINK_IDENTITY] = "reg:squarederror",
                                        [TR_LINK_LOGISTIC] = "binary:logistic",
                                        [TR_LINK_SOFTMAX] = "multi:softprob"};
    bool several = forest->link == TR_LINK_SOFTMAX;
    char base[TR_NUMBER_TEXT];
    tr_text_from_double_digits((double)(float)forest->base_score, FLOAT_DIGITS, base);
    tr_xgboost_emit_object(emit, "learner_model_param");
    tr_xgboost_emit_text(emit, "base_score", base);
    tr_xgboost_emit_text(emit, "boost_from_average", "0");
    tr_xgboost_emit_count_text(emit, "num_class", several ? forest->classes : 0);
    tr_xgboost_emit_count_text(emit, "num_feature", forest->features);
    tr_xgboost_emit_text(emit, "num_target", "1");
    tr_xgboost_emit_object_end(emit);
    tr_xgboost_emit_object(emit, "objective");
    tr_xgboost_emit_text(emit, "name", names[forest->link]);
    tr_xgboost_emit_object(emit, several ? "softmax_multiclass_param" : "reg_loss_param");
    if (several)
        tr_xgboost_emit_count_text(emit, "num_class", forest->classes);
    else
        tr_xgboost_emit_text(emit, "scale_pos_weight", "1");
    tr_xgboost_emit_object_end(emit);
    tr_xgboost_emit_object_end(emit);
}

enum tr_status tr_xgboost_write(const struct tr_forest *forest, enum tr_xgboost_format format, const char *columns,
                                struct tr_buf *out, struct tr_error *err)
{
    assert(forest->kind == TR_FOREST_XGBOOST && forest->n % forest->classes == 0);
    struct tr_xgboost_emit emit;
    tr_xgboost_emit_init(&emit, format, out);
    tr_xgboost_emit_object(&emit, NULL);
    tr_xgboost_emit_object(&emit, "learner");
    tr_xgboost_emit_object(&emit, "attributes");
    if (columns)
        tr_xgboost_emit_text(&emit, TR_XGBOOST_COLUMNS, columns);
    tr_xgboost_emit_object_end(&emit);
    add_names(&emit, forest);
    enum tr_status status = add_booster(&emit, forest, err);
    add_params(&emit, forest);
    tr_xgboost_emit_object_end(&emit);
    tr_xgboost_emit_list(&emit, "version", sizeof version / sizeof version[0]);
    for (size_t i = 0; i < sizeof version / sizeof version[0]; i++)
        tr_xgboost_emit_count(&emit, NULL, version[i]);
    tr_xgboost_emit_list_end(&emit);
    tr_xgboost_emit_object_end(&emit);
    if (status == TR_OK && emit.lost)
        status = tr_error_set(err, TR_UNSUPPORTED, "a threshold that is not finite cannot be written as JSON");
    return status == TR_OK ? tr_buf_status(out, err) : status;
}
