#include "support/store_laws.h"
#include "support/store_place.h"
#include "support/test.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START (INT64_C(473352) * TR_HOUR_MS) /* 2024-01-01 */

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
static const struct tr_series_key eth = {"bitget", "ETH/USDT:USDT", TR_TIMEFRAME_1H};

void store_put_blob(struct tr_store *store, const char *text, char hash[TR_HASH_TEXT])
{
    struct tr_error err;
    assert_ok(tr_store_blob_put(store, text, strlen(text), hash, &err), &err);
}

void store_make_model(struct tr_store *store, struct tr_model_record *out, const struct tr_series_key *key, unsigned k)
{
    char text[100];
    memset(out, 0, sizeof *out); /* padding too: records are compared whole */
    out->series = *key;
    snprintf(text, sizeof text, "manifest %u of %s", k, key->symbol);
    store_put_blob(store, text, out->manifest);
    memcpy(out->id, out->manifest, TR_MODEL_ID - 1);
    tr_hash_of("data", 4, out->data_hash);
    tr_hash_of("recipe", 6, out->recipe_hash);
    snprintf(out->code_version, sizeof out->code_version, "0.1.0+%u", k);
    out->created = START + k * TR_HOUR_MS;
    out->train_from = START - (180 + k) * TR_DAY_MS;
    out->train_to = START - k * TR_DAY_MS;
    out->seed = -7 - (int64_t)k;
    out->folds = 11 + k;
    out->signals = 400 + k;
    out->hit_rate_tp1 = (1.0 + k) / 3.0;
    out->avg_net_profit_frac = -(2.0 + k) / 300.0;
    out->auc = (4.0 + k) / 7.0;
    out->log_loss = (5.0 + k) / 7.0;
    out->brier = (1.0 + k) / 7.0;
    out->calibration_error = (1.0 + k) / 70.0;
}

void store_add_model(struct tr_store *store, struct tr_model_record *out, const struct tr_series_key *key, unsigned k)
{
    struct tr_error err;
    bool is_new = false;
    store_make_model(store, out, key, k);
    assert_ok(tr_store_model_put(store, out, NULL, 0, "trained", &is_new, &err), &err);
    assert_true(is_new);
}

static struct tr_model_record *list(struct tr_store *store, const struct tr_series_key *key, const char *id,
                                    size_t expected)
{
    struct tr_model_record *out;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_model_list(store, key, id, &out, &n, &err), &err);
    assert_true(n == expected);
    return out;
}

static struct tr_model_event *events(struct tr_store *store, const struct tr_series_key *key, size_t expected)
{
    struct tr_model_event *out;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_model_events(store, key, &out, &n, &err), &err);
    assert_true(n == expected);
    return out;
}

static void assert_event(const struct tr_model_event *event, const struct tr_model_record *model, const char *from,
                         const char *to, tr_time_ms time)
{
    assert_string_equal(event->id, model->id);
    assert_string_equal(event->from, from);
    assert_string_equal(event->to, to);
    assert_true(event->time == time);
}

static void assert_states(struct tr_store *store, const struct tr_model_record *models, size_t n,
                          const enum tr_model_state *states)
{
    for (size_t i = 0; i < n; i++) {
        struct tr_model_record *found = list(store, NULL, models[i].id, 1);
        assert_int_equal(found->state, states[i]);
        tr_free(found);
    }
}

static void contents_come_back_to_the_byte_also_after_reopening(void **state)
{
    enum { LARGE = 3000000 };
    static const size_t sizes[] = {0, 1, 255, 4096, LARGE};
    enum { N = sizeof sizes / sizeof *sizes };
    struct tr_store *store = store_open_empty(state);
    unsigned char *bytes = tr_alloc(LARGE, 1);
    char hash[N][TR_HASH_TEXT];
    struct tr_buf back;
    struct tr_error err;
    assert_non_null(bytes);
    tr_buf_init(&back);
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)((i * 2654435761U) >> 13);
    for (size_t i = 0; i < N; i++)
        assert_ok(tr_store_blob_put(store, bytes, sizes[i], hash[i], &err), &err);
    store = store_open_again(state, store);
    for (size_t i = 0; i < N; i++) {
        char expected[TR_HASH_TEXT];
        tr_hash_of(bytes, sizes[i], expected);
        assert_string_equal(hash[i], expected);
        assert_ok(tr_store_blob_get(store, hash[i], &back, &err), &err);
        assert_true(back.len == sizes[i]);
        if (back.len > 0)
            assert_memory_equal(back.data, bytes, sizes[i]);
    }
    tr_buf_finish(&back);
    tr_free(bytes);
    tr_store_close(store);
}

static void a_content_put_again_is_the_same_and_an_unknown_one_not_found(void **state)
{
    struct tr_store *store = store_open_empty(state);
    char first[TR_HASH_TEXT], second[TR_HASH_TEXT], other[TR_HASH_TEXT];
    struct tr_buf back;
    struct tr_error err;
    tr_buf_init(&back);
    store_put_blob(store, "tree", first);
    store_put_blob(store, "tree", second);
    assert_string_equal(first, second);
    tr_hash_of("leaf", 4, other);
    tr_buf_text(&back, "left from before");
    assert_int_equal(tr_store_blob_get(store, other, &back, &err), TR_NOT_FOUND);
    assert_true(back.len == 0);
    assert_int_equal(tr_store_blob_get(store, "leaf", &back, &err), TR_INVALID);
    assert_ok(tr_store_blob_get(store, first, &back, &err), &err);
    assert_string_equal(tr_buf_string(&back), "tree");
    tr_buf_finish(&back);
    tr_store_close(store);
}

static void a_model_comes_back_in_every_field(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record models[2], *back;
    struct tr_model_artefact parts[3] = {{.name = "short.xgboost"}, {.name = "long.lightgbm"}, {.name = "a"}}, *kept;
    struct tr_error err;
    size_t n;
    bool is_new;
    store_make_model(store, &models[0], &btc, 0);
    store_make_model(store, &models[1], &eth, 1);
    models[0].seed = INT64_MIN;
    models[0].created = INT64_MIN;
    models[0].train_from = INT64_MIN;
    models[0].train_to = INT64_MAX;
    models[0].folds = models[0].signals = INT64_MAX;
    models[0].hit_rate_tp1 = models[0].auc = (double)NAN;
    models[0].log_loss = (double)INFINITY;
    models[0].avg_net_profit_frac = -(double)INFINITY;
    models[0].brier = 5e-324;
    models[0].calibration_error = nextafter(1.0, 2.0);
    memset(models[0].code_version, 'v', sizeof models[0].code_version - 1);
    models[1].state = TR_MODEL_CHAMPION;
    models[1].seed = INT64_MAX;
    memcpy(models[1].parent, models[0].id, sizeof models[1].parent);
    for (size_t i = 0; i < 3; i++)
        store_put_blob(store, parts[i].name, parts[i].hash);
    memset(parts[2].name, 'n', sizeof parts[2].name - 1); /* the longest */
    assert_ok(tr_store_model_put(store, &models[0], parts, 3, "trained", &is_new, &err), &err);
    assert_true(is_new);
    assert_ok(tr_store_model_put(store, &models[1], NULL, 0, "first of its series", &is_new, &err), &err);
    assert_true(is_new);
    store = store_open_again(state, store);
    back = list(store, NULL, NULL, 2);
    assert_memory_equal(&back[0], &models[0], sizeof *back);
    assert_memory_equal(&back[1], &models[1], sizeof *back);
    tr_free(back);
    assert_ok(tr_store_model_artefacts(store, models[0].id, &kept, &n, &err), &err);
    assert_true(n == 3);
    assert_memory_equal(&kept[0], &parts[1], sizeof *kept);
    assert_memory_equal(&kept[1], &parts[2], sizeof *kept);
    assert_memory_equal(&kept[2], &parts[0], sizeof *kept);
    tr_free(kept);
    assert_ok(tr_store_model_artefacts(store, models[1].id, &kept, &n, &err), &err);
    assert_true(n == 0);
    tr_free(kept);
    tr_store_close(store);
}

static void a_model_put_again_stays_as_it_is(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model, again, *back;
    struct tr_model_artefact part = {.name = "long.lightgbm"}, *kept;
    struct tr_error err;
    size_t n;
    bool is_new = true;
    store_add_model(store, &model, &btc, 0);
    store_put_blob(store, "forest", part.hash);
    again = model;
    again.created += 1;
    again.auc = 0.75;
    again.state = TR_MODEL_CHAMPION;
    assert_ok(tr_store_model_put(store, &again, &part, 1, "once more", &is_new, &err), &err);
    assert_false(is_new);
    back = list(store, NULL, NULL, 1);
    assert_memory_equal(back, &model, sizeof model);
    tr_free(back);
    assert_ok(tr_store_model_artefacts(store, model.id, &kept, &n, &err), &err);
    assert_true(n == 0);
    tr_free(kept);
    tr_free(events(store, &btc, 1));
    tr_store_close(store);
}

static void a_model_without_its_contents_is_refused_whole(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model;
    struct tr_model_artefact parts[2] = {{.name = "long.lightgbm"}, {.name = "short.lightgbm"}}, *kept;
    struct tr_error err;
    char stored[TR_HASH_TEXT];
    size_t n;
    bool is_new = true;
    store_make_model(store, &model, &btc, 0);
    memcpy(stored, model.manifest, sizeof stored);
    memcpy(parts[0].hash, stored, sizeof stored);
    tr_hash_of("never stored", 12, parts[1].hash);
    assert_int_equal(tr_store_model_put(store, &model, parts, 2, "trained", &is_new, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "short.lightgbm"));
    assert_non_null(strstr(err.text, model.id));
    assert_false(is_new);
    memcpy(model.manifest, parts[1].hash, sizeof model.manifest);
    assert_int_equal(tr_store_model_put(store, &model, parts, 1, "trained", &is_new, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "manifest"));
    assert_false(is_new);
    tr_free(list(store, NULL, NULL, 0));
    tr_free(events(store, &btc, 0));
    assert_ok(tr_store_model_artefacts(store, model.id, &kept, &n, &err), &err);
    assert_true(n == 0);
    tr_free(kept);
    tr_store_close(store);
}

static void models_are_listed_by_series_the_champion_first(void **state)
{
    struct tr_series_key day = btc, sandbox = btc, any = {.timeframe = TR_TIMEFRAME_1H}, any_exchange = btc,
                         any_symbol = {.exchange = "bitget", .timeframe = TR_TIMEFRAME_1H};
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record models[6], *back;
    struct tr_error err;
    day.timeframe = TR_TIMEFRAME_15M;
    memcpy(sandbox.exchange, "sandbox", sizeof "sandbox");
    memset(any_exchange.exchange, 0, sizeof any_exchange.exchange);
    const struct tr_series_key *const keys[] = {&sandbox, &btc, &btc, &btc, &eth, &day};
    for (unsigned k = 0; k < 6; k++)
        store_add_model(store, &models[k], keys[k], k);
    assert_ok(tr_store_model_promote(store, models[2].id, "", START, "better", &err), &err);
    back = list(store, NULL, "", 6);
    static const size_t order[] = {5, 2, 3, 1, 4, 0};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(back[i].id, models[order[i]].id);
    tr_free(back);
    back = list(store, &btc, NULL, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(back[i].id, models[order[1 + i]].id);
    tr_free(back);
    tr_free(list(store, &any, NULL, 5));
    tr_free(list(store, &any_exchange, NULL, 4));
    tr_free(list(store, &any_symbol, NULL, 4));
    tr_free(list(store, &sandbox, NULL, 1));
    any.timeframe = TR_TIMEFRAME_1D;
    tr_free(list(store, &any, NULL, 0));
    tr_store_close(store);
}

static void of_models_of_one_instant_the_smaller_id_comes_first(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_error err;
    bool is_new;
    for (unsigned k = 0; k < 5; k++) {
        struct tr_model_record model;
        store_make_model(store, &model, &btc, k);
        model.created = START;
        assert_ok(tr_store_model_put(store, &model, NULL, 0, "trained", &is_new, &err), &err);
    }
    struct tr_model_record *back = list(store, &btc, NULL, 5);
    for (size_t i = 1; i < 5; i++)
        assert_true(strcmp(back[i - 1].id, back[i].id) < 0);
    tr_free(back);
    tr_store_close(store);
}

static void models_are_found_by_the_beginning_of_their_id(void **state)
{
    static const char *const ids[] = {"0000000000000000", "00000000000000ff", "0f00000000000000",
                                      "ab00000000000000", "abf0000000000000", "ffffffffffffffff"};
    static const struct {
        const char *prefix;
        size_t n;
    } cases[] = {{"", 6},   {"0", 3},
                 {"00", 2}, {"0f", 1},
                 {"ab", 2}, {"abf", 1},
                 {"f", 1},  {"ffffffffffffffff", 1},
                 {"1", 0},  {"fe", 0},
                 {"a", 2},  {"b", 0},
                 {"ac", 0}, {"00000000000000f", 1}};
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record model, *back;
    struct tr_error err;
    size_t n;
    bool is_new;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        store_make_model(store, &model, i % 2 ? &btc : &eth, (unsigned)i);
        memcpy(model.id, ids[i], sizeof model.id);
        assert_ok(tr_store_model_put(store, &model, NULL, 0, "trained", &is_new, &err), &err);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tr_free(list(store, NULL, cases[i].prefix, cases[i].n));
    tr_free(list(store, &btc, "0", 1));
    static const char *const refused[] = {"x", "AB", "ab%", "_", "00000000000000000"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(tr_store_model_list(store, NULL, refused[i], &back, &n, &err), TR_INVALID);
        assert_null(back);
        assert_true(n == 0);
    }
    tr_store_close(store);
}

static void a_series_has_one_champion_and_its_log_tells_how(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record a, b, other;
    struct tr_error err;
    store_add_model(store, &a, &btc, 0);
    store_add_model(store, &other, &eth, 1);
    store_add_model(store, &b, &btc, 2);
    assert_ok(tr_store_model_promote(store, a.id, "", START + 10, "first", &err), &err);
    assert_ok(tr_store_model_promote(store, other.id, "", START + 10, "of another series", &err), &err);
    assert_ok(tr_store_model_promote(store, b.id, a.id, START + 20, "better", &err), &err);
    struct tr_model_record models[] = {a, b, other};
    assert_states(store, models, 3, (enum tr_model_state[]){TR_MODEL_ARCHIVED, TR_MODEL_CHAMPION, TR_MODEL_CHAMPION});
    /* Back again: an archived one may return. */
    assert_ok(tr_store_model_promote(store, a.id, b.id, START + 5, "rolled back", &err), &err);
    assert_states(store, models, 3, (enum tr_model_state[]){TR_MODEL_CHAMPION, TR_MODEL_ARCHIVED, TR_MODEL_CHAMPION});
    store = store_open_again(state, store);
    struct tr_model_event *log = events(store, &btc, 7);
    assert_event(&log[0], &a, "", "candidate", a.created);
    assert_event(&log[1], &b, "", "candidate", b.created);
    assert_event(&log[2], &a, "candidate", "champion", START + 10);
    assert_event(&log[3], &a, "champion", "archived", START + 20);
    assert_event(&log[4], &b, "candidate", "champion", START + 20);
    /* In the order in which they happened, whatever the clock said. */
    assert_event(&log[5], &b, "champion", "archived", START + 5);
    assert_event(&log[6], &a, "archived", "champion", START + 5);
    assert_string_equal(log[0].reason, "trained");
    assert_string_equal(log[3].reason, "better");
    assert_string_equal(log[6].reason, "rolled back");
    tr_free(log);
    tr_free(events(store, &eth, 2));
    tr_store_close(store);
}

static void who_expected_another_champion_changes_nothing(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record models[3];
    struct tr_error err;
    for (unsigned k = 0; k < 3; k++)
        store_add_model(store, &models[k], &btc, k);
    assert_int_equal(tr_store_model_promote(store, models[0].id, models[1].id, START, "x", &err), TR_BUSY);
    assert_ok(tr_store_model_promote(store, models[0].id, "", START, "first", &err), &err);
    assert_int_equal(tr_store_model_promote(store, models[1].id, "", START, "x", &err), TR_BUSY);
    assert_non_null(strstr(err.text, models[0].id));
    assert_int_equal(tr_store_model_promote(store, models[1].id, models[2].id, START, "x", &err), TR_BUSY);
    assert_int_equal(tr_store_model_promote(store, models[1].id, models[1].id, START, "x", &err), TR_BUSY);
    assert_int_equal(tr_store_model_promote(store, "0123456789abcdef", models[0].id, START, "x", &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "0123456789abcdef"));
    /* The champion need not be promoted, whoever was expected. */
    assert_ok(tr_store_model_promote(store, models[0].id, "", START + 9, "again", &err), &err);
    assert_states(store, models, 3, (enum tr_model_state[]){TR_MODEL_CHAMPION, TR_MODEL_CANDIDATE, TR_MODEL_CANDIDATE});
    tr_free(events(store, &btc, 4));
    tr_store_close(store);
}

static void a_model_comes_as_champion_only_where_there_is_none(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record first, second, archived;
    struct tr_error err;
    bool is_new = true;
    store_make_model(store, &first, &btc, 0);
    store_make_model(store, &second, &btc, 1);
    store_make_model(store, &archived, &btc, 2);
    first.state = second.state = TR_MODEL_CHAMPION;
    archived.state = TR_MODEL_ARCHIVED;
    assert_ok(tr_store_model_put(store, &first, NULL, 0, "first", &is_new, &err), &err);
    assert_true(is_new);
    assert_int_equal(tr_store_model_put(store, &second, NULL, 0, "second", &is_new, &err), TR_BUSY);
    assert_false(is_new);
    assert_int_equal(tr_store_model_put(store, &archived, NULL, 0, "third", &is_new, &err), TR_INVALID);
    tr_free(list(store, NULL, NULL, 1));
    struct tr_model_event *log = events(store, &btc, 1);
    assert_event(log, &first, "", "champion", first.created);
    tr_free(log);
    tr_store_close(store);
}

static void what_is_not_there_gives_empty_lists(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_artefact *parts;
    struct tr_error err;
    size_t n = 1;
    tr_free(list(store, NULL, NULL, 0));
    tr_free(list(store, &btc, "ab", 0));
    tr_free(events(store, &btc, 0));
    assert_ok(tr_store_model_artefacts(store, "0123456789abcdef", &parts, &n, &err), &err);
    assert_true(n == 0);
    tr_free(parts);
    tr_store_close(store);
}

/* Everything once; false where an allocation failed, which it must say. */
static bool use_all(struct tr_store *store, const struct tr_model_record *model, const struct tr_model_record *rival)
{
    struct tr_error err = {0};
    struct tr_model_artefact part = {.name = "long.lightgbm"}, *parts = NULL;
    struct tr_model_record *models = NULL;
    struct tr_model_event *log = NULL;
    struct tr_buf back;
    size_t n;
    bool is_new;
    tr_buf_init(&back);
    enum tr_status status = tr_store_blob_put(store, "forest", 6, part.hash, &err);
    if (!status)
        status = tr_store_blob_get(store, part.hash, &back, &err);
    if (!status)
        status = tr_store_model_put(store, model, &part, 1, "trained", &is_new, &err);
    if (!status)
        status = tr_store_model_promote(store, model->id, rival->id, START, "better", &err);
    if (!status)
        status = tr_store_model_list(store, NULL, NULL, &models, &n, &err);
    if (!status)
        status = tr_store_model_artefacts(store, model->id, &parts, &n, &err);
    if (!status)
        status = tr_store_model_events(store, &btc, &log, &n, &err);
    tr_buf_finish(&back);
    tr_free(models);
    tr_free(parts);
    tr_free(log);
    assert_true(status == TR_OK || status == TR_NOMEM);
    assert_true(status == TR_OK || strstr(err.text, "out of memory"));
    return status == TR_OK;
}

static void running_out_of_memory_leaves_the_registry_whole(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_model_record models[2];
    struct tr_error err;
    size_t failures = 0;
    store_add_model(store, &models[0], &btc, 0);
    assert_ok(tr_store_model_promote(store, models[0].id, "", START, "first", &err), &err);
    store_make_model(store, &models[1], &btc, 1);
    for (bool done = false; !done; failures += !done) {
        tr_alloc_fail_at(failures + 1);
        done = use_all(store, &models[1], &models[0]);
        tr_alloc_fail_at(0);
        assert_true(failures < 1000);
    }
    assert_true(failures >= 4);
    assert_states(store, models, 2, (enum tr_model_state[]){TR_MODEL_ARCHIVED, TR_MODEL_CHAMPION});
    tr_free(events(store, &btc, 5));
    tr_store_close(store);
}

const struct store_law store_model_laws[] = {
    STORE_LAW(contents_come_back_to_the_byte_also_after_reopening),
    STORE_LAW(a_content_put_again_is_the_same_and_an_unknown_one_not_found),
    STORE_LAW(a_model_comes_back_in_every_field),
    STORE_LAW(a_model_put_again_stays_as_it_is),
    STORE_LAW(a_model_without_its_contents_is_refused_whole),
    STORE_LAW(models_are_listed_by_series_the_champion_first),
    STORE_LAW(of_models_of_one_instant_the_smaller_id_comes_first),
    STORE_LAW(models_are_found_by_the_beginning_of_their_id),
    STORE_LAW(a_series_has_one_champion_and_its_log_tells_how),
    STORE_LAW(who_expected_another_champion_changes_nothing),
    STORE_LAW(a_model_comes_as_champion_only_where_there_is_none),
    STORE_LAW(what_is_not_there_gives_empty_lists),
    STORE_LAW(running_out_of_memory_leaves_the_registry_whole),
};
const size_t store_model_law_count = sizeof store_model_laws / sizeof *store_model_laws;
