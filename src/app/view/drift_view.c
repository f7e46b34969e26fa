#include "app/view/drift_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>
#include <string.h>

static void windows_text(const struct tr_drift *drift, struct tr_buf *out)
{
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];
    tr_time_format(drift->train_from, from);
    tr_time_format(drift->train_to, to);
    tr_buf_printf(out, "%s %s on %s, model %s\n", drift->series.symbol, tr_timeframe_name(drift->series.timeframe),
                  drift->series.exchange, drift->model);
    tr_buf_printf(out, "Learnt from %s to %s, %zu rows.\n", from, to, drift->reference_rows);
    tr_time_format(drift->from, from);
    tr_time_format(drift->to, to);
    if (drift->rows)
        tr_buf_printf(out, "Now is     %s to %s, %zu rows", from, to, drift->rows);
    else
        tr_buf_text(out, "Now is     no bar past its warm-up");
    if (drift->rows_trained_on)
        tr_buf_printf(out, ", %zu of which lie in the training window", drift->rows_trained_on);
    tr_buf_text(out, ".\n\n");
}

/* Each figure with the largest one of the training window's own blocks behind it, and what that means. */
static void figure_cells(struct tr_table *table, const struct tr_drift_figure *f,
                         const struct tr_drift_options *options)
{
    tr_table_number(table, f->psi, 3);
    tr_table_number(table, f->own_psi, 3);
    tr_table_number(table, f->ks, 3);
    tr_table_number(table, f->own_ks, 3);
    tr_table_cell(table, "%s",
                  f->drifted[options->rule]   ? "drifted"
                  : f->drifted[TR_DRIFT_SEED] ? "as in training"
                                              : "");
}

static void heads_text(const struct tr_drift *drift, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<head|importance drifted|scores: PSI|own|KS|own|<");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_drift_head *head = &drift->head[side];
        if (!head->trained)
            continue;
        tr_table_cell(table, "%s", tr_side_name((enum tr_side)side));
        tr_table_percent(table, head->share[drift->options.rule], 1);
        if (head->judged) {
            figure_cells(table, &head->score, &drift->options);
        } else {
            for (int i = 0; i < 4; i++)
                tr_table_cell(table, "-");
            tr_table_cell(table, "%zu scores are too few", head->reference_rows);
        }
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_char(out, '\n');
}

static void columns_text(const struct tr_drift *drift, size_t most, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<input|long|short|missing|PSI|own|KS|own|<");
    size_t order[TR_FEATURE_INPUTS], n = most && most < drift->columns ? most : drift->columns;
    tr_drift_order(drift, order);
    for (size_t i = 0; i < n; i++) {
        const struct tr_drift_column *c = &drift->column[order[i]];
        tr_table_cell(table, "%s", tr_feature_info(TR_FEATURE_OVERLAYS + c->input)->name);
        for (int side = 0; side < TR_SIDE_COUNT; side++)
            tr_table_percent(table, drift->head[side].trained ? c->importance[side] : (double)NAN, 1);
        tr_table_percent(table, c->figure.missing, 0);
        figure_cells(table, &c->figure, &drift->options);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    size_t more = drift->columns - n;
    if (more)
        tr_buf_printf(out, "%zu more input%s nearer to the training window; -v shows all.\n", more,
                      more == 1 ? " lies" : "s lie");
}

static void legend_text(const struct tr_drift *drift, struct tr_buf *out)
{
    const struct tr_drift_options *o = &drift->options;
    tr_buf_text(out, "\nlong, short: what the input is worth to that head. own: the most that a block of the training\n"
                     "window differs from the rest of it. ");
    tr_buf_printf(out, "Thresholds: PSI %g, KS %g. ", o->psi, o->ks);
    if (o->rule == TR_DRIFT_NOISE)
        tr_buf_printf(out,
                      "Drifted is what exceeds both.\n"
                      "By the thresholds alone the verdict would be: %s.\n",
                      tr_drift_verdict_name(drift->verdict[TR_DRIFT_SEED]));
    else
        tr_buf_text(out, "Drifted is what exceeds them.\n");
}

/* One line a clause: a reason for drift may have four. */
static void reason_text(const char *reason, struct tr_buf *out)
{
    for (const char *end; *reason; reason = end) {
        end = strstr(reason, "; ");
        size_t len = end ? (size_t)(end - reason) : strlen(reason);
        tr_buf_printf(out, "  %.*s\n", (int)len, reason);
        end = end ? end + 2 : reason + len;
    }
    tr_buf_char(out, '\n');
}

void tr_view_drift_text(const struct tr_drift *drift, size_t most, struct tr_buf *out)
{
    enum tr_drift_verdict verdict = drift->verdict[drift->options.rule];
    windows_text(drift, out);
    tr_buf_printf(out, "Verdict: %s\n", tr_drift_verdict_name(verdict));
    reason_text(drift->reason, out);
    if (verdict == TR_DRIFT_TOO_FEW)
        return;
    heads_text(drift, out);
    columns_text(drift, most, out);
    legend_text(drift, out);
}

void tr_view_drift_history_json(const struct tr_series_key *series, const struct tr_drift_record *record, size_t n,
                                struct tr_json *json)
{
    tr_json_string(json, "exchange", series->exchange);
    tr_json_string(json, "symbol", series->symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(series->timeframe));
    tr_json_array(json, "checks");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_time(json, "time", record[i].time);
        tr_json_string(json, "model", record[i].model);
        tr_json_string(json, "verdict", record[i].verdict);
        tr_json_number(json, "importance_drifted", record[i].share);
        tr_json_string(json, "report", record[i].report);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_drift_history_text(const struct tr_series_key *series, const struct tr_drift_record *record, size_t n,
                                struct tr_buf *out)
{
    struct tr_table *table;
    if (!n) {
        tr_buf_printf(out, "No drift check of %s %s is stored.\n", series->symbol,
                      tr_timeframe_name(series->timeframe));
        return;
    }
    table = tr_table_create("<checked|<model|<verdict|importance drifted");
    for (size_t i = 0; i < n; i++) {
        char time[TR_TIME_TEXT];
        tr_time_format(record[i].time, time);
        tr_table_cell(table, "%s", time);
        tr_table_cell(table, "%s", record[i].model);
        tr_table_cell(table, "%s", record[i].verdict);
        tr_table_percent(table, record[i].share, 1);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}
