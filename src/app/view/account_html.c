#include "app/view/account_html.h"

#include "app/usecase/backtest_report.h"
#include "app/usecase/version.h"
#include "app/view/account_section.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/html.h"
#include "app/view/walkforward_view.h"

#include <stdio.h>
#include <string.h>

static void report_reading(const struct tr_backtest *backtest, struct tr_html *page);

static const struct {
    const char *id, *heading;
    void (*write)(const struct tr_backtest *backtest, struct tr_html *page);
} sections[] = {
    {"assumptions", "Assumptions", tr_report_account_assumptions},
    {"summary", "Summary", tr_report_account_summary},
    {"checks", "Checks", tr_report_account_checks},
    {"equity", "Equity", tr_report_account_equity},
    {"drawdown", "Drawdown", tr_report_account_drawdown},
    {"months", "Months", tr_report_account_months},
    {"targets", "Targets: how often they were reached", tr_report_account_rates},
    {"metrics", "Metrics: estimates with their intervals", tr_report_account_metrics},
    {"bounds", "Bounds: the two readings of ambiguous bars", tr_report_account_bounds},
    {"trades", "Trades", tr_report_account_trades},
    {"excursions", "Excursions: how far trades went against and in favour", tr_report_account_excursions},
    {"costs", "Costs: from gross to net, and at other costs", tr_report_account_costs},
    {"paths", "Other paths: what the same days might have come to", tr_report_account_fan},
    {"exits", "Exit reasons", tr_report_account_exits},
    {"luck", "Luck: how much may be chance", tr_report_account_luck},
    {"reading", "How to read this", report_reading},
};

static bool is_synthetic(const struct tr_backtest *b)
{
    for (size_t i = 0; i < b->n_series; i++) {
        if (!strcmp(b->series[i].key.exchange, "synthetic"))
            return true;
    }
    return false;
}

static void versions(const struct tr_backtest *b, struct tr_html *page)
{
    struct tr_version_info version;

    tr_version_describe(&version);
    tr_html_open(page, "p.sub");
    tr_html_text(page, "Run %s, configuration %.16s. TraderAI %s", b->id, b->config, version.program);
    for (size_t i = 0; i < version.n_linked; i++)
        tr_html_text(page, ", %s %s", version.linked[i].name, version.linked[i].version);
    tr_html_text(page, "; seed %llu.", (unsigned long long)b->recipe.seed);
    tr_html_close(page, "p");
}

static void heading(const struct tr_backtest *b, struct tr_html *page, const char *title)
{
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    tr_view_date(b->from, from);
    tr_view_date(b->to, to);
    tr_html_open(page, "header");
    tr_html_element(page, "h1", "%s", title);
    tr_html_open(page, "p.sub");
    tr_html_text(page, "%s, %s to %s UTC (%s days); entries: %s%s. Series: ", tr_timeframe_name(b->timeframe), from, to,
                 tr_figure_number(b->measures.days, 1).text, tr_backtest_source_name(b->options.source),
                 b->options.proven_only ? ", proven ones only" : "");
    for (size_t i = 0; i < b->n_series; i++)
        tr_html_text(page, "%s%s (%s)", i ? ", " : "", b->series[i].key.symbol, b->series[i].key.exchange);
    tr_html_text(page, ".");
    tr_html_close(page, "p");
    versions(b, page);
    if (is_synthetic(b))
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

static void report_reading(const struct tr_backtest *b, struct tr_html *page)
{
    static const char *const terms[][2] = {
        {"Intervals",
         "An interval says which values the data do not contradict: 95 %, two-sided. A wide one means that little is "
         "known; of twenty, one or so misses. Compare intervals, not single figures. They know nothing of what never "
         "happened in the tested time."},
        {"Random entries",
         "The same sides, stops and targets on bars drawn at random from the same time and series. Near targets are "
         "reached often by anyone; only what lies above the random rate speaks for the entries."},
        {"Win rate, target 1 reached",
         "A trade wins where its net is above 0. Target 1 may be reached and the trade still lose, and many small wins "
         "may not pay for a few large losses: look at the average net profit."},
        {"Ambiguous bars",
         "A bar that touches both the stop and a target does not say which came first. The bounds read all such bars "
         "against the trades and for them; of each trade taken by itself, what happened lies between the two. One "
         "that reaches target 1 and touches the entry counts too, but is read alike in both."},
        {"Costs, bps",
         "1 bp is a hundredth of a percent. Fees and slippage of a round trip are compared with what the trades can "
         "bear: where break-even is near what was paid, a little more slippage takes the whole profit."},
        {"Drawdown", "How far the equity fell below its highest value so far. The next one may be larger: that of the "
                     "past is the largest so far, not the largest there is."},
        {"MAE, MFE", "The furthest the market went against and in favour of a trade while it lasted, in percent of its "
                     "entry price."},
        {"Sharpe, Sortino, Calmar",
         "Average daily return over its spread, over its downward spread, and annual return over the largest drawdown; "
         "365 days a year."},
        {"PSR and deflated Sharpe",
         "The probability that the true Sharpe ratio is above 0, and above what the best of as many tries without "
         "skill would show. Who tries many configurations finds a good one by chance."},
        {"PBO", "How often the best of several stored runs, chosen on one half of the days, does worse than most of "
                "them on the other half."},
        {"Proven",
         "The entry's score lay above a threshold whose success rate beat both 55 % and random entries on rows its "
         "model had not seen."},
        {"The equity line",
         "One course of events. It shows what was, at what depth; it is no forecast, and its end says less than the "
         "interval of the average trade."},
    };

    (void)b;
    tr_html_open(page, "dl");
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        tr_html_element(page, "dt", "%s", terms[i][0]);
        tr_html_element(page, "dd", "%s", terms[i][1]);
    }
    tr_html_close(page, "dl");
}

void tr_view_account_html(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_html page;
    char title[256];

    snprintf(title, sizeof title, "Backtest %s%s%.160s", b->id, b->options.label && *b->options.label ? ": " : "",
             b->options.label ? b->options.label : "");
    tr_html_begin(&page, out, title);
    heading(b, &page, title);
    contents(&page);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        tr_html_section(&page, sections[i].id, sections[i].heading);
        sections[i].write(b, &page);
        tr_html_close(&page, "section");
    }
    tr_html_end(&page);
}
