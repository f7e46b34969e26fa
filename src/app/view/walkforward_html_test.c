#include "support/test.h"

#include "app/view/backtest_view.h"
#include "app/view/figure.h"
#include "app/view/report_section.h"
#include "app/view/walkforward_html.h"
#include "base/alloc.h"
#include "support/chain.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_KNOWN ((struct tr_interval){(double)NAN, (double)NAN})

static struct tr_recipe recipe;
static struct test_chain chain;

static int set_up(void **state)
{
    (void)state;
    test_chain_recipe(&recipe);
    test_chain_run(&recipe, 1500, &chain);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_chain_finish(&chain);
    return 0;
}

/* The page of a run, checked; the caller finishes out. */
static const char *view(const struct tr_run *run, struct tr_buf *out)
{
    tr_buf_init(out);
    tr_view_walkforward_html(run, out);
    assert_false(out->failed);
    test_html_check(tr_buf_string(out));
    assert_null(strstr(tr_buf_string(out), "nan"));
    assert_null(strstr(tr_buf_string(out), "inf"));
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

static void expect_in(const char *page, const char *id, const char *piece)
{
    struct tr_buf part;
    section(page, id, &part);
    if (!strstr(tr_buf_string(&part), piece))
        fail_msg("\"%s\" does not hold \"%s\"", id, piece);
    tr_buf_finish(&part);
}

static void the_page_has_every_section_and_links_to_it(void **state)
{
    (void)state;
    static const char *const ids[] = {"folds", "scores", "calibration", "funnel", "backtest",
                                      "luck",  "newest", "reading",     "trades"};
    struct tr_buf out;
    const char *page = view(&chain.run, &out);
    expect_in(page, "summary", "Past results, in a backtest or live, do not tell what the next trade brings.");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char piece[64];
        snprintf(piece, sizeof piece, "<section id=\"%s\"", ids[i]);
        assert_true(test_count(page, piece) == 1);
        snprintf(piece, sizeof piece, "<a href=\"#%s\">", ids[i]);
        assert_true(test_count(page, piece) == 1);
    }
    assert_true(test_count(page, "<section ") == 1 + sizeof ids / sizeof *ids);
    assert_non_null(strstr(page, "<h1>TEST/USDT:USDT 1h: walk-forward report</h1>"));
    assert_non_null(strstr(page, "TraderAI " TR_PROGRAM_VERSION));
    assert_non_null(strstr(page, "1500 bars, "));
    tr_buf_finish(&out);
}

static void every_chart_has_its_title_and_description(void **state)
{
    (void)state;
    struct tr_buf out;
    const char *page = view(&chain.run, &out);
    size_t charts = test_count(page, "<figure>");
    assert_true(charts == 1 + 2 * 2 + 2 * 2 + 1 + 3); /* folds, scores, calibration, funnel, backtest */
    assert_true(test_count(page, "role=\"img\"") == charts);
    assert_true(test_count(page, "<desc id=") == charts);
    assert_true(test_count(page, "<figcaption>") == charts);
    assert_true(test_count(page, "<caption>") == test_count(page, "<table>"));
    tr_buf_finish(&out);
}

static void scores_are_those_of_the_run(void **state)
{
    (void)state;
    struct tr_buf out;
    const char *page = view(&chain.run, &out);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (size_t k = 0; k <= chain.run.wf.n_folds; k++) {
            bool all = k == chain.run.wf.n_folds;
            const struct tr_head_score *s = all ? &chain.run.wf.total[side] : &chain.run.wf.score[side][k];
            char cells[512];
            snprintf(cells, sizeof cells, "<td>%.20s</td><td>%.40s</td><td>%.20s</td><td>%.20s</td><td>%.20s</td>",
                     tr_figure_number(s->auc.auc, 3).text, tr_figure_interval(s->auc.interval, 3).text,
                     tr_figure_number(s->log_loss, 4).text, tr_figure_number(s->base_log_loss, 4).text,
                     tr_figure_number(s->brier, 4).text);
            expect_in(page, "scores", cells);
        }
    }
    tr_buf_finish(&out);
}

static void undefined_scores_are_dashes_and_leave_no_dot(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_head_score *score = run.wf.score[TR_LONG], saved = score[0];
    struct tr_buf out, part;
    section(view(&run, &out), "scores", &part);
    size_t dots = test_count(tr_buf_string(&part), "class=\"dot\"");
    tr_buf_finish(&part);
    tr_buf_finish(&out);
    score[0].auc.auc = score[0].top_rate = score[0].log_loss = score[0].brier = score[0].calibration_error =
        (double)NAN;
    score[0].auc.interval = score[0].top_interval = NOT_KNOWN;
    run.wf.total[TR_LONG].auc.p_value = (double)NAN;
    section(view(&run, &out), "scores", &part);
    score[0] = saved;
    assert_true(test_count(tr_buf_string(&part), "class=\"dot\"") == dots - 2);
    assert_non_null(strstr(tr_buf_string(&part), "<td>-</td><td>-</td><td>-</td>"));
    assert_non_null(strstr(tr_buf_string(&part), "No judgement is possible"));
    tr_buf_finish(&part);
    tr_buf_finish(&out);
}

static void claim(struct tr_run *run, bool claims, double net_upper)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        run->wf.claims_edge[side] = claims && side == TR_SHORT;
        run->wf.total[side].auc.p_value = run->wf.claims_edge[side] ? 0.0001 : 0.3;
        run->wf.total[side].gain_interval = (struct tr_interval){0.1, 0.4};
        run->wf.total[side].log_loss = 0.67;
        run->wf.total[side].base_log_loss = 0.68;
    }
    run->wf.backtest.average_net_interval = (struct tr_interval){-0.01, net_upper};
}

static void the_summary_says_what_is_claimed_and_what_it_paid(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    claim(&run, false, 0.01);
    const char *page = view(&run, &out);
    expect_in(page, "summary", "No edge is shown: what the models said");
    expect_in(page, "summary", "The interval holds 0: neither a gain nor a loss is shown.");
    tr_buf_finish(&out);
    claim(&run, true, -0.001);
    page = view(&run, &out);
    expect_in(page, "summary", "An edge is claimed, short: a reason to look further, no proof.");
    expect_in(page, "summary", "And it did not pay: after costs the trades of its signals lost.");
    expect_in(page, "summary", "one-sided p-value under 0.001");
    tr_buf_finish(&out);
    claim(&run, true, 0.01);
    run.wf.total[TR_SHORT].log_loss = 0.69;
    page = view(&run, &out);
    expect_in(page, "summary", "As a number p did worse than plain b.");
    assert_null(strstr(page, "it did not pay"));
    tr_buf_finish(&out);
}

/* What the equity line ends at, by another way: the product over the listed trades. */
static void the_equity_line_ends_where_the_trades_lead(void **state)
{
    (void)state;
    struct tr_buf out;
    double equity = 1;
    char piece[96];
    for (size_t i = 0; i < chain.run.wf.backtest.taken; i++) {
        if (chain.run.wf.trades[i].outcome.reason != TR_EXIT_OPEN)
            equity *= 1 + chain.run.wf.trades[i].money.net_frac;
    }
    const char *page = view(&chain.run, &out);
    snprintf(piece, sizeof piece, "after all costs: %.30s in the end", tr_figure_signed_percent(equity - 1, 1).text);
    expect_in(page, "backtest", piece);
    expect_in(page, "backtest", tr_figure_percent(tr_view_random_rate(&chain.run, &chain.run.wf.backtest), 1).text);
    tr_buf_finish(&out);
}

static void of_many_trades_the_first_and_the_last_are_listed(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out, part;
    size_t n = 2 * TR_REPORT_TRADES + 7;
    struct tr_trade *trades = tr_alloc(n, sizeof *trades);
    assert_non_null(trades);
    for (size_t i = 0; i < n; i++)
        trades[i] = chain.run.wf.trades[i % chain.run.wf.backtest.closed];
    run.wf.trades = trades;
    for (size_t more = 0; more <= 7; more += 7) {
        run.wf.backtest.taken = 2 * TR_REPORT_TRADES + more;
        section(view(&run, &out), "trades", &part);
        const char *text = tr_buf_string(&part);
        assert_true(test_count(text, "<tr><th scope=\"row\"") == 2 * TR_REPORT_TRADES);
        assert_true(test_count(text, "7 trades are left out here") == (more > 0));
        assert_true(test_count(text, "<th scope=\"row\" class=\"l\">100</th>") == 1);
        assert_true(test_count(text, "<th scope=\"row\" class=\"l\">101</th>") == (more == 0));
        assert_true(test_count(text, "<th scope=\"row\" class=\"l\">107</th>") == (more == 0));
        assert_true(test_count(text, "<th scope=\"row\" class=\"l\">108</th>") == 1);
        tr_buf_finish(&part);
        tr_buf_finish(&out);
    }
    tr_free(trades);
}

static void an_open_trade_is_listed_without_its_end(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_trade trade = chain.run.wf.trades[0];
    struct tr_buf out;
    trade.outcome.reason = TR_EXIT_OPEN;
    trade.money = (struct tr_settlement){.entry_price = trade.money.entry_price,
                                         .exit_price = (double)NAN,
                                         .gross_frac = (double)NAN,
                                         .fees_frac = (double)NAN,
                                         .slippage_frac = (double)NAN,
                                         .funding_frac = (double)NAN,
                                         .net_frac = (double)NAN};
    run.wf.trades = &trade;
    run.wf.backtest.taken = run.wf.backtest.unfinished = 1;
    run.wf.backtest.closed = 0;
    run.wf.backtest.average_net_frac = (double)NAN;
    const char *page = view(&run, &out);
    expect_in(page, "trades", "<td class=\"l\">-</td><td>-</td><td class=\"l\">open</td>");
    expect_in(page, "backtest", "none of which is closed");
    tr_buf_finish(&out);
}

/* Stages refuse in order, so what is left can only shrink, and ends with the signals. */
static void the_funnel_counts_what_is_left(void **state)
{
    (void)state;
    const struct tr_funnel *funnel = &chain.run.wf.replay.funnel;
    struct tr_buf out, part;
    size_t most[2] = {SIZE_MAX, SIZE_MAX}, last[2] = {0, 0}, before[2] = {0, 0}, side = 0, words = 0;
    section(view(&chain.run, &out), "funnel", &part);
    for (const char *at = tr_buf_string(&part); (at = strstr(at, "text-anchor=\"start\"")); side ^= 1, words++) {
        at = strchr(at, '>') + 1;
        before[side] = last[side];
        last[side] = strtoul(at, NULL, 10);
        assert_true(last[side] <= most[side]);
        if (words < 2)
            assert_true(2 * last[side] == funnel->candidates);
        most[side] = last[side];
    }
    assert_true(words >= 6);
    assert_true(before[TR_LONG] == funnel->signals[TR_LONG] && before[TR_SHORT] == funnel->signals[TR_SHORT]);
    assert_true(last[TR_LONG] == funnel->proven[TR_LONG] && last[TR_SHORT] == funnel->proven[TR_SHORT]);
    for (int stage = 0; stage < TR_STAGE_COUNT; stage++) {
        char cells[64];
        snprintf(cells, sizeof cells, "<td>%zu</td><td>%zu</td></tr>", funnel->refused[TR_LONG][stage],
                 funnel->refused[TR_SHORT][stage]);
        assert_non_null(strstr(tr_buf_string(&part), cells));
    }
    tr_buf_finish(&part);
    tr_buf_finish(&out);
}

/* Block by block what happened is the event's plain rate among the rows whose p was known. */
static void calibration_over_time_is_what_happened(void **state)
{
    (void)state;
    const struct tr_run *run = &chain.run;
    struct tr_buf out;
    const char *page = view(run, &out);
    size_t shown = 0;
    for (size_t k = 0; k < run->wf.n_folds; k++) {
        double n = 0, events = 0, said = 0;
        char piece[128];
        for (size_t row = 0; row < chain.bars.n; row++) {
            tr_time_ms time = chain.bars.time[row];
            if (time < run->wf.folds[k].test_from || time >= run->wf.folds[k].test_to ||
                run->study.ladder[TR_LONG].tp1[row] < 0 || isnan(run->wf.replay.confidence[TR_LONG][row]))
                continue;
            n++;
            events += run->study.ladder[TR_LONG].tp1[row] == 1;
            said += run->wf.replay.confidence[TR_LONG][row];
        }
        if (n < 1)
            continue;
        snprintf(piece, sizeof piece, ": happened %.30s [", tr_figure_percent(events / n, 1).text);
        expect_in(page, "calibration", piece);
        snprintf(piece, sizeof piece, "p said %.30s, b ", tr_figure_percent(said / n, 1).text);
        expect_in(page, "calibration", piece);
        shown++;
    }
    assert_true(shown > 1);
    tr_buf_finish(&out);
}

static void luck_counts_what_was_tried(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    run.luck.psr = 0.873;
    run.luck.sharpe.ratio = 0.0512;
    run.luck.min_days = 1034.4;
    run.luck.counted = false;
    const char *page = view(&run, &out);
    expect_in(page, "luck", "<td>+0.051</td>");
    expect_in(page, "luck", "<td>+0.98</td>"); /* times the root of 365 */
    expect_in(page, "luck", "<td>1034</td><td class=\"l\">until that is shown");
    expect_in(page, "luck", "no store was there to count them");
    expect_in(page, "summary", "Probability that its true Sharpe ratio is above 0: 87 %.");
    tr_buf_finish(&out);
    run.luck.counted = true;
    run.luck.trials = 1;
    run.luck.min_days = (double)INFINITY;
    page = view(&run, &out);
    expect_in(page, "luck", "the first, so nothing is deflated");
    expect_in(page, "luck", "no record can show it");
    tr_buf_finish(&out);
    run.luck.trials = 12;
    run.luck.expected_max = 0.0843;
    run.luck.deflated = 0.214;
    page = view(&run, &out);
    expect_in(page, "luck", "<td>0.084</td>");
    expect_in(page, "luck", "<td>21 %</td>");
    expect_in(page, "summary", "the best of 12 tries without skill would show: 21 %.");
    tr_buf_finish(&out);
    run.luck.days = 0;
    page = view(&run, &out);
    expect_in(page, "luck", "nothing to be lucky with");
    tr_buf_finish(&out);
}

static void the_strongest_inputs_are_drawn_to_their_side(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_explanation *e = &run.newest.explanation[TR_LONG];
    struct tr_buf out, part;
    const char *first = tr_feature_info(TR_FEATURE_OVERLAYS + 3)->name;
    memset(e, 0, sizeof *e);
    e->members = 1;
    e->phi[3] = -0.5;
    e->value[3] = (double)NAN;
    for (size_t i = 10; i < 30; i++)
        e->phi[i] = 0.01 * (double)i;
    e->value[29] = 71.25;
    run.newest.explanation[TR_SHORT].members = 0;
    section(view(&run, &out), "newest", &part);
    const char *text = tr_buf_string(&part);
    assert_non_null(strstr(text, first));
    assert_non_null(strstr(text, ">-0.50 (missing)</text>"));
    assert_non_null(strstr(text, ">+0.29 (71.25)</text>"));
    assert_true(test_count(text, "class=\"bar2\"") == 1 + 1);
    assert_true(test_count(text, "class=\"bar\"") == 9 + 1); /* ten inputs, and the key */
    assert_null(strstr(text, "Short: what moved"));
    tr_buf_finish(&part);
    tr_buf_finish(&out);
}

static void members_stand_beside_the_ensemble(void **state)
{
    (void)state;
    struct tr_buf out;
    const char *page = view(&chain.run, &out);
    const struct tr_walkforward *wf = &chain.run.wf;
    for (size_t m = 0; m < wf->members; m++) {
        char cells[128];
        snprintf(cells, sizeof cells, "%s</th><td>%zu</td><td>%.20s</td>", wf->member[TR_SHORT][m].name,
                 wf->member[TR_SHORT][m].rows, tr_figure_number(wf->member[TR_SHORT][m].auc, 3).text);
        expect_in(page, "scores", cells);
    }
    assert_true(wf->members > 0);
    tr_buf_finish(&out);
}

static void texts_from_outside_stay_texts(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    snprintf(run.key.symbol, sizeof run.key.symbol, "<b>&\"x");
    snprintf(run.key.exchange, sizeof run.key.exchange, "</p><i>");
    const char *page = view(&run, &out);
    assert_non_null(strstr(page, "<h1>&lt;b&gt;&amp;&quot;x 1h: walk-forward report</h1>"));
    assert_non_null(strstr(page, "&lt;/p&gt;&lt;i&gt;. 1500 bars"));
    tr_buf_finish(&out);
}

static void a_synthetic_market_is_called_one(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    run.synthetic = false;
    assert_null(strstr(view(&run, &out), "SYNTHETIC"));
    tr_buf_finish(&out);
    run.synthetic = true;
    assert_non_null(strstr(view(&run, &out), "SYNTHETIC MARKET: made from a seed"));
    tr_buf_finish(&out);
}

static void the_newest_bar_gives_a_signal_or_the_reason(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    char reason[160];
    run.newest.signal = -1;
    run.newest.decision[TR_LONG].stage = TR_STAGE_DUPLICATE;
    tr_newest_side_reason(&run.newest, TR_LONG, reason, sizeof reason);
    const char *page = view(&run, &out);
    expect_in(page, "newest", "It gives no signal:");
    expect_in(page, "newest", reason);
    tr_buf_finish(&out);
    run.newest.signal = TR_LONG;
    run.newest.decision[TR_LONG] =
        (struct tr_decision){.stage = TR_STAGE_SIGNAL, .signal = chain.run.wf.replay.signals[0].signal};
    page = view(&run, &out);
    expect_in(page, "newest", "It gives a signal.");
    expect_in(page, "newest", "<pre>TEST/USDT:USDT 1h ");
    expect_in(page, "newest", "Target 3");
    tr_buf_finish(&out);
}

static void a_series_too_short_for_a_fold_says_so_everywhere(void **state)
{
    (void)state;
    struct test_chain small;
    struct tr_buf out;
    test_chain_run(&recipe, 500, &small);
    assert_true(small.run.wf.n_folds == 0);
    const char *page = view(&small.run, &out);
    expect_in(page, "summary", "too short for a single fold");
    expect_in(page, "folds", "too short for a single fold");
    expect_in(page, "scores", "nothing can be said about out-of-sample results");
    expect_in(page, "backtest", "No trades");
    expect_in(page, "trades", "There are none.");
    tr_buf_finish(&out);
    test_chain_finish(&small);
}

static void one_side_alone_is_reported_alone(void **state)
{
    (void)state;
    struct test_chain one;
    struct tr_recipe only;
    struct tr_buf out, part;
    tr_recipe_copy(&only, &recipe);
    only.side[TR_SHORT] = false;
    test_chain_run(&only, 1500, &one);
    section(view(&one.run, &out), "scores", &part);
    assert_non_null(strstr(tr_buf_string(&part), "<h3>Long</h3>"));
    assert_null(strstr(tr_buf_string(&part), "<h3>Short</h3>"));
    tr_buf_finish(&part);
    tr_buf_finish(&out);
    test_chain_finish(&one);
}

static void equal_runs_give_equal_pages(void **state)
{
    (void)state;
    struct test_chain again;
    struct tr_buf one, two;
    test_chain_run(&recipe, 1500, &again);
    view(&chain.run, &one);
    view(&again.run, &two);
    assert_true(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
    tr_buf_finish(&one);
    tr_buf_finish(&two);
    test_chain_finish(&again);
}

/* A page takes thousands of allocations: every one at the beginning, then ever fewer. */
static void out_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_buf out;
    size_t k = 1;
    for (;; k += 1 + k / 30) {
        tr_buf_init(&out);
        tr_alloc_fail_at(k);
        tr_view_walkforward_html(&chain.run, &out);
        bool reached = tr_alloc_fail_at(0) >= k;
        assert_true((tr_buf_status(&out, &err) == TR_OK) == !reached);
        tr_buf_finish(&out);
        if (!reached)
            break;
    }
    assert_true(k > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_every_section_and_links_to_it),
        cmocka_unit_test(every_chart_has_its_title_and_description),
        cmocka_unit_test(scores_are_those_of_the_run),
        cmocka_unit_test(undefined_scores_are_dashes_and_leave_no_dot),
        cmocka_unit_test(the_summary_says_what_is_claimed_and_what_it_paid),
        cmocka_unit_test(the_equity_line_ends_where_the_trades_lead),
        cmocka_unit_test(of_many_trades_the_first_and_the_last_are_listed),
        cmocka_unit_test(an_open_trade_is_listed_without_its_end),
        cmocka_unit_test(the_funnel_counts_what_is_left),
        cmocka_unit_test(calibration_over_time_is_what_happened),
        cmocka_unit_test(luck_counts_what_was_tried),
        cmocka_unit_test(the_strongest_inputs_are_drawn_to_their_side),
        cmocka_unit_test(members_stand_beside_the_ensemble),
        cmocka_unit_test(texts_from_outside_stay_texts),
        cmocka_unit_test(a_synthetic_market_is_called_one),
        cmocka_unit_test(the_newest_bar_gives_a_signal_or_the_reason),
        cmocka_unit_test(a_series_too_short_for_a_fold_says_so_everywhere),
        cmocka_unit_test(one_side_alone_is_reported_alone),
        cmocka_unit_test(equal_runs_give_equal_pages),
        cmocka_unit_test(out_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests_name("view/walkforward_html", tests, set_up, tear_down);
}
