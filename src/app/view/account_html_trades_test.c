#include "support/test.h"

#include "app/view/account_html.h"
#include "app/view/report_section.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "engine/simulate/market.h"
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

/* What test_backtest_make filled and a run of the account fills anew. */
static void drop(struct tr_backtest *b)
{
    for (size_t i = 1; i < b->n_series; i++) {
        tr_bar_list_finish(&b->series[i].list);
        tr_free(b->series[i].atr);
        tr_free(b->series[i].funding_time);
        tr_free(b->series[i].funding_rate);
        tr_free(b->series[i].lookahead.column);
        tr_free(b->series[i].recursive.column);
    }
    b->n_series = 1;
    tr_free(b->entries);
    tr_account_finish(&b->account);
    tr_measures_finish(&b->measures);
}

static void make_entries(struct tr_backtest *b, size_t n)
{
    const struct tr_bars *bars = &b->series[0].bars;
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&b->recipe.gate.ladder, b->timeframe);
    struct tr_error err = {0};
    struct tr_rng rng;

    tr_rng_init(&rng, 5, 0);
    b->n_entries = n;
    b->entries = tr_alloc_zero(n, sizeof *b->entries);
    assert_non_null(b->entries);
    for (size_t i = 0; i < n; i++) {
        struct tr_account_entry *e = &b->entries[i];

        e->row = 30 + i * (bars->n - 120) / n;
        e->proven = i % 3 == 0;
        e->targets = rules.targets;
        memcpy(e->fraction, rules.fraction, sizeof e->fraction);
        assert_ok(tr_levels_make(&b->recipe.gate.ladder, tr_rng_below(&rng, 2) ? TR_LONG : TR_SHORT,
                                 bars->close[e->row], 0.012 * bars->close[e->row], NULL, &e->levels, &err),
                  &err);
    }
}

/* One series of so many hourly bars and an account that was really run on entries at random sides; checks, bounds and
 * luck as test_backtest_make has them. Finish with test_backtest_finish. */
static void make_many(struct tr_backtest *b, size_t bars, size_t entries)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_account_options *account = &b->options.account;
    struct tr_backtest_series *s;
    struct tr_error err = {0};

    test_backtest_make(b);
    drop(b);
    s = &b->series[0];
    options.n = bars;
    options.seed = 9;
    options.start = b->from;
    assert_ok(tr_simulate_market(&options, &s->list, &err), &err);
    s->bars = tr_bar_list_view(&s->list);
    b->to = account->to = b->from + (tr_time_ms)bars * TR_HOUR_MS;
    b->market_change = s->market_change = s->bars.close[bars - 1] / s->bars.open[0] - 1;
    account->size.capital_usd = 1e6;
    account->max_open = 0;
    account->max_side_exposure = 0;
    account->horizon_bars = tr_ladder_horizon_bars(&b->recipe.gate.ladder, b->timeframe);
    make_entries(b, entries);
    struct tr_account_series market = {.bars = &s->bars, .funding = &s->funding};
    account->profile = TR_CONSERVATIVE;
    account->compound = true;
    assert_ok(tr_account_run(account, &market, 1, b->entries, entries, &b->account, &err), &err);
    assert_ok(tr_backtest_measure(&b->account, b->entries, 1, 100, 1, &b->measures, &err), &err);
    for (size_t i = 0; i < TR_TARGETS; i++)
        b->measures.random_hit_rate[i] = 0.5;
}

static void each_listed_trade_has_its_chart_and_links(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out;
    test_backtest_make(&b);
    const char *page = view(&b, &out);
    for (size_t i = 1; i <= TEST_BACKTEST_TRADES; i++) {
        char piece[128];
        snprintf(piece, sizeof piece, "<a id=\"row-%zu\" href=\"#trade-%zu\">%zu</a>", i, i, i);
        assert_true(count_in(page, "trades", piece) == 1);
        snprintf(piece, sizeof piece, "<div class=\"trade-chart\" id=\"trade-%zu\">", i);
        assert_true(count_in(page, "trades", piece) == 1);
        snprintf(piece, sizeof piece, "<a href=\"#trade-%zu\">Next: trade %zu</a>", i, i);
        assert_true(count_in(page, "trades", piece) == (i > 1));
        snprintf(piece, sizeof piece, "<a href=\"#trade-%zu\">Previous: trade %zu</a>", i, i);
        assert_true(count_in(page, "trades", piece) == (i < TEST_BACKTEST_TRADES));
        snprintf(piece, sizeof piece, "<a href=\"#row-%zu\">Back to row %zu</a>", i, i);
        assert_true(count_in(page, "trades", piece) == 1);
    }
    /* all of them before the overview, so that it can give way to any */
    assert_true(strstr(page, "<div class=\"overview\" id=\"overview\">") > strstr(page, "id=\"trade-10\">"));
    assert_non_null(strstr(page, ".trade-chart{display:none;"));
    assert_non_null(strstr(page, "@media screen{.trade-chart:target{display:block}"
                                 ".trade-chart:target~.overview{display:none}}"));
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void many_trades_stay_a_small_page(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out;
    make_many(&b, 17520, 500);
    const char *page = view(&b, &out);
    size_t n = b.account.n_trades, last = n - TR_REPORT_TRADES + 1;
    char piece[128];
    assert_true(n > 450 && n <= 500);
    assert_true(out.len < 3000000);
    assert_true(test_count(page, "<div class=\"trade-chart\"") == 2 * TR_REPORT_TRADES);
    snprintf(piece, sizeof piece, "%zu trades are left out here", n - 2 * TR_REPORT_TRADES);
    assert_true(test_count(page, piece) == 1);
    snprintf(piece, sizeof piece, "<a href=\"#trade-%zu\">Next: trade %zu</a>", last, last);
    assert_true(test_count(page, piece) == 1); /* behind no. 100, over the gap */
    assert_true(test_count(page, "Previous: trade 100<") == 1);
    expect_in(page, "trades", "All entries on the price");
    assert_true(count_in(page, "excursions", "class=\"dot\"") + count_in(page, "excursions", "class=\"ring\"") ==
                2 * n + 2); /* each once a chart, and the keys */
    expect_in(page, "checks", "adds up");
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void the_waterfall_goes_from_gross_to_net(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    struct tr_buf out, part;
    double from[5], width[5];
    make_many(&b, 3000, 60);
    section(view(&b, &out), "costs", &part);
    const char *at = strstr(tr_buf_string(&part), "From gross to net</figcaption>");
    for (int i = 0; i < 5; i++) {
        at = strstr(at + 1, "<rect class=\"bar");
        assert_non_null(at);
        from[i] = strtod(strstr(at, " x=\"") + 4, NULL);
        width[i] = strtod(strstr(at, " width=\"") + 8, NULL);
    }
    double net = tr_money_usd(b.measures.net), gross = tr_money_usd(b.measures.gross);
    double scale = fabs(gross) > fabs(net) ? width[0] / fabs(gross) : width[4] / fabs(net);
    assert_near(width[0], fabs(gross) * scale, 0.3);
    assert_near(width[4], fabs(net) * scale, 0.3);
    assert_near(width[1], tr_money_usd(b.measures.fees) * scale, 0.3);
    assert_near(width[2], tr_money_usd(b.measures.slippage) * scale, 0.3);
    /* costs go to the left, each from where the one before it ended */
    assert_near(from[1] + width[1], gross < 0 ? from[0] : from[0] + width[0], 0.3);
    assert_near(from[2] + width[2], from[1], 0.3);
    assert_near(b.measures.funding > 0 ? from[3] : from[3] + width[3], net < 0 ? from[4] : from[4] + width[4], 0.3);
    tr_buf_finish(&part);
    tr_buf_finish(&out);
    test_backtest_finish(&b);
}

static void expect_doubt(const struct tr_backtest *b, const char *piece, bool expected)
{
    struct tr_buf out;
    if ((count_in(view(b, &out), "summary", piece) > 0) != expected)
        fail_msg("\"%s\" %s", piece, expected ? "is missing" : "stands there");
    tr_buf_finish(&out);
}

static void the_summary_says_what_speaks_against_it(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    test_backtest_make(&b);
    expect_doubt(&b, "Few trades: 9 are closed", true);
    expect_doubt(&b,
                 "Ambiguous bars: 3 of 9 closed trades met one; read against the trades the total profit is "
                 "-3.10 %, read for them +1.82 %.",
                 true);
    expect_doubt(&b, "Luck: 7 configurations were tried", true);
    expect_doubt(&b, "Nothing that this page can find", false);
    b.series[1].lookahead.bad = 2;
    b.counted = false;
    expect_doubt(&b, "Look-ahead: 2 columns know later bars.", true);
    expect_doubt(&b, "how many configurations were tried before this one is not known", true);
    b.series[1].lookahead.bad = 0;
    test_backtest_finish(&b);
}

static void a_believable_result_is_left_alone(void **state)
{
    (void)state;
    struct tr_backtest b = {0};
    make_many(&b, 9000, 300);
    struct tr_backtest_measures *m = &b.measures;
    b.options.source = TR_BACKTEST_WALKFORWARD;
    m->average_net_frac = (struct tr_measured){0.01, {0.005, 0.015}};
    m->hit_rate[0] = (struct tr_measured){0.7, {0.65, 0.75}};
    m->ambiguous = m->funding_assumed = 0;
    m->break_even_factor = 4;
    m->break_even_frac = 4 * m->cost_frac;
    m->net = 1000000 * TR_MONEY_USD;
    b.deflated = 0.99;
    b.pbo = 0.02;
    expect_doubt(&b, "Nothing that this page can find. That is no proof", true);
    expect_doubt(&b, "<li>Few trades", false);
    m->average_net_frac.interval.lower = -0.001;
    expect_doubt(&b, "The average trade: +1.00 % [-0.10, +1.50]. The interval holds 0", true);
    test_backtest_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_listed_trade_has_its_chart_and_links),
        cmocka_unit_test(many_trades_stay_a_small_page),
        cmocka_unit_test(the_waterfall_goes_from_gross_to_net),
        cmocka_unit_test(the_summary_says_what_speaks_against_it),
        cmocka_unit_test(a_believable_result_is_left_alone),
    };
    return cmocka_run_group_tests_name("view/account_html_trades", tests, NULL, NULL);
}
