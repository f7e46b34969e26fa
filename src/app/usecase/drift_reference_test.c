#include "support/test.h"

#include "app/usecase/drift_reference.h"
#include "base/alloc.h"
#include "support/chain.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum { BARS = 1500 };

static struct tr_recipe recipe;
static struct test_chain chain;
static struct tr_buf text; /* its reference */

/* The plain model of the tests has no trees to tell gains from: some are planted. */
static void plant_gains(struct tr_run *run)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct tr_walk_fit *fit = run->newest.walk.fit[side];
        double sum = 0.0;
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            sum += fit->gain[j] = fit->used[j] ? 1.0 / (1.0 + (double)(j + (size_t)side)) : 0.0;
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            fit->gain[j] /= sum;
    }
}

static int set_up(void **state)
{
    struct tr_error err;
    (void)state;
    test_chain_recipe(&recipe);
    recipe.folds = false;
    test_chain_run(&recipe, BARS, &chain);
    plant_gains(&chain.run);
    tr_buf_init(&text);
    assert_ok(tr_drift_reference_make(&chain.run, &text, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_buf_finish(&text);
    test_chain_finish(&chain);
    return 0;
}

static void it_covers_the_ready_rows_of_the_window_and_the_inputs_in_use(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    const struct tr_fold *fold = &chain.run.newest.fold;
    size_t rows = 0, used = 0;
    (void)state;
    assert_ok(tr_drift_reference_read(text.data, text.len, &reference, &err), &err);
    for (size_t t = 0; t < BARS; t++)
        rows += chain.run.study.set.ready[t] && chain.bars.time[t] >= fold->train_from &&
                chain.bars.time[t] < fold->train_to;
    assert_true(reference.timeframe == TR_TIMEFRAME_1H);
    assert_true(reference.from == fold->train_from && reference.to == fold->train_to);
    assert_true(rows > 400 && reference.rows == rows);
    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
        if (!chain.run.newest.walk.fit[TR_LONG]->used[j] && !chain.run.newest.walk.fit[TR_SHORT]->used[j])
            continue;
        assert_true(reference.input[used].input == j);
        assert_true(reference.input[used].shape.rows == rows && reference.input[used].shape.blocks == rows / 100);
        used++;
    }
    assert_true(used > 40 && used < TR_FEATURE_INPUTS && reference.inputs == used);
    tr_drift_reference_finish(&reference);
}

static void it_holds_the_scores_and_the_importance_of_each_head(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    (void)state;
    assert_ok(tr_drift_reference_read(text.data, text.len, &reference, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = chain.run.newest.walk.fit[side];
        assert_true(reference.head[side].trained && reference.head[side].score.rows == fit->reference_rows);
        assert_true(fit->reference_rows > 30 && reference.head[side].score.blocks == 2); /* too few for three */
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            assert_same_bits(reference.head[side].importance[j], fit->gain[j]);
    }
    tr_drift_reference_finish(&reference);
}

static void its_shapes_are_those_of_the_window(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    double *x = tr_alloc(BARS, sizeof *x);
    (void)state;
    assert_ok(tr_drift_reference_read(text.data, text.len, &reference, &err), &err);
    for (size_t i = 0; i < reference.inputs; i++) {
        const double *column = tr_matrix_column(&chain.run.study.set.inputs, reference.input[i].input);
        struct tr_drift_shape shape;
        size_t n = 0;
        for (size_t t = 0; t < BARS; t++)
            if (chain.run.study.set.ready[t] && chain.bars.time[t] >= reference.from &&
                chain.bars.time[t] < reference.to)
                x[n++] = column[t];
        assert_ok(tr_drift_shape_make(n, x, reference.input[i].shape.blocks, &shape, &err), &err);
        assert_same_bits(reference.input[i].shape.own_psi, shape.own_psi);
        assert_same_bits(reference.input[i].shape.own_ks, shape.own_ks);
        assert_same_bits(reference.input[i].shape.sketch.value[100], shape.sketch.value[100]);
    }
    tr_free(x);
    tr_drift_reference_finish(&reference);
}

static void the_same_run_gives_the_same_bytes_on_any_number_of_threads(void **state)
{
    struct tr_error err;
    (void)state;
    for (size_t threads = 1; threads <= 3; threads += 2) {
        struct tr_pool *pool = NULL;
        struct tr_run run;
        struct tr_buf again;
        tr_buf_init(&again);
        assert_ok(tr_pool_create(threads, &pool, &err), &err);
        assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe, &(struct tr_world){.pool = pool}, &run, &err), &err);
        plant_gains(&run);
        assert_ok(tr_drift_reference_make(&run, &again, &err), &err);
        assert_true(again.len == text.len);
        assert_memory_equal(again.data, text.data, text.len);
        tr_buf_finish(&again);
        tr_run_finish(&run);
        tr_pool_destroy(pool);
    }
}

static void it_reads_back_to_the_same_bits(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    struct tr_buf again;
    (void)state;
    tr_buf_init(&again);
    assert_ok(tr_drift_reference_read(text.data, text.len, &reference, &err), &err);
    tr_drift_reference_write(&reference, &again);
    assert_true(again.len == text.len);
    assert_memory_equal(again.data, text.data, text.len);
    tr_buf_finish(&again);
    tr_drift_reference_finish(&reference);
}

static void a_side_that_was_left_out_is_not_in_it(void **state)
{
    struct tr_run run = chain.run;
    struct tr_drift_reference reference;
    struct tr_buf one;
    struct tr_error err;
    (void)state;
    run.recipe.side[TR_SHORT] = false;
    tr_buf_init(&one);
    assert_ok(tr_drift_reference_make(&run, &one, &err), &err);
    assert_ok(tr_drift_reference_read(one.data, one.len, &reference, &err), &err);
    assert_true(reference.head[TR_LONG].trained && !reference.head[TR_SHORT].trained);
    assert_true(reference.head[TR_SHORT].score.rows == 0);
    tr_drift_reference_finish(&reference);
    tr_buf_finish(&one);
}

/* Reads the text with one of its members replaced; path: names and numbers, a blank between. */
static enum tr_status read_damaged(const char *path, const char *value, struct tr_error *err)
{
    struct tr_drift_reference reference;
    json_t *root = json_loadb(text.data, text.len, 0, NULL), *at = root;
    char name[32];
    for (; strchr(path, ' '); path += strcspn(path, " ") + 1) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(path, " "), path);
        at = json_is_array(at) ? json_array_get(at, (size_t)(name[0] - '0')) : json_object_get(at, name);
        assert_non_null(at);
    }
    if (json_is_array(at))
        json_array_set_new(at, (size_t)(path[0] - '0'), json_loads(value, JSON_DECODE_ANY, NULL));
    else
        json_object_set_new(at, path, json_loads(value, JSON_DECODE_ANY, NULL));
    char *damaged = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    enum tr_status status = tr_drift_reference_read(damaged, strlen(damaged), &reference, err);
    tr_drift_reference_finish(&reference);
    free(damaged);
    json_decref(root);
    return status;
}

static void a_damaged_reference_is_refused_by_name(void **state)
{
    static const struct {
        const char *path, *value, *word;
        enum tr_status status;
    } cases[] = {
        {"kind", "\"traderai model\"", "kind", TR_CORRUPT},
        {"version", "0", "version", TR_CORRUPT},
        {"version", "2", "newer", TR_VERSION},
        {"timeframe", "\"7h\"", "timeframe", TR_CORRUPT},
        {"to_timestamp", "0", "window", TR_CORRUPT},
        {"to_timestamp", "9000000000000000000", "window", TR_CORRUPT},
        {"from_timestamp", "-1", "window", TR_CORRUPT},
        {"from_timestamp", "\"x\"", "window", TR_CORRUPT},
        {"rows", "0", "rows", TR_CORRUPT},
        {"rows", "7", "rows of an input", TR_CORRUPT},
        {"inputs", "[]", "inputs", TR_CORRUPT},
        {"inputs", "{}", "inputs", TR_CORRUPT},
        {"inputs 0 name", "3", "name", TR_CORRUPT},
        {"inputs 0 name", "\"moon_phase\"", "moon_phase", TR_UNSUPPORTED},
        {"inputs 0 name", "\"close\"", "close", TR_UNSUPPORTED},
        {"inputs 1 name", "\"ema_9_dist\"", "order", TR_CORRUPT},
        {"inputs 3 shares", "[]", "shares", TR_CORRUPT},
        {"inputs 5", "null", "name", TR_CORRUPT},
        {"heads", "{}", "heads", TR_CORRUPT},
        {"heads long importance", "[1]", "importance", TR_CORRUPT},
        {"heads short importance 2", "1.5", "importance", TR_CORRUPT},
        {"heads short importance 2", "null", "importance", TR_CORRUPT},
        {"heads long score", "null", "score", TR_CORRUPT},
        {"heads long score own_ks", "2", "own_ks", TR_CORRUPT},
    };
    struct tr_error err;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum tr_status status = read_damaged(cases[i].path, cases[i].value, &err);
        if (status != cases[i].status || !strstr(err.text, cases[i].word))
            fail_msg("%s = %s: %d %s", cases[i].path, cases[i].value, (int)status, err.text);
    }
}

static void a_text_cut_short_is_refused(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    (void)state;
    for (size_t part = 0; part < 40; part++) {
        assert_int_equal(tr_drift_reference_read(text.data, part * (text.len - 2) / 40, &reference, &err), TR_CORRUPT);
        tr_drift_reference_finish(&reference);
    }
}

static void failing_allocations_are_errors_and_leak_nothing(void **state)
{
    struct tr_drift_reference reference;
    struct tr_error err;
    struct tr_buf again;
    enum tr_status status;
    size_t total;
    (void)state;
    tr_buf_init(&again);
    tr_alloc_fail_at(0);
    assert_ok(tr_drift_reference_make(&chain.run, &again, &err), &err);
    total = tr_alloc_fail_at(0);
    tr_buf_finish(&again);
    for (size_t k = 1; k <= total; k += 1 + k / 20) {
        tr_buf_init(&again);
        tr_alloc_fail_at(k);
        status = tr_drift_reference_make(&chain.run, &again, &err);
        tr_alloc_fail_at(0);
        assert_int_equal(status, TR_NOMEM);
        tr_buf_finish(&again);
    }
    tr_alloc_fail_at(1);
    status = tr_drift_reference_read(text.data, text.len, &reference, &err);
    tr_alloc_fail_at(0);
    assert_int_equal(status, TR_NOMEM);
    tr_drift_reference_finish(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_covers_the_ready_rows_of_the_window_and_the_inputs_in_use),
        cmocka_unit_test(it_holds_the_scores_and_the_importance_of_each_head),
        cmocka_unit_test(its_shapes_are_those_of_the_window),
        cmocka_unit_test(the_same_run_gives_the_same_bytes_on_any_number_of_threads),
        cmocka_unit_test(it_reads_back_to_the_same_bits),
        cmocka_unit_test(a_side_that_was_left_out_is_not_in_it),
        cmocka_unit_test(a_damaged_reference_is_refused_by_name),
        cmocka_unit_test(a_text_cut_short_is_refused),
        cmocka_unit_test(failing_allocations_are_errors_and_leak_nothing),
    };
    return cmocka_run_group_tests_name("usecase/drift_reference", tests, set_up, tear_down);
}
