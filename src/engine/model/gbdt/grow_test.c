#include "engine/model/gbdt/train_test.h"

#include "engine/model/gbdt/grow.h"

/* A fit of one tree on made-up gradients. */
struct scene {
    struct test_rows t;
    struct tr_gbdt_params params;
    struct tr_gbdt_binned binned;
    float *gradient;
    uint32_t *row;
    bool *open;
    size_t pool_bytes;
};

static void scene_init(struct scene *s, size_t n, size_t cols, uint64_t seed)
{
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, seed, 1);
    rows_make_up(&s->t, n, cols, 1, seed);
    tr_gbdt_params_defaults(&s->params);
    s->params.min_data_in_leaf = 5;
    s->params.max_bin = 63;
    s->pool_bytes = TR_GBDT_POOL_BYTES;
    assert_ok(tr_gbdt_binned_init(&s->binned, &s->params, &s->t.rows, &err), &err);
    s->gradient = tr_alloc(n, 2 * sizeof *s->gradient);
    s->row = tr_alloc(n, sizeof *s->row);
    s->open = tr_alloc(cols, sizeof *s->open);
    assert_true(s->gradient && s->row && s->open);
    for (size_t i = 0; i < n; i++) {
        s->gradient[2 * i] = (float)(0.4 - s->t.y[i] + 0.1 * tr_rng_normal(&rng));
        s->gradient[2 * i + 1] = 0.25F;
        s->row[i] = (uint32_t)i;
    }
    for (size_t j = 0; j < cols; j++)
        s->open[j] = true;
}

static void scene_finish(struct scene *s)
{
    tr_gbdt_binned_finish(&s->binned);
    tr_free(s->gradient);
    tr_free(s->row);
    tr_free(s->open);
    rows_finish(&s->t);
}

static void grow(const struct scene *s, const struct tr_gbdt_scanner *scanner, size_t n, const uint32_t *row,
                 struct tr_gbdt_grower **grower, struct tr_tree *tree)
{
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 3, 0);
    assert_ok(tr_gbdt_grower_create(&s->binned, &s->params, scanner, s->pool_bytes, grower, &err), &err);
    assert_ok(tr_gbdt_grow(*grower, s->gradient, n, row, s->open, &rng, tree, &err), &err);
}

/* The same tree grown slowly: each leaf tries all cuts of all columns by adding up its rows anew, with counts that are
 * exact since all hessians are equal. */
struct slow_leaf {
    size_t n, rows[600];
    double g;
    double gain;
    size_t feature, bin;
    bool missing_left;
};

static bool goes_left(const struct scene *s, size_t j, size_t bin, bool missing_left, size_t row)
{
    const struct tr_gbdt_bins *bins = &s->binned.bins[j];
    double x = tr_matrix_at(&s->t.x, row, j);
    if (isnan(x) && bins->missing == TR_GBDT_MISSING_NAN && bins->n > 2)
        return missing_left;
    return tr_gbdt_bins_of(bins, x) <= bin;
}

static void try_cut(const struct scene *s, struct slow_leaf *leaf, size_t j, size_t bin, bool missing_left)
{
    double n = 0.0, g = 0.0;
    for (size_t i = 0; i < leaf->n; i++) {
        if (!goes_left(s, j, bin, missing_left, leaf->rows[i]))
            continue;
        n += 1.0;
        g += (double)s->gradient[2 * leaf->rows[i]];
    }
    double rest = (double)leaf->n - n, g_rest = leaf->g - g;
    if (n < 5.0 || rest < 5.0)
        return;
    double gain = g * g / (0.25 * n) + g_rest * g_rest / (0.25 * rest) - leaf->g * leaf->g / (0.25 * (double)leaf->n);
    if (gain > leaf->gain + 1e-9) {
        leaf->gain = gain;
        leaf->feature = j;
        leaf->bin = bin;
        leaf->missing_left = missing_left;
    }
}

static void try_all(const struct scene *s, struct slow_leaf *leaf)
{
    leaf->g = leaf->gain = 0.0;
    for (size_t i = 0; i < leaf->n; i++)
        leaf->g += (double)s->gradient[2 * leaf->rows[i]];
    for (size_t j = 0; j < s->binned.cols; j++) {
        const struct tr_gbdt_bins *bins = &s->binned.bins[j];
        for (size_t b = bins->n; !bins->trivial && b-- > 1;)
            try_cut(s, leaf, j, b - 1, true);
        for (size_t b = 0; !bins->trivial && bins->missing == TR_GBDT_MISSING_NAN && b + 1 < bins->n; b++)
            try_cut(s, leaf, j, b, false);
    }
}

static void a_tree_is_the_one_grown_by_trying_all_cuts_of_all_leaves(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        static struct scene s;
        static struct slow_leaf leaf[9];
        struct tr_gbdt_grower *grower;
        struct tr_tree tree;
        scene_init(&s, 150, 5, seed);
        s.params.num_leaves = 9;
        grow(&s, NULL, 150, s.row, &grower, &tree);
        leaf[0].n = 150;
        for (size_t i = 0; i < 150; i++)
            leaf[0].rows[i] = i;
        try_all(&s, &leaf[0]);
        size_t leaves = 1;
        for (; leaves < 9; leaves++) {
            size_t best = 0;
            for (size_t i = 1; i < leaves; i++)
                best = leaf[i].gain > leaf[best].gain ? i : best;
            if (!(leaf[best].gain > 1e-9))
                break;
            size_t node = leaves - 1;
            assert_true(node + 1 < tree.leaves);
            assert_near(tree.gain[node], leaf[best].gain, 1e-5);
            assert_true((size_t)tree.feature[node] == leaf[best].feature);
            struct slow_leaf old = leaf[best];
            leaf[best].n = leaf[leaves].n = 0;
            for (size_t i = 0; i < old.n; i++) {
                bool left = goes_left(&s, old.feature, old.bin, old.missing_left, old.rows[i]);
                struct slow_leaf *to = &leaf[left ? best : leaves];
                to->rows[to->n++] = old.rows[i];
            }
            try_all(&s, &leaf[best]);
            try_all(&s, &leaf[leaves]);
        }
        assert_true(tree.leaves == leaves);
        for (size_t i = 0; i < leaves; i++) {
            assert_true(tree.leaf_count[i] == (double)leaf[i].n);
            assert_near(tree.leaf_value[i], -leaf[i].g / (0.25 * (double)leaf[i].n), 1e-9);
        }
        tr_tree_finish(&tree);
        tr_gbdt_grower_destroy(grower);
        scene_finish(&s);
    }
}

static bool same_tree(const struct tr_tree *a, const struct tr_tree *b)
{
    size_t inner = a->leaves - 1;
    return a->leaves == b->leaves &&
           memcmp(a->memory, b->memory,
                  (5 * inner + 3 * a->leaves) * sizeof(double) + 3 * inner * sizeof(int32_t) + inner) == 0;
}

static void every_instruction_set_grows_the_same_bytes(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s, 600, 21, 20);
    for (size_t round = 0; round < 3; round++) {
        s.params.lambda_l1 = round == 1 ? 0.5 : 0.0;
        for (size_t i = 0; round == 2 && i < 600; i++) /* and with hessians from nothing to far too much */
            s.gradient[2 * i + 1] = i % 7 ? (float)(pow(10.0, (double)(i % 41) - 20.0)) : 0.0F;
        struct tr_gbdt_grower *grower;
        struct tr_tree expected;
        grow(&s, &tr_gbdt_scanners[tr_gbdt_scanner_count - 1], 600, s.row, &grower, &expected);
        assert_true(expected.leaves > (round < 2 ? 10 : 1));
        tr_gbdt_grower_destroy(grower);
        for (size_t v = 0; v < tr_gbdt_scanner_count; v++) {
            struct tr_tree tree;
            if (!tr_gbdt_scanners[v].supported())
                continue;
            grow(&s, &tr_gbdt_scanners[v], 600, s.row, &grower, &tree);
            assert_true(same_tree(&tree, &expected));
            tr_tree_finish(&tree);
            tr_gbdt_grower_destroy(grower);
        }
        tr_tree_finish(&expected);
    }
    scene_finish(&s);
}

static void rows_reach_the_leaves_that_the_thresholds_say(void **state)
{
    (void)state;
    static struct scene s;
    static double by_partition[600], by_bins[600], value[64];
    struct tr_gbdt_grower *grower;
    struct tr_tree tree;
    scene_init(&s, 600, 11, 21);
    uint32_t every_other[300];
    for (uint32_t i = 0; i < 300; i++)
        every_other[i] = 2 * i;
    grow(&s, NULL, 300, every_other, &grower, &tree);
    assert_true(tree.leaves > 5);
    for (size_t i = 0; i < tree.leaves; i++)
        value[i] = tree.leaf_value[i];
    tr_gbdt_grown_add(grower, value, by_partition);
    tr_gbdt_grown_walk(grower, &tree, s.binned.column, 600, 600, NULL, by_bins);
    double count[64] = {0.0};
    for (size_t i = 0; i < 600; i++) {
        size_t leaf = leaf_of(&tree, &s.t.x, s.t.col, i);
        assert_same_bits(by_bins[i], tree.leaf_value[leaf]);
        assert_same_bits(by_partition[i], i % 2 ? 0.0 : tree.leaf_value[leaf]);
        count[leaf] += i % 2 ? 0.0 : 1.0;
    }
    for (size_t i = 0; i < tree.leaves; i++)
        assert_true(count[i] == tree.leaf_count[i]);
    tr_tree_finish(&tree);
    tr_gbdt_grower_destroy(grower);
    scene_finish(&s);
}

/* Sums built anew and sums by subtraction differ in rounding, not in the trees of these rows. */
static void a_pool_that_is_too_small_only_costs_time(void **state)
{
    (void)state;
    for (uint64_t seed = 30; seed < 36; seed++) {
        static struct scene s;
        struct tr_gbdt_grower *grower;
        struct tr_tree tree, expected;
        scene_init(&s, 600, 11, seed);
        grow(&s, NULL, 600, s.row, &grower, &expected);
        tr_gbdt_grower_destroy(grower);
        for (size_t histograms = 0; histograms < 6; histograms++) {
            s.pool_bytes = histograms * 2 * 64 * TR_GBDT_LANES * 2 * sizeof(double);
            grow(&s, NULL, 600, s.row, &grower, &tree);
            assert_true(tree.leaves == expected.leaves);
            for (size_t i = 0; i + 1 < tree.leaves; i++) {
                assert_int_equal(tree.feature[i], expected.feature[i]);
                assert_near(tree.gain[i], expected.gain[i], 1e-5);
                assert_true(tree.inner_count[i] == expected.inner_count[i]);
            }
            for (size_t i = 0; i < tree.leaves; i++)
                assert_near(tree.leaf_value[i], expected.leaf_value[i], 1e-9);
            tr_tree_finish(&tree);
            tr_gbdt_grower_destroy(grower);
        }
        tr_tree_finish(&expected);
        scene_finish(&s);
    }
}

static void limits_of_leaves_depth_and_rows_hold(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s, 600, 11, 22);
    for (size_t depth = 1; depth <= 4; depth++) {
        struct tr_gbdt_grower *grower;
        struct tr_tree tree;
        s.params.max_depth = (int)depth;
        s.params.min_data_in_leaf = 3 * depth;
        s.params.num_leaves = 12;
        grow(&s, NULL, 600, s.row, &grower, &tree);
        size_t level[12] = {0};
        assert_true(tree.leaves <= 12 && tree.leaves <= (size_t)1 << depth);
        for (size_t i = 0; i + 1 < tree.leaves; i++) {
            assert_true(level[i] < depth);
            if (tree.left[i] >= 0)
                level[tree.left[i]] = level[i] + 1;
            if (tree.right[i] >= 0)
                level[tree.right[i]] = level[i] + 1;
        }
        for (size_t i = 0; i < tree.leaves; i++)
            assert_true(tree.leaf_count[i] >= 3.0 * (double)depth);
        tr_tree_finish(&tree);
        tr_gbdt_grower_destroy(grower);
    }
    scene_finish(&s);
}

static void only_open_columns_are_cut(void **state)
{
    (void)state;
    static struct scene s;
    struct tr_gbdt_grower *grower;
    struct tr_tree tree;
    scene_init(&s, 600, 11, 23);
    for (size_t u = 0; u < s.binned.used; u++)
        s.open[u] = s.binned.feature[u] % 2 == 1;
    grow(&s, NULL, 600, s.row, &grower, &tree);
    assert_true(tree.leaves > 5);
    for (size_t i = 0; i + 1 < tree.leaves; i++)
        assert_true(tree.feature[i] % 2 == 1);
    tr_tree_finish(&tree);
    tr_gbdt_grower_destroy(grower);
    scene_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_the_one_grown_by_trying_all_cuts_of_all_leaves),
        cmocka_unit_test(every_instruction_set_grows_the_same_bytes),
        cmocka_unit_test(rows_reach_the_leaves_that_the_thresholds_say),
        cmocka_unit_test(a_pool_that_is_too_small_only_costs_time),
        cmocka_unit_test(limits_of_leaves_depth_and_rows_hold),
        cmocka_unit_test(only_open_columns_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
