#include "support/store_laws.h"
#include "support/store_place.h"
#include "support/test.h"

#include "base/alloc.h"
#include "io/store/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START (INT64_C(473352) * TR_HOUR_MS) /* 2024-01-01 */

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
static const struct tr_series_key eth = {"bitget", "ETH/USDT:USDT", TR_TIMEFRAME_1H};

static struct tr_trial make_trial(const struct tr_series_key *key, const char *config, tr_time_ms time)
{
    struct tr_trial trial;
    memset(&trial, 0, sizeof trial); /* padding too: records are compared whole */
    trial.series = *key;
    tr_hash_of(config, strlen(config), trial.config_hash);
    snprintf(trial.label, sizeof trial.label, "search %s", config);
    trial.first = trial.last = time;
    trial.runs = 1;
    trial.days = 360;
    trial.sharpe = 1.0 / 30.0;
    return trial;
}

static void put_trial(struct tr_store *store, const struct tr_trial *trial)
{
    struct tr_error err;
    assert_ok(tr_store_trial_put(store, trial, &err), &err);
}

static struct tr_trial *trials(struct tr_store *store, const struct tr_series_key *key, size_t expected)
{
    struct tr_trial *out;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_trial_list(store, key, &out, &n, &err), &err);
    assert_true(n == expected);
    return out;
}

static void a_trial_comes_back_in_every_field(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_trial wide = make_trial(&btc, "wide", INT64_MIN), plain = make_trial(&eth, "plain", START), *back;
    wide.last = INT64_MAX;
    wide.days = INT64_MAX;
    wide.sharpe = (double)NAN;
    memset(wide.label, 'l', sizeof wide.label - 1);
    put_trial(store, &wide);
    put_trial(store, &plain);
    store = store_open_again(state, store);
    back = trials(store, NULL, 2);
    assert_memory_equal(&back[0], &wide, sizeof wide);
    assert_memory_equal(&back[1], &plain, sizeof plain);
    tr_free(back);
    tr_store_close(store);
}

static void a_configuration_is_one_trial_however_often_it_ran(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_trial trial = make_trial(&btc, "num_leaves=15", START), *back;
    trial.runs = 99; /* ignored */
    put_trial(store, &trial);
    for (int i = 1; i <= 4; i++) {
        trial.first = trial.last = START + i * TR_DAY_MS;
        trial.days = 360 + (size_t)i;
        trial.sharpe = i == 4 ? (double)NAN : 0.01 * i;
        memset(trial.label, 0, sizeof trial.label);
        snprintf(trial.label, sizeof trial.label, "walk-forward %d", i);
        put_trial(store, &trial);
    }
    /* By a clock that was set back. */
    trial.first = trial.last = START - TR_DAY_MS;
    put_trial(store, &trial);
    back = trials(store, &btc, 1);
    trial.first = START;
    trial.last = START + 4 * TR_DAY_MS;
    trial.runs = 6;
    assert_memory_equal(back, &trial, sizeof trial);
    tr_free(back);
    tr_store_close(store);
}

static void trials_are_listed_by_series_the_oldest_first(void **state)
{
    struct tr_series_key day = btc, sandbox = btc;
    struct tr_store *store = store_open_empty(state);
    day.timeframe = TR_TIMEFRAME_1D;
    memcpy(sandbox.exchange, "sandbox", sizeof "sandbox");
    const struct tr_trial all[] = {
        make_trial(&btc, "c", START + 5), make_trial(&btc, "b", START), make_trial(&btc, "a", START),
        make_trial(&eth, "a", START),     make_trial(&day, "a", START), make_trial(&sandbox, "a", START + 1),
    };
    for (size_t i = 0; i < 6; i++)
        put_trial(store, &all[i]);
    struct tr_trial *back = trials(store, &btc, 3);
    bool is_a_first = strcmp(all[2].config_hash, all[1].config_hash) < 0;
    assert_memory_equal(&back[0], &all[is_a_first ? 2 : 1], sizeof *back);
    assert_memory_equal(&back[1], &all[is_a_first ? 1 : 2], sizeof *back);
    assert_memory_equal(&back[2], &all[0], sizeof *back);
    tr_free(back);
    back = trials(store, NULL, 6);
    for (size_t i = 1; i < 6; i++)
        assert_true(back[i - 1].first < back[i].first ||
                    (back[i - 1].first == back[i].first && strcmp(back[i - 1].config_hash, back[i].config_hash) <= 0));
    assert_memory_equal(&back[4], &all[5], sizeof *back);
    tr_free(back);
    tr_free(trials(store, &eth, 1));
    tr_free(trials(store, &day, 1));
    tr_free(trials(store, &sandbox, 1));
    sandbox.timeframe = TR_TIMEFRAME_1D;
    tr_free(trials(store, &sandbox, 0));
    tr_store_close(store);
}

static struct tr_drift_record make_drift(const struct tr_model_record *model, tr_time_ms time)
{
    struct tr_drift_record record;
    memset(&record, 0, sizeof record);
    record.series = model->series;
    memcpy(record.model, model->id, sizeof record.model);
    record.time = time;
    memcpy(record.verdict, "stable", sizeof "stable");
    record.share = 1.0 / 7.0;
    memcpy(record.report, model->manifest, sizeof record.report);
    return record;
}

static struct tr_drift_record *drifts(struct tr_store *store, const struct tr_series_key *key, size_t limit,
                                      size_t expected)
{
    struct tr_drift_record *out;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_drift_list(store, key, limit, &out, &n, &err), &err);
    assert_true(n == expected);
    return out;
}

static void a_drift_report_comes_back_and_put_again_replaces_itself(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model;
    struct tr_error err;
    store_add_model(store, &model, &btc, 0);
    struct tr_drift_record record = make_drift(&model, START), *back;
    record.share = (double)NAN;
    memcpy(record.verdict, "insufficient_data", sizeof "insufficient_data");
    assert_ok(tr_store_drift_put(store, &record, &err), &err);
    store = store_open_again(state, store);
    back = drifts(store, &btc, 0, 1);
    assert_memory_equal(back, &record, sizeof record);
    tr_free(back);
    record = make_drift(&model, START);
    store_put_blob(store, "another report", record.report);
    assert_ok(tr_store_drift_put(store, &record, &err), &err);
    back = drifts(store, NULL, 0, 1);
    assert_memory_equal(back, &record, sizeof record);
    tr_free(back);
    tr_store_close(store);
}

static void a_drift_report_of_nothing_known_is_refused(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model;
    struct tr_error err;
    store_add_model(store, &model, &btc, 0);
    struct tr_drift_record record = make_drift(&model, START);
    memcpy(record.model, "0123456789abcdef", sizeof record.model);
    assert_int_equal(tr_store_drift_put(store, &record, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "0123456789abcdef"));
    record = make_drift(&model, START);
    tr_hash_of("never stored", 12, record.report);
    assert_int_equal(tr_store_drift_put(store, &record, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "report"));
    tr_free(drifts(store, NULL, 0, 0));
    tr_store_close(store);
}

static void the_newest_drift_reports_come_first_and_a_hundred_by_default(void **state)
{
    enum { N = 130 };
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record models[2];
    struct tr_error err;
    store_add_model(store, &models[0], &btc, 0);
    store_add_model(store, &models[1], &eth, 1);
    for (int i = 0; i < N; i++) {
        struct tr_drift_record record = make_drift(&models[0], START + (i * 37) % N * TR_DAY_MS);
        assert_ok(tr_store_drift_put(store, &record, &err), &err);
    }
    struct tr_drift_record other = make_drift(&models[1], START + (N - 1) * TR_DAY_MS), *back;
    assert_ok(tr_store_drift_put(store, &other, &err), &err);
    back = drifts(store, &btc, 0, 100);
    for (int i = 0; i < 100; i++)
        assert_true(back[i].time == START + (N - 1 - i) * TR_DAY_MS);
    tr_free(back);
    tr_free(drifts(store, &btc, SIZE_MAX, N));
    tr_free(drifts(store, NULL, SIZE_MAX, N + 1));
    tr_free(drifts(store, &eth, 3, 1));
    back = drifts(store, NULL, 3, 3); /* of one instant: in order of exchange, symbol, timeframe, model */
    assert_string_equal(back[0].model, models[0].id);
    assert_string_equal(back[1].model, models[1].id);
    assert_true(back[2].time == START + (N - 2) * TR_DAY_MS);
    tr_free(back);
    tr_store_close(store);
}

static void put_step(struct tr_store *store, const char *key, const char *text, tr_time_ms time)
{
    struct tr_error err;
    assert_ok(tr_store_step_put(store, key, text, strlen(text), time, &err), &err);
}

/* expected NULL: not found. */
static void assert_step(struct tr_store *store, const char *key, const char *expected)
{
    struct tr_buf back;
    struct tr_error err;
    bool found = !expected;
    tr_buf_init(&back);
    tr_buf_text(&back, "left from before");
    assert_ok(tr_store_step_get(store, key, &back, &found, &err), &err);
    assert_int_equal(found, expected != NULL);
    assert_string_equal(tr_buf_string(&back), expected ? expected : "");
    assert_true(back.len == (expected ? strlen(expected) : 0));
    tr_buf_finish(&back);
}

static void a_finished_step_is_found_until_it_is_replaced(void **state)
{
    struct tr_store *store = store_open_empty(state);
    char longest[161];
    memset(longest, 'k', sizeof longest - 1);
    longest[160] = '\0';
    assert_step(store, "fold/1", NULL);
    put_step(store, "fold/1", "one", START);
    put_step(store, "fold/10", "", START);
    put_step(store, longest, "long", INT64_MIN);
    store = store_open_again(state, store);
    assert_step(store, "fold/1", "one");
    assert_step(store, "fold/10", ""); /* found, and empty */
    assert_step(store, longest, "long");
    assert_step(store, "fold/", NULL);
    assert_step(store, "Fold/1", NULL);
    put_step(store, "fold/1", "another result", START + 1);
    assert_step(store, "fold/1", "another result");
    tr_store_close(store);
}

static void steps_are_forgotten_by_beginning_and_age(void **state)
{
    static const char *const keys[] = {"a/1", "a/2", "a_/1", "a%/1", "b/1", "A/1"};
    enum { N = sizeof keys / sizeof *keys };
    static const struct {
        const char *prefix;
        tr_time_ms before;
        const char *gone[N];
        size_t n;
    } cases[] = {
        {"a/", START + 100, {"a/1", "a/2"}, 2},
        {"a/", START + 1, {"a/1"}, 1},
        {"a/", START, {NULL}, 0},
        {"a_", START + 100, {"a_/1"}, 1},
        {"a%", START + 100, {"a%/1"}, 1},
        {"", START + 3, {"a/1", "a/2", "a_/1"}, 3},
        {"a/2", INT64_MAX, {"a/2"}, 1},
        {"c", INT64_MAX, {NULL}, 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct tr_store *store = store_open_empty(state);
        struct tr_error err;
        size_t n = 99;
        for (size_t i = 0; i < N; i++)
            put_step(store, keys[i], keys[i], START + (tr_time_ms)i);
        assert_ok(tr_store_step_forget(store, cases[c].prefix, cases[c].before, &n, &err), &err);
        assert_true(n == cases[c].n);
        for (size_t i = 0; i < N; i++) {
            bool is_gone = false;
            for (size_t j = 0; j < N && cases[c].gone[j]; j++)
                is_gone = is_gone || strcmp(cases[c].gone[j], keys[i]) == 0;
            assert_step(store, keys[i], is_gone ? NULL : keys[i]);
        }
        assert_ok(tr_store_step_forget(store, "", INT64_MAX, &n, &err), &err);
        assert_true(n == N - cases[c].n);
        tr_store_close(store);
    }
}

/* Everything once; false where an allocation failed, which it must say. */
static bool use_all(struct tr_store *store, const struct tr_trial *trial, const struct tr_drift_record *drift)
{
    struct tr_error err = {0};
    struct tr_trial *all = NULL;
    struct tr_drift_record *reports = NULL;
    struct tr_buf back;
    bool found;
    size_t n;
    tr_buf_init(&back);
    enum tr_status status = tr_store_trial_put(store, trial, &err);
    if (!status)
        status = tr_store_trial_list(store, NULL, &all, &n, &err);
    if (!status)
        status = tr_store_drift_put(store, drift, &err);
    if (!status)
        status = tr_store_drift_list(store, NULL, 0, &reports, &n, &err);
    if (!status)
        status = tr_store_step_put(store, "step", "bytes", 5, START, &err);
    if (!status)
        status = tr_store_step_get(store, "step", &back, &found, &err);
    tr_buf_finish(&back);
    tr_free(all);
    tr_free(reports);
    assert_true(status == TR_OK || status == TR_NOMEM);
    assert_true(status == TR_OK || strstr(err.text, "out of memory"));
    return status == TR_OK;
}

static void running_out_of_memory_leaves_the_ledger_whole(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model;
    store_add_model(store, &model, &btc, 0);
    struct tr_trial trial = make_trial(&btc, "a", START);
    struct tr_drift_record drift = make_drift(&model, START);
    size_t failures = 0;
    for (bool done = false; !done; failures += !done) {
        tr_alloc_fail_at(failures + 1);
        done = use_all(store, &trial, &drift);
        tr_alloc_fail_at(0);
        assert_true(failures < 1000);
    }
    assert_true(failures >= 3);
    tr_free(trials(store, &btc, 1));
    tr_free(drifts(store, &btc, 0, 1));
    assert_step(store, "step", "bytes");
    tr_store_close(store);
}

const struct store_law store_ledger_laws[] = {
    STORE_LAW(a_trial_comes_back_in_every_field),
    STORE_LAW(a_configuration_is_one_trial_however_often_it_ran),
    STORE_LAW(trials_are_listed_by_series_the_oldest_first),
    STORE_LAW(a_drift_report_comes_back_and_put_again_replaces_itself),
    STORE_LAW(a_drift_report_of_nothing_known_is_refused),
    STORE_LAW(the_newest_drift_reports_come_first_and_a_hundred_by_default),
    STORE_LAW(a_finished_step_is_found_until_it_is_replaced),
    STORE_LAW(steps_are_forgotten_by_beginning_and_age),
    STORE_LAW(running_out_of_memory_leaves_the_ledger_whole),
};
const size_t store_ledger_law_count = sizeof store_ledger_laws / sizeof *store_ledger_laws;
