#include "support/test.h"

#include "support/store_conformance.h"

#include "base/alloc.h"
#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/migrate.h"
#include "io/store/sqlite/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR TR_HOUR_MS

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};

struct place {
    char dir[256];
    char path[300]; /* of the database in it */
};

static void place_make(struct place *place)
{
    test_make_dir(place->dir);
    snprintf(place->path, sizeof place->path, "%s/t.db", place->dir);
}

static struct tr_store *open_at(const struct place *place)
{
    struct tr_store *store = NULL;
    struct tr_error err;
    assert_ok(tr_store_sqlite_open(place->path, 5000, &store, &err), &err);
    return store;
}

static enum tr_status put_bars(struct tr_store *store, size_t n, struct tr_error *err)
{
    struct tr_bar_list list;
    struct tr_put_report report;
    store_make_bars(&list, btc.timeframe, 0, n, 1);
    struct tr_bars bars = tr_bar_list_view(&list);
    enum tr_status status = tr_store_bars_put(store, &btc, &bars, &report, err);
    tr_bar_list_finish(&list);
    return status;
}

/* The first n of the bars that put_bars puts, and no others. */
static void assert_holds(struct tr_store *store, size_t n)
{
    struct tr_bar_list list, back;
    struct tr_error err;
    store_make_bars(&list, btc.timeframe, 0, n, 1);
    tr_bar_list_init(&back, btc.timeframe);
    assert_ok(tr_store_bars_get(store, &btc, INT64_MIN, INT64_MAX, &back, &err), &err);
    assert_int_equal(back.n, n);
    assert_memory_equal(back.close, list.close, n * sizeof *list.close);
    tr_bar_list_finish(&list);
    tr_bar_list_finish(&back);
}

static void make_database(const struct place *place, size_t bars)
{
    struct tr_error err;
    struct tr_store *store = open_at(place);
    assert_ok(put_bars(store, bars, &err), &err);
    tr_store_close(store);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
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
    struct place place;
    char path[320];
    place_make(&place);
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
    test_remove_dir(place.dir);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    write_file(place.path, "timestamp_ms,open,high,low,close,volume\n1,2,3,4,5,6\n");
    assert_refused(place.path, TR_CORRUPT, "is not an SQLite database");
    assert_refused(place.path, TR_CORRUPT, place.path);
    test_remove_dir(place.dir);
}

static void a_truncated_database_is_refused_and_kept(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    make_database(&place, 5000);
    struct stat info;
    assert_int_equal(stat(place.path, &info), 0);
    assert_int_equal(truncate(place.path, info.st_size / 2), 0);
    assert_refused(place.path, TR_CORRUPT, "damaged");
    assert_int_equal(truncate(place.path, 50), 0);
    assert_refused(place.path, TR_CORRUPT, "damaged");
    test_remove_dir(place.dir);
}

static void damage_inside_is_noticed_when_it_is_read(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    make_database(&place, 5000);
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
    struct tr_store *store = open_at(&place);
    struct tr_bar_list back;
    struct tr_error err;
    tr_bar_list_init(&back, btc.timeframe);
    assert_int_equal(tr_store_bars_get(store, &btc, INT64_MIN, INT64_MAX, &back, &err), TR_CORRUPT);
    assert_non_null(strstr(err.text, "restore a backup"));
    assert_int_equal(back.n, 0);
    tr_bar_list_finish(&back);
    tr_store_close(store);
    test_remove_dir(place.dir);
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
        struct place place;
        struct tr_bar_list back;
        struct tr_error err;
        place_make(&place);
        make_database(&place, 20);
        run_sql(place.path, damages[i]);
        struct tr_store *store = open_at(&place);
        tr_bar_list_init(&back, btc.timeframe);
        assert_int_equal(tr_store_bars_get(store, &btc, INT64_MIN, INT64_MAX, &back, &err), TR_CORRUPT);
        assert_int_equal(back.n, 0);
        tr_bar_list_finish(&back);
        tr_store_close(store);
        test_remove_dir(place.dir);
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
        struct place place;
        struct tr_series_info *infos;
        struct tr_error err;
        size_t n;
        place_make(&place);
        make_database(&place, 20);
        run_sql(place.path, damages[i]);
        struct tr_store *store = open_at(&place);
        assert_int_equal(tr_store_series_list(store, &infos, &n, &err), TR_CORRUPT);
        assert_null(infos);
        assert_int_equal(n, 0);
        tr_store_close(store);
        test_remove_dir(place.dir);
    }
}

static void a_database_of_another_program_is_refused_and_kept(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    run_sql(place.path, "CREATE TABLE moz_places (id INTEGER PRIMARY KEY)");
    assert_refused(place.path, TR_CORRUPT, "another program");
    run_sql(place.path, "DROP TABLE moz_places; PRAGMA application_id = 7");
    assert_refused(place.path, TR_CORRUPT, "another program");
    test_remove_dir(place.dir);
}

static void a_database_of_a_newer_program_is_refused_and_kept(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    make_database(&place, 10);
    run_sql(place.path, "PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)");
    assert_refused(place.path, TR_VERSION, "schema 999, made by a newer program");
    test_remove_dir(place.dir);
}

static void an_empty_file_becomes_a_database(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    place_make(&place);
    write_file(place.path, "");
    struct tr_store *store = open_at(&place);
    assert_ok(put_bars(store, 3, &err), &err);
    assert_holds(store, 3);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

/* Somebody else's write transaction. */
static sqlite3 *hold_lock(const struct place *place)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "BEGIN IMMEDIATE; INSERT INTO series (exchange, symbol, timeframe) "
                                  "VALUES ('a', 'b', '1h')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static void a_locked_database_is_busy_and_stays_readable(void **state)
{
    (void)state;
    struct place place;
    struct tr_store *store;
    struct tr_error err;
    struct tr_stored_signal signal;
    struct tr_rejection rejection = {.series = btc};
    place_make(&place);
    make_database(&place, 10);
    sqlite3 *other = hold_lock(&place);
    /* Opening what needs no migration needs no lock either. */
    assert_ok(tr_store_sqlite_open(place.path, 20, &store, &err), &err);
    assert_int_equal(put_bars(store, 20, &err), TR_BUSY);
    assert_non_null(strstr(err.text, place.path));
    assert_non_null(strstr(err.text, "waited 20 ms"));
    store_make_signal(&signal, &btc, 0, TR_LONG);
    assert_int_equal(tr_store_signals_put(store, &signal, 1, &err), TR_BUSY);
    assert_int_equal(tr_store_rejections_put(store, &rejection, 1, &err), TR_BUSY);
    assert_holds(store, 10);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_ok(put_bars(store, 20, &err), &err);
    assert_holds(store, 20);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void a_new_database_that_is_locked_is_busy(void **state)
{
    (void)state;
    struct place place;
    sqlite3 *db;
    place_make(&place);
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_refused(place.path, TR_BUSY, "another process");
    sqlite3_close(db);
    tr_store_close(open_at(&place));
    test_remove_dir(place.dir);
}

/* Runs in a process of its own that may give up rights; tells the parent by its exit status. */
static int in_child(int (*run)(const struct place *place), const struct place *place)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run(place));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

enum { NOBODY = 65534 };

/* Permissions do not stop root. */
static bool become_nobody(void)
{
    return geteuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

static int open_as_nobody(const struct place *place)
{
    struct tr_store *store;
    struct tr_error err = {0};
    if (!become_nobody())
        return 100;
    return (int)tr_store_sqlite_open(place->path, 50, &store, &err);
}

static void without_permission_it_is_read_only_and_kept(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    assert_int_equal(chmod(place.dir, 0555), 0);
    assert_int_equal(in_child(open_as_nobody, &place), TR_READ_ONLY); /* a folder in which nothing can be made */
    assert_int_equal(chmod(place.dir, 0755), 0);
    make_database(&place, 10);
    assert_int_equal(chmod(place.path, 0444), 0);
    assert_int_equal(chmod(place.dir, 0777), 0);
    assert_int_equal(in_child(open_as_nobody, &place), TR_READ_ONLY); /* a file that may only be read */
    assert_int_equal(chmod(place.path, 0666), 0);
    assert_int_equal(chmod(place.dir, 0555), 0);
    assert_int_equal(in_child(open_as_nobody, &place), TR_READ_ONLY); /* no room for the log beside it */
    assert_int_equal(chmod(place.dir, 0755), 0);
    struct tr_store *store = open_at(&place);
    assert_holds(store, 10);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void a_store_that_became_read_only_says_so(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    place_make(&place);
    make_database(&place, 10);
    struct tr_store *store = open_at(&place);
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA query_only = ON", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(put_bars(store, 20, &err), TR_READ_ONLY);
    assert_non_null(strstr(err.text, "permissions"));
    assert_holds(store, 10);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

/* A file may not grow: what a full disk looks like. */
static int put_with_small_files(const struct place *place)
{
    struct tr_store *store;
    struct tr_error err = {0};
    struct rlimit limit = {200000, 200000};
    signal(SIGXFSZ, SIG_IGN);
    if (tr_store_sqlite_open(place->path, 50, &store, &err) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 100;
    int status = (int)put_bars(store, 50000, &err);
    if (!strstr(err.text, "no space left"))
        return 101;
    tr_store_close(store);
    return status;
}

static void a_full_disk_keeps_nothing_of_the_put_and_all_before_it(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    place_make(&place);
    make_database(&place, 100);
    assert_int_equal(in_child(put_with_small_files, &place), TR_FULL);
    struct tr_store *store = open_at(&place);
    assert_holds(store, 100);
    assert_ok(put_bars(store, 5000, &err), &err);
    assert_holds(store, 5000);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void a_database_at_its_largest_size_is_full(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    struct tr_stored_signal signal;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_ok(put_bars(store, 100, &err), &err);
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA max_page_count = 40", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(put_bars(store, 20000, &err), TR_FULL);
    assert_non_null(strstr(err.text, "no space left"));
    assert_holds(store, 100);
    enum tr_status status = TR_OK;
    for (int i = 0; i < 1000 && !status; i++) {
        store_make_signal(&signal, &btc, i * HOUR, TR_LONG);
        status = tr_store_signals_put(store, &signal, 1, &err);
    }
    assert_int_equal(status, TR_FULL);
    assert_holds(store, 100);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static int stop_after(void *context)
{
    int *left = context;
    return (*left)-- <= 0;
}

static void an_interrupted_put_keeps_nothing(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_ok(put_bars(store, 100, &err), &err);
    for (int left = 1; left < 400; left = left * 3 + 1) {
        int countdown = left;
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 50, stop_after, &countdown);
        assert_int_equal(put_bars(store, 2000, &err), TR_CANCELLED);
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 0, NULL, NULL);
        assert_holds(store, 100);
    }
    assert_ok(put_bars(store, 2000, &err), &err);
    assert_holds(store, 2000);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static int64_t ask(struct tr_store *store, const char *sql)
{
    struct tr_error err;
    int64_t value = -1;
    assert_ok(tr_sqlite_ask(tr_sqlite_of(store), sql, &value, &err), &err);
    return value;
}

static void users_see_plain_tables(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    struct tr_stored_signal signal;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_ok(put_bars(store, 100, &err), &err);
    store_make_signal(&signal, &btc, 0, TR_LONG);
    assert_ok(tr_store_signals_put(store, &signal, 1, &err), &err);
    assert_int_equal(ask(store, "SELECT count(*) FROM ohlcv WHERE exchange = 'bitget' AND symbol = 'BTC/USDT:USDT' AND "
                                "timeframe = '1h' AND timestamp < 36000000 AND low <= open AND close <= high"),
                     10);
    assert_int_equal(ask(store, "SELECT count(*) FROM symbols"), 1);
    assert_int_equal(ask(store, "SELECT sum(bars) FROM series"), ask(store, "SELECT count(*) FROM bars"));
    assert_int_equal(ask(store, "SELECT expected_net_profit_pct = 100 * net_frac AND passed_profit_filter AND "
                                "stop_loss IS NOT NULL AND tp3 > tp1 AND status = 'active' FROM signals"),
                     1);
    assert_int_equal(ask(store, "SELECT count(*) FROM signals JOIN signal_sizes ON signal_id = id WHERE risk_profile = "
                                "'moderate' AND leverage > 0 AND margin_usd > 0"),
                     1);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void assert_plan_uses(struct tr_store *store, const char *query, const char *index)
{
    char sql[400];
    sqlite3_stmt *statement;
    bool used = false;
    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", query);
    assert_int_equal(sqlite3_prepare_v2(tr_sqlite_of(store)->db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        used = used || strstr((const char *)sqlite3_column_text(statement, 3), index);
    sqlite3_finalize(statement);
    if (!used)
        fail_msg("%s does not use %s", query, index);
}

static void questions_of_every_day_use_an_index(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_plan_uses(store, "SELECT * FROM ohlcv WHERE symbol = 'a' AND timeframe = '1h' AND timestamp >= 5",
                     "PRIMARY KEY (series_id=? AND timestamp>?)");
    assert_plan_uses(store, "SELECT * FROM signals WHERE symbol = 'a' AND timeframe = '1h' AND timestamp > 5",
                     "signals_symbol_timeframe_timestamp (symbol=? AND timeframe=? AND timestamp>?)");
    assert_plan_uses(store, "SELECT * FROM signals WHERE symbol = 'a'", "signals_symbol_timeframe_timestamp");
    assert_plan_uses(store, "SELECT * FROM signals ORDER BY timestamp DESC LIMIT 5", "signals_timestamp");
    assert_plan_uses(store, "SELECT * FROM signals WHERE status = 'active'", "signals_status");
    assert_plan_uses(store, "SELECT * FROM signal_sizes WHERE risk_profile = 'a'", "signal_sizes_risk_profile");
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void a_power_cut_loses_nothing_committed(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_int_equal(ask(store, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(store, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void running_out_of_memory_while_opening_is_said(void **state)
{
    (void)state;
    struct place place;
    struct tr_store *store = NULL;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    size_t failures = 0;
    place_make(&place);
    for (; status == TR_NOMEM && failures < 100; failures++) {
        tr_alloc_fail_at(failures + 1);
        status = tr_store_sqlite_open(place.path, 50, &store, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || !store);
    }
    assert_ok(status, &err);
    assert_in_range(failures, 3, 99);
    tr_store_close(store);
    test_remove_dir(place.dir);
}

static void sqlite_running_out_of_memory_is_said(void **state)
{
    (void)state;
    struct place place;
    struct tr_error err;
    place_make(&place);
    struct tr_store *store = open_at(&place);
    assert_ok(put_bars(store, 10, &err), &err);
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + 2000);
    enum tr_status status = put_bars(store, 5000, &err);
    sqlite3_hard_heap_limit64(0);
    assert_int_equal(status, TR_NOMEM);
    assert_holds(store, 10);
    tr_store_close(store);
    test_remove_dir(place.dir);
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
        cmocka_unit_test(a_database_of_another_program_is_refused_and_kept),
        cmocka_unit_test(a_database_of_a_newer_program_is_refused_and_kept),
        cmocka_unit_test(an_empty_file_becomes_a_database),
        cmocka_unit_test(a_locked_database_is_busy_and_stays_readable),
        cmocka_unit_test(a_new_database_that_is_locked_is_busy),
        cmocka_unit_test(without_permission_it_is_read_only_and_kept),
        cmocka_unit_test(a_store_that_became_read_only_says_so),
        cmocka_unit_test(a_full_disk_keeps_nothing_of_the_put_and_all_before_it),
        cmocka_unit_test(a_database_at_its_largest_size_is_full),
        cmocka_unit_test(an_interrupted_put_keeps_nothing),
        cmocka_unit_test(users_see_plain_tables),
        cmocka_unit_test(questions_of_every_day_use_an_index),
        cmocka_unit_test(a_power_cut_loses_nothing_committed),
        cmocka_unit_test(running_out_of_memory_while_opening_is_said),
        cmocka_unit_test(sqlite_running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
