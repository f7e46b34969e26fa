#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/forest.h"

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

static void a_sound_forest_is_accepted_and_copied(void **state)
{
    struct tr_forest forest, copy;
    struct tr_error err;
    const char *names[] = {"rsi 14", "adx"};
    double gain[2], splits[2];
    (void)state;
    make(&forest);
    assert_ok(tr_forest_name(&forest, names, &err), &err);
    assert_ok(tr_forest_check(&forest, &err), &err);
    assert_ok(tr_forest_copy(&copy, &forest, &err), &err);
    tr_forest_finish(&forest);
    assert_string_equal(copy.feature_name[0], "rsi_14");
    assert_true(copy.tree[0].threshold[1] == 2.0);
    tr_forest_importance(&copy, gain, splits);
    assert_true(gain[0] == 3.0 && gain[1] == 4.0 && splits[0] == 1.0 && splits[1] == 1.0);
    tr_forest_finish(&copy);
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

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct tr_forest forest, copy;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    (void)state;
    make(&forest);
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_forest_copy(&copy, &forest, &err);
        tr_alloc_fail_at(0);
        tr_forest_finish(&copy);
        assert_true(k < 20);
    }
    assert_ok(status, &err);
    tr_forest_finish(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_forest_is_accepted_and_copied),
        cmocka_unit_test(circles_and_strangers_are_refused),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
