#include "app/view/luck_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>

#define DAYS_A_YEAR 365.0

void tr_view_members_json(const struct tr_walkforward *wf, enum tr_side side, struct tr_json *json)
{
    tr_json_array(json, "members");
    for (size_t m = 0; m < wf->members; m++) {
        const struct tr_member_score *score = &wf->member[side][m];

        tr_json_object(json, NULL);
        tr_json_string(json, "name", score->name);
        tr_json_int(json, "rows", (int64_t)score->rows);
        tr_json_number(json, "label_auc", score->auc);
        tr_json_number(json, "label_log_loss", score->log_loss);
        if (m + 1 < wf->members)
            tr_json_number(json, "mean_trees", score->mean_trees);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_members_text(const struct tr_walkforward *wf, enum tr_side side, struct tr_buf *out)
{
    struct tr_table *table;

    if (!wf->members)
        return;
    table = tr_table_create("<   member, on its label|rows|AUC|log loss|trees");
    for (size_t m = 0; m < wf->members; m++) {
        const struct tr_member_score *score = &wf->member[side][m];

        tr_table_cell(table, "   %s", score->name);
        tr_table_cell(table, "%zu", score->rows);
        tr_table_number(table, score->auc, 3);
        tr_table_number(table, score->log_loss, 4);
        tr_table_number(table, m + 1 < wf->members ? score->mean_trees : (double)NAN, 0);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

void tr_view_luck_json(const struct tr_luck *luck, struct tr_json *json)
{
    tr_json_object(json, "luck");
    tr_json_int(json, "days", (int64_t)luck->days);
    tr_json_number(json, "sharpe_daily", luck->sharpe.ratio);
    tr_json_number(json, "sharpe_annual", luck->sharpe.ratio * sqrt(DAYS_A_YEAR));
    tr_json_number(json, "skewness", luck->sharpe.skewness);
    tr_json_number(json, "kurtosis", luck->sharpe.kurtosis);
    tr_json_number(json, "psr", luck->psr);
    tr_json_number(json, "min_track_record_days", luck->min_days);
    if (luck->counted) {
        tr_json_int(json, "trials", (int64_t)luck->trials);
        tr_json_number(json, "trial_variance", luck->trial_variance);
        tr_json_number(json, "expected_max_sharpe_daily", luck->expected_max);
        tr_json_number(json, "deflated_sharpe", luck->deflated);
    } else {
        tr_json_null(json, "trials");
    }
    tr_json_object_end(json);
}

static void text_trials(const struct tr_luck *luck, struct tr_buf *out)
{
    if (!luck->counted)
        return;
    if (luck->trials == 1) {
        tr_buf_text(out, "It is the first configuration tried on this series, so nothing is deflated.\n");
        return;
    }
    if (isnan(luck->expected_max)) {
        tr_buf_printf(out,
                      "%zu configurations were tried on this series; too few of them have a Sharpe ratio over 15\n"
                      "days or more to tell what the best without skill would show.\n",
                      luck->trials);
        return;
    }
    tr_buf_printf(out,
                  "%zu configurations were tried on this series. The best of as many without skill would show %s a\n"
                  "day: probability that the true ratio is above that, %s (deflated Sharpe ratio).\n",
                  luck->trials, tr_figure_number(luck->expected_max, 3).text,
                  tr_figure_percent(luck->deflated, 0).text);
}

void tr_view_luck_text(const struct tr_luck *luck, struct tr_buf *out)
{
    if (!luck->days)
        return;
    tr_buf_text(out, "LUCK: the daily returns of these signals' trades, each with the whole account at 1x\n");
    if (isnan(luck->sharpe.ratio)) {
        tr_buf_printf(out, "%zu days, none of which differs: no Sharpe ratio.\n", luck->days);
        text_trials(luck, out);
        tr_buf_text(out, "\n");
        return;
    }
    tr_buf_printf(
        out, "Sharpe ratio %s a day over %zu days (%s a year); probability that the true one is above 0: %s.\n",
        tr_figure_signed(luck->sharpe.ratio, 3).text, luck->days,
        tr_figure_signed(luck->sharpe.ratio * sqrt(DAYS_A_YEAR), 2).text, tr_figure_percent(luck->psr, 0).text);
    if (isfinite(luck->min_days) && luck->min_days > (double)luck->days)
        tr_buf_printf(out, "To show it at the 5 %% level such a record would have to last %.0f days.\n",
                      luck->min_days);
    text_trials(luck, out);
    tr_buf_text(out, "\n");
}
