#include "support/test.h"

#include "support/store_laws.h"
#include "support/store_place.h"

#include "base/alloc.h"
#include "io/store/funding.h"
#include "io/store/ledger.h"
#include "io/store/runs.h"
#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that are no database of ours, or no longer a sound one. */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* Against the table's own constraints. */
static void run_sql_unchecked(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Opening fails with this status and a line that names the file and holds the words; the file stays as it is. */
static void assert_refused(const char *path, enum tr_status expected, const char *words)
{
    struct tr_store *store = (struct tr_store *)(void *)&store;
    struct tr_error err;
    size_t before_len = 0, after_len = 0;
    struct stat info;
    bool is_file = stat(path, &info) == 0 && S_ISREG(info.st_mode);
    char *before = is_file ? test_read_file(path, &before_len) : NULL;
    assert_int_equal(tr_store_sqlite_open(path, 50, &store, &err), expected);
    assert_null(store);
    assert_int_equal(err.code, expected);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" is not in: %s", words, err.text);
    assert_null(strchr(err.text, '\n'));
    char *after = is_file ? test_read_file(path, &after_len) : NULL;
    assert_int_equal(before_len, after_len);
    if (is_file)
        assert_memory_equal(before, after, before_len);
    tr_free(before);
    tr_free(after);
}

static void paths_that_cannot_hold_a_database_are_refused(void **state)
{
    (void)state;
    struct store_place place;
    char path[320];
    store_place_make(&place);
    assert_refused("", TR_INVALID, "no file name");
    snprintf(path, sizeof path, "%s/none/t.db", place.dir);
    assert_refused(path, TR_NOT_FOUND, "no such folder");
    assert_refused(place.dir, TR_IO, "is a folder");
    write_file(place.path, "x");
    snprintf(path, sizeof path, "%s/t.db", place.path);
    assert_refused(path, TR_NOT_FOUND, "is not a folder");
    snprintf(path, sizeof path, "%s/pipe", place.dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, TR_IO, "is not a plain file");
    store_place_finish(&place);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    write_file(place.path, "timestamp_ms,open,high,low,close,volume\n1,2,3,4,5,6\n");
    assert_refused(place.path, TR_CORRUPT, "is not an SQLite database");
    assert_refused(place.path, TR_CORRUPT, place.path);
    store_place_finish(&place);
}

static void a_truncated_database_is_refused_and_kept(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    store_place_fill(&place, 5000);
    struct stat info;
    assert_int_equal(stat(place.path, &info), 0);
    assert_int_equal(truncate(place.path, info.st_size / 2), 0);
    assert_refused(place.path, TR_CORRUPT, "damaged");
    assert_int_equal(truncate(place.path, 50), 0);
    assert_refused(place.path, TR_CORRUPT, "damaged");
    store_place_finish(&place);
}

static void damage_inside_is_noticed_when_it_is_read(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    store_place_fill(&place, 5000);
    struct stat info;
    char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    assert_int_equal(stat(place.path, &info), 0);
    FILE *file = fopen(place.path, "r+b");
    assert_non_null(file);
    /* From the middle on, every page: one of them is a page of bars. */
    for (long at = (long)info.st_size / 8192 * 4096; at < (long)info.st_size; at += 4096) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(junk, 1, sizeof junk, file), sizeof junk);
    }
    assert_int_equal(fclose(file), 0);
    struct tr_store *store = store_place_open(&place);
    struct tr_bar_list back;
    struct tr_error err;
    tr_bar_list_init(&back, store_btc.timeframe);
    assert_int_equal(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &back, &err), TR_CORRUPT);
    assert_non_null(strstr(err.text, "restore a backup"));
    assert_int_equal(back.n, 0);
    tr_bar_list_finish(&back);
    tr_store_close(store);
    store_place_finish(&place);
}

static void values_that_cannot_be_are_damage(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE bars SET high = low / 2 WHERE timestamp = 36000000",
        "UPDATE bars SET volume = -1 WHERE timestamp = 36000000",
        "UPDATE bars SET timestamp = 36000001 WHERE timestamp = 36000000",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_bar_list back;
        struct tr_error err;
        store_place_make(&place);
        store_place_fill(&place, 20);
        run_sql(place.path, damages[i]);
        struct tr_store *store = store_place_open(&place);
        tr_bar_list_init(&back, store_btc.timeframe);
        assert_int_equal(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &back, &err), TR_CORRUPT);
        assert_int_equal(back.n, 0);
        tr_bar_list_finish(&back);
        tr_store_close(store);
        store_place_finish(&place);
    }
}

static void names_that_cannot_be_are_damage(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE series SET timeframe = '7m'",
        "UPDATE series SET exchange = 'an exchange with a name of more than 32 letters'",
        "UPDATE series SET symbol = 'A' || char(0) || 'B'",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_series_info *infos;
        struct tr_error err;
        size_t n;
        store_place_make(&place);
        store_place_fill(&place, 20);
        run_sql(place.path, damages[i]);
        struct tr_store *store = store_place_open(&place);
        assert_int_equal(tr_store_series_list(store, &infos, &n, &err), TR_CORRUPT);
        assert_null(infos);
        assert_int_equal(n, 0);
        tr_store_close(store);
        store_place_finish(&place);
    }
}

/* Turns one bit of the first place in the file that holds these bytes. */
static void flip_in(const char *path, const char *bytes)
{
    size_t len, n = strlen(bytes);
    char *file = test_read_file(path, &len);
    for (size_t at = 0; at + n <= len; at++) {
        if (memcmp(file + at, bytes, n) != 0)
            continue;
        FILE *out = fopen(path, "r+b");
        assert_non_null(out);
        assert_int_equal(fseek(out, (long)(at + n / 2), SEEK_SET), 0);
        assert_int_equal(fputc(file[at + n / 2] ^ 1, out) >= 0, 1);
        assert_int_equal(fclose(out), 0);
        tr_free(file);
        return;
    }
    fail_msg("%s does not hold \"%s\"", path, bytes);
}

static void a_flipped_bit_of_a_content_is_refused_until_it_is_put_again(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_buf back;
    char hash[TR_HASH_TEXT], other[TR_HASH_TEXT];
    store_place_make(&place);
    tr_buf_init(&back);
    struct tr_store *store = store_place_open(&place);
    store_put_blob(store, "a forest of two hundred trees", hash);
    store_put_blob(store, "another forest", other);
    tr_store_close(store);
    flip_in(place.path, "a forest of two hundred trees");
    store = store_place_open(&place);
    assert_int_equal(tr_store_blob_get(store, hash, &back, &err), TR_CORRUPT);
    assert_true(back.len == 0);
    assert_non_null(strstr(err.text, "restore a backup"));
    assert_ok(tr_store_blob_get(store, other, &back, &err), &err);
    assert_string_equal(tr_buf_string(&back), "another forest");
    store_put_blob(store, "a forest of two hundred trees", hash);
    assert_ok(tr_store_blob_get(store, hash, &back, &err), &err);
    assert_string_equal(tr_buf_string(&back), "a forest of two hundred trees");
    tr_buf_finish(&back);
    tr_store_close(store);
    store_place_finish(&place);
}

static size_t count_steps(struct tr_store *store)
{
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_step_forget(store, "", INT64_MAX, &n, &err), &err);
    return n;
}

static void a_damaged_step_is_not_found_and_forgotten(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE steps SET bytes = CAST('fold two, done' AS BLOB)",
        "UPDATE steps SET bytes = x''",
        "UPDATE steps SET hash = upper(hash)",
        "UPDATE steps SET hash = hash || '0'",
        "UPDATE steps SET key = 'another'",
    };
    for (size_t i = 0; i <= sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_error err;
        struct tr_buf back;
        bool found = true;
        store_place_make(&place);
        tr_buf_init(&back);
        struct tr_store *store = store_place_open(&place);
        assert_ok(tr_store_step_put(store, "key", "fold one, done", 14, 1, &err), &err);
        tr_store_close(store);
        if (i == 0)
            flip_in(place.path, "fold one, done");
        else
            run_sql(place.path, damages[i - 1]);
        store = store_place_open(&place);
        assert_ok(tr_store_step_get(store, i == 5 ? "another" : "key", &back, &found, &err), &err);
        assert_false(found);
        assert_true(back.len == 0);
        assert_true(count_steps(store) == 0);
        tr_buf_finish(&back);
        tr_store_close(store);
        store_place_finish(&place);
    }
}

static void a_damaged_step_is_not_found_either_where_nothing_can_be_written(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_buf back;
    bool found = true;
    store_place_make(&place);
    tr_buf_init(&back);
    struct tr_store *store = store_place_open(&place);
    assert_ok(tr_store_step_put(store, "key", "fold one, done", 14, 1, &err), &err);
    run_sql(place.path, "UPDATE steps SET bytes = x'00'");
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA query_only = ON", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(tr_store_step_get(store, "key", &back, &found, &err), &err);
    assert_false(found);
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA query_only = OFF", NULL, NULL, NULL), SQLITE_OK);
    assert_true(count_steps(store) == 1);
    tr_buf_finish(&back);
    tr_store_close(store);
    store_place_finish(&place);
}

/* Reads all of registry and ledger; gives the first status that is not TR_OK. */
static enum tr_status read_all(struct tr_store *store, const char *id, struct tr_error *err)
{
    struct tr_model_record *models = NULL;
    struct tr_model_artefact *parts = NULL;
    struct tr_model_event *events = NULL;
    struct tr_trial *trials = NULL;
    struct tr_drift_record *reports = NULL;
    size_t n;
    enum tr_status status = tr_store_model_list(store, NULL, NULL, &models, &n, err);
    if (!status)
        status = tr_store_model_artefacts(store, id, &parts, &n, err);
    if (!status)
        status = tr_store_model_events(store, &store_btc, &events, &n, err);
    if (!status)
        status = tr_store_trial_list(store, NULL, &trials, &n, err);
    if (!status)
        status = tr_store_drift_list(store, NULL, 0, &reports, &n, err);
    assert_true(!status || n == 0);
    tr_free(models);
    tr_free(parts);
    tr_free(events);
    tr_free(trials);
    tr_free(reports);
    return status;
}

/* One row in every table of registry and ledger. */
static void fill_registry(const struct store_place *place, char id[TR_MODEL_ID])
{
    struct tr_store *store = store_place_open(place);
    struct tr_model_record model;
    struct tr_model_artefact part = {.name = "long.lightgbm"};
    struct tr_trial trial = {.series = store_btc, .label = "walk-forward"};
    struct tr_drift_record report = {.series = store_btc, .verdict = "stable"};
    struct tr_error err;
    bool is_new;
    store_make_model(store, &model, &store_btc, 0);
    memcpy(part.hash, model.manifest, sizeof part.hash);
    memcpy(trial.config_hash, model.manifest, sizeof trial.config_hash);
    memcpy(report.report, model.manifest, sizeof report.report);
    memcpy(report.model, model.id, sizeof report.model);
    memcpy(id, model.id, TR_MODEL_ID);
    assert_ok(tr_store_model_put(store, &model, &part, 1, "trained", &is_new, &err), &err);
    assert_ok(tr_store_trial_put(store, &trial, &err), &err);
    assert_ok(tr_store_drift_put(store, &report, &err), &err);
    assert_ok(read_all(store, id, &err), &err);
    tr_store_close(store);
}

static void models_and_trials_that_cannot_be_are_damage(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE model_registry SET id = 'none'",
        "UPDATE model_registry SET timeframe = '7m'",
        "UPDATE model_registry SET state = 'king'",
        "UPDATE model_registry SET parent = 'x'",
        "UPDATE model_registry SET manifest = upper(manifest)",
        "UPDATE model_registry SET recipe_hash = recipe_hash || 'a'",
        "UPDATE model_registry SET data_hash = ''",
        "UPDATE model_registry SET code_version = printf('%.*c', 32, 'v')",
        "UPDATE model_artefacts SET hash = 'x'",
        "UPDATE model_artefacts SET name = printf('%.*c', 48, 'n')",
        "UPDATE model_events SET to_state = 'king'",
        "UPDATE model_events SET from_state = 'king'",
        "UPDATE model_events SET reason = printf('%.*c', 128, 'r')",
        "UPDATE trials SET config_hash = 'x'",
        "UPDATE trials SET label = printf('%.*c', 96, 'l')",
        "UPDATE trials SET symbol = ''||char(0)||'a'",
        "UPDATE drift_reports SET model_id = 'x'",
        "UPDATE drift_reports SET verdict = printf('%.*c', 24, 'v')",
        "UPDATE drift_reports SET report = 'x'",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_error err = {0};
        char id[TR_MODEL_ID];
        store_place_make(&place);
        fill_registry(&place, id);
        run_sql(place.path, "DROP TRIGGER model_events_stay_as_they_are");
        run_sql_unchecked(place.path, damages[i]);
        struct tr_store *store = store_place_open(&place);
        if (read_all(store, id, &err) != TR_CORRUPT)
            fail_msg("%s was not noticed", damages[i]);
        assert_non_null(strstr(err.text, "restore a backup"));
        tr_store_close(store);
        store_place_finish(&place);
    }
}

/* Reads all runs and rates; gives the first status that is not TR_OK. */
static enum tr_status read_runs(struct tr_store *store, struct tr_error *err)
{
    struct tr_backtest_row *rows = NULL;
    struct tr_funding_info *markets = NULL;
    tr_time_ms *time = NULL;
    double *rate = NULL;
    size_t n;
    enum tr_status status = tr_store_run_list(store, 0, &rows, &n, err);
    if (!status)
        status = tr_store_funding_list(store, &markets, &n, err);
    if (!status)
        status = tr_store_funding_get(store, store_btc.exchange, store_btc.symbol, INT64_MIN, INT64_MAX, &time, &rate,
                                      &n, err);
    assert_true(!status || n == 0);
    tr_free(rows);
    tr_free(markets);
    tr_free(time);
    tr_free(rate);
    return status;
}

static void fill_runs(const struct store_place *place)
{
    struct tr_store *store = store_place_open(place);
    struct tr_backtest_row row = {.id = "0123456789abcdef", .series = "BTC", .entries = "file", .label = "a"};
    struct tr_put_report report;
    struct tr_error err;
    store_put_blob(store, "the report", row.report);
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    assert_ok(tr_store_funding_put(store, store_btc.exchange, store_btc.symbol, &(tr_time_ms){TR_DAY_MS},
                                   &(double){0.0001}, 1, &report, &err),
              &err);
    assert_ok(read_runs(store, &err), &err);
    tr_store_close(store);
}

static void runs_and_rates_that_cannot_be_are_damage(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE backtest_runs SET id = 'none'",
        "UPDATE backtest_runs SET id = upper(id)",
        "UPDATE backtest_runs SET series = printf('%.*c', 256, 's')",
        "UPDATE backtest_runs SET entries = printf('%.*c', 32, 'e')",
        "UPDATE backtest_runs SET label = printf('%.*c', 96, 'l')",
        "UPDATE backtest_runs SET report = 'x'",
        "UPDATE backtest_runs SET report = upper(report)",
        "UPDATE funding SET rate = 0.06",
        "UPDATE funding SET rate = -9e999",
        "UPDATE funding SET timestamp = timestamp + 1",
        "UPDATE funding SET timestamp = -1000",
        "INSERT INTO funding VALUES ('', 'BTC/USDT:USDT', 0, 0)",
        "INSERT INTO funding VALUES ('bitget', '', 0, 0)",
        "INSERT INTO funding VALUES ('bitget', printf('%.*c', 64, 's'), 0, 0)",
        "INSERT INTO funding VALUES (printf('%.*c', 32, 'e'), 'a', 0, 0)",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_error err = {0};
        store_place_make(&place);
        fill_runs(&place);
        run_sql_unchecked(place.path, damages[i]);
        struct tr_store *store = store_place_open(&place);
        if (read_runs(store, &err) != TR_CORRUPT)
            fail_msg("%s was not noticed", damages[i]);
        assert_non_null(strstr(err.text, "restore a backup"));
        tr_store_close(store);
        store_place_finish(&place);
    }
}

static void a_run_whose_report_has_no_name_is_not_removed(void **state)
{
    (void)state;
    static const char *const damages[] = {"UPDATE backtest_runs SET report = ''",
                                          "UPDATE backtest_runs SET report = upper(report)"};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct store_place place;
        struct tr_error err = {0};
        store_place_make(&place);
        fill_runs(&place);
        run_sql_unchecked(place.path, damages[i]);
        struct tr_store *store = store_place_open(&place);
        assert_int_equal(tr_store_run_remove(store, "0123456789abcdef", &err), TR_CORRUPT);
        assert_non_null(strstr(err.text, "restore a backup"));
        tr_store_close(store);
        store_place_finish(&place);
    }
}

static void a_database_of_another_program_is_refused_and_kept(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    run_sql(place.path, "CREATE TABLE moz_places (id INTEGER PRIMARY KEY)");
    assert_refused(place.path, TR_CORRUPT, "another program");
    run_sql(place.path, "DROP TABLE moz_places; PRAGMA application_id = 7");
    assert_refused(place.path, TR_CORRUPT, "another program");
    store_place_finish(&place);
}

static void a_database_of_a_newer_program_is_refused_and_kept(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    store_place_fill(&place, 10);
    run_sql(place.path, "PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)");
    assert_refused(place.path, TR_VERSION, "schema 999, made by a newer program");
    store_place_finish(&place);
}

static void an_empty_file_becomes_a_database(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    store_place_make(&place);
    write_file(place.path, "");
    struct tr_store *store = store_place_open(&place);
    assert_ok(store_put_bars(store, 3, &err), &err);
    store_assert_holds(store, 3);
    tr_store_close(store);
    store_place_finish(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_cannot_hold_a_database_are_refused),
        cmocka_unit_test(a_file_that_is_no_database_is_refused_and_kept),
        cmocka_unit_test(a_truncated_database_is_refused_and_kept),
        cmocka_unit_test(damage_inside_is_noticed_when_it_is_read),
        cmocka_unit_test(values_that_cannot_be_are_damage),
        cmocka_unit_test(names_that_cannot_be_are_damage),
        cmocka_unit_test(a_flipped_bit_of_a_content_is_refused_until_it_is_put_again),
        cmocka_unit_test(a_damaged_step_is_not_found_and_forgotten),
        cmocka_unit_test(a_damaged_step_is_not_found_either_where_nothing_can_be_written),
        cmocka_unit_test(models_and_trials_that_cannot_be_are_damage),
        cmocka_unit_test(runs_and_rates_that_cannot_be_are_damage),
        cmocka_unit_test(a_run_whose_report_has_no_name_is_not_removed),
        cmocka_unit_test(a_database_of_another_program_is_refused_and_kept),
        cmocka_unit_test(a_database_of_a_newer_program_is_refused_and_kept),
        cmocka_unit_test(an_empty_file_becomes_a_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
