#include "support/test.h"

#include "support/store_laws.h"
#include "support/store_place.h"

#include "base/alloc.h"
#include "io/store/funding.h"
#include "io/store/ledger.h"
#include "io/store/runs.h"
#include "io/store/sqlite/migrate.h"
#include "io/store/sqlite/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The copy that a migration from version 1 makes. */
static const char *backup_of(const struct store_place *place)
{
    static char path[330];
    snprintf(path, sizeof path, "%s.backup-1", place->path);
    return path;
}

/* A database as the first version of the program made it, with bars in it. */
static void make_version_1(const struct store_place *place, size_t bars)
{
    struct tr_sqlite handle = {.path = tr_alloc_string(place->path), .busy_ms = 1000};
    struct tr_error err;
    assert_non_null(handle.path);
    assert_int_equal(sqlite3_open(place->path, &handle.db), SQLITE_OK);
    assert_ok(tr_sqlite_exec(&handle, "PRAGMA journal_mode = WAL", &err), &err);
    assert_ok(tr_sqlite_migrate(&handle, tr_migrations_sqlite, 1, &err), &err);
    char sql[500];
    snprintf(sql, sizeof sql,
             "INSERT INTO series (exchange, symbol, timeframe, bars, first_timestamp, last_timestamp) "
             "VALUES ('bitget', 'BTC/USDT:USDT', '1h', %zu, 0, %zu);"
             "WITH RECURSIVE k (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i + 1 < %zu) "
             "INSERT INTO bars SELECT 1, i * 3600000, 10.25, 12.5, 9.125, 31.0 / 3.0, i FROM k",
             bars, (bars - 1) * 3600000, bars);
    assert_ok(tr_sqlite_exec(&handle, sql, &err), &err);
    sqlite3_close(handle.db);
    tr_free(handle.path);
}

static int64_t ask_file(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void assert_whole(const char *path, int64_t version, int64_t bars)
{
    assert_int_equal(ask_file(path, "PRAGMA user_version"), version);
    assert_int_equal(ask_file(path, "PRAGMA application_id"), TR_SQLITE_APPLICATION_ID);
    assert_int_equal(ask_file(path, "SELECT count(*) FROM bars"), bars);
    assert_int_equal(ask_file(path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

static void the_embedded_files_are_numbered_without_gaps(void **state)
{
    (void)state;
    assert_true(tr_migrations_sqlite_count >= 4);
    for (size_t i = 0; i < tr_migrations_sqlite_count; i++) {
        char number[32];
        snprintf(number, sizeof number, "%03zu_", i + 1);
        assert_int_equal(tr_migrations_sqlite[i].version, i + 1);
        assert_memory_equal(tr_migrations_sqlite[i].name, number, 4);
    }
}

static void a_new_database_gets_the_newest_schema_and_no_backup(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_store *store;
    struct tr_error err;
    store_place_make(&place);
    assert_ok(tr_store_sqlite_open(place.path, 1000, &store, &err), &err);
    tr_store_close(store);
    assert_whole(place.path, (int64_t)tr_migrations_sqlite_count, 0);
    assert_int_not_equal(access(backup_of(&place), F_OK), 0);
    store_place_finish(&place);
}

static void an_older_database_is_copied_then_migrated_with_all_it_holds(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_store *store;
    struct tr_error err;
    struct tr_bar_list bars;
    struct tr_stored_signal signal;
    store_place_make(&place);
    make_version_1(&place, 3000);
    assert_whole(place.path, 1, 3000);
    assert_ok(tr_store_sqlite_open(place.path, 1000, &store, &err), &err);
    tr_bar_list_init(&bars, store_btc.timeframe);
    assert_ok(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &bars, &err), &err);
    assert_int_equal(bars.n, 3000);
    assert_same_bits(bars.close[2999], 31.0 / 3.0);
    store_make_signal(&signal, &store_btc, 0, TR_LONG);
    assert_ok(tr_store_signals_put(store, &signal, 1, &err), &err);
    tr_bar_list_finish(&bars);
    tr_store_close(store);
    assert_whole(place.path, (int64_t)tr_migrations_sqlite_count, 3000);
    assert_whole(backup_of(&place), 1, 3000);
    /* The copy is a database that can be used again. */
    assert_ok(tr_store_sqlite_open(backup_of(&place), 1000, &store, &err), &err);
    tr_store_close(store);
    store_place_finish(&place);
}

/* A database as the version before the registry made it: a bar, a signal with its sizes, a rejection. */
static void make_version_2(const struct store_place *place)
{
    struct tr_sqlite handle = {.path = tr_alloc_string(place->path), .busy_ms = 1000};
    struct tr_error err;
    assert_non_null(handle.path);
    assert_int_equal(sqlite3_open(place->path, &handle.db), SQLITE_OK);
    assert_ok(tr_sqlite_exec(&handle, "PRAGMA journal_mode = WAL", &err), &err);
    assert_ok(tr_sqlite_migrate(&handle, tr_migrations_sqlite, 2, &err), &err);
    assert_ok(
        tr_sqlite_exec(
            &handle,
            "INSERT INTO series (exchange, symbol, timeframe, bars, first_timestamp, last_timestamp) "
            "VALUES ('bitget', 'BTC/USDT:USDT', '1h', 1, 0, 0);"
            "INSERT INTO bars VALUES (1, 0, 10.25, 12.5, 9.125, 31.0 / 3.0, 7);"
            "INSERT INTO signals (exchange, symbol, timeframe, timestamp, side, origin, status, exit_reason, closed, "
            "decided, expires, entry, calibration_rows, calibration_enough, proven, expected_rows, top_rows, "
            "passed_profit_filter, funding_assumed) VALUES ('bitget', 'BTC/USDT:USDT', '1h', 0, 'short', 'newest', "
            "'active', '', 0, 1, 2, 31.0 / 7.0, 3, 1, 0, 4, 5, 1, 0);"
            "INSERT INTO signal_sizes SELECT 1, value, 1.5, 0.01, 150, 2, 1, 150, 90, 0, 0, 0 "
            "FROM json_each('[\"conservative\", \"moderate\", \"aggressive\"]');"
            "INSERT INTO rejections VALUES (1, 0, 'long', 'confidence', 0.5, 0.55, -0.05)",
            &err),
        &err);
    sqlite3_close(handle.db);
    tr_free(handle.path);
}

static void a_database_from_before_the_registry_keeps_all_and_gets_one(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_stored_signal *signals;
    struct tr_model_record model;
    struct tr_signal_query query = {.series = &store_btc, .any_origin = true};
    struct tr_bar_list bars;
    char copy[340];
    size_t n;
    store_place_make(&place);
    make_version_2(&place);
    assert_whole(place.path, 2, 1);
    struct tr_store *store = store_place_open(&place);
    tr_bar_list_init(&bars, store_btc.timeframe);
    assert_ok(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &bars, &err), &err);
    assert_true(bars.n == 1);
    assert_same_bits(bars.close[0], 31.0 / 3.0);
    tr_bar_list_finish(&bars);
    assert_ok(tr_store_signals_get(store, &query, &signals, &n, &err), &err);
    assert_true(n == 1);
    assert_same_bits(signals[0].signal.levels.entry, 31.0 / 7.0);
    assert_same_bits(signals[0].signal.size[2].risk_usd, 1.5);
    tr_free(signals);
    assert_ok(tr_store_rejections_count(store, &store_btc, &n, &err), &err);
    assert_true(n == 1);
    store_add_model(store, &model, &store_btc, 0);
    tr_store_close(store);
    assert_whole(place.path, (int64_t)tr_migrations_sqlite_count, 1);
    snprintf(copy, sizeof copy, "%s.backup-2", place.path);
    assert_whole(copy, 2, 1);
    assert_int_equal(ask_file(copy, "SELECT count(*) FROM signals"), 1);
    store_place_finish(&place);
}

static enum tr_status migrate(const struct store_place *place, const struct tr_migration *migrations, size_t n,
                              struct tr_error *err)
{
    struct tr_sqlite handle = {.path = tr_alloc_string(place->path), .busy_ms = 50};
    assert_non_null(handle.path);
    assert_int_equal(sqlite3_open(place->path, &handle.db), SQLITE_OK);
    enum tr_status status = tr_sqlite_migrate(&handle, migrations, n, err);
    assert_int_equal(sqlite3_get_autocommit(handle.db), 1);
    sqlite3_close(handle.db);
    tr_free(handle.path);
    return status;
}

static void run_in_file(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void a_database_from_before_the_backtests_keeps_all_and_gets_room_for_them(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_put_report report;
    struct tr_backtest_row row = {.id = "0123456789abcdef", .series = "BTC", .entries = "file"};
    struct tr_trial *trials;
    char copy[340];
    size_t n;
    store_place_make(&place);
    make_version_1(&place, 20);
    assert_ok(migrate(&place, tr_migrations_sqlite, 3, &err), &err);
    run_in_file(place.path, "INSERT INTO trials VALUES (1, 'bitget', 'BTC/USDT:USDT', '1h', "
                            "printf('%.*c', 64, 'a'), 'walk-forward', 3, 4, 1, 5, 1.0 / 3.0)");
    assert_whole(place.path, 3, 20);
    struct tr_store *store = store_place_open(&place);
    assert_ok(tr_store_trial_list(store, &store_btc, &trials, &n, &err), &err);
    assert_true(n == 1);
    assert_same_bits(trials[0].sharpe, 1.0 / 3.0);
    tr_free(trials);
    store_put_blob(store, "the report", row.report);
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    assert_ok(tr_store_funding_put(store, "bitget", "BTC/USDT:USDT", &(tr_time_ms){TR_DAY_MS}, &(double){0.0001}, 1,
                                   &report, &err),
              &err);
    tr_store_close(store);
    assert_whole(place.path, (int64_t)tr_migrations_sqlite_count, 20);
    snprintf(copy, sizeof copy, "%s.backup-3", place.path);
    assert_whole(copy, 3, 20);
    assert_int_equal(ask_file(copy, "SELECT count(*) FROM trials"), 1);
    assert_int_equal(ask_file(place.path, "SELECT count(*) FROM backtest_runs"), 1);
    assert_int_equal(ask_file(place.path, "SELECT count(*) FROM funding"), 1);
    store_place_finish(&place);
}

static void the_schema_itself_keeps_rates_and_runs_within_reason(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "INSERT INTO funding VALUES ('a', 'b', 1000, 0.06)",
        "INSERT INTO funding VALUES ('a', 'b', 1001, 0.01)",
        "INSERT INTO funding VALUES ('a', 'b', -1000, 0.01)",
        "INSERT INTO funding VALUES ('a', 'b', 0, 0), ('a', 'b', 0, 0.01)",
        "UPDATE backtest_runs SET id = 'x'",
        "UPDATE backtest_runs SET to_timestamp = from_timestamp - 1",
        "UPDATE backtest_runs SET trades = -1",
        "UPDATE backtest_runs SET report = printf('%.*c', 64, 'b')",
        "DELETE FROM blobs",
    };
    struct store_place place;
    struct tr_error err;
    struct tr_backtest_row row = {.id = "0123456789abcdef", .series = "BTC", .entries = "file"};
    sqlite3 *db;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    store_put_blob(store, "the report", row.report);
    row.total_return_frac = 0.25;
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    tr_store_close(store);
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (sqlite3_exec(db, refused[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
            fail_msg("%s was let through", refused[i]);
    }
    sqlite3_close(db);
    assert_int_equal(ask_file(place.path, "SELECT total_return_pct FROM backtest_runs"), 25);
    store_place_finish(&place);
}

static void a_backup_is_never_overwritten(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_store *store;
    struct tr_error err;
    char second[340];
    size_t len;
    store_place_make(&place);
    make_version_1(&place, 10);
    FILE *file = fopen(backup_of(&place), "wb");
    assert_non_null(file);
    assert_true(fputs("precious", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_ok(tr_store_sqlite_open(place.path, 1000, &store, &err), &err);
    tr_store_close(store);
    char *kept = test_read_file(backup_of(&place), &len);
    assert_int_equal(len, 8);
    assert_memory_equal(kept, "precious", 8);
    tr_free(kept);
    snprintf(second, sizeof second, "%s-2", backup_of(&place));
    assert_whole(second, 1, 10);
    store_place_finish(&place);
}

static void a_step_that_fails_is_taken_back_and_named(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    const struct tr_migration steps[] = {
        tr_migrations_sqlite[0],
        {2, "002_good", "CREATE TABLE good (x)"},
        {3, "003_bad", "CREATE TABLE half (x); INSERT INTO no_such_table VALUES (1)"},
    };
    store_place_make(&place);
    make_version_1(&place, 10);
    assert_int_equal(migrate(&place, steps, 3, &err), TR_INTERNAL);
    assert_non_null(strstr(err.text, "migration 003_bad: "));
    assert_non_null(strstr(err.text, "no_such_table"));
    assert_whole(place.path, 2, 10);
    assert_int_equal(ask_file(place.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    assert_int_equal(ask_file(place.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'good'"), 1);
    assert_whole(backup_of(&place), 1, 10);
    store_place_finish(&place);
}

static void a_locked_database_is_not_migrated(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_store *store;
    struct tr_error err;
    sqlite3 *other;
    store_place_make(&place);
    make_version_1(&place, 10);
    assert_int_equal(sqlite3_open(place.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(tr_store_sqlite_open(place.path, 20, &store, &err), TR_BUSY);
    assert_null(store);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_whole(place.path, 1, 10);
    assert_int_not_equal(access(backup_of(&place), F_OK), 0);
    store_place_finish(&place);
}

/* The copy of a database of some 100 kB does not fit. */
static int open_with_small_files(const struct store_place *place)
{
    struct tr_store *store;
    struct tr_error err = {0};
    struct rlimit limit = {60000, 60000};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 100;
    int status = (int)tr_store_sqlite_open(place->path, 50, &store, &err);
    return strstr(err.text, "backing up before the migration: ") ? status : 101;
}

static void without_room_for_the_backup_nothing_is_migrated(void **state)
{
    (void)state;
    struct store_place place;
    char part[340];
    store_place_make(&place);
    make_version_1(&place, 3000);
    assert_int_equal(store_in_child(open_with_small_files, &place), TR_FULL);
    assert_whole(place.path, 1, 3000);
    snprintf(part, sizeof part, "%s.part", backup_of(&place));
    assert_int_not_equal(access(backup_of(&place), F_OK), 0);
    assert_int_not_equal(access(part, F_OK), 0);
    store_place_finish(&place);
}

static int open_once(const struct store_place *place)
{
    struct tr_store *store;
    struct tr_error err = {0};
    enum tr_status status = tr_store_sqlite_open(place->path, 5000, &store, &err);
    tr_store_close(store);
    return (int)status;
}

static void processes_that_open_it_at_once_migrate_it_once(void **state)
{
    (void)state;
    enum { CHILDREN = 6 };
    for (int fresh = 0; fresh < 2; fresh++) {
        struct store_place place;
        char second[340];
        pid_t pids[CHILDREN];
        store_place_make(&place);
        if (!fresh)
            make_version_1(&place, 2000);
        fflush(NULL);
        for (int i = 0; i < CHILDREN; i++) {
            pids[i] = fork();
            assert_true(pids[i] >= 0);
            if (pids[i] == 0)
                _exit(open_once(&place));
        }
        for (int i = 0; i < CHILDREN; i++) {
            int status = 0;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), TR_OK);
        }
        assert_whole(place.path, (int64_t)tr_migrations_sqlite_count, fresh ? 0 : 2000);
        assert_int_equal(access(backup_of(&place), F_OK) == 0, !fresh);
        snprintf(second, sizeof second, "%s-2", backup_of(&place));
        assert_int_not_equal(access(second, F_OK), 0);
        store_place_finish(&place);
    }
}

static void running_out_of_memory_migrates_nothing_or_all(void **state)
{
    (void)state;
    enum tr_status status = TR_NOMEM;
    struct tr_error err;
    for (size_t k = 1; status == TR_NOMEM && k < 100; k++) {
        struct store_place place;
        struct tr_store *store;
        store_place_make(&place);
        make_version_1(&place, 10);
        tr_alloc_fail_at(k);
        status = tr_store_sqlite_open(place.path, 50, &store, &err);
        tr_alloc_fail_at(0);
        tr_store_close(store);
        assert_whole(place.path, status ? 1 : (int64_t)tr_migrations_sqlite_count, 10);
        store_place_finish(&place);
    }
    assert_ok(status, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_embedded_files_are_numbered_without_gaps),
        cmocka_unit_test(a_new_database_gets_the_newest_schema_and_no_backup),
        cmocka_unit_test(an_older_database_is_copied_then_migrated_with_all_it_holds),
        cmocka_unit_test(a_database_from_before_the_registry_keeps_all_and_gets_one),
        cmocka_unit_test(a_database_from_before_the_backtests_keeps_all_and_gets_room_for_them),
        cmocka_unit_test(the_schema_itself_keeps_rates_and_runs_within_reason),
        cmocka_unit_test(a_backup_is_never_overwritten),
        cmocka_unit_test(a_step_that_fails_is_taken_back_and_named),
        cmocka_unit_test(a_locked_database_is_not_migrated),
        cmocka_unit_test(without_room_for_the_backup_nothing_is_migrated),
        cmocka_unit_test(processes_that_open_it_at_once_migrate_it_once),
        cmocka_unit_test(running_out_of_memory_migrates_nothing_or_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
