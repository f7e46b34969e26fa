#include "engine/model/gbdt/train_test.h"

#include "base/text.h"
#include "engine/model/file/lightgbm_text.h"

#include <stdio.h>

/* 10^n in the order of LightGBM's multiplications. */
static double power(double base, int n)
{
    if (n == 0)
        return 1.0;
    if (n % 2 == 0)
        return power(base * base, n / 2);
    return n % 3 == 0 ? power(base * base * base, n / 3) : base * power(base, n - 1);
}

/* The digits at *at as a whole number, LightGBM's way; *at moves behind them. */
static double read_digits(const char **at, const char *end, int *count)
{
    double value = 0.0;
    for (*count = 0; *at < end && **at >= '0' && **at <= '9'; (*at)++, (*count)++)
        value = value * 10.0 + (**at - '0');
    return value;
}

/* Reads a number as LightGBM reads it from CSV, which may be an ulp beside it: the small models were trained on that.
 */
static double read_number(const char *at, const char *end)
{
    double sign = *at == '-' ? -1.0 : 1.0, scale = 1.0;
    int digits;
    at += sign < 0.0;
    double value = read_digits(&at, end, &digits);
    if (at < end && *at == '.') {
        at++;
        double fraction = read_digits(&at, end, &digits);
        value += fraction / power(10.0, digits);
    }
    if (at == end)
        return sign * value;
    assert_true(at + 2 < end && at[0] == 'e' && at[1] == '-');
    at += 2;
    for (int exponent = (int)read_digits(&at, end, &digits); exponent > 0; exponent--)
        scale *= 10.0;
    assert_true(scale < 1e8); /* beyond it LightGBM multiplies otherwise */
    return sign * (value / scale);
}

/* A golden CSV without header: label, then a weight if there is one, then the columns; an empty cell is NaN. */
static void rows_read(struct test_rows *t, const char *name, bool weighted)
{
    char path[128];
    size_t len, n = 0, fields = 1;
    snprintf(path, sizeof path, "golden/lightgbm/%s", name);
    char *text = test_read_file(test_shared(path), &len);
    for (size_t i = 0; i < len; i++) {
        n += text[i] == '\n';
        fields += n == 0 && text[i] == ',';
    }
    size_t first = weighted ? 2 : 1;
    rows_init(t, n, fields - first);
    const char *at = text;
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < fields; f++) {
            size_t width = strcspn(at, ",\n");
            double value;
            bool number = tr_text_to_double(at, at + width, &value);
            value = !number ? (double)NAN : weighted ? value : read_number(at, at + width);
            *(f == 0 ? &t->y[i] : f < first ? &t->weight[i] : column_of(t, f - first) + i) = value;
            at += width;
            if (*at != (f + 1 < fields ? ',' : '\n'))
                fail_msg("row %zu of %s has not %zu fields", i, name, fields);
            at++;
        }
    }
    tr_free(text);
}

static void read_golden_model(const char *name, struct tr_forest *out)
{
    struct tr_error err;
    char path[128];
    size_t len;
    snprintf(path, sizeof path, "golden/lightgbm/%s", name);
    char *text = test_read_file(test_shared(path), &len);
    assert_ok(tr_lightgbm_read(text, len, out, &err), &err);
    tr_free(text);
}

/* Display fields of LightGBM's file have six digits. */
static void assert_six_digits(double a, double b)
{
    assert_near(a, b, 1e-5 * fmax(1e-4, fabs(b)));
}

static void assert_same_tree(const struct tr_tree *a, const struct tr_tree *b)
{
    assert_true(a->leaves == b->leaves);
    for (size_t i = 0; i + 1 < a->leaves; i++) {
        assert_int_equal(a->feature[i], b->feature[i]);
        assert_int_equal(a->flags[i], b->flags[i]);
        assert_int_equal(a->left[i], b->left[i]);
        assert_int_equal(a->right[i], b->right[i]);
        assert_same_bits(a->threshold[i], b->threshold[i]);
        assert_true(a->inner_count[i] == b->inner_count[i]);
        assert_six_digits(a->gain[i], b->gain[i]);
        assert_six_digits(a->inner_value[i], b->inner_value[i]);
        assert_six_digits(a->inner_weight[i], b->inner_weight[i]);
    }
    for (size_t i = 0; i < a->leaves; i++) {
        assert_near(a->leaf_value[i], b->leaf_value[i], 1e-12);
        assert_near(a->leaf_weight[i], b->leaf_weight[i], 1e-9 * b->leaf_weight[i]);
        assert_true(a->leaf_count[i] == b->leaf_count[i]);
    }
    assert_true(a->shrinkage == b->shrinkage);
}

static void assert_same_forest(const struct tr_forest *a, const struct tr_forest *b)
{
    assert_true(a->n == b->n);
    assert_true(a->classes == b->classes);
    assert_int_equal(a->link, b->link);
    assert_true(a->features == b->features);
    for (size_t j = 0; j < a->features; j++)
        assert_string_equal(a->feature_info[j], b->feature_info[j]);
    for (size_t t = 0; t < a->n; t++)
        assert_same_tree(&a->tree[t], &b->tree[t]);
}

static void small_params(struct tr_gbdt_params *params)
{
    tr_gbdt_params_defaults(params);
    params->num_leaves = 5;
}

static void the_golden_binary_model_is_grown_again(void **state)
{
    (void)state;
    struct test_rows t;
    struct tr_gbdt_params params;
    struct tr_forest ours, golden;
    rows_read(&t, "binary-train.csv.gz", false);
    read_golden_model("binary-model.txt", &golden);
    small_params(&params);
    train_rows(&params, &t, 3, &ours);
    assert_same_forest(&ours, &golden);
    tr_forest_finish(&ours);
    tr_forest_finish(&golden);
    rows_finish(&t);
}

static void the_golden_three_class_model_is_grown_again(void **state)
{
    (void)state;
    struct test_rows t;
    struct tr_gbdt_params params;
    struct tr_forest ours, golden;
    rows_read(&t, "three-class-train.csv.gz", false);
    read_golden_model("three-class-model.txt", &golden);
    small_params(&params);
    params.objective = TR_GBDT_MULTICLASS;
    params.num_class = 3;
    train_rows(&params, &t, 3, &ours);
    assert_same_forest(&ours, &golden);
    tr_forest_finish(&ours);
    tr_forest_finish(&golden);
    rows_finish(&t);
}

/* Leading trees that agree in structure and, to rounding, in values. */
static size_t trees_alike(const struct tr_forest *a, const struct tr_forest *b)
{
    for (size_t t = 0; t < a->n && t < b->n; t++) {
        const struct tr_tree *x = &a->tree[t], *y = &b->tree[t];
        if (x->leaves != y->leaves)
            return t;
        for (size_t i = 0; i + 1 < x->leaves; i++)
            if (x->feature[i] != y->feature[i] || !test_same_bits(x->threshold[i], y->threshold[i]) ||
                x->flags[i] != y->flags[i] || x->left[i] != y->left[i] || x->right[i] != y->right[i])
                return t;
        for (size_t i = 0; i < x->leaves; i++)
            if (fabs(x->leaf_value[i] - y->leaf_value[i]) > 1e-9)
                return t;
    }
    return a->n < b->n ? a->n : b->n;
}

static void hard_model(const char *file, bool weighted, const struct tr_gbdt_params *params)
{
    struct test_rows t;
    struct tr_forest ours, golden;
    rows_read(&t, "hard-train.csv.gz", true);
    if (weighted)
        t.rows.weight = t.weight;
    read_golden_model(file, &golden);
    train_rows(params, &t, 200, &ours);
    assert_true(ours.n == 200 && golden.n == 200);
    assert_same_tree(&ours.tree[0], &golden.tree[0]);
    for (size_t j = 0; j < ours.features; j++)
        assert_string_equal(ours.feature_info[j], golden.feature_info[j]);
    double mine = binary_loss(&ours, &t), wanted = binary_loss(&golden, &t);
    printf("# %s: %zu trees alike, log loss %.6f, LightGBM %.6f\n", file, trees_alike(&ours, &golden), mine, wanted);
    assert_near(mine, wanted, 0.002);
    tr_forest_finish(&ours);
    tr_forest_finish(&golden);
    rows_finish(&t);
}

static void hard_params(struct tr_gbdt_params *params)
{
    tr_gbdt_params_defaults(params);
    params->learning_rate = 0.05;
    params->min_data_in_leaf = 40;
    params->max_bin = 63;
    params->lambda_l2 = 1.0;
}

static void weighted_real_rows_give_the_first_tree_and_the_loss_of_lightgbm(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    hard_params(&params);
    hard_model("hard-model-spec-weighted.txt.gz", true, &params);
}

static void real_rows_give_the_first_tree_and_the_loss_of_lightgbm(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    hard_params(&params);
    hard_model("hard-model-spec-unweighted.txt.gz", false, &params);
}

static void real_rows_in_255_bins_give_the_first_tree_and_the_loss_of_lightgbm(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    hard_params(&params);
    params.max_bin = 255;
    params.min_data_in_leaf = 20;
    params.lambda_l2 = 0.0;
    hard_model("hard-model-b255.txt.gz", false, &params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_binary_model_is_grown_again),
        cmocka_unit_test(the_golden_three_class_model_is_grown_again),
        cmocka_unit_test(weighted_real_rows_give_the_first_tree_and_the_loss_of_lightgbm),
        cmocka_unit_test(real_rows_give_the_first_tree_and_the_loss_of_lightgbm),
        cmocka_unit_test(real_rows_in_255_bins_give_the_first_tree_and_the_loss_of_lightgbm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
