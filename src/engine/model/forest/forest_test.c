#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/forest.h"
#include "engine/model/forest/forest_test.h"

#include <math.h>
#include <string.h>

/* x0 <= 0.5 ? (x1 <= 2 ? leaf 0 : leaf 2) : leaf 1 */
static void make(struct tr_forest *forest)
{
    struct tr_tree tree;
    struct tr_error err;
    tr_forest_init(forest, TR_FOREST_LIGHTGBM);
    forest->features = 2;
    assert_ok(tr_tree_init(&tree, 3, &err), &err);
    tree.feature[1] = 1;
    tree.threshold[0] = 0.5;
    tree.threshold[1] = 2.0;
    tree.left[0] = 1;
    tree.right[0] = ~1;
    tree.left[1] = ~0;
    tree.right[1] = ~2;
    tree.gain[0] = 3.0;
    tree.gain[1] = 4.0;
    assert_ok(tr_forest_add(forest, &tree, &err), &err);
}

static void a_sound_forest_is_accepted(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    const char *names[] = {"rsi 14", "adx"};
    double gain[2], splits[2];
    (void)state;
    make(&forest);
    assert_ok(tr_forest_name(&forest, names, &err), &err);
    assert_ok(tr_forest_check(&forest, &err), &err);
    assert_string_equal(forest.feature_name[0], "rsi_14");
    tr_forest_importance(&forest, gain, splits);
    assert_true(gain[0] == 3.0 && gain[1] == 4.0 && splits[0] == 1.0 && splits[1] == 1.0);
    tr_forest_finish(&forest);
}

static void expect_refused(struct tr_forest *forest)
{
    struct tr_error err;
    assert_true(tr_forest_check(forest, &err) == TR_CORRUPT);
    assert_non_null(strstr(err.text, "tree 0"));
    tr_forest_finish(forest);
}

static void circles_and_strangers_are_refused(void **state)
{
    struct tr_forest forest;
    (void)state;
    make(&forest);
    forest.tree[0].left[1] = 0; /* back to the root */
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].left[1] = 1; /* itself */
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].right[1] = ~1; /* the root's leaf too */
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].right[1] = ~3;
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].feature[1] = 2;
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].threshold[0] = (double)NAN;
    expect_refused(&forest);
    make(&forest);
    forest.tree[0].leaf_value[2] = (double)INFINITY;
    expect_refused(&forest);
}

static void expect_corrupt(struct tr_forest *forest, const char *about)
{
    struct tr_error err;
    assert_true(tr_forest_check(forest, &err) == TR_CORRUPT);
    assert_non_null(strstr(err.text, about));
    tr_forest_finish(forest);
}

static void settings_that_cannot_be_are_refused(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    const char *names[] = {"a", "b"};
    (void)state;
    make(&forest);
    forest.classes = 0;
    expect_corrupt(&forest, "0 classes");
    make(&forest);
    forest.classes = 2; /* and one tree */
    forest.link = TR_LINK_SOFTMAX;
    expect_corrupt(&forest, "1 trees for 2 classes");
    make(&forest);
    forest.n = 0;
    forest.classes = 2;
    tr_tree_finish(&forest.tree[0]);
    expect_corrupt(&forest, "without a softmax");
    make(&forest);
    forest.sigmoid = 0.0;
    expect_corrupt(&forest, "sigmoid");
    make(&forest);
    forest.base_score = (double)NAN;
    expect_corrupt(&forest, "base score");
    make(&forest);
    forest.kind = TR_FOREST_XGBOOST; /* whose logistic link starts from a chance */
    expect_corrupt(&forest, "base score 0");
    make(&forest);
    assert_ok(tr_forest_name(&forest, names, &err), &err);
    forest.feature_name[1][0] = '\t';
    expect_corrupt(&forest, "feature 1");
}

static void numbers_of_xgboost_must_become_floats(void **state)
{
    struct tr_forest forest;
    struct tr_error err;
    (void)state;
    make(&forest);
    forest.kind = TR_FOREST_XGBOOST;
    forest.base_score = 0.5;
    forest.tree[0].threshold[0] = (double)INFINITY;
    assert_ok(tr_forest_check(&forest, &err), &err);
    forest.tree[0].threshold[0] = 1e39;
    assert_true(tr_forest_check(&forest, &err) == TR_CORRUPT);
    forest.tree[0].threshold[0] = 1e38;
    assert_ok(tr_forest_check(&forest, &err), &err);
    forest.tree[0].leaf_value[1] = -1e39;
    expect_corrupt(&forest, "leaf 1");
    make(&forest);
    forest.tree[0].threshold[0] = 1e39; /* no matter to LightGBM */
    assert_ok(tr_forest_check(&forest, &err), &err);
    tr_forest_finish(&forest);
}

static void trees_have_a_size_that_can_be(void **state)
{
    struct tr_tree tree;
    struct tr_error err;
    (void)state;
    assert_true(tr_tree_init(&tree, 0, &err) == TR_INVALID);
    tr_tree_finish(&tree);
    assert_true(tr_tree_init(&tree, ((size_t)1 << 24) + 1, &err) == TR_INVALID);
    tr_tree_finish(&tree);
    assert_ok(tr_tree_init(&tree, 1, &err), &err);
    assert_true(tree.leaf_value[0] == 0.0 && tree.shrinkage == 1.0);
    tr_tree_finish(&tree);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct tr_forest forest;
    struct tr_tree tree = {0};
    struct tr_error err;
    const char *names[] = {"a", "b"};
    enum tr_status status = TR_NOMEM;
    (void)state;
    make(&forest);
    assert_ok(tr_forest_name(&forest, names, &err), &err);
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_tree_init(&tree, 3, &err);
        tr_alloc_fail_at(0);
        tr_tree_finish(&tree);
        assert_true(k < 20);
    }
    assert_ok(status, &err);
    status = TR_NOMEM;
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_forest_name(&forest, names, &err);
        tr_alloc_fail_at(0);
        assert_string_equal(forest.feature_name[1], "b"); /* the old ones are still there */
    }
    assert_ok(status, &err);
    tr_alloc_fail_at(1);
    assert_true(tr_forest_check(&forest, &err) == TR_NOMEM);
    tr_alloc_fail_at(0);
    tr_forest_finish(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_forest_is_accepted),
        cmocka_unit_test(circles_and_strangers_are_refused),
        cmocka_unit_test(settings_that_cannot_be_are_refused),
        cmocka_unit_test(numbers_of_xgboost_must_become_floats),
        cmocka_unit_test(trees_have_a_size_that_can_be),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
