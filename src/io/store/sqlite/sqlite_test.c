#include "support/test.h"

#include "support/store_place.h"

#include "base/alloc.h"
#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/sqlite.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR TR_HOUR_MS

/* Somebody else's write transaction. */
static sqlite3 *hold_lock(const struct store_place *place)
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
    struct store_place place;
    struct tr_store *store;
    struct tr_error err;
    struct tr_stored_signal signal;
    struct tr_rejection rejection = {.series = store_btc};
    store_place_make(&place);
    store_place_fill(&place, 10);
    sqlite3 *other = hold_lock(&place);
    /* Opening what needs no migration needs no lock either. */
    assert_ok(tr_store_sqlite_open(place.path, 20, &store, &err), &err);
    assert_int_equal(store_put_bars(store, 20, &err), TR_BUSY);
    assert_non_null(strstr(err.text, place.path));
    assert_non_null(strstr(err.text, "waited 20 ms"));
    store_make_signal(&signal, &store_btc, 0, TR_LONG);
    assert_int_equal(tr_store_signals_put(store, &signal, 1, &err), TR_BUSY);
    assert_int_equal(tr_store_rejections_put(store, &rejection, 1, &err), TR_BUSY);
    store_assert_holds(store, 10);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_ok(store_put_bars(store, 20, &err), &err);
    store_assert_holds(store, 20);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_new_database_that_is_locked_is_busy(void **state)
{
    (void)state;
    struct store_place place;
    sqlite3 *db;
    store_place_make(&place);
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    struct tr_store *store;
    struct tr_error err;
    assert_int_equal(tr_store_sqlite_open(place.path, 50, &store, &err), TR_BUSY);
    assert_null(store);
    assert_non_null(strstr(err.text, "another process"));
    sqlite3_close(db);
    tr_store_close(store_place_open(&place));
    store_place_finish(&place);
}

enum { NOBODY = 65534 };

/* Permissions do not stop root. */
static bool become_nobody(void)
{
    return geteuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

static int open_as_nobody(const struct store_place *place)
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
    struct store_place place;
    store_place_make(&place);
    assert_int_equal(chmod(place.dir, 0555), 0);
    assert_int_equal(store_in_child(open_as_nobody, &place), TR_READ_ONLY); /* a folder in which nothing can be made */
    assert_int_equal(chmod(place.dir, 0755), 0);
    store_place_fill(&place, 10);
    assert_int_equal(chmod(place.path, 0444), 0);
    assert_int_equal(chmod(place.dir, 0777), 0);
    assert_int_equal(store_in_child(open_as_nobody, &place), TR_READ_ONLY); /* a file that may only be read */
    assert_int_equal(chmod(place.path, 0666), 0);
    assert_int_equal(chmod(place.dir, 0555), 0);
    assert_int_equal(store_in_child(open_as_nobody, &place), TR_READ_ONLY); /* no room for the log beside it */
    assert_int_equal(chmod(place.dir, 0755), 0);
    struct tr_store *store = store_place_open(&place);
    store_assert_holds(store, 10);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_store_that_became_read_only_says_so(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    store_place_make(&place);
    store_place_fill(&place, 10);
    struct tr_store *store = store_place_open(&place);
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA query_only = ON", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_put_bars(store, 20, &err), TR_READ_ONLY);
    assert_non_null(strstr(err.text, "permissions"));
    store_assert_holds(store, 10);
    tr_store_close(store);
    store_place_finish(&place);
}

/* A file may not grow: what a full disk looks like. */
static int put_with_small_files(const struct store_place *place)
{
    struct tr_store *store;
    struct tr_error err = {0};
    struct rlimit limit = {200000, 200000};
    signal(SIGXFSZ, SIG_IGN);
    if (tr_store_sqlite_open(place->path, 50, &store, &err) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 100;
    int status = (int)store_put_bars(store, 50000, &err);
    if (!strstr(err.text, "no space left"))
        return 101;
    tr_store_close(store);
    return status;
}

static void a_full_disk_keeps_nothing_of_the_put_and_all_before_it(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    store_place_make(&place);
    store_place_fill(&place, 100);
    assert_int_equal(store_in_child(put_with_small_files, &place), TR_FULL);
    struct tr_store *store = store_place_open(&place);
    store_assert_holds(store, 100);
    assert_ok(store_put_bars(store, 5000, &err), &err);
    store_assert_holds(store, 5000);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_database_at_its_largest_size_is_full(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_stored_signal signal;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_ok(store_put_bars(store, 100, &err), &err);
    assert_int_equal(sqlite3_exec(tr_sqlite_of(store)->db, "PRAGMA max_page_count = 40", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_put_bars(store, 20000, &err), TR_FULL);
    assert_non_null(strstr(err.text, "no space left"));
    store_assert_holds(store, 100);
    enum tr_status status = TR_OK;
    for (int i = 0; i < 1000 && !status; i++) {
        store_make_signal(&signal, &store_btc, i * HOUR, TR_LONG);
        status = tr_store_signals_put(store, &signal, 1, &err);
    }
    assert_int_equal(status, TR_FULL);
    store_assert_holds(store, 100);
    tr_store_close(store);
    store_place_finish(&place);
}

static int stop_after(void *context)
{
    int *left = context;
    return (*left)-- <= 0;
}

static void an_interrupted_put_keeps_nothing(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_ok(store_put_bars(store, 100, &err), &err);
    for (int left = 1; left < 400; left = left * 3 + 1) {
        int countdown = left;
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 50, stop_after, &countdown);
        assert_int_equal(store_put_bars(store, 2000, &err), TR_CANCELLED);
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 0, NULL, NULL);
        store_assert_holds(store, 100);
    }
    assert_ok(store_put_bars(store, 2000, &err), &err);
    store_assert_holds(store, 2000);
    tr_store_close(store);
    store_place_finish(&place);
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
    struct store_place place;
    struct tr_error err;
    struct tr_stored_signal signal;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_ok(store_put_bars(store, 100, &err), &err);
    store_make_signal(&signal, &store_btc, 0, TR_LONG);
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
    store_place_finish(&place);
}

static void a_rejection_put_again_replaces_itself(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    struct tr_rejection rejection = {.series = store_btc,
                                     .time = HOUR,
                                     .side = TR_SHORT,
                                     .stage = TR_STAGE_CONFIDENCE,
                                     .value = 0.5,
                                     .threshold = 0.55,
                                     .margin = -0.05};
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_ok(tr_store_rejections_put(store, &rejection, 1, &err), &err);
    assert_int_equal(ask(store,
                         "SELECT timestamp = 3600000 AND side = 'short' AND stage = 'confidence' AND value = 0.5 "
                         "AND threshold = 0.55 AND margin = -0.05 FROM rejections"),
                     1);
    rejection.stage = TR_STAGE_NO_MODEL;
    rejection.value = rejection.threshold = rejection.margin = (double)NAN;
    assert_ok(tr_store_rejections_put(store, &rejection, 1, &err), &err);
    assert_int_equal(ask(store, "SELECT count(*) FROM rejections"), 1);
    assert_int_equal(ask(store, "SELECT stage = 'no_model' AND value IS NULL AND threshold IS NULL AND margin IS NULL "
                                "FROM rejections"),
                     1);
    tr_store_close(store);
    store_place_finish(&place);
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
    struct store_place place;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_plan_uses(store, "SELECT * FROM ohlcv WHERE symbol = 'a' AND timeframe = '1h' AND timestamp >= 5",
                     "PRIMARY KEY (series_id=? AND timestamp>?)");
    assert_plan_uses(store, "SELECT * FROM signals WHERE symbol = 'a' AND timeframe = '1h' AND timestamp > 5",
                     "signals_symbol_timeframe_timestamp (symbol=? AND timeframe=? AND timestamp>?)");
    assert_plan_uses(store, "SELECT * FROM signals WHERE symbol = 'a'", "signals_symbol_timeframe_timestamp");
    assert_plan_uses(store, "SELECT * FROM signals ORDER BY timestamp DESC LIMIT 5", "signals_timestamp");
    assert_plan_uses(store, "SELECT * FROM signals WHERE status = 'active'", "signals_status");
    assert_plan_uses(store, "SELECT * FROM signal_sizes WHERE risk_profile = 'a'", "signal_sizes_risk_profile");
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_power_cut_loses_nothing_committed(void **state)
{
    (void)state;
    struct store_place place;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_int_equal(ask(store, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(store, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    tr_store_close(store);
    store_place_finish(&place);
}

static void running_out_of_memory_while_opening_is_said(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_store *store = NULL;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    size_t failures = 0;
    store_place_make(&place);
    for (; status == TR_NOMEM && failures < 100; failures++) {
        tr_alloc_fail_at(failures + 1);
        status = tr_store_sqlite_open(place.path, 50, &store, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || !store);
    }
    assert_ok(status, &err);
    assert_in_range(failures, 3, 99);
    tr_store_close(store);
    store_place_finish(&place);
}

static void sqlite_running_out_of_memory_is_said(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_error err;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    assert_ok(store_put_bars(store, 10, &err), &err);
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + 2000);
    enum tr_status status = store_put_bars(store, 5000, &err);
    sqlite3_hard_heap_limit64(0);
    assert_int_equal(status, TR_NOMEM);
    store_assert_holds(store, 10);
    tr_store_close(store);
    store_place_finish(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locked_database_is_busy_and_stays_readable),
        cmocka_unit_test(a_new_database_that_is_locked_is_busy),
        cmocka_unit_test(without_permission_it_is_read_only_and_kept),
        cmocka_unit_test(a_store_that_became_read_only_says_so),
        cmocka_unit_test(a_full_disk_keeps_nothing_of_the_put_and_all_before_it),
        cmocka_unit_test(a_database_at_its_largest_size_is_full),
        cmocka_unit_test(an_interrupted_put_keeps_nothing),
        cmocka_unit_test(users_see_plain_tables),
        cmocka_unit_test(a_rejection_put_again_replaces_itself),
        cmocka_unit_test(questions_of_every_day_use_an_index),
        cmocka_unit_test(a_power_cut_loses_nothing_committed),
        cmocka_unit_test(running_out_of_memory_while_opening_is_said),
        cmocka_unit_test(sqlite_running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
