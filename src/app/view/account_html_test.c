#include "support/test.h"

#include "app/view/account_html.h"
#include "app/view/account_text.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/html.h"
#include "base/alloc.h"
#include "support/backtest.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page of a backtest, checked; the caller finishes out. */
static const char *view(const struct tr_backtest *b, struct tr_buf *out)
{
    tr_buf_init(out);
    tr_view_account_html(b, out);
    assert_false(out->failed);
    test_html_check(tr_buf_string(out));
    static const char *const never[] = {">nan", " nan", "\"nan", "-nan", ">inf", " inf ", "\"inf", "-inf"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_null(strstr(tr_buf_string(out), never[i]));
    return tr_buf_string(out);
}

/* The part of the page that is a section, copied. */
static void section(const char *page, const char *id, struct tr_buf *out)
{
    char begin[64];
    snprintf(begin, sizeof begin, "<section id=\"%s\"", id);
    const char *from = strstr(page, begin), *to;
    assert_non_null(from);
    to = strstr(from, "</section>");
    tr_buf_init(out);
    tr_buf_add(out, from, (size_t)(to - from));
}

static size_t count_in(const char *page, const char *id, const char *piece)
{
    struct tr_buf part;
    section(page, id, &part);
    size_t n = test_count(tr_buf_string(&part), piece);
    tr_buf_finish(&part);
    return n;
}

static void expect_in(const char *page, const char *id, const char *piece)
{
    if (!count_in(page, id, piece))
        fail_msg("\"%s\" does not hold \"%s\"", id, piece);
}

static void the_page_has_every_section_and_links_to_it(void **state)
{
    (void)state;
    static const char *const ids[] = {"assumptions", "summary", "checks", "equity", "drawdown",   "months",
                                      "targets",     "metrics", "bounds", "trades", "excursions", "costs",
                                      "paths",       "exits",   "luck",   "reading"};
    for (int empty = 0; empty < 2; empty++) {
        struct tr_backtest b = {0};
        struct tr_buf out;
        (empty ? test_backtest_make_empty : test_backtest_make)(&b);
        const char *page = view(&b, &out), *last = page;
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
            char piece[64];
            snprintf(piece, sizeof piece, "<section id=\"%s\"", ids[i]);
            assert_true(test_count(page, piece) == 1);
            assert_true(strstr(page, piece) > last); /* in this order */
            last = strstr(page, piece);
            snprintf(piece, sizeof piece, "<a href=\"#%s\">", ids[i]);
            assert_true(test_count(page, piece) == 1);
        }
        assert_true(test_count(page, "<section ") == sizeof ids / sizeof *ids);
        assert_non_null(strstr(page, "<h1>Backtest 0123456789abcdef: first try</h1>"));
        assert_non_null(strstr(page, "2024-03-03 to "));
        assert_non_null(strstr(page, "BTC/USDT:USDT (sandbox), ETH/USDT:USDT (sandbox), SOL/USDT:USDT (sandbox)"));
        expect_in(page, "summary", "Past results, in a backtest or live, do not tell what the next trade brings.");
        tr_buf_finish(&out);
        test_backtest_finish(&b);
    }
}

static void every_chart_has_its_title_and_description(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    const char *page = view(&b, &out);
    size_t charts = test_count(page, "<figure>");
    /* equity, drawdown, rates, each trade and all of them, two scatters, waterfall, costs, paths */
    assert_true(charts == 3 + TEST_BACKTEST_TRADES + 1 + 2 + 2 + 1);
    assert_true(test_count(page, "role=\"img\"") == charts);
    assert_true(test_count(page, "<desc id=") == charts);
    assert_true(test_count(page, "<figcaption>") == charts);
    assert_true(test_count(page, "<caption>") == test_count(page, "<table>"));
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void all_assumptions_stand_on_top(void **state)
{
    (void)state;
    struct tr_view_line line[TR_VIEW_ASSUMPTIONS];
    struct tr_backtest b = {0};
    struct tr_buf out, text;
    test_backtest_make(&b);
    const char *page = view(&b, &out);
    size_t n = tr_view_account_assumptions(&b, line);
    for (size_t i = 0; i < n; i++) {
        tr_buf_init(&text);
        tr_buf_printf(&text, ">%s</th><td class=\"l\">", line[i].name);
        tr_html_escape(&text, line[i].text);
        expect_in(page, "assumptions", tr_buf_string(&text));
        tr_buf_finish(&text);
    }
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

/* A cell of the text's tables: up to two blanks. Moves *at behind it. */
static void next_cell(const char **at, char out[128])
{
    size_t n = 0;
    *at += strspn(*at, " ");
    while ((*at)[n] && (*at)[n] != '\n' && strncmp(*at + n, "  ", 2) != 0)
        n++;
    assert_true(n < 128);
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n;
}

/* Each line of the text's table of metrics, found again in the page's. */
static void metrics_agree_with_the_text(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out, text;
    test_backtest_make(&b);
    const char *page = view(&b, &out);
    tr_buf_init(&text);
    tr_view_account_summary_text(&b, &text);
    const char *line = strstr(tr_buf_string(&text), "Backtesting from");
    size_t rows = 0;
    for (; *line && *line != '\n'; rows++) {
        char name[128], value[128], interval[128], piece[512];
        next_cell(&line, name);
        next_cell(&line, value);
        next_cell(&line, interval);
        line += strspn(line, "\n ") > 0;
        snprintf(piece, sizeof piece, ">%s</th><td>%s%s%s", name, value, *interval ? "</td><td>" : "", interval);
        expect_in(page, "metrics", piece);
    }
    assert_true(rows > 35);
    tr_buf_finish(&text);
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void the_text_is_escaped(void **state)
{
    (void)state;
    static const char hostile[] = "<script>alert('x')</script>&\"\x01\xff";
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    b.options.label = hostile;
    b.options.entries = hostile;
    for (size_t i = 0; i < b.n_series; i++) {
        snprintf(b.series[i].key.symbol, sizeof b.series[i].key.symbol, "%s", hostile);
        snprintf(b.series[i].key.exchange, sizeof b.series[i].key.exchange, "%s", hostile);
    }
    snprintf(b.file.example[0].reason, sizeof b.file.example[0].reason, "%s", hostile);
    snprintf(b.file.other[0], sizeof b.file.other[0], "%.31s", hostile);
    assert_null(strstr(view(&b, &out), "alert('x')"));
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void same_backtest_same_bytes(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out[2];
    test_backtest_make(&b);
    for (int i = 0; i < 2; i++)
        view(&b, &out[i]);
    assert_string_equal(tr_buf_string(&out[0]), tr_buf_string(&out[1]));
    tr_buf_finish(&out[0]);
    tr_buf_finish(&out[1]);
    test_backtest_finish(&b);
}

/* px = a + b * value, out of two ticks of the upright axis. */
struct scale {
    double a, b;
};

static struct scale upright(const char *section_text)
{
    double px[2], value[2];
    const char *at = section_text;
    for (int i = 0; i < 2; i++) {
        at = strstr(at, "<text class=\"tick\" text-anchor=\"end\"");
        assert_non_null(at);
        px[i] = strtod(strstr(at, " y=\"") + 4, NULL) - 4;
        value[i] = strtod(strchr(at, '>') + 1, NULL);
        at++;
    }
    double b = (px[1] - px[0]) / (value[1] - value[0]);
    return (struct scale){px[0] - b * value[0], b};
}

/* The value at the end of the path of that class. */
static double last_value(const char *section_text, const char *class)
{
    struct scale scale = upright(section_text);
    char name[32];
    snprintf(name, sizeof name, "class=\"%s\" d=\"", class);
    const char *at = strstr(section_text, name);
    assert_non_null(at);
    at = strchr(at + strlen(name), '"');
    while (at[-1] != ' ')
        at--;
    return (strtod(at, NULL) - scale.a) / scale.b;
}

/* What the market did is the mean over the series: so does holding all of them end. */
static void the_equity_ends_where_the_account_does(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out, part;
    test_backtest_make(&b);
    section(view(&b, &out), "equity", &part);
    const char *text = tr_buf_string(&part);
    double slack = 0.1 / fabs(upright(text).b);
    assert_near(last_value(text, "line"), tr_money_usd(b.account.final_equity), slack);
    assert_near(last_value(text, "guide"), tr_money_usd(b.account.capital) * (1 + b.market_change), slack);
    assert_non_null(strstr(text, tr_figure_signed_percent(b.market_change, 2).text));
    tr_buf_finish(&part);
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void a_million_points_keep_their_peaks(void **state)
{
    (void)state;
    enum { POINTS = 1000000 };
    struct tr_backtest b = {0};
    struct tr_buf out, part;
    test_backtest_make(&b);
    b.account.time =
        tr_alloc_grow(b.account.time, b.account.points * sizeof *b.account.time, POINTS, sizeof *b.account.time);
    b.account.equity =
        tr_alloc_grow(b.account.equity, b.account.points * sizeof *b.account.equity, POINTS, sizeof *b.account.equity);
    assert_true(b.account.time && b.account.equity);
    b.account.points = POINTS;
    for (size_t i = 0; i < POINTS; i++) {
        b.account.time[i] = b.from + (tr_time_ms)i * TR_MINUTE_MS;
        b.account.equity[i] = i == 123456 ? 19000 : i == 777777 ? 3000 : 10000 + 1000 * sin((double)i / 90000);
    }
    section(view(&b, &out), "equity", &part);
    const char *text = tr_buf_string(&part), *at = strstr(text, "class=\"line\" d=\"");
    struct scale scale = upright(text);
    double low = (double)INFINITY, high = -(double)INFINITY;
    size_t n = 0;
    assert_non_null(at);
    for (at = strchr(at, 'M'); *at == 'M' || *at == 'L'; n++) {
        char *next;
        strtod(at + 1, &next);
        double value = (strtod(next, &next) - scale.a) / scale.b;
        low = fmin(low, value);
        high = fmax(high, value);
        at = next;
    }
    assert_true(n > 500 && n <= 1000);
    assert_near(high, 19000, 0.1 / fabs(scale.b));
    assert_near(low, 3000, 0.1 / fabs(scale.b));
    expect_in(tr_buf_string(&out), "drawdown", "-84.21 %"); /* 3,000 of 19,000 */
    assert_true(out.len < 3000000);
    tr_buf_finish(&part);
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void a_year_is_its_months_compounded(void **state)
{
    (void)state;
    static const double returns[] = {0.0, 0.06, -0.02, 0.004, -0.07, (double)NAN};
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    struct tr_month *month = tr_alloc_zero(6, sizeof *month);
    assert_non_null(month);
    for (int i = 0; i < 6; i++)
        month[i] =
            (struct tr_month){.year = i < 2 ? 2023 : 2025, .month = i < 2 ? 11 + i : i, .return_frac = returns[i]};
    tr_free(b.measures.month);
    b.measures.month = month;
    b.measures.n_months = 6;
    const char *page = view(&b, &out);
    expect_in(page, "months", "<td class=\"gain3\">+6.00 %</td><td class=\"gain3\">+6.00 %</td></tr>");
    expect_in(page, "months",
              "<th scope=\"row\" class=\"l\">2025</th><td></td><td class=\"loss2\">-2.00 %</td>"
              "<td class=\"gain1\">+0.40 %</td><td class=\"loss3\">-7.00 %</td><td></td>");
    expect_in(page, "months", tr_figure_signed_percent(0.98 * 1.004 * 0.93 - 1, 2).text);
    expect_in(page, "months", "<td>0.00 %</td>");
    assert_true(count_in(page, "months", "<tr>") == 3);
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void break_even_is_marked_where_it_is(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    struct tr_backtest_measures *m = &b.measures;
    static const struct {
        double factor;
        bool marked;
    } cases[] = {{1.5, true}, {2.9, true}, {3.5, false}, {-0.5, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        m->cost_frac = 0.0015;
        m->break_even_factor = cases[i].factor;
        m->break_even_frac = cases[i].factor * m->cost_frac;
        const char *page = view(&b, &out);
        assert_true(count_in(page, "costs", "class=\"ring\"") == (cases[i].marked ? 2 : 0)); /* and its key */
        if (cases[i].factor > 0) {
            char piece[96];
            snprintf(piece, sizeof piece, "A round trip cost 15.0 bps in fees and slippage; the net would be 0 at %.1f",
                     15 * cases[i].factor);
            expect_in(page, "costs", piece);
        } else {
            expect_in(page, "costs", "these trades lose without any, too");
        }
        assert_true(count_in(page, "summary", "nothing is left (1.50 times that)") == (i == 0));
        tr_buf_finish(&out);
    }
    test_backtest_finish(&b);
}

static void what_is_not_known_is_a_dash(void **state)
{
    (void)state;
    static const struct tr_measured unknown = {(double)NAN, {(double)NAN, (double)NAN}};
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    struct tr_backtest_measures *m = &b.measures;
    m->profit_factor = m->sharpe = m->sortino = m->calmar = m->average_net_frac = m->total_return = unknown;
    m->max_drawdown.interval = unknown.interval;
    m->win_rate = m->hit_rate[0] = m->hit_rate[2] = m->proven_hit_rate = unknown;
    for (size_t i = 0; i < TR_TARGETS; i++)
        m->random_hit_rate[i] = (double)NAN;
    m->psr = m->daily.ratio = b.pbo = b.deflated = b.market_change = (double)NAN;
    m->break_even_factor = (double)INFINITY;
    m->break_even_frac = m->cost_frac = (double)NAN;
    b.optimistic.profit_factor = (double)INFINITY;
    m->best = m->worst = b.account.n_trades;
    m->profit_factor.interval = (struct tr_interval){1, (double)INFINITY};
    const char *page = view(&b, &out);
    expect_in(page, "metrics", ">Sharpe</th><td>-</td><td></td>");
    expect_in(page, "metrics", ">Profit factor</th><td>-</td><td>[1.00, unbounded]</td>");
    expect_in(page, "metrics", ">Best trade</th><td>-</td>");
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void out_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_error err;
    size_t k = 1;
    test_backtest_make(&b);
    for (;; k += k < 40 ? 1 : 41) {
        struct tr_buf out;
        tr_buf_init(&out);
        tr_alloc_fail_at(k);
        tr_view_account_html(&b, &out);
        bool reached = tr_alloc_fail_at(0) >= k;
        assert_true((tr_buf_status(&out, &err) == TR_OK) == !reached);
        tr_buf_finish(&out);
        if (!reached)
            break;
    }
    assert_true(k > 100);
    test_backtest_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_every_section_and_links_to_it),
        cmocka_unit_test(every_chart_has_its_title_and_description),
        cmocka_unit_test(all_assumptions_stand_on_top),
        cmocka_unit_test(metrics_agree_with_the_text),
        cmocka_unit_test(the_text_is_escaped),
        cmocka_unit_test(same_backtest_same_bytes),
        cmocka_unit_test(the_equity_ends_where_the_account_does),
        cmocka_unit_test(a_million_points_keep_their_peaks),
        cmocka_unit_test(a_year_is_its_months_compounded),
        cmocka_unit_test(break_even_is_marked_where_it_is),
        cmocka_unit_test(what_is_not_known_is_a_dash),
        cmocka_unit_test(out_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests_name("view/account_html", tests, NULL, NULL);
}
