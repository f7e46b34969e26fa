#include "support/test.h"

#include "io/store/funding.h"

#include <math.h>
#include <string.h>

/* A back end that counts what it was asked and fails when told to. */
struct fake {
    struct tr_store store;
    enum tr_status status;
    int calls;
};

static enum tr_status answer(struct tr_store *store, struct tr_error *err)
{
    struct fake *fake = (struct fake *)(void *)store;
    fake->calls++;
    return fake->status ? tr_error_set(err, fake->status, "x.db: it failed") : TR_OK;
}

static enum tr_status fake_put(struct tr_store *store, const char *exchange, const char *symbol, const tr_time_ms *time,
                               const double *rate, size_t n, struct tr_put_report *report, struct tr_error *err)
{
    (void)exchange;
    (void)symbol;
    (void)time;
    (void)rate;
    enum tr_status status = answer(store, err);
    if (!status)
        report->inserted = n;
    return status;
}

static enum tr_status fake_get(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                               tr_time_ms to, tr_time_ms **time, double **rate, size_t *n, struct tr_error *err)
{
    (void)exchange;
    (void)symbol;
    (void)from;
    (void)to;
    (void)time;
    (void)rate;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_list(struct tr_store *store, struct tr_funding_info **out, size_t *n, struct tr_error *err)
{
    (void)out;
    (void)n;
    return answer(store, err);
}

static const struct tr_funding_store_impl fake_funding = {.put = fake_put, .get = fake_get, .list = fake_list};
static const struct tr_store_impl fake_impl = {.name = "fake", .funding = &fake_funding};

static const char market[] = "BTC/USDT:USDT";

static void records_that_cannot_be_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    static const struct {
        tr_time_ms time[3];
        double rate[3];
        const char *says;
    } cases[] = {
        {{1000, 2000, 2000}, {0, 0, 0}, "record 3 of 3 (2000 ms, 0): not later than the record before it"},
        {{3000, 2000, 4000}, {0, 0, 0}, "record 2 of 3"},
        {{1000, 2001, 3000}, {0, 0, 0}, "no whole second"},
        {{-1000, 0, 1000}, {0, 0, 0}, "record 1 of 3"},
        {{1000, 2000, 3000}, {0, 0.06, 0}, "beyond 5 %"},
        {{1000, 2000, 3000}, {0, 0, (double)NAN}, "not a finite number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake fake = {.store = {.impl = &fake_impl}};
        struct tr_put_report report = {.inserted = 9};
        struct tr_error err;
        assert_int_equal(
            tr_store_funding_put(&fake.store, "bitget", market, cases[i].time, cases[i].rate, 3, &report, &err),
            TR_INVALID);
        if (!strstr(err.text, cases[i].says) || strncmp(err.text, "bitget BTC/USDT:USDT: ", 22) != 0)
            fail_msg("'%s' not in '%s'", cases[i].says, err.text);
        assert_int_equal(fake.calls, 0);
        assert_true(report.inserted == 0);
    }
}

static void a_market_needs_a_name(void **state)
{
    (void)state;
    char exchange[33], symbol[65];
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_put_report report;
    struct tr_error err;
    tr_time_ms *time;
    double *rate;
    size_t n;
    memset(exchange, 'e', sizeof exchange);
    memset(symbol, 's', sizeof symbol);
    exchange[32] = symbol[64] = '\0';
    const char *const bad[][2] = {{"", market}, {"bitget", ""}, {exchange, market}, {"bitget", symbol}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(
            tr_store_funding_put(&fake.store, bad[i][0], bad[i][1], &(tr_time_ms){0}, &(double){0}, 1, &report, &err),
            TR_INVALID);
        assert_int_equal(tr_store_funding_get(&fake.store, bad[i][0], bad[i][1], 0, 1, &time, &rate, &n, &err),
                         TR_INVALID);
    }
    assert_int_equal(fake.calls, 0);
    assert_ok(tr_store_funding_get(&fake.store, exchange + 1, symbol + 1, 0, 1, &time, &rate, &n, &err), &err);
    assert_int_equal(fake.calls, 1);
}

static void no_records_are_none_of_the_back_ends_business(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_put_report report = {.inserted = 3};
    struct tr_error err;
    assert_ok(tr_store_funding_put(&fake.store, "bitget", market, NULL, NULL, 0, &report, &err), &err);
    assert_true(report.inserted == 0);
    assert_int_equal(fake.calls, 0);
}

static void a_failure_names_the_market(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}, .status = TR_FULL};
    struct tr_put_report report;
    struct tr_error err;
    tr_time_ms *time = &(tr_time_ms){0};
    double *rate = &(double){0};
    size_t n = 7;
    assert_int_equal(tr_store_funding_put(&fake.store, "bitget", market, time, rate, 1, &report, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT: x.db: it failed");
    assert_int_equal(tr_store_funding_get(&fake.store, "bitget", market, 0, 1, &time, &rate, &n, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT: x.db: it failed");
    assert_null(time);
    assert_null(rate);
    assert_true(n == 0);
    struct tr_funding_info *infos;
    assert_int_equal(tr_store_funding_list(&fake.store, &infos, &n, &err), TR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_cannot_be_are_refused_before_the_store_is_asked),
        cmocka_unit_test(a_market_needs_a_name),
        cmocka_unit_test(no_records_are_none_of_the_back_ends_business),
        cmocka_unit_test(a_failure_names_the_market),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
