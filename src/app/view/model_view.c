#include "app/view/model_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

void tr_view_model_json(const struct tr_model_record *r, struct tr_json *json)
{
    tr_json_string(json, "id", r->id);
    tr_json_string(json, "exchange", r->series.exchange);
    tr_json_string(json, "symbol", r->series.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(r->series.timeframe));
    tr_json_string(json, "state", tr_model_state_name(r->state));
    tr_json_time(json, "created", r->created);
    tr_json_time(json, "train_from", r->train_from);
    tr_json_time(json, "train_to", r->train_to);
    tr_json_string(json, "parent", r->parent[0] ? r->parent : NULL);
    tr_json_string(json, "manifest", r->manifest);
    tr_json_string(json, "data_hash", r->data_hash);
    tr_json_string(json, "recipe_hash", r->recipe_hash);
    tr_json_string(json, "code_version", r->code_version);
    tr_json_int(json, "seed", r->seed);
    tr_json_int(json, "folds", (int64_t)r->folds);
    tr_json_int(json, "signals", (int64_t)r->signals);
    tr_json_number(json, "hit_rate_tp1", r->hit_rate_tp1);
    tr_json_number(json, "avg_net_profit_pct", r->avg_net_profit_frac * 100);
    tr_json_number(json, "auc", r->auc);
    tr_json_number(json, "log_loss", r->log_loss);
    tr_json_number(json, "brier", r->brier);
    tr_json_number(json, "calibration_error", r->calibration_error);
}

void tr_view_models_text(const struct tr_model_record *records, size_t n, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<model|<series|<state|<trained to|folds|AUC|log loss|signals|TP1|net");

    for (size_t i = 0; i < n; i++) {
        const struct tr_model_record *r = &records[i];
        char to[TR_TIME_TEXT];

        tr_view_date(r->train_to, to);
        tr_table_cell(table, "%s", r->id);
        tr_table_cell(table, "%s %s", r->series.symbol, tr_timeframe_name(r->series.timeframe));
        tr_table_cell(table, "%s", tr_model_state_name(r->state));
        tr_table_cell(table, "%s", to);
        tr_table_cell(table, "%zu", r->folds);
        tr_table_number(table, r->auc, 3);
        tr_table_number(table, r->log_loss, 4);
        tr_table_cell(table, "%zu", r->signals);
        tr_table_percent(table, r->hit_rate_tp1, 1);
        tr_table_percent(table, r->avg_net_profit_frac, 2);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}

static void csv_number(struct tr_buf *out, double value)
{
    if (isnan(value))
        tr_buf_char(out, ',');
    else
        tr_buf_printf(out, ",%.17g", value);
}

void tr_view_models_csv(const struct tr_model_record *records, size_t n, struct tr_buf *out)
{
    tr_buf_text(out, "id,exchange,symbol,timeframe,state,created,train_from,train_to,parent,seed,folds,signals,"
                     "hit_rate_tp1,avg_net_profit_pct,auc,log_loss,brier,calibration_error\n");
    for (size_t i = 0; i < n; i++) {
        const struct tr_model_record *r = &records[i];

        tr_buf_printf(out, "%s,%s,%s,%s,%s,%lld,%lld,%lld,%s,%lld,%zu,%zu", r->id, r->series.exchange, r->series.symbol,
                      tr_timeframe_name(r->series.timeframe), tr_model_state_name(r->state), (long long)r->created,
                      (long long)r->train_from, (long long)r->train_to, r->parent, (long long)r->seed, r->folds,
                      r->signals);
        csv_number(out, r->hit_rate_tp1);
        csv_number(out, r->avg_net_profit_frac * 100);
        csv_number(out, r->auc);
        csv_number(out, r->log_loss);
        csv_number(out, r->brier);
        csv_number(out, r->calibration_error);
        tr_buf_char(out, '\n');
    }
}

static void json_head(const struct tr_manifest_head *head, struct tr_json *json)
{
    tr_json_bool(json, "trained", head->trained);
    tr_json_string(json, "reason", head->trained ? NULL : head->reason);
    if (!head->trained)
        return;
    tr_json_int(json, "fit_rows", (int64_t)head->fit_rows);
    tr_json_number(json, "fit_effective_n", head->fit_n);
    tr_json_number(json, "fit_positive", head->fit_positive);
    tr_json_int(json, "reference_rows", (int64_t)head->reference_rows);
    tr_json_array(json, "members");
    for (size_t m = 0; m < head->members; m++)
        tr_json_string(json, NULL, head->member[m]);
    tr_json_array_end(json);
    tr_json_array(json, "inputs");
    for (size_t i = 0; i < head->cols; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "name", tr_feature_info(TR_FEATURE_OVERLAYS + head->col[i])->name);
        tr_json_number(json, "gain", head->gain[head->col[i]]);
        tr_json_number(json, "permutation", head->permutation[head->col[i]]);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_events(const struct tr_model_details *d, struct tr_json *json)
{
    tr_json_array(json, "log");
    for (size_t i = 0; i < d->n_events; i++) {
        tr_json_object(json, NULL);
        tr_json_time(json, "time", d->event[i].time);
        tr_json_string(json, "model", d->event[i].id);
        tr_json_string(json, "from", d->event[i].from[0] ? d->event[i].from : NULL);
        tr_json_string(json, "to", d->event[i].to);
        tr_json_string(json, "reason", d->event[i].reason);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_model_details_json(const struct tr_model_details *d, struct tr_json *json)
{
    tr_view_model_json(&d->model->record, json);
    tr_json_array(json, "artefacts");
    for (size_t i = 0; i < d->n_artefacts; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "name", d->artefact[i].name);
        tr_json_string(json, "hash", d->artefact[i].hash);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_bool(json, "imported", d->model->manifest.imported);
    tr_json_string(json, "learns", d->model->manifest.label);
    tr_json_object(json, "heads");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_json_object(json, tr_side_name((enum tr_side)side));
        json_head(&d->model->manifest.head[side], json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
    json_events(d, json);
}

/* Inputs of a head in order of gain, largest first. */
static void order_by_gain(const struct tr_manifest_head *head, size_t *order)
{
    for (size_t i = 0; i < head->cols; i++) {
        size_t at = i;

        while (at > 0 && head->gain[order[at - 1]] < head->gain[head->col[i]]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = head->col[i];
    }
}

static void text_head(const struct tr_manifest_head *head, enum tr_side side, struct tr_buf *out)
{
    enum { SHOWN = 10 };
    size_t order[TR_FEATURE_INPUTS];
    struct tr_table *table;

    if (!head->trained) {
        tr_buf_printf(out, "%s: no model: %s\n\n", tr_side_name(side), head->reason);
        return;
    }
    tr_buf_printf(out, "%s: %zu fit rows worth %.0f independent ones, %s of them positive; %zu inputs; members ",
                  tr_side_name(side), head->fit_rows, head->fit_n, tr_figure_percent(head->fit_positive, 1).text,
                  head->cols);
    for (size_t m = 0; m < head->members; m++)
        tr_buf_printf(out, "%s%s", m ? ", " : "", head->member[m]);
    tr_buf_text(out, "\n");
    order_by_gain(head, order);
    table = tr_table_create("<   inputs by gain|share of gain|shuffled, log loss grows by");
    for (size_t i = 0; i < head->cols && i < SHOWN; i++) {
        tr_table_cell(table, "   %s", tr_feature_info(TR_FEATURE_OVERLAYS + order[i])->name);
        tr_table_percent(table, head->gain[order[i]], 1);
        tr_table_number(table, head->permutation[order[i]], 4);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

void tr_view_model_details_text(const struct tr_model_details *d, struct tr_buf *out)
{
    const struct tr_model_record *r = &d->model->record;
    char time[TR_TIME_TEXT], from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    tr_view_models_text(r, 1, out);
    tr_view_date(r->train_from, from);
    tr_view_date(r->train_to, to);
    tr_time_format(r->created, time);
    if (d->model->manifest.imported)
        tr_buf_text(out,
                    "\nIMPORTED: trained elsewhere, on bars nobody here knows; the dates are those its scores were "
                    "ranked on.");
    tr_buf_printf(
        out, "\nof exchange %s, trained on %s to %s\nmade %s by version %s, seed %lld%s%s\ndata   %s\nrecipe %s\n\n",
        r->series.exchange, from, to, time, r->code_version, (long long)r->seed,
        r->parent[0] ? ", while the champion was " : "", r->parent, r->data_hash, r->recipe_hash);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        text_head(&d->model->manifest.head[side], (enum tr_side)side, out);
    for (size_t i = 0; i < d->n_artefacts; i++)
        tr_buf_printf(out, "%-16s %s\n", d->artefact[i].name, d->artefact[i].hash);
    tr_buf_text(out, "\nlog of the series\n");
    for (size_t i = 0; i < d->n_events; i++) {
        tr_time_format(d->event[i].time, time);
        tr_buf_printf(out, "  %s  %s  %s%s%s  %s\n", time, d->event[i].id, d->event[i].from,
                      d->event[i].from[0] ? " -> " : "", d->event[i].to, d->event[i].reason);
    }
}
