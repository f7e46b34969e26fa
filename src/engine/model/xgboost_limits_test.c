#include "engine/model/xgboost_test.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void a_parameter_may_go_by_its_alias(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 10, 1.0);
    const struct tr_param plain[] = {{"eta", "0.3"}, {"lambda", "2"}};
    const struct tr_param alias[] = {{"eta", "0.7"}, {"reg_lambda", "2"}, {"learning_rate", "0.3"}};
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.params = plain;
    fit.n_params = 2;
    struct tr_model *a = train(&fit);
    fit.params = alias;
    fit.n_params = 3;
    struct tr_model *b = train(&fit);
    assert_same_file(a, b);
    fit.n_params = 0;
    struct tr_model *c = train(&fit);
    static double p[ROWS], q[ROWS];
    predict(a, &t, p);
    predict(c, &t, q);
    assert_true(memcmp(p, q, sizeof p) != 0);
    c->impl->destroy(c);
    b->impl->destroy(b);
    a->impl->destroy(a);
    tr_matrix_finish(&t.x);
}

static void the_defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    const char *expected[][2] = {{"objective", "binary:logistic"},
                                 {"tree_method", "hist"},
                                 {"max_depth", "6"},
                                 {"eta", "0.05"},
                                 {"max_bin", "64"},
                                 {"base_score", "0.5"},
                                 {"nthread", "1"}};
    size_t n;
    const struct tr_param *found = tr_xgboost_defaults(&n);
    assert_int_equal(n, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t j = 0; j < n; j++)
            same += strcmp(found[j].name, expected[i][0]) == 0 && strcmp(found[j].value, expected[i][1]) == 0;
        assert_int_equal(same, 1);
    }
    /* a fit without parameters uses them */
    static struct table t;
    fill_table(&t, 11, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *a = train(&fit);
    fit.params = found;
    fit.n_params = n;
    struct tr_model *b = train(&fit);
    assert_same_file(a, b);
    b->impl->destroy(b);
    a->impl->destroy(a);
    tr_matrix_finish(&t.x);
    char version[16];
    int major, minor, patch;
    tr_xgboost_version(version, sizeof version);
    assert_int_equal(sscanf(version, "%d.%d.%d", &major, &minor, &patch), 3);
    assert_true(major >= 1);
}

static void a_wrong_parameter_is_an_error_that_names_it(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 12, 1.0);
    const struct {
        struct tr_param param;
        const char *word;
    } cases[] = {
        {{"max_dept", "3"}, "max_dept"},      {{"MAX_DEPTH", "3"}, "MAX_DEPTH"},
        {{"", "3"}, "no parameter"},          {{"seed", "3"}, "seed"},
        {{"max_depth", "deep"}, "max_depth"}, {{"eta", "-1"}, "learning_rate"},
        {{"tree_method", "hists"}, "hists"},  {{"objective", "reg:squarederror"}, "reg:squarederror"},
        {{"booster", "dart"}, "dart"},        {{"base_score", "7"}, "base_score"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tr_fit fit = fit_of(&t, ROWS);
        fit.params = &cases[i].param;
        fit.n_params = 1;
        struct tr_model *model;
        struct tr_error err;
        assert_int_equal(tr_model_xgboost.train(&fit, &model, &err), TR_INVALID);
        assert_null(model);
        if (!strstr(err.text, cases[i].word))
            fail_msg("\"%s\" does not name %s", err.text, cases[i].word);
        assert_null(strstr(err.text, ".cc:"));
        assert_null(strstr(err.text, "bt]"));
    }
    tr_matrix_finish(&t.x);
}

static enum tr_status refused(const struct tr_fit *fit)
{
    struct tr_model *model;
    struct tr_error err;
    enum tr_status status = tr_model_xgboost.train(fit, &model, &err);
    assert_null(model);
    return status;
}

static void a_fit_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 13, 1.0);
    struct tr_fit good = fit_of(&t, ROWS), fit = good;
    fit.n = 0;
    assert_int_equal(refused(&fit), TR_INVALID);
    fit = good;
    fit.cols = 0;
    assert_int_equal(refused(&fit), TR_INVALID);
    fit = good;
    fit.rounds = 0;
    assert_int_equal(refused(&fit), TR_INVALID);
    static double bad[ROWS];
    const double wrong[] = {0.5, -1.0, 2.0, (double)NAN};
    fit = good;
    fit.y = bad;
    for (size_t i = 0; i < 4; i++) {
        bad[3] = wrong[i];
        assert_int_equal(refused(&fit), TR_INVALID);
    }
    bad[3] = 0.0;
    fit = good;
    fit.weight = bad; /* all 0 */
    assert_int_equal(refused(&fit), TR_INVALID);
    const double heavy[] = {-1.0, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        bad[0] = 1.0;
        bad[3] = heavy[i];
        assert_int_equal(refused(&fit), TR_INVALID);
    }
    tr_matrix_finish(&t.x);
}

static void three_rows_are_enough(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS];
    fill_table(&t, 14, 1.0);
    t.y[0] = 1.0;
    t.y[1] = t.y[2] = 0.0;
    struct tr_fit fit = fit_of(&t, 3);
    fit.weight = NULL;
    struct tr_model *model = train(&fit);
    predict(model, &t, p);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(p[i] > 0.0 && p[i] < 1.0);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void equal_labels_push_every_probability_their_way(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS];
    fill_table(&t, 15, 1.0);
    for (size_t i = 0; i < ROWS; i++)
        t.y[i] = 1.0;
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *model = train(&fit);
    predict(model, &t, p);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(p[i] > 0.6 && p[i] < 1.0);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void constant_and_empty_columns_do_no_harm(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS], q[ROWS];
    fill_table(&t, 16, 2.0);
    for (size_t i = 0; i < ROWS; i++) {
        tr_matrix_column(&t.x, 0)[i] = 4.0;
        tr_matrix_column(&t.x, 1)[i] = (double)NAN;
    }
    const size_t rest[] = {2, 3, 4, 5};
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *all = train(&fit);
    fit.cols = 4;
    fit.col = rest;
    struct tr_model *some = train(&fit);
    predict(all, &t, p);
    predict(some, &t, q);
    for (size_t i = 0; i < ROWS; i++)
        assert_near(p[i], q[i], 1e-6);
    some->impl->destroy(some);
    all->impl->destroy(all);
    /* nothing but missing values: one and the same probability */
    for (size_t j = 0; j < COLS; j++)
        for (size_t i = 0; i < ROWS; i++)
            tr_matrix_column(&t.x, j)[i] = (double)NAN;
    fit = fit_of(&t, ROWS);
    struct tr_model *blind = train(&fit);
    predict(blind, &t, p);
    for (size_t i = 1; i < ROWS; i++)
        assert_same_bits(p[i], p[0]);
    blind->impl->destroy(blind);
    tr_matrix_finish(&t.x);
}

static void rows_of_weight_zero_have_no_say(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS], q[ROWS];
    fill_table(&t, 17, 2.0);
    for (size_t i = 0; i < ROWS; i += 3)
        t.weight[i] = 0.0;
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *a = train(&fit);
    predict(a, &t, p);
    for (size_t i = 0; i < ROWS; i += 3)
        t.y[i] = 1.0 - t.y[i];
    struct tr_model *b = train(&fit);
    predict(b, &t, q);
    assert_memory_equal(p, q, sizeof p);
    b->impl->destroy(b);
    a->impl->destroy(a);
    tr_matrix_finish(&t.x);
}

static void values_too_large_for_a_float_keep_their_order(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS], q[ROWS];
    fill_table(&t, 18, 0.0);
    const double value[] = {-(double)INFINITY, -1e300, -1.0, 1.0, 1e300, (double)INFINITY};
    for (size_t i = 0; i < ROWS; i++) {
        tr_matrix_column(&t.x, 2)[i] = value[i % 6];
        t.y[i] = i % 6 >= 4 ? 1.0 : 0.0;
    }
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *model = train(&fit), *loaded;
    struct tr_buf file;
    struct tr_error err;
    predict(model, &t, p);
    for (size_t i = 6; i < ROWS; i++)
        assert_true((p[i] > 0.5) == (i % 6 >= 4));
    save(model, &file);
    assert_ok(tr_model_xgboost.load(file.data, file.len, 0, NULL, &loaded, &err), &err);
    predict(loaded, &t, q);
    assert_memory_equal(p, q, sizeof p);
    tr_buf_finish(&file);
    loaded->impl->destroy(loaded);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void nothing_is_written_to_standard_error(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS];
    fill_table(&t, 19, 1.0);
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/stderr", dir);
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600), kept = dup(STDERR_FILENO);
    assert_true(file >= 0 && kept >= 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    struct tr_fit fit = fit_of(&t, ROWS);
    const struct tr_param typo = {"max_depth", "x"};
    struct tr_model *model = NULL, *none = NULL;
    struct tr_error err;
    enum tr_status status = tr_model_xgboost.train(&fit, &model, &err);
    if (status == TR_OK)
        status = model->impl->predict(model, &t.x, ROWS, t.row, p, &err);
    fit.params = &typo;
    fit.n_params = 1;
    enum tr_status wrong = tr_model_xgboost.train(&fit, &none, &err);
    enum tr_status garbage = tr_model_xgboost.load("{\"learner\": {}}", 15, 0, NULL, &none, &err);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    off_t written = lseek(file, 0, SEEK_END);
    close(kept);
    close(file);
    test_remove_dir(dir);
    assert_int_equal(status, TR_OK);
    assert_int_equal(wrong, TR_INVALID);
    assert_int_equal(garbage, TR_CORRUPT);
    assert_int_equal(written, 0);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static struct table t;
    static double p[ROWS];
    fill_table(&t, 20, 1.0);
    const char *const names[COLS] = {"a", "b", "c", "d", "e", "f"};
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_fit_stop stop = {.n = 100, .row = t.row, .y = t.y, .weight = t.weight, .patience = 5, .min_rounds = 1};
    fit.names = names;
    fit.rounds = 1;
    fit.stop = &stop;
    enum tr_status status = TR_NOMEM;
    size_t k = 1;
    for (; status != TR_OK; k++) {
        assert_true(k < 300);
        struct tr_model *model = NULL, *loaded = NULL;
        struct tr_error err;
        struct tr_buf file;
        tr_buf_init(&file);
        tr_alloc_fail_at(k);
        status = tr_model_xgboost.train(&fit, &model, &err);
        if (status == TR_OK)
            status = model->impl->predict(model, &t.x, ROWS, t.row, p, &err);
        if (status == TR_OK)
            status = model->impl->save(model, &file, &err);
        if (status == TR_OK)
            status = tr_model_xgboost.load(file.data, file.len, 0, NULL, &loaded, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || status == TR_NOMEM);
        tr_buf_finish(&file);
        tr_model_xgboost.destroy(loaded);
        tr_model_xgboost.destroy(model);
    }
    assert_true(k > 40);
    tr_matrix_finish(&t.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_may_go_by_its_alias),
        cmocka_unit_test(the_defaults_are_those_of_the_specification),
        cmocka_unit_test(a_wrong_parameter_is_an_error_that_names_it),
        cmocka_unit_test(a_fit_that_makes_no_sense_is_refused),
        cmocka_unit_test(three_rows_are_enough),
        cmocka_unit_test(equal_labels_push_every_probability_their_way),
        cmocka_unit_test(constant_and_empty_columns_do_no_harm),
        cmocka_unit_test(rows_of_weight_zero_have_no_say),
        cmocka_unit_test(values_too_large_for_a_float_keep_their_order),
        cmocka_unit_test(nothing_is_written_to_standard_error),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/model/xgboost_limits", tests, NULL, NULL);
}
