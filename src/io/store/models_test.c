#include "support/test.h"

#include "base/alloc.h"
#include "io/store/models.h"

#include <stdio.h>
#include <string.h>

/* A back end that remembers what it was asked and fails when told to. */
struct fake {
    struct tr_store store;
    const char *content; /* what it gives out for any hash */
    struct tr_model_record models[8];
    size_t n;
    char prefix[TR_MODEL_ID];
    enum tr_status status;
    int calls;
};

static struct fake *fake_of(struct tr_store *store)
{
    return (struct fake *)(void *)store;
}

static enum tr_status answer(struct tr_store *store, struct tr_error *err)
{
    fake_of(store)->calls++;
    return fake_of(store)->status ? tr_error_set(err, fake_of(store)->status, "x.db: it failed") : TR_OK;
}

static enum tr_status fake_blob_put(struct tr_store *store, const char *hash, const void *bytes, size_t n,
                                    struct tr_error *err)
{
    (void)hash;
    (void)bytes;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_blob_get(struct tr_store *store, const char *hash, struct tr_buf *out, struct tr_error *err)
{
    (void)hash;
    tr_buf_text(out, fake_of(store)->content);
    return answer(store, err);
}

static enum tr_status fake_put(struct tr_store *store, const struct tr_model_record *record,
                               const struct tr_model_artefact *artefacts, size_t n, const char *reason, bool *is_new,
                               struct tr_error *err)
{
    (void)record;
    (void)artefacts;
    (void)n;
    (void)reason;
    enum tr_status status = answer(store, err);
    *is_new = !status;
    return status;
}

static enum tr_status fake_list(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                struct tr_model_record **out, size_t *n, struct tr_error *err)
{
    struct fake *fake = fake_of(store);
    (void)series;
    enum tr_status status = answer(store, err);
    if (status)
        return status;
    snprintf(fake->prefix, sizeof fake->prefix, "%s", id);
    *out = tr_alloc(fake->n, sizeof **out);
    assert_non_null(*out);
    memcpy(*out, fake->models, fake->n * sizeof **out);
    *n = fake->n;
    return TR_OK;
}

static enum tr_status fake_artefacts(struct tr_store *store, const char *id, struct tr_model_artefact **out, size_t *n,
                                     struct tr_error *err)
{
    (void)id;
    (void)out;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_promote(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                                   const char *reason, struct tr_error *err)
{
    (void)id;
    (void)expected;
    (void)time;
    (void)reason;
    return answer(store, err);
}

static enum tr_status fake_events(struct tr_store *store, const struct tr_series_key *series,
                                  struct tr_model_event **out, size_t *n, struct tr_error *err)
{
    (void)series;
    (void)out;
    (void)n;
    return answer(store, err);
}

static const struct tr_model_store_impl fake_models = {
    .blob_put = fake_blob_put,
    .blob_get = fake_blob_get,
    .put = fake_put,
    .list = fake_list,
    .artefacts = fake_artefacts,
    .promote = fake_promote,
    .events = fake_events,
};
static const struct tr_store_impl fake_impl = {.name = "fake", .models = &fake_models};

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
#define ID "0123456789abcdef"

static struct tr_model_record sound(void)
{
    struct tr_model_record record = {.id = ID, .series = btc, .train_to = 1, .code_version = "0.1.0", .folds = 3};
    tr_hash_of("a", 1, record.manifest);
    tr_hash_of("b", 1, record.data_hash);
    tr_hash_of("c", 1, record.recipe_hash);
    return record;
}

static struct tr_model_artefact part(const char *name)
{
    struct tr_model_artefact artefact = {0};
    snprintf(artefact.name, sizeof artefact.name, "%s", name);
    tr_hash_of(name, strlen(name), artefact.hash);
    return artefact;
}

static void states_have_names(void **state)
{
    (void)state;
    enum tr_model_state back = TR_MODEL_CHAMPION;
    for (int i = TR_MODEL_CANDIDATE; i <= TR_MODEL_ARCHIVED; i++) {
        assert_true(tr_model_state_parse(tr_model_state_name((enum tr_model_state)i), &back));
        assert_int_equal(back, i);
    }
    assert_string_equal(tr_model_state_name(TR_MODEL_CHAMPION), "champion");
    assert_false(tr_model_state_parse("Champion", &back));
    assert_false(tr_model_state_parse("", &back));
}

static void a_content_that_lost_its_hash_is_not_given_out(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}, .content = "forest"};
    struct tr_buf out;
    struct tr_error err;
    char hash[TR_HASH_TEXT];
    tr_buf_init(&out);
    tr_hash_of("forest", 6, hash);
    assert_ok(tr_store_blob_get(&fake.store, hash, &out, &err), &err);
    assert_string_equal(tr_buf_string(&out), "forest");
    fake.content = "forfst";
    assert_int_equal(tr_store_blob_get(&fake.store, hash, &out, &err), TR_CORRUPT);
    assert_true(out.len == 0);
    assert_non_null(strstr(err.text, "restore a backup"));
    hash[16] = '\0';
    assert_non_null(strstr(err.text, hash));
    tr_hash_of("forest", 6, hash);
    fake.status = TR_IO;
    assert_int_equal(tr_store_blob_get(&fake.store, hash, &out, &err), TR_IO);
    assert_true(out.len == 0);
    tr_buf_finish(&out);
}

static void a_content_too_large_is_refused_unread(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    char hash[TR_HASH_TEXT] = "x";
    assert_int_equal(tr_store_blob_put(&fake.store, "little", ((size_t)256 << 20) + 1, hash, &err), TR_INVALID);
    assert_string_equal(hash, "");
    assert_int_equal(fake.calls, 0);
    assert_ok(tr_store_blob_put(&fake.store, "little", 6, hash, &err), &err);
    assert_int_equal(fake.calls, 1);
}

/* One thing wrong in each. */
static struct tr_model_record spoilt(int kind)
{
    struct tr_model_record record = sound();
    switch (kind) {
    case 0:
        record.id[15] = 'g';
        break;
    case 1:
        record.id[15] = '\0';
        break;
    case 2:
        record.id[16] = '0';
        break;
    case 3:
        record.id[0] = 'A';
        break;
    case 4:
        record.series.exchange[0] = '\0';
        break;
    case 5:
        record.series.timeframe = TR_TIMEFRAME_COUNT;
        break;
    case 6:
        record.state = TR_MODEL_ARCHIVED;
        break;
    case 7:
        record.train_from = 2;
        break;
    case 8:
        record.parent[0] = '1';
        break;
    case 9:
        record.manifest[63] = '\0';
        break;
    case 10:
        record.data_hash[0] = ' ';
        break;
    case 11:
        record.recipe_hash[64] = 'a';
        break;
    case 12:
        record.code_version[0] = '\0';
        break;
    case 13:
        memset(record.code_version, 'v', sizeof record.code_version);
        break;
    case 14:
        record.folds = SIZE_MAX;
        break;
    case 15:
        record.signals = (size_t)INT64_MAX + 1;
        break;
    default:
        record.state = (enum tr_model_state)7;
        break;
    }
    return record;
}

static void models_that_cannot_be_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    bool is_new = true;
    for (int kind = 0; kind <= 16; kind++) {
        struct tr_model_record record = spoilt(kind);
        assert_int_equal(tr_store_model_put(&fake.store, &record, NULL, 0, "x", &is_new, &err), TR_INVALID);
        assert_false(is_new);
    }
    struct tr_model_record record = sound();
    char long_reason[129];
    memset(long_reason, 'r', sizeof long_reason);
    long_reason[128] = '\0';
    assert_int_equal(tr_store_model_put(&fake.store, &record, NULL, 0, "", &is_new, &err), TR_INVALID);
    assert_int_equal(tr_store_model_put(&fake.store, &record, NULL, 0, long_reason, &is_new, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "1 to 127 characters"));
    assert_int_equal(fake.calls, 0);
    assert_ok(tr_store_model_put(&fake.store, &record, NULL, 0, long_reason + 1, &is_new, &err), &err);
    assert_true(is_new);
}

static void artefacts_need_names_that_can_be_files(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_model_record record = sound();
    struct tr_error err;
    bool is_new;
    static const char *const refused[] = {"", ".", "..", ".hidden", "a/b", "a b", "a\nb", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct tr_model_artefact parts[2] = {part("long.lightgbm"), part(refused[i])};
        assert_int_equal(tr_store_model_put(&fake.store, &record, parts, 2, "x", &is_new, &err), TR_INVALID);
        assert_non_null(strstr(err.text, "artefact 2 of 2"));
    }
    struct tr_model_artefact twice[2] = {part("a"), part("a")}, open = part("a"), hashless = part("a");
    assert_int_equal(tr_store_model_put(&fake.store, &record, twice, 2, "x", &is_new, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "two artefacts are named a"));
    memset(open.name, 'n', sizeof open.name);
    assert_int_equal(tr_store_model_put(&fake.store, &record, &open, 1, "x", &is_new, &err), TR_INVALID);
    hashless.hash[5] = '\0';
    assert_int_equal(tr_store_model_put(&fake.store, &record, &hashless, 1, "x", &is_new, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    struct tr_model_artefact fine[3] = {part("long.lightgbm"), part("long-2_X.json"), part("a")};
    assert_ok(tr_store_model_put(&fake.store, &record, fine, 3, "x", &is_new, &err), &err);
}

static void names_that_are_none_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_series_key nowhere = {"bitget", "", TR_TIMEFRAME_1H}, timeless = {"", "", TR_TIMEFRAME_COUNT}, open = btc;
    struct tr_model_record *models;
    struct tr_model_artefact *parts;
    struct tr_model_event *events;
    struct tr_buf out;
    struct tr_error err;
    size_t n;
    tr_buf_init(&out);
    memset(open.exchange, 'x', sizeof open.exchange);
    assert_int_equal(tr_store_blob_get(&fake.store, "abc", &out, &err), TR_INVALID);
    assert_int_equal(tr_store_model_list(&fake.store, &timeless, NULL, &models, &n, &err), TR_INVALID);
    assert_int_equal(tr_store_model_list(&fake.store, &open, NULL, &models, &n, &err), TR_INVALID);
    assert_int_equal(tr_store_model_list(&fake.store, NULL, "hello", &models, &n, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "\"hello\""));
    assert_int_equal(tr_store_model_list(&fake.store, NULL, ID "0", &models, &n, &err), TR_INVALID);
    assert_int_equal(tr_store_model_artefacts(&fake.store, "0123", &parts, &n, &err), TR_INVALID);
    assert_int_equal(tr_store_model_promote(&fake.store, "0123", "", 0, "x", &err), TR_INVALID);
    assert_int_equal(tr_store_model_promote(&fake.store, ID, "0123", 0, "x", &err), TR_INVALID);
    assert_int_equal(tr_store_model_promote(&fake.store, ID, ID, 0, "", &err), TR_INVALID);
    assert_int_equal(tr_store_model_events(&fake.store, &nowhere, &events, &n, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    tr_buf_finish(&out);
}

static void a_failure_says_what_was_tried(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}, .status = TR_FULL};
    struct tr_model_record record = sound(), *models;
    struct tr_model_event *events;
    struct tr_error err;
    size_t n = 1;
    bool is_new = true;
    assert_int_equal(tr_store_model_put(&fake.store, &record, NULL, 0, "x", &is_new, &err), TR_FULL);
    assert_string_equal(err.text, "model " ID ": x.db: it failed");
    assert_false(is_new);
    assert_int_equal(tr_store_model_promote(&fake.store, ID, "", 0, "x", &err), TR_FULL);
    assert_string_equal(err.text, "promoting: x.db: it failed");
    assert_int_equal(tr_store_model_events(&fake.store, &btc, &events, &n, &err), TR_FULL);
    assert_null(events);
    assert_int_equal(tr_store_model_list(&fake.store, NULL, NULL, &models, &n, &err), TR_FULL);
    assert_null(models);
    assert_true(n == 0);
    assert_int_equal(fake.calls, 4);
}

static void whatever_the_back_end_gives_is_put_in_order(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}, .n = 6};
    struct tr_model_record *models;
    struct tr_error err;
    size_t n;
    static const int64_t created[] = {5, 7, INT64_MIN, INT64_MAX, 1, 1};
    for (size_t i = 0; i < 6; i++) {
        fake.models[i] = sound();
        fake.models[i].created = created[i];
        fake.models[i].seed = (int64_t)i;
    }
    fake.models[0].state = TR_MODEL_CHAMPION;
    fake.models[1].series.timeframe = TR_TIMEFRAME_15M;
    fake.models[4].id[0] = 'f';
    assert_ok(tr_store_model_list(&fake.store, NULL, NULL, &models, &n, &err), &err);
    static const int64_t order[] = {1, 0, 3, 5, 4, 2};
    for (size_t i = 0; i < 6; i++)
        assert_true(models[i].seed == order[i]);
    assert_string_equal(fake.prefix, "");
    tr_free(models);
    assert_ok(tr_store_model_list(&fake.store, NULL, ID, &models, &n, &err), &err);
    assert_string_equal(fake.prefix, ID);
    tr_free(models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(a_content_that_lost_its_hash_is_not_given_out),
        cmocka_unit_test(a_content_too_large_is_refused_unread),
        cmocka_unit_test(models_that_cannot_be_are_refused_before_the_store_is_asked),
        cmocka_unit_test(artefacts_need_names_that_can_be_files),
        cmocka_unit_test(names_that_are_none_are_refused_before_the_store_is_asked),
        cmocka_unit_test(a_failure_says_what_was_tried),
        cmocka_unit_test(whatever_the_back_end_gives_is_put_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
