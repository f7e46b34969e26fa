#include "app/view/account_section.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"

#include <math.h>
#include <stdio.h>

static void row(struct tr_html *page, const char *name, const char *value, const char *meaning)
{
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", value);
    tr_html_cell(page, "%s", meaning);
}

static void psr_row(const struct tr_backtest *b, struct tr_html *page)
{
    const char *unknown = tr_view_psr_unknown(b);

    row(page, "True ratio above 0 (PSR)", unknown ? "-" : tr_figure_chance(b->measures.psr).text,
        unknown ? unknown : "the probability of it");
}

static void trial_rows(const struct tr_backtest *b, struct tr_html *page)
{
    const char *unknown = tr_view_deflated_unknown(b);

    if (b->counted) {
        tr_html_cell(page, "Configurations tried");
        tr_html_cell(page, "%zu", b->trials);
        tr_html_cell(page, "%s",
                     b->trials == 1 ? "the first, so nothing is deflated"
                                    : "on the series with the most of them, this one among them");
    }
    if (b->counted && b->trials > 1)
        row(page, "Best of as many without skill", tr_figure_number(b->expected_max, 3).text,
            "the Sharpe ratio a day that luck alone would show");
    row(page, "True ratio above that (deflated Sharpe)", unknown ? "-" : tr_figure_chance(b->deflated).text,
        unknown ? unknown : "the probability of it");
}

static void pbo_row(const struct tr_backtest *b, struct tr_html *page)
{
    const char *unknown = tr_view_pbo_unknown(b);
    char meaning[200];

    snprintf(meaning, sizeof meaning,
             "how often the best of %zu stored runs in one half of %zu shared days does worse than most in the other",
             b->variants, b->pbo_days);
    row(page, "Overfitting (PBO)", unknown ? "-" : tr_figure_percent(b->pbo, 0).text, unknown ? unknown : meaning);
}

void tr_report_account_luck(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;

    tr_html_element(page, "p",
                    "A good record may be luck, the more so the shorter it is and the more was tried. Daily returns of "
                    "the account over %zu days.",
                    m->n_days);
    tr_html_open(page, "div.assumed");
    tr_html_table(page, "The Sharpe ratio of these days, and what speaks against it", "<|<value|<meaning");
    row(page, "Sharpe ratio a day", tr_figure_signed(m->daily.ratio, 3).text,
        "mean over standard deviation of the daily returns");
    tr_html_cell(page, "Sharpe ratio a year");
    tr_html_cell(page, "%s %s", tr_figure_signed(m->sharpe.value, 2).text,
                 isfinite(m->sharpe.value) ? tr_figure_interval(m->sharpe.interval, 2).text : "");
    tr_html_cell(page, "the same times the root of 365, with its 95 %% interval");
    psr_row(b, page);
    trial_rows(b, page);
    pbo_row(b, page);
    tr_html_table_end(page);
    tr_html_close(page, "div");
}
