#include "support/test.h"

#include "io/store/ledger.h"

#include <stdio.h>
#include <string.h>

/* A back end that remembers what it was asked and fails when told to. */
struct fake {
    struct tr_store store;
    size_t limit;
    bool has_step;
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

static enum tr_status fake_trial_put(struct tr_store *store, const struct tr_trial *trial, struct tr_error *err)
{
    (void)trial;
    return answer(store, err);
}

static enum tr_status fake_trial_list(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                      size_t *n, struct tr_error *err)
{
    (void)series;
    (void)out;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_drift_put(struct tr_store *store, const struct tr_drift_record *record, struct tr_error *err)
{
    (void)record;
    return answer(store, err);
}

static enum tr_status fake_drift_list(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                      struct tr_drift_record **out, size_t *n, struct tr_error *err)
{
    (void)series;
    (void)out;
    (void)n;
    fake_of(store)->limit = limit;
    return answer(store, err);
}

static enum tr_status fake_step_put(struct tr_store *store, const char *key, const void *bytes, size_t n,
                                    tr_time_ms time, struct tr_error *err)
{
    (void)key;
    (void)bytes;
    (void)n;
    (void)time;
    return answer(store, err);
}

static enum tr_status fake_step_get(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                                    struct tr_error *err)
{
    tr_buf_text(out, key);
    *found = fake_of(store)->has_step;
    return answer(store, err);
}

static enum tr_status fake_step_forget(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                       struct tr_error *err)
{
    (void)prefix;
    (void)before;
    (void)n;
    return answer(store, err);
}

static const struct tr_ledger_store_impl fake_ledger = {
    .trial_put = fake_trial_put,
    .trial_list = fake_trial_list,
    .drift_put = fake_drift_put,
    .drift_list = fake_drift_list,
    .step_put = fake_step_put,
    .step_get = fake_step_get,
    .step_forget = fake_step_forget,
};
static const struct tr_store_impl fake_impl = {.name = "fake", .ledger = &fake_ledger};

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};

static struct tr_trial sound_trial(void)
{
    struct tr_trial trial = {.series = btc, .label = "walk-forward", .first = 3, .last = 4, .days = 5};
    tr_hash_of("x", 1, trial.config_hash);
    return trial;
}

static struct tr_drift_record sound_drift(void)
{
    struct tr_drift_record record = {.series = btc, .model = "0123456789abcdef", .verdict = "stable"};
    tr_hash_of("x", 1, record.report);
    return record;
}

static void trials_that_cannot_be_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    struct tr_trial spoilt[6], *out;
    size_t n;
    for (size_t i = 0; i < 6; i++)
        spoilt[i] = sound_trial();
    spoilt[0].series.symbol[0] = '\0';
    spoilt[1].config_hash[10] = 'F';
    spoilt[2].label[0] = '\0';
    memset(spoilt[3].label, 'l', sizeof spoilt[3].label);
    spoilt[4].last = 2;
    spoilt[5].days = SIZE_MAX;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(tr_store_trial_put(&fake.store, &spoilt[i], &err), TR_INVALID);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: days: 18446744073709551615 is more than can be");
    assert_int_equal(tr_store_trial_list(&fake.store, &spoilt[0].series, &out, &n, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    struct tr_trial sound = sound_trial();
    assert_ok(tr_store_trial_put(&fake.store, &sound, &err), &err);
    assert_int_equal(fake.calls, 1);
}

static void drift_reports_that_cannot_be_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    struct tr_drift_record spoilt[5], *out;
    size_t n;
    for (size_t i = 0; i < 5; i++)
        spoilt[i] = sound_drift();
    spoilt[0].series.timeframe = TR_TIMEFRAME_COUNT;
    spoilt[1].model[3] = '\0';
    spoilt[2].verdict[0] = '\0';
    memset(spoilt[3].verdict, 'v', sizeof spoilt[3].verdict);
    spoilt[4].report[0] = '\0';
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(tr_store_drift_put(&fake.store, &spoilt[i], &err), TR_INVALID);
    assert_int_equal(tr_store_drift_list(&fake.store, &spoilt[0].series, 0, &out, &n, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    struct tr_drift_record sound = sound_drift();
    assert_ok(tr_store_drift_put(&fake.store, &sound, &err), &err);
}

static void a_list_of_drift_has_a_limit_that_every_back_end_can_count(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_drift_record *out;
    struct tr_error err;
    size_t n;
    static const struct {
        size_t asked, given;
    } cases[] = {{0, 100}, {1, 1}, {7000, 7000}, {SIZE_MAX, INT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(tr_store_drift_list(&fake.store, NULL, cases[i].asked, &out, &n, &err), &err);
        assert_true(fake.limit == cases[i].given);
    }
}

static void steps_need_a_key_of_a_limited_length(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_buf out;
    struct tr_error err;
    char key[162];
    bool found;
    size_t n;
    tr_buf_init(&out);
    memset(key, 'k', sizeof key);
    key[161] = '\0';
    assert_int_equal(tr_store_step_put(&fake.store, key, "", 0, 0, &err), TR_INVALID);
    assert_string_equal(err.text, "the key of a step must have 1 to 160 characters");
    assert_int_equal(tr_store_step_put(&fake.store, "", "", 0, 0, &err), TR_INVALID);
    assert_int_equal(tr_store_step_put(&fake.store, "k", "", ((size_t)256 << 20) + 1, 0, &err), TR_INVALID);
    assert_int_equal(tr_store_step_get(&fake.store, key, &out, &found, &err), TR_INVALID);
    assert_int_equal(tr_store_step_get(&fake.store, "", &out, &found, &err), TR_INVALID);
    assert_int_equal(tr_store_step_forget(&fake.store, key, 0, &n, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    assert_ok(tr_store_step_put(&fake.store, key + 1, "", 0, 0, &err), &err);
    assert_ok(tr_store_step_forget(&fake.store, "", 0, &n, &err), &err);
    assert_int_equal(fake.calls, 2);
    tr_buf_finish(&out);
}

static void of_a_step_that_is_not_found_nothing_is_given_out(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_buf out;
    struct tr_error err;
    bool found = true;
    tr_buf_init(&out);
    assert_ok(tr_store_step_get(&fake.store, "half of it", &out, &found, &err), &err);
    assert_false(found);
    assert_true(out.len == 0);
    fake.has_step = true;
    assert_ok(tr_store_step_get(&fake.store, "all of it", &out, &found, &err), &err);
    assert_true(found);
    assert_string_equal(tr_buf_string(&out), "all of it");
    fake.status = TR_IO;
    assert_int_equal(tr_store_step_get(&fake.store, "half of it", &out, &found, &err), TR_IO);
    assert_true(out.len == 0);
    tr_buf_finish(&out);
}

static void a_failure_names_the_series(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}, .status = TR_FULL};
    struct tr_trial trial = sound_trial();
    struct tr_drift_record drift = sound_drift();
    struct tr_error err;
    assert_int_equal(tr_store_trial_put(&fake.store, &trial, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: x.db: it failed");
    assert_int_equal(tr_store_drift_put(&fake.store, &drift, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: x.db: it failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_that_cannot_be_are_refused_before_the_store_is_asked),
        cmocka_unit_test(drift_reports_that_cannot_be_are_refused_before_the_store_is_asked),
        cmocka_unit_test(a_list_of_drift_has_a_limit_that_every_back_end_can_count),
        cmocka_unit_test(steps_need_a_key_of_a_limited_length),
        cmocka_unit_test(of_a_step_that_is_not_found_nothing_is_given_out),
        cmocka_unit_test(a_failure_names_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
