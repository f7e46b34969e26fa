#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/file/lightgbm_text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two trees: x0 <= 0.5 ? (x1 <= 2 ? leaf 0 : leaf 2) : leaf 1, and a single leaf. */
static const char small[] = "tree\n"
                            "version=v4\n"
                            "num_class=1\n"
                            "num_tree_per_iteration=1\n"
                            "label_index=0\n"
                            "max_feature_idx=1\n"
                            "objective=binary sigmoid:1\n"
                            "feature_names=a=b c\n"
                            "feature_infos=[0:1] none\n"
                            "\n"
                            "Tree=0\n"
                            "num_leaves=3\n"
                            "num_cat=0\n"
                            "split_feature=0 1\n"
                            "threshold=0.5 -inf\n"
                            "decision_type=2 10\n"
                            "left_child=1 -1\n"
                            "right_child=-2 -3\n"
                            "leaf_value=0.25 -1e-300 4\n"
                            "\n"
                            "Tree=1\n"
                            "num_leaves=1\n"
                            "num_cat=0\n"
                            "leaf_value=3\n"
                            "\n"
                            "end of trees\n";

static enum tr_status read_text(const char *text, struct tr_forest *forest, struct tr_error *err)
{
    return tr_lightgbm_read(text, strlen(text), forest, err);
}

/* The text with `from` replaced by `to`; free with tr_free. */
static char *edited(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    struct tr_buf buf;
    tr_buf_init(&buf);
    tr_buf_add(&buf, text, (size_t)(at - text));
    tr_buf_text(&buf, to);
    tr_buf_text(&buf, at + strlen(from));
    char *copy = tr_alloc_string(tr_buf_string(&buf));
    tr_buf_finish(&buf);
    return copy;
}

static void a_file_written_by_hand_is_read(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    (void)state;
    assert_ok(read_text(small, &forest, &err), &err);
    assert_true(forest.kind == TR_FOREST_LIGHTGBM && forest.link == TR_LINK_LOGISTIC && forest.sigmoid == 1.0);
    assert_true(forest.n == 2 && forest.classes == 1 && forest.features == 2 && forest.base_score == 0.0);
    assert_string_equal(forest.feature_name[0], "a=b");
    assert_string_equal(forest.feature_info[1], "none");
    assert_null(forest.parameters);
    const struct tr_tree *tree = &forest.tree[0];
    assert_true(tree->leaves == 3 && tree->feature[1] == 1 && tree->left[0] == 1 && tree->right[0] == ~1);
    assert_true(tree->left[1] == ~0 && tree->right[1] == ~2 && tree->threshold[0] == 0.5);
    assert_true(isinf(tree->threshold[1]) && tree->threshold[1] < 0.0);
    assert_true(tree->flags[0] == TR_NODE_DEFAULT_LEFT);
    assert_true(tree->flags[1] == (TR_NODE_DEFAULT_LEFT | TR_NODE_MISSING_NAN));
    assert_true(tree->leaf_value[1] == -1e-300 && tree->leaf_count[0] == 0.0 && tree->shrinkage == 1.0);
    assert_true(forest.tree[1].leaves == 1 && forest.tree[1].leaf_value[0] == 3.0);
    tr_forest_finish(&forest);
}

/* LightGBM does not watch over what it only shows. */
static void overflowed_gains_are_read_as_large_ones(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    (void)state;
    char *text = edited(small, "leaf_value=0.25", "split_gain=inf -nan\ninternal_weight=-inf 2\nleaf_value=0.25");
    assert_ok(read_text(text, &forest, &err), &err);
    assert_true(forest.tree[0].gain[0] == 1e38 && forest.tree[0].gain[1] == 0.0);
    assert_true(forest.tree[0].inner_weight[0] == -1e38 && forest.tree[0].inner_weight[1] == 2.0);
    tr_forest_finish(&forest);
    tr_free(text);
}

static void expect_status(const char *text, enum tr_status expected, const char *words)
{
    struct tr_forest forest;
    struct tr_error err = {0};
    enum tr_status status = read_text(text, &forest, &err);
    if (status != expected || (words && !strstr(err.text, words)))
        fail_msg("expected %s with \"%s\", found %s: %s", tr_status_name(expected), words ? words : "",
                 tr_status_name(status), err.text);
    tr_forest_finish(&forest);
}

static const struct {
    const char *from, *to;
    enum tr_status status;
    const char *words;
} damages[] = {
    {"tree\n", "forest\n", TR_CORRUPT, "first line"},
    {"version=v4\n", "", TR_CORRUPT, "version is missing"},
    {"version=v4", "version=v5", TR_UNSUPPORTED, "v4"},
    {"version=v4\n", "version=v4\nversion=v4\n", TR_CORRUPT, "line 3"},
    {"num_class=1\n", "", TR_CORRUPT, "num_class"},
    {"num_class=1\n", "num_class=0\n", TR_CORRUPT, "line 3"},
    {"num_class=1\n", "num_class=2\n", TR_CORRUPT, "num_tree_per_iteration"},
    {"num_class=1\n", "num_class=9999999999999999999\n", TR_CORRUPT, "line 3"},
    {"num_tree_per_iteration=1", "num_tree_per_iteration=2", TR_CORRUPT, "line 4"},
    {"num_tree_per_iteration=1\n", "", TR_OK, NULL},
    {"label_index=0\n", "", TR_CORRUPT, "label_index is missing"},
    {"max_feature_idx=1", "max_feature_idx=2", TR_CORRUPT, "feature_names"},
    {"max_feature_idx=1", "max_feature_idx=-1", TR_CORRUPT, "line 6"},
    {"max_feature_idx=1", "max_feature_idx=2147483647", TR_CORRUPT, "line 6"},
    {"max_feature_idx=1", "max_feature_idx", TR_CORRUPT, "line 6"},
    {"binary sigmoid:1", "binary", TR_OK, NULL},
    {"binary sigmoid:1", "binary sigmoid:0", TR_CORRUPT, "sigmoid"},
    {"binary sigmoid:1", "binary sigmoid:inf", TR_CORRUPT, "sigmoid"},
    {"binary sigmoid:1", "binary sigmoid:1 extra", TR_UNSUPPORTED, "extra"},
    {"binary sigmoid:1", "lambdarank", TR_UNSUPPORTED, "lambdarank"},
    {"binary sigmoid:1", "multiclass num_class:3", TR_CORRUPT, "number of classes"},
    {"binary sigmoid:1", "multiclass", TR_CORRUPT, "1 outputs"},
    {"binary sigmoid:1", "regression", TR_OK, NULL},
    {"binary sigmoid:1", "regression sqrt", TR_UNSUPPORTED, "sqrt"},
    {"objective=binary sigmoid:1\n", "", TR_OK, NULL},
    {"objective=binary", "average_output\nobjective=binary", TR_UNSUPPORTED, "averages"},
    {"feature_names=a=b c\n", "", TR_CORRUPT, "feature_names is missing"},
    {"feature_names=a=b c", "feature_names=a", TR_CORRUPT, "line 8"},
    {"feature_infos=[0:1] none", "feature_infos=none", TR_CORRUPT, "line 9"},
    {"feature_infos=[0:1] none", "feature_infos=[0=1] none", TR_CORRUPT, "line 9"},
    {"feature_infos", "something=new\nfeature_infos", TR_OK, NULL},
    {"Tree=0", "Tree=1", TR_CORRUPT, "tree 0"},
    {"Tree=1", "Tree=0", TR_CORRUPT, "tree 1"},
    {"num_leaves=3\n", "", TR_CORRUPT, "num_leaves is missing"},
    {"num_leaves=3", "num_leaves=4", TR_CORRUPT, "tree 0"},
    {"num_leaves=3", "num_leaves=0", TR_CORRUPT, "tree 0"},
    {"num_leaves=3", "num_leaves=2000000000", TR_CORRUPT, "tree 0 (line 12): num_leaves"},
    {"num_leaves=3", "num_leaves=3\nnum_leaves=3", TR_CORRUPT, "line 13"},
    {"num_cat=0\nsplit", "split", TR_CORRUPT, "num_cat is missing"},
    {"num_cat=0\nsplit", "num_cat=1\nsplit", TR_UNSUPPORTED, "categories"},
    {"num_cat=0\nsplit", "num_cat=0\nis_linear=1\nsplit", TR_UNSUPPORTED, "linear"},
    {"split_feature=0 1", "split_feature=0 2", TR_CORRUPT, "split_feature"},
    {"split_feature=0 1", "split_feature=0 -1", TR_CORRUPT, "split_feature"},
    {"split_feature=0 1", "split_feature=0", TR_CORRUPT, "split_feature"},
    {"split_feature=0 1", "split_feature=0 1 1", TR_CORRUPT, "split_feature"},
    {"split_feature=0 1\n", "", TR_CORRUPT, "split_feature"},
    {"threshold=0.5 -inf", "threshold=nan 0", TR_CORRUPT, "threshold"},
    {"threshold=0.5 -inf", "threshold=0.5x 0", TR_CORRUPT, "threshold"},
    {"threshold=0.5 -inf", "threshold=1e999 0", TR_CORRUPT, "threshold"},
    {"threshold=0.5 -inf", "threshold=0x1p3 0", TR_CORRUPT, "threshold"},
    {"decision_type=2 10", "decision_type=2 1", TR_UNSUPPORTED, "categories (tree 0)"},
    {"decision_type=2 10", "decision_type=2 12", TR_CORRUPT, "decision_type"},
    {"decision_type=2 10", "decision_type=2 -1", TR_CORRUPT, "decision_type"},
    {"left_child=1 -1", "left_child=0 -1", TR_CORRUPT, "tree 0"},
    {"left_child=1 -1", "left_child=1 1", TR_CORRUPT, "tree 0"},
    {"left_child=1 -1", "left_child=1 0", TR_CORRUPT, "circles"},
    {"left_child=1 -1", "left_child=1 -2", TR_CORRUPT, "tree 0"},
    {"left_child=1 -1", "left_child=2 -1", TR_CORRUPT, "left_child"},
    {"left_child=1 -1", "left_child=1 -4", TR_CORRUPT, "left_child"},
    {"left_child=1 -1", "left_child=1 -4294967297", TR_CORRUPT, "left_child"},
    {"leaf_value=0.25", "leaf_value=nan", TR_CORRUPT, "leaf_value"},
    {"leaf_value=0.25", "leaf_value=inf", TR_CORRUPT, "leaf_value"},
    {"leaf_value=0.25", "leaf_value=", TR_CORRUPT, "leaf_value"},
    {"leaf_value=0.25", "leaf_count=1 2\nleaf_value=0.25", TR_CORRUPT, "leaf_count"},
    {"leaf_value=0.25", "leaf_count=1 2 0.5\nleaf_value=0.25", TR_CORRUPT, "leaf_count"},
    {"leaf_value=0.25", "leaf_count=\nleaf_value=0.25", TR_OK, NULL},
    {"leaf_value=0.25", "split_gain=inf nan\nleaf_value=0.25", TR_OK, NULL},
    {"leaf_value=0.25", "split_gain=1 none\nleaf_value=0.25", TR_CORRUPT, "split_gain"},
    {"leaf_value=0.25", "a line without a value\nleaf_value=0.25", TR_CORRUPT, "line 19"},
    {"leaf_value=0.25", "shrinkage=x\nleaf_value=0.25", TR_CORRUPT, "shrinkage"},
    {"leaf_value=0.25", "news=1\nleaf_value=0.25", TR_OK, NULL},
    {"end of trees\n", "", TR_CORRUPT, "end of trees"},
    {"end of trees\n", "end of trees\n\nparameters:\n[a: 1]\n", TR_CORRUPT, "no end"},
    {"\nTree=0", "tree_sizes=1 2\n\nTree=0", TR_CORRUPT, "tree 0 is not as long"},
    {"\nTree=0", "tree_sizes=158\n\nTree=0", TR_CORRUPT, "tree_sizes"},
};

static void damage_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char *text = edited(small, damages[i].from, damages[i].to);
        expect_status(text, damages[i].status, damages[i].words);
        tr_free(text);
    }
    expect_status("", TR_CORRUPT, "empty");
    expect_status("tree\n", TR_CORRUPT, NULL);
    struct tr_forest forest;
    struct tr_error err;
    assert_true(tr_lightgbm_read("tree\n\0", 6, &forest, &err) == TR_CORRUPT);
    tr_forest_finish(&forest);
}

static void tree_sizes_must_be_exact_where_they_are_given(void **state)
{
    const char *first = strstr(small, "Tree=0"), *second = strstr(small, "Tree=1");
    size_t a = (size_t)(second - first), b = strlen(second) - strlen("end of trees\n");
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char line[80];
        snprintf(line, sizeof line, "tree_sizes=%zu %zu%s\n\nTree=0", a + (i == 1) - (i == 2), b + (i == 3),
                 i == 4 ? " 1" : "");
        char *text = edited(small, "\nTree=0", line);
        expect_status(text, i == 0 ? TR_OK : TR_CORRUPT, NULL);
        tr_free(text);
    }
}

static void windows_line_ends_are_read(void **state)
{
    struct tr_buf text;
    (void)state;
    tr_buf_init(&text);
    for (const char *p = small; *p; p++) {
        if (*p == '\n')
            tr_buf_char(&text, '\r');
        tr_buf_char(&text, *p);
    }
    expect_status(tr_buf_string(&text), TR_OK, NULL);
    tr_buf_finish(&text);
}

static void every_shortened_file_is_refused(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    size_t whole = strlen(small) - 1; /* the newline at the end may be absent */
    (void)state;
    for (size_t n = 0; n <= whole; n++) {
        enum tr_status status = tr_lightgbm_read(small, n, &forest, &err); /* half a version is another version */
        assert_true(n == whole ? status == TR_OK : status == TR_CORRUPT || status == TR_UNSUPPORTED);
        tr_forest_finish(&forest);
    }
}

static void children_may_stand_before_their_parents(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    (void)state;
    /* node 0 -> 3, leaf 0; node 3 -> 1, 2; node 1 -> leaves 1, 2; node 2 -> leaves 3, 4 */
    char *text = edited(small,
                        "num_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 -inf\ndecision_type=2 10\n"
                        "left_child=1 -1\nright_child=-2 -3\nleaf_value=0.25 -1e-300 4\n",
                        "num_leaves=5\nnum_cat=0\nsplit_feature=0 1 0 1\nthreshold=10 11 12 13\n"
                        "decision_type=0 2 4 8\nleft_child=3 -2 -4 1\nright_child=-1 -3 -5 2\n"
                        "leaf_value=0 1 2 3 4\nsplit_gain=20 21 22 23\ninternal_count=30 31 32 33\n");
    assert_ok(read_text(text, &forest, &err), &err);
    const struct tr_tree *tree = &forest.tree[0];
    const double threshold[] = {10, 13, 11, 12}, gain[] = {20, 23, 21, 22}, count[] = {30, 33, 31, 32};
    const int32_t left[] = {1, 2, ~1, ~3}, right[] = {~0, 3, ~2, ~4}, feature[] = {0, 1, 1, 0};
    const uint8_t flags[] = {0, TR_NODE_MISSING_NAN, TR_NODE_DEFAULT_LEFT, TR_NODE_MISSING_ZERO};
    assert_memory_equal(tree->threshold, threshold, sizeof threshold);
    assert_memory_equal(tree->gain, gain, sizeof gain);
    assert_memory_equal(tree->inner_count, count, sizeof count);
    assert_memory_equal(tree->left, left, sizeof left);
    assert_memory_equal(tree->right, right, sizeof right);
    assert_memory_equal(tree->feature, feature, sizeof feature);
    assert_memory_equal(tree->flags, flags, sizeof flags);
    for (size_t i = 0; i < 5; i++)
        assert_true(tree->leaf_value[i] == (double)i);
    tr_forest_finish(&forest);
    /* a circle that the root does not reach */
    char *circle = edited(text, "left_child=3 -2 -4 1", "left_child=-2 -3 3 2");
    expect_status(circle, TR_CORRUPT, "circles");
    tr_free(circle);
    tr_free(text);
}

static void write_text(const struct tr_forest *forest, struct tr_buf *out)
{
    struct tr_error err;
    tr_buf_init(out);
    assert_ok(tr_lightgbm_write(forest, out, &err), &err);
}

/* What the real library wrote comes out of our writer byte for byte. */
static void expect_same_bytes(const char *file)
{
    size_t n;
    char *text = test_read_file(test_shared(file), &n);
    struct tr_forest forest;
    struct tr_error err;
    struct tr_buf again;
    assert_ok(tr_lightgbm_read(text, n, &forest, &err), &err);
    write_text(&forest, &again);
    for (size_t i = 0; i < n && i < again.len; i++)
        if (text[i] != again.data[i])
            fail_msg("%s: byte %zu of %zu: %.60s | %.60s", file, i, n, text + i, again.data + i);
    assert_true(n == again.len);
    tr_buf_finish(&again);
    tr_forest_finish(&forest);
    tr_free(text);
}

static void models_of_the_library_come_out_byte_for_byte(void **state)
{
    (void)state;
    expect_same_bytes("golden/lightgbm/binary-model.txt");
    expect_same_bytes("golden/lightgbm/three-class-model.txt");
    expect_same_bytes("golden/lightgbm/large-model.txt.gz");
    expect_same_bytes("golden/lightgbm/hard-model-spec-weighted.txt.gz");
    expect_same_bytes("golden/lightgbm/hard-model-spec-unweighted.txt.gz");
    expect_same_bytes("golden/lightgbm/hard-model-b255.txt.gz");
}

static void assert_same_doubles(size_t n, const double *a, const double *b)
{
    for (size_t i = 0; i < n; i++)
        assert_same_bits(a[i], b[i]);
}

static void assert_same_decisions(const struct tr_tree *a, const struct tr_tree *b)
{
    size_t inner = a->leaves - 1;
    assert_true(a->leaves == b->leaves);
    assert_memory_equal(a->feature, b->feature, inner * sizeof *a->feature);
    assert_memory_equal(a->left, b->left, inner * sizeof *a->left);
    assert_memory_equal(a->right, b->right, inner * sizeof *a->right);
    assert_memory_equal(a->flags, b->flags, inner);
    assert_same_doubles(inner, a->threshold, b->threshold);
    assert_same_doubles(a->leaves, a->leaf_value, b->leaf_value);
    assert_same_doubles(a->leaves, a->leaf_weight, b->leaf_weight);
    assert_same_doubles(a->leaves, a->leaf_count, b->leaf_count);
}

/* A tree of random splits: each new node takes the place of a random leaf. */
static void grow(struct tr_rng *rng, size_t leaves, size_t features, struct tr_tree *tree)
{
    struct tr_error err;
    static const uint8_t flags[] = {0, 1, 2, 3, 4, 5};
    assert_ok(tr_tree_init(tree, leaves, &err), &err);
    for (size_t node = 0; node + 1 < leaves; node++) {
        int32_t leaf = (int32_t)tr_rng_below(rng, node + 1);
        for (size_t i = 0; i < node; i++) {
            tree->left[i] = tree->left[i] == ~leaf ? (int32_t)node : tree->left[i];
            tree->right[i] = tree->right[i] == ~leaf ? (int32_t)node : tree->right[i];
        }
        tree->left[node] = ~leaf;
        tree->right[node] = -(int32_t)node - 2; /* ~(node + 1) */
        tree->feature[node] = (int32_t)tr_rng_below(rng, features);
        tree->flags[node] = flags[tr_rng_below(rng, 6)];
        tree->threshold[node] =
            tr_rng_below(rng, 50) ? ldexp(tr_rng_normal(rng), (int)tr_rng_below(rng, 2000) - 1000) : (double)INFINITY;
        tree->gain[node] = tr_rng_below(rng, 9) ? 1e3 * tr_rng_uniform(rng) : (double)INFINITY;
        tree->inner_weight[node] = (double)NAN;
        tree->inner_count[node] = 1e12;
    }
    for (size_t i = 0; i < leaves; i++) {
        tree->leaf_value[i] = tr_rng_normal(rng);
        tree->leaf_weight[i] = tr_rng_uniform(rng);
        tree->leaf_count[i] = (double)tr_rng_below(rng, 1000);
    }
}

static void any_forest_comes_back_from_its_text(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 71, 0);
    for (size_t round = 0; round < 60; round++) {
        struct tr_forest forest, again;
        struct tr_error err;
        struct tr_buf text, second;
        tr_forest_init(&forest, TR_FOREST_LIGHTGBM);
        forest.features = 1 + (size_t)tr_rng_below(&rng, 9);
        forest.classes = round % 3 == 2 ? 3 : 1;
        forest.link = round % 3 == 2 ? TR_LINK_SOFTMAX : round % 3 == 1 ? TR_LINK_IDENTITY : TR_LINK_LOGISTIC;
        forest.sigmoid = round % 3 == 0 ? 0.1 + tr_rng_uniform(&rng) : 1.0;
        for (size_t t = 0; t < 6; t++) {
            struct tr_tree tree;
            grow(&rng, 1 + (size_t)tr_rng_below(&rng, 40), forest.features, &tree);
            assert_ok(tr_forest_add(&forest, &tree, &err), &err);
        }
        forest.parameters = round % 2 ? tr_alloc_string("[num_leaves: 31]\n[seed: 0]") : NULL;
        write_text(&forest, &text);
        assert_ok(tr_lightgbm_read(text.data, text.len, &again, &err), &err);
        assert_true(again.n == 6 && again.classes == forest.classes && again.link == forest.link);
        assert_same_bits(again.sigmoid, forest.sigmoid);
        assert_true(!again.parameters == !forest.parameters);
        for (size_t t = 0; t < 6; t++)
            assert_same_decisions(&forest.tree[t], &again.tree[t]);
        write_text(&again, &second);
        assert_string_equal(tr_buf_string(&text), tr_buf_string(&second));
        tr_buf_finish(&second);
        tr_buf_finish(&text);
        tr_forest_finish(&again);
        tr_forest_finish(&forest);
    }
}

static void a_locale_with_a_comma_changes_nothing(void **state)
{
    (void)state;
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
        found = setlocale(LC_ALL, names[i]);
    if (!found) {
        print_message("# skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    struct tr_forest forest;
    struct tr_error err;
    struct tr_buf text;
    assert_ok(read_text(small, &forest, &err), &err);
    write_text(&forest, &text);
    setlocale(LC_ALL, "C");
    assert_true(forest.tree[0].threshold[0] == 0.5);
    assert_non_null(strstr(tr_buf_string(&text), "threshold=0.5 -inf\n"));
    tr_buf_finish(&text);
    tr_forest_finish(&forest);
}

static void damaged_bytes_never_crash(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 72, 0);
    char copy[sizeof small];
    size_t sound = 0;
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, small, sizeof small);
        for (size_t hits = 1 + (size_t)tr_rng_below(&rng, 3); hits > 0; hits--) {
            size_t at = (size_t)tr_rng_below(&rng, sizeof small - 1);
            bool digit = copy[at] >= '0' && copy[at] <= '9';
            copy[at] = (char)(digit ? '0' + (int)tr_rng_below(&rng, 10) : (int)tr_rng_below(&rng, 256));
        }
        struct tr_forest forest;
        struct tr_error err;
        enum tr_status status = tr_lightgbm_read(copy, sizeof copy - 1, &forest, &err);
        assert_true(status == TR_OK || status == TR_CORRUPT || status == TR_UNSUPPORTED);
        sound += status == TR_OK;
        if (status == TR_OK)
            assert_ok(tr_forest_check(&forest, &err), &err);
        tr_forest_finish(&forest);
    }
    assert_true(sound > 100 && sound < 19000);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    char *text = edited(small, "end of trees\n", "end of trees\n\nparameters:\n[a: 1]\n\nend of parameters\n");
    enum tr_status status = TR_NOMEM;
    size_t k;
    for (k = 1; status == TR_NOMEM; k++) {
        struct tr_forest forest;
        struct tr_error err;
        struct tr_buf out;
        tr_buf_init(&out);
        tr_alloc_fail_at(k);
        status = read_text(text, &forest, &err);
        if (status == TR_OK)
            status = tr_lightgbm_write(&forest, &out, &err);
        tr_alloc_fail_at(0);
        tr_buf_finish(&out);
        tr_forest_finish(&forest);
        assert_true(k < 100);
    }
    assert_true(status == TR_OK && k > 10);
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_written_by_hand_is_read),
        cmocka_unit_test(overflowed_gains_are_read_as_large_ones),
        cmocka_unit_test(damage_is_refused_with_its_place),
        cmocka_unit_test(tree_sizes_must_be_exact_where_they_are_given),
        cmocka_unit_test(windows_line_ends_are_read),
        cmocka_unit_test(every_shortened_file_is_refused),
        cmocka_unit_test(children_may_stand_before_their_parents),
        cmocka_unit_test(models_of_the_library_come_out_byte_for_byte),
        cmocka_unit_test(any_forest_comes_back_from_its_text),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
        cmocka_unit_test(damaged_bytes_never_crash),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/model/forest/lightgbm_text", tests, NULL, NULL);
}
