#include "support/test.h"

#include "app/usecase/backtest_report.h"
#include "base/alloc.h"
#include "io/store/models.h"
#include "support/backtest.h"
#include "support/report.h"
#include "support/store_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double returns[] = {0.01, -0.02, 0.0, 0.005};

static enum tr_status read_text(const char *text, struct tr_backtest_report *out, struct tr_error *err)
{
    return tr_backtest_report_read("some.json", text, strlen(text), out, err);
}

static void a_report_is_read_with_percent_as_fractions_and_null_as_unknown(void **state)
{
    (void)state;
    struct test_report given = test_report_of("00112233aabbccdd", 4, returns);
    struct tr_backtest_report report;
    struct tr_buf text;
    struct tr_error err = {0};

    given.label = "mine";
    test_report_text(&given, &text);
    assert_ok(read_text(tr_buf_string(&text), &report, &err), &err);
    assert_string_equal(report.id, "00112233aabbccdd");
    assert_string_equal(report.label, "mine");
    assert_string_equal(report.series, "BTC/USDT:USDT 1h");
    assert_string_equal(report.entries, "file");
    assert_int_equal(report.to - report.from, 4 * TR_DAY_MS);
    assert_int_equal(report.trades, 7);
    assert_near(report.total_return.value, -0.00125, 1e-15);
    assert_near(report.total_return.interval.lower, -0.03, 1e-15);
    assert_true(isnan(report.total_return.interval.upper) && isnan(report.profit_factor.value));
    assert_true(isnan(report.hit_rate_tp1.value) && isnan(report.sharpe.interval.lower));
    assert_near(report.win_rate.value, 0.25, 0);
    assert_near(report.win_rate.interval.upper, 0.5, 0);
    assert_near(report.sharpe.value, -0.5, 0);
    assert_near(report.net_usd, -12.5, 0);
    assert_near(report.capital_usd, 10000, 0);
    assert_near(report.fees_usd, 3.5, 0);
    assert_near(report.slippage_usd, 2, 0);
    assert_near(report.funding_usd, -0.25, 0);
    assert_int_equal(report.n_days, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_same_bits(report.daily[i], returns[i]);
        assert_int_equal(report.day[i], given.first_day + (tr_time_ms)i * TR_DAY_MS);
    }
    tr_backtest_report_finish(&report);
    tr_buf_finish(&text);
}

/* The report with one piece of its text replaced is refused, with the name of the file and of what is wrong. */
static void expect_refused(const char *piece, const char *other, const char *why)
{
    struct test_report given = test_report_of("00112233aabbccdd", 4, returns);
    struct tr_backtest_report report;
    struct tr_buf text, changed;
    struct tr_error err = {0};
    const char *at;

    test_report_text(&given, &text);
    at = strstr(tr_buf_string(&text), piece);
    assert_non_null(at);
    tr_buf_init(&changed);
    tr_buf_add(&changed, tr_buf_string(&text), (size_t)(at - tr_buf_string(&text)));
    tr_buf_text(&changed, other);
    tr_buf_text(&changed, at + strlen(piece));
    assert_int_equal(read_text(tr_buf_string(&changed), &report, &err), TR_INVALID);
    if (!strstr(err.text, why) || !strstr(err.text, "some.json"))
        fail_msg("\"%s\" does not name \"%s\"", err.text, why);
    tr_backtest_report_finish(&report);
    tr_buf_finish(&changed);
    tr_buf_finish(&text);
}

static void what_is_missing_or_contradicts_itself_is_named(void **state)
{
    (void)state;
    expect_refused("\"id\": \"00112233aabbccdd\"", "\"id\": \"0011\"", "id");
    expect_refused("\"id\": \"00112233aabbccdd\"", "\"id\": 5", "id");
    expect_refused("\"label\": \"\"", "\"label\": null", "label");
    expect_refused("\"timeframe\": \"1h\"", "\"timeframe\": \"one hour\"", "timeframe");
    expect_refused("\"entries\": \"file\"", "\"entry\": \"file\"", "assumptions.entries");
    expect_refused("[{\"symbol\": \"BTC/USDT:USDT\"}]", "[]", "series");
    expect_refused("{\"symbol\": \"BTC/USDT:USDT\"}", "{}", "series.symbol");
    expect_refused("\"to_timestamp\": 17", "\"to_timestamp\": 15", "from and to");
    expect_refused("\"summary\"", "\"sum\"", "summary");
    expect_refused("\"trades\": 7", "\"trades\": 7.5", "summary");
    expect_refused("\"costs\"", "\"cost\"", "costs");
    expect_refused("\"daily\"", "\"weekly\"", "daily");
    expect_refused("1704067200000, 1704153600000", "1704153600000, 1704153600000", "not rising");
    expect_refused("[1704067200000, ", "[", "daily");
    expect_refused("0.01", "\"0.01\"", "daily");
    expect_refused("]}}\n", "]}", "not JSON");
    expect_refused("\"label\": \"\"", "\"label\": \"\", \"label\": \"\"", "not JSON");
}

static void no_text_is_no_report(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[]", "null", "5", "\"x\"", "{}", "{\"id\""};
    struct tr_backtest_report report;
    struct tr_error err = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_text(texts[i], &report, &err), TR_INVALID);
        assert_true(strncmp(err.text, "some.json:", 10) == 0);
        tr_backtest_report_finish(&report);
    }
}

static void many_series_are_cut_to_size_in_words(void **state)
{
    (void)state;
    struct tr_backtest backtest = {.timeframe = TR_TIMEFRAME_4H, .n_series = 20};
    char text[256];

    backtest.series = tr_alloc_zero(20, sizeof *backtest.series);
    assert_non_null(backtest.series);
    for (size_t s = 0; s < 20; s++)
        snprintf(backtest.series[s].key.symbol, sizeof backtest.series[s].key.symbol, "COIN%zu/USDT:USDT", s);
    tr_backtest_series_text(&backtest, text);
    assert_int_equal(strlen(text), 255);
    assert_int_equal(strncmp(text, "COIN0/USDT:USDT 4h, COIN1/USDT:USDT 4h, ", 40), 0);
    assert_string_equal(text + 252, "...");
    backtest.n_series = 2;
    tr_backtest_series_text(&backtest, text);
    assert_string_equal(text, "COIN0/USDT:USDT 4h, COIN1/USDT:USDT 4h");
    backtest.n_series = 0;
    tr_backtest_series_text(&backtest, text);
    assert_string_equal(text, "");
    tr_free(backtest.series);
    assert_string_equal(tr_backtest_source_name(TR_BACKTEST_WALKFORWARD), "walk-forward");
    assert_string_equal(tr_backtest_source_name(TR_BACKTEST_STORED), "stored signals");
    assert_string_equal(tr_backtest_source_name(TR_BACKTEST_FILE), "file");
}

/* --- in a store --- */

static struct store_place place;
static struct tr_store *store;
static struct tr_backtest backtest;

static int open_store(void **state)
{
    (void)state;
    store_place_make(&place);
    store = store_place_open(&place);
    test_backtest_make(&backtest);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    test_backtest_finish(&backtest);
    tr_store_close(store);
    store_place_finish(&place);
    return 0;
}

static void a_kept_run_is_found_again_with_its_figures_and_its_report(void **state)
{
    (void)state;
    struct tr_world world = {.store = store, .now = 1234567};
    struct tr_backtest_row row;
    struct tr_buf report, again;
    struct tr_error err = {0};

    tr_buf_init(&report);
    tr_buf_init(&again);
    tr_buf_text(&report, "{\"any\": \"bytes\"}\n");
    assert_ok(tr_backtest_keep(&backtest, &report, &world, &err), &err);
    assert_ok(tr_store_run_find(store, "0123", &row, &err), &err);
    assert_string_equal(row.id, backtest.id);
    assert_int_equal(row.created, 1234567);
    assert_string_equal(row.series, "BTC/USDT:USDT 1h, ETH/USDT:USDT 1h, SOL/USDT:USDT 1h");
    assert_string_equal(row.entries, "file");
    assert_string_equal(row.label, "first try");
    assert_int_equal(row.from, backtest.from);
    assert_int_equal(row.to, backtest.to);
    assert_int_equal(row.trades, backtest.measures.closed);
    assert_same_bits(row.total_return_frac, backtest.measures.total_return.value);
    assert_same_bits(row.max_drawdown_frac, backtest.measures.max_drawdown.value);
    assert_same_bits(row.sharpe, backtest.measures.sharpe.value);
    assert_same_bits(row.profit_factor, backtest.measures.profit_factor.value);
    assert_ok(tr_store_blob_get(store, row.report, &again, &err), &err);
    assert_string_equal(tr_buf_string(&again), tr_buf_string(&report));
    tr_buf_finish(&again);
    tr_buf_finish(&report);
}

/* A stored run whose report has the same days as the backtest under test. */
static void put_run(const char *id, const char *series, const char *entries, const char *report_text)
{
    struct tr_backtest_row row = {.created = 5, .from = backtest.from, .to = backtest.to, .trades = 1};
    double daily[100] = {0};
    struct test_report given = test_report_of(id, backtest.measures.n_days, daily);
    struct tr_buf text;
    struct tr_error err = {0};

    assert_true(backtest.measures.n_days <= 100);
    for (size_t i = 0; i < given.n; i++)
        daily[i] = 0.01 * sin((double)(i + (size_t)id[0]));
    given.first_day = backtest.measures.day[0].day;
    test_report_text(&given, &text);
    if (report_text) {
        tr_buf_finish(&text);
        tr_buf_init(&text);
        tr_buf_text(&text, report_text);
    }
    snprintf(row.id, sizeof row.id, "%s", id);
    snprintf(row.series, sizeof row.series, "%s", series);
    snprintf(row.entries, sizeof row.entries, "%s", entries);
    assert_ok(tr_store_blob_put(store, text.data, text.len, row.report, &err), &err);
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    tr_buf_finish(&text);
}

static void variants_are_other_runs_of_the_same_series_and_entries_that_can_be_read(void **state)
{
    (void)state;
    static const char all[] = "BTC/USDT:USDT 1h, ETH/USDT:USDT 1h, SOL/USDT:USDT 1h";
    struct tr_error err = {0};

    assert_ok(tr_backtest_variants(&backtest, store, &err), &err);
    assert_int_equal(backtest.variants, 1);
    assert_true(isnan(backtest.pbo));
    put_run("aaaaaaaaaaaaaaaa", "BTC/USDT:USDT 1h", "file", NULL); /* other series */
    put_run("bbbbbbbbbbbbbbbb", all, "stored signals", NULL);      /* other entries */
    put_run("cccccccccccccccc", all, "file", "{\"torn\": ");       /* not to be read */
    put_run(backtest.id, all, "file", NULL);                       /* this very run, from before */
    assert_ok(tr_backtest_variants(&backtest, store, &err), &err);
    assert_int_equal(backtest.variants, 1);
    put_run("dddddddddddddddd", all, "file", NULL);
    put_run("eeeeeeeeeeeeeeee", all, "file", NULL);
    assert_ok(tr_backtest_variants(&backtest, store, &err), &err);
    assert_int_equal(backtest.variants, 3);
    assert_int_equal(backtest.pbo_days, backtest.measures.n_days);
    assert_true(backtest.pbo >= 0 && backtest.pbo <= 1);
}

static void the_newest_twenty_variants_count(void **state)
{
    (void)state;
    static const char all[] = "BTC/USDT:USDT 1h, ETH/USDT:USDT 1h, SOL/USDT:USDT 1h";
    struct tr_error err = {0};
    char id[TR_RUN_ID];

    for (int i = 0; i < 23; i++) {
        snprintf(id, sizeof id, "%016x", i + 0xff);
        put_run(id, all, "file", NULL);
    }
    assert_ok(tr_backtest_variants(&backtest, store, &err), &err);
    assert_int_equal(backtest.variants, 21);
}

int main(void)
{
#define STORED(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_read_with_percent_as_fractions_and_null_as_unknown),
        cmocka_unit_test(what_is_missing_or_contradicts_itself_is_named),
        cmocka_unit_test(no_text_is_no_report),
        cmocka_unit_test(many_series_are_cut_to_size_in_words),
        STORED(a_kept_run_is_found_again_with_its_figures_and_its_report),
        STORED(variants_are_other_runs_of_the_same_series_and_entries_that_can_be_read),
        STORED(the_newest_twenty_variants_count),
    };
    return cmocka_run_group_tests_name("usecase/backtest_report", tests, NULL, NULL);
}
