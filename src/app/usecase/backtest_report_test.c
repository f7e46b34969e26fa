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

static const double costs[] = {0.02, 0.06, 0.05, 0.1};
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
    assert_string_equal(report.series, "BTC/USDT:USDT 1h (sandbox)");
    assert_string_equal(report.entries, "file");
    assert_string_equal(report.intrabar, "pessimistic");
    assert_string_equal(report.config, "00112233aabbccdd00112233aabbccdd00112233aabbccdd00112233aabbccdd");
    for (size_t i = 0; i < 4; i++)
        assert_near(report.cost[i], costs[i], 0);
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
    expect_refused("\"config\"", "\"configuration\"", "config");
    expect_refused("\"intrabar\": \"pessimistic\"", "\"intrabar\": \"of another mind altogether\"",
                   "assumptions.intrabar");
    expect_refused("\"label\": \"\"", "\"label\": null", "label");
    expect_refused("\"timeframe\": \"1h\"", "\"timeframe\": \"one hour\"", "timeframe");
    expect_refused("\"entries\": \"file\"", "\"entry\": \"file\"", "assumptions.entries");
    expect_refused("[{\"exchange\": \"sandbox\", \"symbol\": \"BTC/USDT:USDT\"}]", "[]", "series");
    expect_refused("{\"exchange\": \"sandbox\", \"symbol\": \"BTC/USDT:USDT\"}", "{}", "series.exchange");
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
    char text[256], other[256];

    backtest.series = tr_alloc_zero(20, sizeof *backtest.series);
    assert_non_null(backtest.series);
    for (size_t s = 0; s < 20; s++) {
        snprintf(backtest.series[s].key.symbol, sizeof backtest.series[s].key.symbol, "COIN%zu/USDT:USDT", s);
        snprintf(backtest.series[s].key.exchange, sizeof backtest.series[s].key.exchange, "okx");
    }
    tr_backtest_series_text(&backtest, text);
    assert_true(strlen(text) < 256);
    assert_int_equal(strncmp(text, "COIN0/USDT:USDT 4h (okx), COIN1/USDT:USDT 4h (okx), ", 52), 0);
    assert_non_null(strstr(text, "... #"));
    snprintf(backtest.series[19].key.exchange, sizeof backtest.series[19].key.exchange, "bitget");
    tr_backtest_series_text(&backtest, other);
    assert_string_not_equal(text, other); /* though what is left off is all that differs */
    backtest.n_series = 2;
    tr_backtest_series_text(&backtest, text);
    assert_string_equal(text, "COIN0/USDT:USDT 4h (okx), COIN1/USDT:USDT 4h (okx)");
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
    assert_string_equal(row.series,
                        "BTC/USDT:USDT 1h (sandbox), ETH/USDT:USDT 1h (sandbox), SOL/USDT:USDT 1h (sandbox)");
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

static const char all[] = "BTC/USDT:USDT 1h (sandbox), ETH/USDT:USDT 1h (sandbox), SOL/USDT:USDT 1h (sandbox)";

/* A run that differs from the backtest under test in its configuration alone. */
static struct test_report like(const char *id)
{
    static double daily[100];
    struct test_report report = test_report_of(id, backtest.measures.n_days, daily);

    assert_true(report.n <= 100);
    for (size_t i = 0; i < report.n; i++)
        daily[i] = 0.01 * sin((double)(i + (size_t)id[15]));
    report.first_day = backtest.measures.day[0].day;
    report.intrabar = "detail";
    return report;
}

static void put_run(const struct test_report *report, const char *series, const char *torn)
{
    struct tr_backtest_row row = {.created = 5, .from = backtest.from, .to = backtest.to, .trades = 1};
    struct tr_buf text;
    struct tr_error err = {0};

    test_report_text(report, &text);
    if (torn) {
        tr_buf_finish(&text);
        tr_buf_init(&text);
        tr_buf_text(&text, torn);
    }
    row.to = report->n < backtest.measures.n_days ? report->first_day + (tr_time_ms)report->n * TR_DAY_MS : row.to;
    snprintf(row.id, sizeof row.id, "%s", report->id);
    snprintf(row.series, sizeof row.series, "%s", series);
    snprintf(row.entries, sizeof row.entries, "%s", report->entries);
    assert_ok(tr_store_blob_put(store, text.data, text.len, row.report, &err), &err);
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    tr_buf_finish(&text);
}

static void expect_variants(size_t variants, size_t passed_over)
{
    struct tr_error err = {0};

    backtest.passed_over = 0;
    assert_ok(tr_backtest_variants(&backtest, store, &err), &err);
    assert_int_equal(backtest.variants, variants);
    assert_int_equal(backtest.passed_over, passed_over);
}

static void runs_of_other_series_or_entries_are_no_variants(void **state)
{
    (void)state;
    struct test_report run;

    expect_variants(1, 0);
    assert_true(isnan(backtest.pbo));
    run = like("aaaaaaaaaaaaaaaa");
    put_run(&run, "BTC/USDT:USDT 1h", NULL);
    run = like("bbbbbbbbbbbbbbbb");
    run.entries = "stored signals";
    put_run(&run, all, NULL);
    run = like(backtest.id); /* this very run, from before */
    put_run(&run, all, NULL);
    expect_variants(1, 0);
}

static void runs_charged_or_read_otherwise_or_over_other_days_are_passed_over(void **state)
{
    (void)state;
    struct test_report run = like("aaaaaaaaaaaaaaaa");

    run.intrabar = "pessimistic";
    put_run(&run, all, NULL);
    run = like("bbbbbbbbbbbbbbbb");
    run.taker_fee_pct = 0.05;
    put_run(&run, all, NULL);
    run = like("cccccccccccccccc");
    run.n /= 2;
    put_run(&run, all, NULL);
    run = like("dddddddddddddddd");
    put_run(&run, all, "{\"torn\": ");
    expect_variants(1, 4);
    assert_true(isnan(backtest.pbo));
}

static void runs_of_other_configurations_are_variants_each_once(void **state)
{
    (void)state;
    struct test_report run = like("aaaaaaaaaaaaaaa1");

    put_run(&run, all, NULL);
    run = like("aaaaaaaaaaaaaaa2");
    put_run(&run, all, NULL);
    expect_variants(3, 0);
    assert_int_equal(backtest.pbo_days, backtest.measures.n_days);
    assert_true(backtest.pbo >= 0 && backtest.pbo <= 1);
    /* its own configuration, on bars that were fewer then */
    snprintf(backtest.config, sizeof backtest.config,
             "aaaaaaaaaaaaaaa2aaaaaaaaaaaaaaa2aaaaaaaaaaaaaaa2aaaaaaaaaaaaaaa2");
    expect_variants(2, 1);
}

static void the_newest_dozen_of_variants_count(void **state)
{
    (void)state;
    char id[TR_RUN_ID];

    for (int i = 0; i < 15; i++) {
        snprintf(id, sizeof id, "%016x", i + 0xff);
        struct test_report run = like(id);

        put_run(&run, all, NULL);
    }
    expect_variants(13, 0);
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
        STORED(runs_of_other_series_or_entries_are_no_variants),
        STORED(runs_charged_or_read_otherwise_or_over_other_days_are_passed_over),
        STORED(runs_of_other_configurations_are_variants_each_once),
        STORED(the_newest_dozen_of_variants_count),
    };
    return cmocka_run_group_tests_name("usecase/backtest_report", tests, NULL, NULL);
}
