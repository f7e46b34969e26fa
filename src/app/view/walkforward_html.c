#include "app/view/walkforward_html.h"

#include "app/usecase/version.h"
#include "app/view/backtest_view.h"
#include "app/view/figure.h"
#include "app/view/html.h"
#include "app/view/report_section.h"
#include "app/view/run_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void report_reading(const struct tr_run *run, struct tr_html *page);

static const struct {
    const char *id, *heading;
    void (*write)(const struct tr_run *run, struct tr_html *page);
} sections[] = {
    {"folds", "Folds: when it learnt, when it was tested", tr_report_folds},
    {"scores", "Scores out of sample", tr_report_scores},
    {"calibration", "Calibration: what p said, and what happened", tr_report_calibration},
    {"funnel", "The funnel: what was refused, and why", tr_report_funnel},
    {"backtest", "Backtest of the signals", tr_report_backtest},
    {"luck", "Luck: how much may be chance", tr_report_luck},
    {"newest", "The newest bar", tr_report_newest},
    {"reading", "How to read this", report_reading},
    {"trades", "Trades", tr_report_trades},
};

static void heading(const struct tr_run *run, struct tr_html *page)
{
    struct tr_version_info version;
    char first[TR_TIME_TEXT], last[TR_TIME_TEXT];

    tr_version_describe(&version);
    tr_time_format(run->first, first);
    tr_time_format(run->last, last);
    tr_html_open(page, "header");
    tr_html_element(page, "h1", "%s %s: walk-forward report", run->key.symbol, tr_timeframe_name(run->key.timeframe));
    tr_html_element(page, "p.sub", "%s. %zu bars, %s to %s; %zu gaps, %zu bars missing.", run->key.exchange, run->bars,
                    first, last, run->gaps, run->missing_bars);
    tr_html_open(page, "p.sub");
    tr_html_text(page, "TraderAI %s", version.program);
    for (size_t i = 0; i < version.n_linked; i++)
        tr_html_text(page, ", %s %s", version.linked[i].name, version.linked[i].version);
    tr_html_text(page, "; seed %llu.", (unsigned long long)run->recipe.seed);
    tr_html_close(page, "p");
    if (run->synthetic)
        tr_html_element(page, "p.made-up", "SYNTHETIC MARKET: made from a seed; nothing below speaks of a real one.");
    tr_html_close(page, "header");
}

static void contents(struct tr_html *page)
{
    tr_buf_text(page->out, "<nav aria-label=\"On this page\">\n<ul>\n");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)strcspn(sections[i].heading, ":"), sections[i].heading);
        tr_html_open(page, "li");
        tr_html_link(page, sections[i].id, name);
        tr_html_close(page, "li");
    }
    tr_buf_text(page->out, "</ul>\n</nav>\n");
}

static void card(struct tr_html *page, const char *name, const char *value)
{
    tr_html_open(page, "div.card");
    tr_html_element(page, "h3", "%s", name);
    tr_html_element(page, "p.value", "%s", value);
}

static void edge_card(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_head_score *s = &run->wf.total[side];

    if (!run->wf.n_folds || isnan(s->auc.p_value)) {
        card(page, tr_report_side(side), "No judgement possible");
        tr_html_element(page, "p.why", "Too little was tested out of sample.");
    } else {
        card(page, tr_report_side(side), tr_head_score_claims_edge(s) ? "An edge is claimed" : "No edge is shown");
        tr_html_element(page, "p.why",
                        "AUC %s, 95 %% interval %s: one-sided p-value %s, the share of models knowing nothing that "
                        "would do as well or better. Gross gain per unit of rank %s ATR, 90 %% interval %s.",
                        tr_figure_number(s->auc.auc, 3).text, tr_figure_interval(s->auc.interval, 3).text,
                        tr_figure_p_value(s->auc.p_value).text, tr_figure_signed(s->gain_slope, 2).text,
                        isnan(s->gain_interval.lower) ? "not known" : tr_figure_interval(s->gain_interval, 2).text);
        if (s->log_loss > s->base_log_loss)
            tr_html_element(page, "p.why", "As a number p did worse than plain b.");
        tr_html_element(page, "p.why", "%zu bars were tested, worth %s independent ones.", s->rows,
                        tr_figure_number(s->n, 0).text);
    }
    tr_html_close(page, "div");
}

static void proven_card(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_newest *newest = &run->newest;
    bool any = false;

    for (int side = 0; side < TR_SIDE_COUNT; side++)
        any = any || (newest->calibrated[side] && newest->calibration[side].proven_any);
    card(page, "Proven now", any ? "Yes, above a threshold" : "Nothing");
    for (int side = 0; any && side < TR_SIDE_COUNT; side++) {
        if (newest->calibrated[side] && newest->calibration[side].proven_any)
            tr_html_element(page, "p.why",
                            "%s: signals from rank %s up beat both 55 %% and random entries on rows the "
                            "model had not seen.",
                            tr_report_side((enum tr_side)side),
                            tr_figure_number(newest->calibration[side].proven_threshold, 3).text);
    }
    if (!any)
        tr_html_element(page, "p.why", "No threshold on the rank is shown to beat both 55 %% and random entries.");
    tr_html_close(page, "div");
}

static const char *net_verdict(const struct tr_sequence_summary *s)
{
    if (isnan(s->average_net_interval.lower))
        return "The interval is not known: too little time.";
    if (s->average_net_interval.lower > 0)
        return "The interval lies above 0.";
    if (s->average_net_interval.upper < 0)
        return "The interval lies below 0: these trades lost.";
    return "The interval holds 0: neither a gain nor a loss is shown.";
}

static void luck_line(const struct tr_luck *luck, struct tr_html *page)
{
    if (isnan(luck->psr))
        return;
    tr_html_open(page, "p.why");
    tr_html_text(page, "Probability that its true Sharpe ratio is above 0: %s", tr_figure_chance(luck->psr).text);
    if (luck->counted && luck->trials > 1)
        tr_html_text(page, "; above what the best of %zu tries without skill would show: %s", luck->trials,
                     tr_figure_chance(luck->deflated).text);
    tr_html_text(page, ".");
    tr_html_close(page, "p");
}

static void backtest_card(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_sequence_summary *s = &run->wf.backtest;
    char value[64];

    if (s->closed) {
        snprintf(value, sizeof value, "%.30s net a trade", tr_figure_signed_percent(s->average_net_frac, 2).text);
        card(page, "Backtest", value);
        tr_html_element(page, "p.why", "%s over %zu trades, after all costs. %s",
                        tr_figure_signed_rate(s->average_net_frac, s->average_net_interval, 2).text, s->closed,
                        net_verdict(s));
        tr_html_element(page, "p.why", "Target 1 reached in %s; random entries: %s.",
                        tr_figure_rate(s->hit_rate[0], s->hit_rate_interval[0], 1).text,
                        tr_figure_percent(tr_view_random_rate(run, s), 1).text);
        luck_line(&run->luck, page);
    } else {
        card(page, "Backtest", "No trades");
        tr_html_element(page, "p.why", "%zu signals%s.", s->offered, s->offered ? ", none of which is closed" : "");
    }
    tr_html_close(page, "div");
}

static void newest_card(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_newest *newest = &run->newest;
    char reason[400];

    if (newest->signal < 0) {
        tr_newest_reason(newest, reason, sizeof reason);
        card(page, "Newest bar", "No signal");
        tr_html_element(page, "p.why", "%s", reason);
    } else {
        const struct tr_evidence *e = &newest->decision[newest->signal].signal.evidence;

        card(page, "Newest bar", newest->signal == TR_LONG ? "A long signal" : "A short signal");
        tr_html_element(page, "p.why", "p = %s, random entries b = %s. %s", tr_figure_percent(e->confidence, 1).text,
                        tr_figure_percent(e->base_rate, 1).text,
                        e->proven ? "Proven." : "Not proven: nothing shows that it beats a random entry.");
    }
    tr_html_close(page, "div");
}

/* "long", "short", "long and short", ""; of the sides that claim an edge. */
static const char *claimed(const struct tr_run *run)
{
    bool on_long = run->recipe.side[TR_LONG] && run->wf.claims_edge[TR_LONG];
    bool on_short = run->recipe.side[TR_SHORT] && run->wf.claims_edge[TR_SHORT];

    return on_long && on_short ? "long and short" : on_long ? "long" : on_short ? "short" : "";
}

static void lead(const struct tr_run *run, struct tr_html *page)
{
    const char *sides = claimed(run);

    if (!run->wf.n_folds) {
        tr_html_element(page, "p",
                        "The series is too short for a single fold: nothing can be said about out-of-sample results.");
        return;
    }
    tr_html_open(page, "p");
    tr_html_text(page, "Tested on %zu blocks of time that no model had seen. ", run->wf.n_folds);
    if (*sides)
        tr_html_text(page,
                     "An edge is claimed, %s: a reason to look further, no proof. Of twenty sides without any edge one "
                     "or so will claim it.",
                     sides);
    else
        tr_html_text(page, "No edge is shown: what the models said does not tell winners from losers better than "
                           "chance may. That is the usual result.");
    if (*sides && run->wf.backtest.average_net_interval.upper < 0)
        tr_html_text(page, " And it did not pay: after costs the trades of its signals lost.");
    tr_html_close(page, "p");
}

static void summary(const struct tr_run *run, struct tr_html *page)
{
    tr_html_section(page, "summary", "Summary");
    lead(run, page);
    tr_html_open(page, "div.cards");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            edge_card(run, (enum tr_side)side, page);
    }
    proven_card(run, page);
    backtest_card(run, page);
    newest_card(run, page);
    tr_html_close(page, "div");
    tr_html_element(page, "p.risk", "Past results, in a backtest or live, do not tell what the next trade brings. %s",
                    TR_VIEW_RISK_NOTICE);
    tr_html_close(page, "section");
}

static void report_reading(const struct tr_run *run, struct tr_html *page)
{
    static const char *const terms[][2] = {
        {"p and b",
         "p is the calibrated probability that target 1 is reached before the stop in time. b is how often a "
         "random entry on the same side reaches it. On hourly markets b is often around 60 %, so a p of 60 % "
         "alone is no news; the edge is p - b."},
        {"Intervals",
         "An interval says which values the data do not contradict: 95 % two-sided unless it says otherwise. "
         "A wide one means that little is known; of twenty, one or so misses. Compare intervals, not single "
         "figures."},
        {"Effective counts",
         "Outcomes of neighbouring bars overlap: thousands of bars tell only as much as hundreds of "
         "independent ones. \"eff. n\" is that smaller number, and what is said about bars rests on it."},
        {"AUC",
         "The chance that of two bars the one that reached target 1 had the higher rank. 0.5 is knowing nothing."},
        {"Log loss, Brier", "How far p was from what happened; smaller is better. \"of b\" is the log loss of always "
                            "saying b: p is worth something as a number only where it is below that."},
        {"Calibration error", "How far p and the rate that followed lie apart, on average over ten bins."},
        {"Top fifth", "The event's rate among the bars the model ranked highest. It should lie above b."},
        {"Proven",
         "The score lies above a threshold whose success rate beat both 55 % and b in a test whose error rate is "
         "set to 10 %, on rows the model had not seen. All other signals do about as well as random entries "
         "did."},
        {"Luck",
         "Who tries many configurations finds a good one by chance. Each one tried on a series is counted, and the "
         "deflated Sharpe ratio asks whether this record beats the best that as many without skill would show."},
        {"Net and expected",
         "Net is what remains if all three targets fill, after fees, slippage and funding. What such "
         "candidates really returned stands beside it and is usually less."},
        {"The equity line",
         "One order of trades, with everything in each of them. It shows what was, at what depth; it is "
         "no forecast, and its end says less than the interval of the average trade."},
    };

    (void)run;
    tr_html_open(page, "dl");
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        tr_html_element(page, "dt", "%s", terms[i][0]);
        tr_html_element(page, "dd", "%s", terms[i][1]);
    }
    tr_html_close(page, "dl");
}

void tr_view_walkforward_html(const struct tr_run *run, struct tr_buf *out)
{
    struct tr_html page;
    char title[160];

    snprintf(title, sizeof title, "%s %s: walk-forward report", run->key.symbol, tr_timeframe_name(run->key.timeframe));
    tr_html_begin(&page, out, title);
    heading(run, &page);
    contents(&page);
    summary(run, &page);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        tr_html_section(&page, sections[i].id, sections[i].heading);
        sections[i].write(run, &page);
        tr_html_close(&page, "section");
    }
    tr_html_end(&page);
}
