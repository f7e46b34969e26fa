#include "support/test.h"

#include "support/store_laws.h"
#include "support/store_place.h"

#include "base/alloc.h"
#include "io/store/ledger.h"
#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Registry and ledger when things go wrong in the midst, and when several processes are at it. */

enum { MODELS = 4 };

/* Four models of one series: the first is champion, the others are candidates. */
static struct tr_store *fill(const struct store_place *place, struct tr_model_record models[MODELS])
{
    struct tr_store *store = store_place_open(place);
    struct tr_error err;
    for (unsigned k = 0; k < MODELS; k++)
        store_add_model(store, &models[k], &store_btc, k);
    assert_ok(tr_store_model_promote(store, models[0].id, "", 1, "first", &err), &err);
    return store;
}

static int64_t ask(struct tr_store *store, const char *sql)
{
    struct tr_error err;
    int64_t value = -1;
    assert_ok(tr_sqlite_ask(tr_sqlite_of(store), sql, &value, &err), &err);
    return value;
}

/* Told from the beginning, every event starts where the one before it ended, and the last ones say what the registry
 * says; there is one champion. Returns how many there are. */
static size_t assert_log_tells_all(struct tr_store *store)
{
    struct tr_model_record *models;
    struct tr_model_event *log;
    struct tr_error err;
    size_t n, events, champions = 0;
    assert_ok(tr_store_model_list(store, &store_btc, NULL, &models, &n, &err), &err);
    assert_ok(tr_store_model_events(store, &store_btc, &log, &events, &err), &err);
    for (size_t i = 0; i < n; i++) {
        const char *now = "";
        for (size_t j = 0; j < events; j++) {
            if (strcmp(log[j].id, models[i].id) != 0)
                continue;
            assert_string_equal(log[j].from, now);
            now = log[j].to;
        }
        assert_string_equal(now, tr_model_state_name(models[i].state));
        champions += models[i].state == TR_MODEL_CHAMPION;
    }
    assert_true(champions == 1);
    tr_free(models);
    tr_free(log);
    return events;
}

static void assert_champion(struct tr_store *store, const char *id)
{
    struct tr_model_record *models;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_model_list(store, &store_btc, NULL, &models, &n, &err), &err);
    assert_true(n > 0);
    assert_string_equal(models[0].id, id);
    assert_int_equal(models[0].state, TR_MODEL_CHAMPION);
    tr_free(models);
}

/* Interrupts once, after so many steps of SQLite's machine. */
static int stop_once(void *context)
{
    int *left = context;
    return (*left)-- == 0;
}

static void a_promotion_stopped_at_any_step_changes_nothing(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    struct tr_error err;
    enum tr_status status = TR_OK;
    int stops = 0;
    store_place_make(&place);
    struct tr_store *store = fill(&place, models);
    for (; stops < 5000; stops++) {
        int left = stops;
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 1, stop_once, &left);
        status = tr_store_model_promote(store, models[1].id, models[0].id, 2, "better", &err);
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 0, NULL, NULL);
        if (status != TR_CANCELLED)
            break; /* it was through before that, or with that */
        assert_champion(store, models[0].id);
        assert_true(assert_log_tells_all(store) == MODELS + 1);
    }
    assert_ok(status, &err);
    assert_true(stops > 100);
    assert_champion(store, models[1].id);
    assert_true(assert_log_tells_all(store) == MODELS + 3);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_model_stopped_on_its_way_in_leaves_nothing(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS], fresh;
    struct tr_model_artefact parts[2] = {{.name = "a"}, {.name = "b"}};
    struct tr_error err;
    enum tr_status status = TR_OK;
    bool is_new = false;
    int stops = 0;
    store_place_make(&place);
    struct tr_store *store = fill(&place, models);
    store_make_model(store, &fresh, &store_btc, 9);
    store_put_blob(store, "a", parts[0].hash);
    store_put_blob(store, "b", parts[1].hash);
    for (; stops < 5000; stops++) {
        int left = stops;
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 1, stop_once, &left);
        status = tr_store_model_put(store, &fresh, parts, 2, "trained", &is_new, &err);
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 0, NULL, NULL);
        if (status != TR_CANCELLED)
            break;
        assert_false(is_new);
        assert_true(ask(store, "SELECT count(*) FROM model_registry") == MODELS);
        assert_true(ask(store, "SELECT count(*) FROM model_artefacts") == 0);
        assert_true(ask(store, "SELECT count(*) FROM model_events") == MODELS + 1);
    }
    assert_true(stops > 100);
    assert_true(is_new);
    assert_true(ask(store, "SELECT count(*) FROM model_artefacts") == 2);
    assert_true(assert_log_tells_all(store) == MODELS + 2);
    tr_store_close(store);
    store_place_finish(&place);
}

/* A promotion in a process of its own. */
struct attempt {
    const struct store_place *place;
    const char *id, *expected;
    int dies_at; /* after so many steps; -1 = lives */
    int gate;    /* it waits until this can be read; -1 = does not wait */
};

static int die(void *context)
{
    int *left = context;
    if ((*left)-- == 0)
        _exit(77);
    return 0;
}

static int promote_once(struct attempt *attempt)
{
    struct tr_store *store;
    struct tr_error err = {0};
    char byte;
    if (tr_store_sqlite_open(attempt->place->path, 10000, &store, &err))
        return 100;
    if (attempt->gate >= 0 && read(attempt->gate, &byte, 1) != 0) /* opens when the other end is closed */
        return 101;
    if (attempt->dies_at >= 0)
        sqlite3_progress_handler(tr_sqlite_of(store)->db, 1, die, &attempt->dies_at);
    int status = (int)tr_store_model_promote(store, attempt->id, attempt->expected, 3, "in a race", &err);
    sqlite3_progress_handler(tr_sqlite_of(store)->db, 0, NULL, NULL);
    tr_store_close(store);
    return status;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_process_that_dies_while_promoting_leaves_nothing_half_done(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    int ending = 77, deaths = 0;
    store_place_make(&place);
    tr_store_close(fill(&place, models));
    for (int step = 0; ending == 77; step += 9) {
        struct attempt attempt = {&place, models[1].id, models[0].id, step, -1};
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(promote_once(&attempt));
        ending = wait_for(pid);
        struct tr_store *store = store_place_open(&place);
        bool is_done = assert_log_tells_all(store) == MODELS + 3;
        assert_true(is_done == (ending == TR_OK));
        assert_champion(store, models[is_done ? 1 : 0].id);
        tr_store_close(store);
        deaths += ending == 77;
    }
    assert_int_equal(ending, TR_OK);
    assert_true(deaths > 2);
    store_place_finish(&place);
}

static void of_processes_that_promote_at_once_one_wins_and_the_others_are_told(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    enum { ROUNDS = 8, RIVALS = MODELS - 1 };
    size_t champion = 0;
    store_place_make(&place);
    tr_store_close(fill(&place, models));
    for (size_t round = 0; round < ROUNDS; round++) {
        pid_t pids[RIVALS];
        int gate[2], wins = 0;
        size_t next = champion;
        assert_int_equal(pipe(gate), 0);
        fflush(NULL);
        for (size_t i = 0; i < RIVALS; i++) {
            struct attempt attempt = {&place, models[(champion + 1 + i) % MODELS].id, models[champion].id, -1, gate[0]};
            pids[i] = fork();
            assert_true(pids[i] >= 0);
            if (pids[i] == 0) {
                close(gate[1]);
                _exit(promote_once(&attempt));
            }
        }
        close(gate[0]);
        close(gate[1]);
        for (size_t i = 0; i < RIVALS; i++) {
            int ending = wait_for(pids[i]);
            assert_true(ending == TR_OK || ending == TR_BUSY);
            wins += ending == TR_OK;
            if (ending == TR_OK)
                next = (champion + 1 + i) % MODELS;
        }
        assert_int_equal(wins, 1);
        champion = next;
        struct tr_store *store = store_place_open(&place);
        assert_champion(store, models[champion].id);
        assert_true(assert_log_tells_all(store) == MODELS + 1 + 2 * (round + 1));
        tr_store_close(store);
    }
    store_place_finish(&place);
}

static void of_two_handles_the_slower_is_busy(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    struct tr_store *other;
    struct tr_error err;
    store_place_make(&place);
    struct tr_store *store = fill(&place, models);
    assert_ok(tr_store_sqlite_open(place.path, 20, &other, &err), &err);
    assert_ok(tr_sqlite_begin(tr_sqlite_of(store), &err), &err);
    assert_int_equal(tr_store_model_promote(other, models[1].id, models[0].id, 2, "x", &err), TR_BUSY);
    assert_non_null(strstr(err.text, "waited 20 ms"));
    assert_int_equal(tr_sqlite_end(tr_sqlite_of(store), TR_CANCELLED, &err), TR_CANCELLED);
    assert_ok(tr_store_model_promote(store, models[2].id, models[0].id, 2, "x", &err), &err);
    assert_int_equal(tr_store_model_promote(other, models[1].id, models[0].id, 2, "x", &err), TR_BUSY);
    assert_non_null(strstr(err.text, "somebody was faster"));
    assert_ok(tr_store_model_promote(other, models[1].id, models[2].id, 2, "x", &err), &err);
    assert_true(assert_log_tells_all(store) == MODELS + 5);
    tr_store_close(other);
    tr_store_close(store);
    store_place_finish(&place);
}

static struct tr_trial make_trial(void)
{
    struct tr_trial trial = {.series = store_btc, .label = "walk-forward", .days = 30, .sharpe = 0.1};
    tr_hash_of("a", 1, trial.config_hash);
    return trial;
}

static int evaluate_often(const struct store_place *place, int times)
{
    struct tr_store *store;
    struct tr_error err = {0};
    struct tr_trial trial = make_trial();
    enum tr_status status = tr_store_sqlite_open(place->path, 20000, &store, &err);
    for (int i = 0; i < times && !status; i++)
        status = tr_store_trial_put(store, &trial, &err);
    tr_store_close(store);
    return (int)status;
}

static void processes_that_evaluate_one_configuration_count_every_run_of_one_trial(void **state)
{
    (void)state;
    enum { CHILDREN = 3, TIMES = 20 };
    struct store_place place;
    pid_t pids[CHILDREN];
    store_place_make(&place);
    tr_store_close(store_place_open(&place));
    fflush(NULL);
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(evaluate_often(&place, TIMES));
    }
    for (int i = 0; i < CHILDREN; i++)
        assert_int_equal(wait_for(pids[i]), TR_OK);
    struct tr_store *store = store_place_open(&place);
    assert_true(ask(store, "SELECT count(*) FROM trials") == 1);
    assert_true(ask(store, "SELECT runs FROM trials") == CHILDREN * TIMES);
    tr_store_close(store);
    store_place_finish(&place);
}

/* A file may not grow: what a full disk looks like. */
static int put_with_small_files(const struct store_place *place)
{
    static unsigned char large[1000000];
    struct tr_store *store;
    struct tr_error err = {0};
    struct rlimit limit = {300000, 300000};
    char hash[TR_HASH_TEXT];
    signal(SIGXFSZ, SIG_IGN);
    if (tr_store_sqlite_open(place->path, 50, &store, &err) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 100;
    enum tr_status put = tr_store_blob_put(store, large, sizeof large, hash, &err);
    enum tr_status step = tr_store_step_put(store, "step", large, sizeof large, 0, &err);
    tr_store_close(store);
    return put == step ? (int)put : 101;
}

static void a_full_disk_keeps_nothing_of_a_content_and_all_before_it(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    store_place_make(&place);
    tr_store_close(fill(&place, models));
    assert_int_equal(store_in_child(put_with_small_files, &place), TR_FULL);
    struct tr_store *store = store_place_open(&place);
    assert_true(ask(store, "SELECT count(*) FROM blobs") == MODELS);
    assert_true(ask(store, "SELECT count(*) FROM steps") == 0);
    assert_true(assert_log_tells_all(store) == MODELS + 1);
    tr_store_close(store);
    store_place_finish(&place);
}

static void users_see_plain_tables(void **state)
{
    (void)state;
    struct store_place place;
    struct tr_model_record models[MODELS];
    struct tr_error err;
    struct tr_trial trial = make_trial();
    store_place_make(&place);
    struct tr_store *store = fill(&place, models);
    assert_ok(tr_store_trial_put(store, &trial, &err), &err);
    assert_true(ask(store,
                    "SELECT count(*) FROM model_registry WHERE symbol = 'BTC/USDT:USDT' AND timeframe = '1h' AND "
                    "state = 'champion' AND hit_rate_tp1 > 0 AND parent IS NULL AND "
                    "avg_net_profit_pct = 100 * avg_net_profit_frac") == 1);
    assert_true(ask(store, "SELECT count(*) FROM model_registry JOIN blobs ON hash = manifest") == MODELS);
    assert_true(ask(store, "SELECT count(*) FROM model_events WHERE from_state IS NULL") == MODELS);
    assert_true(ask(store, "SELECT count(*) FROM trials WHERE runs = 1 AND sharpe = 0.1") == 1);
    tr_store_close(store);
    store_place_finish(&place);
}

static void not_even_plain_sql_rewrites_history_or_makes_two_champions(void **state)
{
    (void)state;
    static const char *const attempts[] = {
        "DELETE FROM trials",
        "DELETE FROM model_events",
        "UPDATE model_events SET reason = 'nicer'",
        "UPDATE model_registry SET state = 'champion'",
        "DELETE FROM model_registry",
        "DELETE FROM blobs",
        "UPDATE trials SET runs = 0",
        "UPDATE model_registry SET state = 'king'",
    };
    struct store_place place;
    struct tr_model_record models[MODELS];
    struct tr_error err;
    struct tr_trial trial = make_trial();
    store_place_make(&place);
    struct tr_store *store = fill(&place, models);
    assert_ok(tr_store_trial_put(store, &trial, &err), &err);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        int code = sqlite3_exec(tr_sqlite_of(store)->db, attempts[i], NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_CONSTRAINT)
            fail_msg("%s: code %d", attempts[i], code);
    }
    assert_true(assert_log_tells_all(store) == MODELS + 1);
    assert_true(ask(store, "SELECT count(*) FROM trials") == 1);
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
#define SERIES " WHERE exchange = 'a' AND symbol = 'b' AND timeframe = '1h'"
    assert_plan_uses(store, "SELECT id FROM model_registry" SERIES " AND state = 'champion'",
                     "model_registry_champion (exchange=? AND symbol=? AND timeframe=?)");
    assert_plan_uses(store, "SELECT auc FROM model_registry" SERIES, "model_registry_symbol_timeframe_created");
    assert_plan_uses(store, "SELECT auc FROM model_registry WHERE state = 'archived'", "model_registry_state");
    assert_plan_uses(store, "SELECT auc FROM model_registry WHERE id >= 'ab' AND id < 'abg'", "(id>? AND id<?)");
    assert_plan_uses(store, "SELECT * FROM model_events WHERE model_id = 'a' ORDER BY id", "model_events_model");
    assert_plan_uses(store, "SELECT * FROM trials" SERIES, "(exchange=? AND symbol=? AND timeframe=?)");
    assert_plan_uses(store, "SELECT * FROM drift_reports" SERIES " ORDER BY timestamp DESC LIMIT 5",
                     "(symbol=? AND timeframe=?)");
    assert_plan_uses(store, "SELECT * FROM drift_reports ORDER BY timestamp DESC LIMIT 5", "drift_reports_timestamp");
    assert_plan_uses(store, "SELECT bytes FROM steps WHERE key = 'a'", "(key=?)");
    assert_plan_uses(store, "SELECT bytes FROM blobs WHERE hash = 'a'", "(hash=?)");
#undef SERIES
    tr_store_close(store);
    store_place_finish(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promotion_stopped_at_any_step_changes_nothing),
        cmocka_unit_test(a_model_stopped_on_its_way_in_leaves_nothing),
        cmocka_unit_test(a_process_that_dies_while_promoting_leaves_nothing_half_done),
        cmocka_unit_test(of_processes_that_promote_at_once_one_wins_and_the_others_are_told),
        cmocka_unit_test(of_two_handles_the_slower_is_busy),
        cmocka_unit_test(processes_that_evaluate_one_configuration_count_every_run_of_one_trial),
        cmocka_unit_test(a_full_disk_keeps_nothing_of_a_content_and_all_before_it),
        cmocka_unit_test(users_see_plain_tables),
        cmocka_unit_test(not_even_plain_sql_rewrites_history_or_makes_two_champions),
        cmocka_unit_test(questions_of_every_day_use_an_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
