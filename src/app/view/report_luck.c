#include "app/view/figure.h"
#include "app/view/report_section.h"

#include <math.h>

#define DAYS_A_YEAR 365.0

static void row(struct tr_html *page, const char *name, const char *value, const char *meaning)
{
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", value);
    tr_html_cell(page, "%s", meaning);
}

static void trial_rows(const struct tr_luck *luck, struct tr_html *page)
{
    if (!luck->counted) {
        row(page, "configurations tried", "-", "no store was there to count them");
        return;
    }
    row(page, "configurations tried", tr_figure_number((double)luck->trials, 0).text,
        luck->trials == 1 ? "on this series; the first, so nothing is deflated"
                          : "on this series, this one among them");
    if (luck->trials == 1)
        return;
    row(page, "best of as many without skill", tr_figure_number(luck->expected_max, 3).text,
        isnan(luck->expected_max) ? "fewer than two of them have a Sharpe ratio over 15 days or more"
                                  : "the Sharpe ratio a day that luck alone would show");
    row(page, "true ratio above that", tr_figure_chance(luck->deflated).text,
        "the probability of it: the deflated Sharpe ratio");
}

void tr_report_luck(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_luck *luck = &run->luck;
    double ratio = luck->sharpe.ratio;

    if (!luck->days) {
        tr_html_element(page, "p", "No day was tested, so there is nothing to be lucky with.");
        return;
    }
    tr_html_element(
        page, "p",
        "Daily returns of the signals' trades over %zu days, each trade with the whole account at 1x. A good "
        "record may be luck, the more so the shorter it is and the more was tried.",
        luck->days);
    tr_html_table(page, "The Sharpe ratio of these days, and what speaks against it", "<|value|<meaning");
    row(page, "Sharpe ratio a day", tr_figure_signed(ratio, 3).text,
        "mean over standard deviation of the daily returns");
    row(page, "Sharpe ratio a year", tr_figure_signed(ratio * sqrt(DAYS_A_YEAR), 2).text,
        "the same times the root of 365");
    row(page, "true ratio above 0", tr_figure_chance(luck->psr).text, "the probability of it");
    row(page, "days of record needed", tr_figure_number(luck->min_days, 0).text,
        isfinite(luck->min_days) ? "until that is shown at the 5 % level"
                                 : "no record can show it, the ratio is not above 0");
    trial_rows(luck, page);
    tr_html_table_end(page);
}
