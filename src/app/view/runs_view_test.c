#include "support/test.h"

#include "app/view/runs_view.h"
#include "base/alloc.h"
#include "support/json.h"
#include "support/lines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY INT64_C(1704067200000) /* 2024-01-01 */

static struct tr_backtest_row row_of(const char *id, const char *series, const char *label)
{
    struct tr_backtest_row row = {.created = DAY + 5,
                                  .from = DAY,
                                  .to = DAY + 30 * TR_DAY_MS,
                                  .trades = 12,
                                  .total_return_frac = 0.0525,
                                  .max_drawdown_frac = 0.125,
                                  .sharpe = 1.25,
                                  .profit_factor = (double)NAN,
                                  .entries = "stored signals"};

    snprintf(row.id, sizeof row.id, "%s", id);
    snprintf(row.series, sizeof row.series, "%s", series);
    snprintf(row.label, sizeof row.label, "%s", label);
    return row;
}

static char *text_of(void (*view)(const struct tr_backtest_row *, size_t, struct tr_buf *),
                     const struct tr_backtest_row *rows, size_t n)
{
    struct tr_buf out;
    char *text;

    tr_buf_init(&out);
    view(rows, n, &out);
    assert_false(out.failed);
    text = tr_alloc_string(tr_buf_string(&out));
    assert_non_null(text);
    tr_buf_finish(&out);
    return text;
}

static void kept_runs_have_a_line_each_that_a_screen_holds(void **state)
{
    (void)state;
    struct tr_backtest_row rows[] = {
        row_of("0123456789abcdef", "BTC/USDT:USDT 1h (okx)", ""),
        row_of("fedcba9876543210", "BTC/USDT:USDT 1h (okx), ETH/USDT:USDT 1h (okx)", "mine")};
    char *text = text_of(tr_view_runs_text, rows, 2), *row = test_row(text, "01234567"), *second;

    rows[1].sharpe = (double)NAN;
    test_says(row, "BTC/USDT:USDT 1h (okx)  ");
    test_says(row, "stored signals");
    test_says(row, "2024-01-01    30");
    test_says(row, "+5.25 %");
    test_says(row, "12.5 %");
    test_says(row, "1.25");
    second = test_row(text, "fedcba98");
    test_says(second, "BTC/USDT:USDT 1h (okx...  ");
    test_says(second, "mine");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 116);
    tr_free(second);
    tr_free(row);
    tr_free(text);
}

static void kept_runs_as_csv_quote_what_people_wrote(void **state)
{
    (void)state;
    struct tr_backtest_row rows[] = {
        row_of("0123456789abcdef", "BTC/USDT:USDT 1h, ETH/USDT:USDT 1h", "a \"good\", long one")};
    char *text = text_of(tr_view_runs_csv, rows, 1);

    assert_string_equal(text, "id,created,series,entries,label,from,to,trades,total_profit_pct,max_drawdown_pct,"
                              "sharpe_ratio,profit_factor\n"
                              "0123456789abcdef,1704067200005,\"BTC/USDT:USDT 1h, ETH/USDT:USDT 1h\",stored signals,"
                              "\"a \"\"good\"\", long one\",1704067200000,1706659200000,12,5.25,12.5,1.25,\n");
    tr_free(text);
}

static void kept_runs_as_json_have_the_names_of_a_report(void **state)
{
    (void)state;
    struct tr_backtest_row rows[] = {row_of("0123456789abcdef", "BTC/USDT:USDT 1h", "mine")};
    struct test_json text;
    json_t *value;

    tr_view_runs_json(rows, 1, test_json_begin(&text));
    value = test_json_end(&text);
    assert_string_equal(test_string(value, "runs.0.id"), "0123456789abcdef");
    assert_string_equal(test_string(value, "runs.0.label"), "mine");
    assert_string_equal(test_string(value, "runs.0.from"), "2024-01-01T00:00:00Z");
    assert_int_equal(test_integer(value, "runs.0.to_timestamp"), DAY + 30 * TR_DAY_MS);
    assert_int_equal(test_integer(value, "runs.0.trades"), 12);
    assert_near(test_number(value, "runs.0.total_profit_pct"), 5.25, 1e-12);
    assert_near(test_number(value, "runs.0.max_drawdown_pct"), 12.5, 1e-12);
    test_is_null(value, "runs.0.profit_factor");
    json_decref(value);
}

/* --- side by side --- */

static void make_comparison(struct tr_backtest_comparison *c, size_t n)
{
    memset(c, 0, sizeof *c);
    c->n = n;
    c->same_series = true;
    c->days = 100;
    c->first_day = DAY;
    c->last_day = DAY + 99 * TR_DAY_MS;
    c->block_days = 4.5;
    c->has_pbo = true;
    c->pbo = (struct tr_pbo){.choices = 12870, .pbo = 0.25};
    for (size_t v = 0; v < n; v++) {
        struct tr_backtest_report *r = &c->report[v];

        snprintf(r->id, sizeof r->id, "%016zx", v + 0xabc);
        snprintf(r->series, sizeof r->series, "BTC/USDT:USDT 1h");
        snprintf(r->entries, sizeof r->entries, "file");
        snprintf(r->label, sizeof r->label, "%s", v ? "second" : "");
        r->trades = 10 * (v + 1);
        r->total_return = (struct tr_measured){0.1 * (double)(v + 1), {-0.05, 0.35}};
        r->profit_factor = (struct tr_measured){(double)NAN, {(double)NAN, (double)NAN}};
        r->win_rate = (struct tr_measured){0.5, {0.4, 0.6}};
        r->net_usd = 1000.5 * (double)(v + 1);
        r->from = DAY;
        r->to = DAY + 100 * TR_DAY_MS;
        c->total_return[v] = 0.08;
        c->correlation[v] = v ? 0.625 : 1;
        c->paired[v] = (struct tr_paired){
            .difference = 0.002, .interval = {0.001, 0.003}, .verdict = v == 1 ? TR_PAIRED_BETTER : TR_PAIRED_WORSE};
    }
}

static char *comparison_text(const struct tr_backtest_comparison *c)
{
    struct tr_buf out;
    char *text;

    tr_buf_init(&out);
    tr_view_comparison_text(c, &out);
    assert_false(out.failed);
    text = tr_alloc_string(tr_buf_string(&out));
    assert_non_null(text);
    tr_buf_finish(&out);
    return text;
}

static void runs_side_by_side_show_figures_and_what_differs(void **state)
{
    (void)state;
    struct tr_backtest_comparison c;
    char *text;

    make_comparison(&c, 3);
    text = comparison_text(&c);
    test_says(text, "100 days are shared, 2024-01-01 to 2024-04-09.");
    test_says(text, "  0000000000000abd  BTC/USDT:USDT 1h, entries: file, second\n");
    test_row_says(text, "Trades", "10                         20                         30");
    test_row_says(text, "Total profit", "10.0 % [-5.0, 35.0]");
    test_row_says(text, "Net USD", "2001.00");
    test_row_says(text, "A day more than the first", "-  +0.200 % [+0.100, +0.300]");
    test_row_says(text, "Verdict", "better");
    test_row_says(text, "Verdict", "worse");
    test_row_says(text, "Correlation to the first", "0.62");
    test_says(text, "the best of these 3 by Sharpe ratio is overfit: 25 % (of 12870 ways to halve the days)");
    test_says_not(text, "different series");
    test_narrow(text);
    tr_free(text);
    c.report[1].sharpe = (struct tr_measured){-1.47, {(double)NAN, (double)NAN}};
    c.report[1].profit_factor = (struct tr_measured){1.5, {0.5, (double)INFINITY}};
    text = comparison_text(&c);
    test_row_says(text, "Sharpe ratio", "-1.47 [not known]");
    test_row_says(text, "Profit factor", "1.50 [0.50, unbounded]");
    tr_free(text);
    c.same_series = false;
    c.has_pbo = false;
    c.paired[1].verdict = TR_PAIRED_UNDECIDED;
    c.paired[2].verdict = TR_PAIRED_UNKNOWN;
    text = comparison_text(&c);
    test_says(text, "They are of different series");
    test_says(text, "Too few shared days to say whether the best of them is overfit.");
    test_row_says(text, "Verdict", "undecided");
    test_row_says(text, "Verdict", "unknown");
    tr_free(text);
}

static void eight_runs_are_no_wider_than_a_screen(void **state)
{
    (void)state;
    struct tr_backtest_comparison c;
    char *text;

    make_comparison(&c, TR_BACKTEST_COMPARED);
    text = comparison_text(&c);
    test_says(text, "0000000000000ac3");
    test_row_says(text, "Trades", "30");
    test_says(text, "60                         70\n");
    test_says(text, "80\n");
    test_narrow(text);
    tr_free(text);
}

static void runs_side_by_side_as_json(void **state)
{
    (void)state;
    struct tr_backtest_comparison c;
    struct test_json text;
    json_t *value;

    make_comparison(&c, 2);
    tr_view_comparison_json(&c, test_json_begin(&text));
    value = test_json_end(&text);
    assert_true(json_is_true(test_member(value, "same_series")));
    assert_int_equal(test_integer(value, "shared_days"), 100);
    assert_int_equal(test_integer(value, "first_day_timestamp"), DAY);
    assert_near(test_number(value, "block_days"), 4.5, 0);
    assert_near(test_number(value, "pbo"), 0.25, 0);
    assert_int_equal(test_integer(value, "pbo_choices"), 12870);
    assert_int_equal(json_array_size(test_member(value, "runs")), 2);
    assert_near(test_number(value, "runs.1.total_profit_pct"), 20, 1e-12);
    assert_near(test_number(value, "runs.1.total_profit_interval_pct.lower"), -5, 1e-12);
    assert_near(test_number(value, "runs.1.win_rate_interval.upper"), 0.6, 0);
    test_is_null(value, "runs.1.profit_factor");
    assert_near(test_number(value, "runs.1.shared_days_profit_pct"), 8, 1e-12);
    assert_near(test_number(value, "runs.1.daily_difference_pct"), 0.2, 1e-12);
    assert_near(test_number(value, "runs.1.daily_difference_interval_pct.upper"), 0.3, 1e-12);
    assert_string_equal(test_string(value, "runs.1.verdict"), "better");
    assert_null(json_object_get(test_member(value, "runs.0"), "daily_difference_pct"));
    json_decref(value);
    c.has_pbo = false;
    tr_view_comparison_json(&c, test_json_begin(&text));
    value = test_json_end(&text);
    test_is_null(value, "pbo");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_runs_have_a_line_each_that_a_screen_holds),
        cmocka_unit_test(kept_runs_as_csv_quote_what_people_wrote),
        cmocka_unit_test(kept_runs_as_json_have_the_names_of_a_report),
        cmocka_unit_test(runs_side_by_side_show_figures_and_what_differs),
        cmocka_unit_test(eight_runs_are_no_wider_than_a_screen),
        cmocka_unit_test(runs_side_by_side_as_json),
    };
    return cmocka_run_group_tests_name("view/runs_view", tests, NULL, NULL);
}
