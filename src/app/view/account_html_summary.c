#include "app/view/account_section.h"
#include "app/view/account_text.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/run_view.h"

#include <math.h>
#include <stdio.h>

#define BPS 1e4
#define FEW_TRADES ((size_t)100) /* under so many a rate's interval is about 20 points wide */
#define FEW_DAYS 180.0           /* half a year has hardly two moods of a market */
#define LARGE_SHARE 0.25         /* of the profit that one trade made */
#define NEAR_FACTOR 2.0          /* costs so many times as high are no surprise */

static void card(struct tr_html *page, const char *name, const char *value)
{
    tr_html_open(page, "div.card");
    tr_html_element(page, "h3", "%s", name);
    tr_html_element(page, "p.value", "%s", value);
}

static const char *verdict(const struct tr_interval *interval)
{
    if (!isfinite(interval->lower) || !isfinite(interval->upper))
        return "Its interval is not known: too little to tell.";
    if (interval->lower > 0)
        return "The interval lies above 0.";
    if (interval->upper < 0)
        return "The interval lies below 0: a loss is shown.";
    return "The interval holds 0: neither a gain nor a loss is shown.";
}

static void return_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_measured *m = &b->measures.total_return;

    card(page, "Total profit", tr_figure_signed_percent(m->value, 2).text);
    tr_html_element(page, "p.why", "%s. %s", tr_figure_signed_rate(m->value, m->interval, 2).text,
                    verdict(&m->interval));
    tr_html_element(page, "p.why", "From %s to %s USD in %s days; the market moved %s.",
                    tr_figure_number(tr_money_usd(b->account.capital), 2).text,
                    tr_figure_number(tr_money_usd(b->account.final_equity), 2).text,
                    tr_figure_number(b->measures.days, 1).text, tr_figure_signed_percent(b->market_change, 2).text);
    tr_html_close(page, "div");
}

static void trade_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    char value[96];

    snprintf(value, sizeof value, "%.40s net a trade", tr_figure_signed_percent(m->average_net_frac.value, 2).text);
    card(page, "The average trade", m->closed ? value : "No closed trade");
    if (m->closed) {
        tr_html_element(page, "p.why", "%s of the size over %zu closed trades, after all costs. %s",
                        tr_figure_signed_rate(m->average_net_frac.value, m->average_net_frac.interval, 2).text,
                        m->closed, verdict(&m->average_net_frac.interval));
        tr_html_element(page, "p.why", "Win rate %s.", tr_figure_rate(m->win_rate.value, m->win_rate.interval, 1).text);
    }
    tr_html_close(page, "div");
}

static void target_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_measured *m = &b->measures.hit_rate[0];
    double by_chance = b->measures.random_hit_rate[0];
    char value[96];

    snprintf(value, sizeof value, "%.40s", tr_figure_percent(m->value, 1).text);
    card(page, "Target 1 reached", value);
    tr_html_element(page, "p.why", "%s; random entries: %s.", tr_figure_rate(m->value, m->interval, 1).text,
                    tr_figure_percent(by_chance, 1).text);
    tr_html_close(page, "div");
}

static void drawdown_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;

    card(page, "Max drawdown", tr_figure_percent(m->max_drawdown.value, 2).text);
    tr_html_element(page, "p.why", "%s, %s USD.",
                    tr_figure_rate(m->max_drawdown.value, m->max_drawdown.interval, 2).text,
                    tr_figure_number(m->max_drawdown_usd, 2).text);
    if (m->fan.steps)
        tr_html_element(page, "p.why", "In one of twenty redraws of the same days over %s.",
                        tr_figure_percent(m->fan.drawdown_95, 1).text);
    tr_html_close(page, "div");
}

static void sharpe_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;

    card(page, "Sharpe ratio", tr_figure_number(m->sharpe.value, 2).text);
    tr_html_open(page, "p.why");
    tr_html_text(page, "95 %% interval %s, from %zu days.",
                 isfinite(m->sharpe.interval.lower) ? tr_figure_interval(m->sharpe.interval, 2).text : "not known",
                 m->n_days);
    if (!tr_view_psr_unknown(b))
        tr_html_text(page, " The true one is above 0 with a probability of %s", tr_figure_chance(m->psr).text);
    if (!tr_view_psr_unknown(b) && !tr_view_deflated_unknown(b) && b->trials > 1)
        tr_html_text(page, ", above the best of %zu tries without skill with one of %s", b->trials,
                     tr_figure_chance(b->deflated).text);
    if (!tr_view_psr_unknown(b))
        tr_html_text(page, ".");
    tr_html_close(page, "p");
    tr_html_close(page, "div");
}

static void cost_card(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    char value[96];

    snprintf(value, sizeof value, "%.40s bps a round trip", tr_figure_number(m->cost_frac * BPS, 1).text);
    card(page, "Fees and slippage", value);
    if (m->break_even_frac > 0)
        tr_html_element(page, "p.why", "The net would be 0 at %s bps.",
                        tr_figure_number(m->break_even_frac * BPS, 1).text);
    else
        tr_html_element(page, "p.why", "These trades lose without any, too.");
    tr_html_close(page, "div");
}

/* An item of the list, where there is one: counts them. */
static size_t doubt_failed_checks(const struct tr_backtest *b, struct tr_html *page)
{
    size_t bad = 0;

    for (size_t s = 0; s < b->n_series; s++)
        bad += b->series[s].lookahead.bad;
    if (bad)
        tr_html_element(page, "li", "Look-ahead: %zu columns know later bars. Nothing below is to be believed.", bad);
    if (b->options.source == TR_BACKTEST_FILE)
        tr_html_element(page, "li",
                        "The entries come from a file: whether they were chosen with knowledge of what came after, "
                        "nothing here can tell.");
    return (size_t)(bad > 0) + (b->options.source == TR_BACKTEST_FILE);
}

static size_t doubt_size(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    bool few = m->closed < FEW_TRADES, brief = m->days < FEW_DAYS;

    if (few)
        tr_html_element(page, "li", "Few trades: %zu are closed, and every interval is as wide as that makes it.",
                        m->closed);
    if (brief)
        tr_html_element(page, "li", "A short time: %s days show hardly more than one mood of the market.",
                        tr_figure_number(m->days, 1).text);
    return (size_t)few + brief;
}

static size_t doubt_edge(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_measured *net = &b->measures.average_net_frac, *hit = &b->measures.hit_rate[0];
    double by_chance = b->measures.random_hit_rate[0];
    bool unclear = !(net->interval.lower > 0), plain = hit->interval.lower <= by_chance;

    if (unclear)
        tr_html_element(page, "li", "The average trade: %s. %s",
                        tr_figure_signed_rate(net->value, net->interval, 2).text, verdict(&net->interval));
    if (plain)
        tr_html_element(page, "li", "Target 1 was reached in %s; entries at random reach it in %s: %s.",
                        tr_figure_rate(hit->value, hit->interval, 1).text, tr_figure_percent(by_chance, 1).text,
                        hit->interval.upper < by_chance ? "less often than they do" : "that cannot be told apart");
    return (size_t)unclear + plain;
}

static size_t doubt_bars(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t assumed = m->funding_assumed;

    if (m->ambiguous)
        tr_html_element(page, "li",
                        "Ambiguous bars: %zu of %zu closed trades met one; read against the trades the total profit is "
                        "%s, read for them %s.",
                        m->ambiguous, m->closed, tr_figure_signed_percent(b->pessimistic.total_return, 2).text,
                        tr_figure_signed_percent(b->optimistic.total_return, 2).text);
    if (assumed)
        tr_html_element(page, "li", "Funding: for %zu settlements no rate was recorded and the default is assumed.",
                        assumed);
    return (size_t)(m->ambiguous > 0) + (assumed > 0);
}

static size_t doubt_costs(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    bool near = m->cost_frac > 0 && m->break_even_frac > 0 && m->break_even_factor < NEAR_FACTOR;
    bool lost = m->cost_frac > 0 && m->break_even_frac <= 0;

    if (near)
        tr_html_element(page, "li", "Costs: a round trip cost %s bps, and at %s bps nothing is left (%s times that).",
                        tr_figure_number(m->cost_frac * BPS, 1).text,
                        tr_figure_number(m->break_even_frac * BPS, 1).text,
                        tr_figure_number(m->break_even_factor, 2).text);
    if (lost)
        tr_html_element(page, "li", "Costs: these trades lose without any fees and slippage, too.");
    return (size_t)near + lost;
}

static size_t doubt_best_trade(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    tr_money best = 0;

    for (size_t i = 0; i < b->account.n_trades; i++) {
        if (b->account.trades[i].net > best)
            best = b->account.trades[i].net;
    }
    if (m->net <= 0 || tr_money_usd(best) < LARGE_SHARE * tr_money_usd(m->net))
        return 0;
    tr_html_element(page, "li", "One trade made %s of %s USD; without it there would be %s.",
                    tr_figure_number(tr_money_usd(best), 2).text, tr_figure_number(tr_money_usd(m->net), 2).text,
                    tr_figure_signed(tr_money_usd(m->net - best), 2).text);
    return 1;
}

static size_t doubt_luck(const struct tr_backtest *b, struct tr_html *page)
{
    bool unlikely = !tr_view_deflated_unknown(b) && b->trials > 1 && b->deflated < 0.95;
    bool overfit = !tr_view_pbo_unknown(b) && b->pbo > 0.1;

    if (!b->counted)
        tr_html_element(page, "li", "Luck: how many configurations were tried before this one is not known.");
    if (unlikely)
        tr_html_element(page, "li",
                        "Luck: %zu configurations were tried; that this one is better than the best of as many without "
                        "skill has a probability of %s.",
                        b->trials, tr_figure_chance(b->deflated).text);
    if (overfit)
        tr_html_element(page, "li",
                        "Overfitting: of the %zu stored variants the best of one half of the days does "
                        "worse than most in the other half in %s of the splits.",
                        b->variants, tr_figure_percent(b->pbo, 0).text);
    return (size_t)!b->counted + unlikely + overfit;
}

static void doubts(const struct tr_backtest *b, struct tr_html *page)
{
    static size_t (*const each[])(const struct tr_backtest *, struct tr_html *) = {
        doubt_failed_checks, doubt_size, doubt_edge, doubt_bars, doubt_costs, doubt_best_trade, doubt_luck};
    size_t n = 0;

    tr_html_element(page, "h3", "What speaks against believing it");
    tr_html_open(page, "ul.points");
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        n += each[i](b, page);
    if (!n)
        tr_html_element(page, "li", "Nothing that this page can find. That is no proof: it has not seen tomorrow.");
    tr_html_close(page, "ul");
}

static void lead(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    double change = tr_money_usd(b->account.final_equity - b->account.capital);

    tr_html_element(page, "p",
                    "%zu of %zu entries became trades on one account of %s USD. After all costs it %s %s USD (%s). %s",
                    b->account.n_trades, b->n_entries, tr_figure_number(tr_money_usd(b->account.capital), 2).text,
                    change < 0 ? "lost" : "gained", tr_figure_number(fabs(change), 2).text,
                    tr_figure_signed_rate(m->total_return.value, m->total_return.interval, 2).text,
                    verdict(&m->total_return.interval));
}

static void nothing(const struct tr_backtest *b, struct tr_html *page)
{
    enum tr_refusal most = TR_REFUSAL_NONE;

    for (int r = TR_REFUSAL_NONE + 1; r < TR_REFUSALS; r++) {
        if (b->account.refused[r] > (most == TR_REFUSAL_NONE ? 0 : b->account.refused[most]))
            most = (enum tr_refusal)r;
    }
    if (most != TR_REFUSAL_NONE)
        tr_html_element(page, "p", "No trades: all %zu entries were refused, most of them (%zu) since %s.",
                        b->n_entries, b->account.refused[most], tr_view_refusal_text(most));
    else if (b->options.source == TR_BACKTEST_FILE)
        tr_html_element(page, "p", "No trades: %s.",
                        b->file.rows ? "every row of the file was refused" : "the file has no rows");
    else
        tr_html_element(page, "p", "No trades: %s.", tr_view_no_signal_text(b));
}

void tr_report_account_summary(const struct tr_backtest *b, struct tr_html *page)
{
    if (!b->account.n_trades) {
        nothing(b, page);
    } else {
        lead(b, page);
        tr_html_open(page, "div.cards");
        return_card(b, page);
        trade_card(b, page);
        target_card(b, page);
        drawdown_card(b, page);
        sharpe_card(b, page);
        cost_card(b, page);
        tr_html_close(page, "div");
        doubts(b, page);
    }
    tr_html_element(page, "p.risk", "Past results, in a backtest or live, do not tell what the next trade brings. %s",
                    TR_VIEW_RISK_NOTICE);
}
