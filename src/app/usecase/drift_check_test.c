#include "support/test.h"

#include "app/usecase/drift_check.h"
#include "base/alloc.h"
#include "io/store/ledger.h"
#include "io/store/sqlite/sqlite.h"
#include "support/chain.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static struct test_chain chain; /* the model is checked against the very bars it was trained on */
static struct tr_buf reference_text;
static const struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

static int set_up(void **state)
{
    struct tr_recipe recipe;
    struct tr_error err;
    (void)state;
    test_chain_recipe(&recipe);
    recipe.folds = false;
    test_chain_run(&recipe, 1200, &chain);
    tr_buf_init(&reference_text);
    assert_ok(tr_drift_reference_make(&chain.run, &reference_text, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_buf_finish(&reference_text);
    test_chain_finish(&chain);
    return 0;
}

/* A store that holds the reference, and a registered model that names it. */
struct place {
    char dir[256], path[300];
    struct tr_store *store;
    struct tr_registered model;
};

static void open_place(struct place *place)
{
    struct tr_error err;
    memset(place, 0, sizeof *place);
    test_make_dir(place->dir);
    snprintf(place->path, sizeof place->path, "%s/test.db", place->dir);
    assert_ok(tr_store_sqlite_open(place->path, 1000, &place->store, &err), &err);
    assert_ok(
        tr_store_blob_put(place->store, reference_text.data, reference_text.len, place->model.manifest.drift, &err),
        &err);
    struct tr_model_record *record = &place->model.record;
    bool is_new;
    snprintf(record->id, sizeof record->id, "0123456789abcdef");
    record->series = key;
    memcpy(record->manifest, place->model.manifest.drift, sizeof record->manifest);
    memcpy(record->data_hash, record->manifest, sizeof record->data_hash);
    memcpy(record->recipe_hash, record->manifest, sizeof record->recipe_hash);
    snprintf(record->code_version, sizeof record->code_version, "test");
    assert_ok(tr_store_model_put(place->store, record, NULL, 0, "test", &is_new, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        place->model.ensemble[side] = chain.run.newest.walk.fit[side]->model; /* borrowed */
}

static void close_place(struct place *place)
{
    tr_store_close(place->store);
    test_remove_dir(place->dir);
}

static size_t stored_checks(struct tr_store *store, struct tr_drift_record *newest)
{
    struct tr_drift_record *record = NULL;
    struct tr_error err;
    size_t n = 0;
    assert_ok(tr_store_drift_list(store, &key, 0, &record, &n, &err), &err);
    if (n)
        *newest = record[0];
    tr_free(record);
    return n;
}

static void a_check_is_stored_with_its_whole_report(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift, alone;
    struct tr_drift_reference reference;
    struct tr_drift_record record;
    struct tr_error err;
    struct tr_buf report;
    struct place place;
    (void)state;
    open_place(&place);
    tr_buf_init(&report);
    for (int i = 0; i < 2; i++) {
        struct tr_world world = {.store = place.store, .now = 1000 * (i + 1)};
        assert_ok(tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err), &err);
        assert_true(stored_checks(place.store, &record) == (size_t)i + 1);
        assert_true(record.time == world.now);
    }
    assert_ok(tr_drift_reference_read(reference_text.data, reference_text.len, &reference, &err), &err);
    assert_ok(tr_drift_compare(&chain.run.study, &reference, place.model.ensemble, &options, &alone, &err), &err);
    tr_drift_reference_finish(&reference);
    assert_same_bits(drift.share, alone.share);
    assert_same_bits(record.share, alone.share);
    assert_string_equal(record.verdict, "stable");
    assert_string_equal(record.model, place.model.record.id);
    assert_ok(tr_store_blob_get(place.store, record.report, &report, &err), &err);
    json_t *value = json_loadb(report.data, report.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(value);
    assert_string_equal(json_string_value(json_object_get(value, "verdict")), "stable");
    assert_true(json_array_size(json_object_get(value, "inputs")) == drift.columns);
    json_decref(value);
    tr_buf_finish(&report);
    close_place(&place);
}

static void a_missing_or_damaged_reference_is_an_error_and_stores_nothing(void **state)
{
    static const char junk[] = "{\"kind\": \"traderai drift reference\"}";
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_drift_record record;
    struct tr_error err;
    struct place place;
    sqlite3 *db = NULL;
    (void)state;
    open_place(&place);
    struct tr_world world = {.store = place.store, .now = 1};
    char hash[TR_HASH_TEXT];
    memcpy(hash, place.model.manifest.drift, sizeof hash);
    place.model.manifest.drift[0] = '\0';
    assert_int_equal(tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "without a drift reference"));
    assert_ok(tr_store_blob_put(place.store, junk, sizeof junk - 1, place.model.manifest.drift, &err), &err);
    assert_int_equal(tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err), TR_CORRUPT);
    assert_non_null(strstr(err.text, "model 0123456789abcdef: not a drift reference"));
    memcpy(place.model.manifest.drift, hash, sizeof hash);
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK); /* behind the store's back */
    assert_int_equal(sqlite3_exec(db, "UPDATE blobs SET bytes = zeroblob(size)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err), TR_CORRUPT);
    assert_true(stored_checks(place.store, &record) == 0);
    close_place(&place);
}

static void failing_allocations_are_errors_and_leak_nothing(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_error err;
    struct place place;
    (void)state;
    open_place(&place);
    struct tr_world world = {.store = place.store, .now = 1};
    tr_alloc_fail_at(0);
    assert_ok(tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err), &err);
    size_t total = tr_alloc_fail_at(0);
    for (size_t k = 1; k <= total; k += 1 + k / 10) {
        tr_alloc_fail_at(k);
        enum tr_status status = tr_drift_check(&chain.run.study, &place.model, &options, &world, &drift, &err);
        tr_alloc_fail_at(0);
        assert_int_equal(status, TR_NOMEM);
    }
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_is_stored_with_its_whole_report),
        cmocka_unit_test(a_missing_or_damaged_reference_is_an_error_and_stores_nothing),
        cmocka_unit_test(failing_allocations_are_errors_and_leak_nothing),
    };
    return cmocka_run_group_tests_name("usecase/drift_check", tests, set_up, tear_down);
}
