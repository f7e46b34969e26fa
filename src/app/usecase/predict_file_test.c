#include "support/test.h"

#include "app/usecase/predict_file.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "engine/model/file/xgboost_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char dir[256], model[300], rows[300];

static int set_up(void **state)
{
    (void)state;
    test_make_dir(dir);
    snprintf(model, sizeof model, "%s/model.txt", dir);
    snprintf(rows, sizeof rows, "%s/rows.csv", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_dir(dir);
    return 0;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* f0 <= 0.5 (NaN: right) -> f1 <= 2 (NaN: left) -> 1, else 4; else 2. */
static const char small[] = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
                            "max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=f0 f1\n"
                            "feature_infos=none none\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\n"
                            "threshold=0.5 2\ndecision_type=8 10\nleft_child=1 -1\nright_child=-2 -3\n"
                            "leaf_value=1 2 4\nshrinkage=1\n\n\nend of trees\n";

/* The same tree for each of three classes: margins 1, 2, 4 or -1, -2, -4. */
static const char three[] = "tree\nversion=v4\nnum_class=3\nnum_tree_per_iteration=3\nlabel_index=0\n"
                            "max_feature_idx=0\nobjective=multiclass num_class:3\nfeature_names=x\n"
                            "feature_infos=none\n\n"
                            "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=0\ndecision_type=2\n"
                            "left_child=-1\nright_child=-2\nleaf_value=1 -1\nshrinkage=1\n\n\n"
                            "Tree=1\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=0\ndecision_type=2\n"
                            "left_child=-1\nright_child=-2\nleaf_value=2 -2\nshrinkage=1\n\n\n"
                            "Tree=2\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=0\ndecision_type=2\n"
                            "left_child=-1\nright_child=-2\nleaf_value=4 -4\nshrinkage=1\n\n\nend of trees\n";

struct collected {
    struct tr_buf text; /* "2 4|" */
    size_t calls;
    enum tr_status answer;
};

static enum tr_status collect(void *context, size_t classes, size_t n, const double *out, struct tr_error *err)
{
    struct collected *all = context;
    assert_true((n == 0) == (all->calls == 0));
    all->calls++;
    for (size_t i = 0; i < n * classes; i++)
        tr_buf_printf(&all->text, "%.17g%s", out[i], i % classes + 1 < classes ? " " : "|");
    return all->answer ? tr_error_set(err, all->answer, "no more") : tr_buf_status(&all->text, err);
}

static enum tr_status predict(bool header, bool raw, struct collected *all, struct tr_predict_file *about,
                              struct tr_error *err)
{
    struct tr_predict_file_options options = {model, rows, header, raw, NULL};
    *all = (struct collected){.answer = all->answer};
    tr_buf_init(&all->text);
    return tr_predict_file(&options, collect, all, about, err);
}

static void expect(bool header, bool raw, const char *text)
{
    struct tr_error err = {0};
    struct collected all = {0};
    struct tr_predict_file about;
    assert_ok(predict(header, raw, &all, &about, &err), &err);
    assert_string_equal(tr_buf_string(&all.text), text);
    tr_buf_finish(&all.text);
}

static void margins_of_a_tree_worked_out_by_hand(void **state)
{
    (void)state;
    write_text(model, small);
    write_text(rows, "f0,f1\n0.5,1\n0.5000001,9\n0.5,2.5\n0.5,\n,1\n-inf,inf\n");
    expect(true, true, "1|2|4|1|2|4|");
    write_text(rows, "y,f1,note,f0\n1,1,hello,0.5\n0,9,\"a, b\",0.5000001\n");
    expect(true, true, "1|2|");
    write_text(rows, "0.5;1\n0.5000001;9\n");
    expect(false, true, "1|2|");
}

static void probabilities_are_the_logistic_of_the_margins(void **state)
{
    (void)state;
    char text[96];
    write_text(model, small);
    write_text(rows, "0.5,1\n9,9\n");
    snprintf(text, sizeof text, "%.17g|%.17g|", 1 / (1 + exp(-1.0)), 1 / (1 + exp(-2.0)));
    expect(false, false, text);
}

/* x < 0.5 as floats -> 1, else 2; missing -> 1. */
static void xgboosts_rules_hold_for_its_files(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_forest forest;
    struct tr_tree tree;
    tr_forest_init(&forest, TR_FOREST_XGBOOST);
    forest.features = 1;
    forest.base_score = 0.5;
    assert_ok(tr_tree_init(&tree, 2, &err), &err);
    tree.flags[0] = TR_NODE_MISSING_NAN | TR_NODE_DEFAULT_LEFT;
    tree.threshold[0] = 0.5;
    tree.left[0] = -1;
    tree.right[0] = -2;
    tree.leaf_value[0] = 1;
    tree.leaf_value[1] = 2;
    assert_ok(tr_forest_add(&forest, &tree, &err), &err);
    write_text(rows, "x\n0.5\n0.4999\n0.49999999999\nnan\n");
    for (int format = TR_XGBOOST_JSON; format <= TR_XGBOOST_UBJ; format++) {
        struct tr_buf bytes;
        tr_buf_init(&bytes);
        assert_ok(tr_xgboost_write(&forest, (enum tr_xgboost_format)format, NULL, &bytes, &err), &err);
        FILE *file = fopen(model, "wb");
        assert_non_null(file);
        assert_true(fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
        assert_int_equal(fclose(file), 0);
        tr_buf_finish(&bytes);
        expect(true, true, "2|1|2|1|");
    }
    tr_forest_finish(&forest);
}

static void classes_stand_side_by_side(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct collected all = {0};
    struct tr_predict_file about;
    write_text(model, three);
    write_text(rows, "x\n-1\n1\n");
    expect(true, true, "1 2 4|-1 -2 -4|");
    assert_ok(predict(true, false, &all, &about, &err), &err);
    double p[6], sum = exp(1) + exp(2) + exp(4);
    assert_int_equal(sscanf(tr_buf_string(&all.text), "%lf %lf %lf|%lf %lf %lf|", p, p + 1, p + 2, p + 3, p + 4, p + 5),
                     6);
    assert_near(p[0], exp(1) / sum, 1e-15);
    assert_near(p[2], exp(4) / sum, 1e-15);
    assert_near(p[3] + p[4] + p[5], 1, 1e-15);
    assert_true(about.rows == 2 && about.classes == 3 && about.features == 1 && about.by_name);
    tr_buf_finish(&all.text);
}

static void many_rows_come_in_blocks_and_in_order(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct collected all = {0};
    struct tr_predict_file about;
    FILE *file = fopen(rows, "wb");
    assert_non_null(file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "%d,%d\n", i % 3 == 0, i % 5 == 0 ? 1 : 3);
    assert_int_equal(fclose(file), 0);
    write_text(model, small);
    assert_ok(predict(false, true, &all, &about, &err), &err);
    assert_true(about.rows == 10000 && all.calls > 2 && all.text.len == 20000);
    for (int i = 0; i < 10000; i++)
        assert_true(all.text.data[2 * i] == (i % 3 == 0 ? '2' : i % 5 == 0 ? '1' : '4'));
    tr_buf_finish(&all.text);
}

static void a_header_alone_gives_no_rows(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct collected all = {0};
    struct tr_predict_file about;
    write_text(model, small);
    write_text(rows, "f0,f1\n");
    assert_ok(predict(true, true, &all, &about, &err), &err);
    assert_true(about.rows == 0 && all.calls == 1);
    tr_buf_finish(&all.text);
}

static bool stop(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    (void)context;
    (void)total;
    assert_string_equal(stage, "predict");
    assert_string_equal(units, "rows");
    return done < 5000;
}

static void errors_of_every_part_come_through(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct collected all = {.answer = TR_IO};
    struct tr_predict_file about;
    write_text(model, small);
    write_text(rows, "1,1\n");
    assert_int_equal(predict(false, true, &all, &about, &err), TR_IO);
    assert_string_equal(err.text, "no more");
    all.answer = TR_OK;
    write_text(rows, "1,1\n1,x\n");
    assert_int_equal(predict(false, true, &all, &about, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "rows.csv: line 2: column 2: 'x'"));
    write_text(rows, "0,1,1\n");
    assert_int_equal(predict(false, true, &all, &about, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "3 columns instead of 2 features: leave out"));
    write_text(model, "tree\n");
    assert_true(predict(false, true, &all, &about, &err) != TR_OK);
    assert_non_null(strstr(err.text, "model.txt"));
}

static void a_stop_is_heard_between_blocks(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct collected all = {0};
    struct tr_predict_file about;
    struct tr_progress progress = {stop, NULL};
    struct tr_predict_file_options options = {model, rows, false, true, &progress};
    FILE *file = fopen(rows, "wb");
    assert_non_null(file);
    for (int i = 0; i < 20000; i++)
        fputs("1,1\n", file);
    assert_int_equal(fclose(file), 0);
    write_text(model, small);
    assert_int_equal(tr_predict_file(&options, collect, &all, &about, &err), TR_CANCELLED);
    assert_true(about.rows >= 5000 && about.rows < 20000);
    tr_buf_finish(&all.text);
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    write_text(model, small);
    write_text(rows, "f1,f0\n1,1\n");
    for (size_t k = 1;; k++) {
        struct tr_error err = {0};
        struct collected all = {0};
        struct tr_predict_file about;
        tr_alloc_fail_at(k);
        enum tr_status status = predict(true, false, &all, &about, &err);
        tr_alloc_fail_at(0);
        tr_buf_finish(&all.text);
        if (status == TR_OK) {
            assert_true(k > 15);
            return;
        }
        assert_int_equal(status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(margins_of_a_tree_worked_out_by_hand),
        cmocka_unit_test(probabilities_are_the_logistic_of_the_margins),
        cmocka_unit_test(xgboosts_rules_hold_for_its_files),
        cmocka_unit_test(classes_stand_side_by_side),
        cmocka_unit_test(many_rows_come_in_blocks_and_in_order),
        cmocka_unit_test(a_header_alone_gives_no_rows),
        cmocka_unit_test(errors_of_every_part_come_through),
        cmocka_unit_test(a_stop_is_heard_between_blocks),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("usecase/predict_file", tests, set_up, tear_down);
}
