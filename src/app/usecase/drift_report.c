/* The report of a drift check as JSON: what is stored, and what the command line and the API show. */
#include "app/usecase/drift.h"

#include <math.h>

static void figure_json(const struct tr_drift_figure *f, const struct tr_drift_options *options, struct tr_json *json)
{
    tr_json_number(json, "psi", f->psi);
    tr_json_number(json, "ks", f->ks);
    tr_json_number(json, "own_psi", f->own_psi);
    tr_json_number(json, "own_ks", f->own_ks);
    tr_json_number(json, "excess", tr_drift_excess(f, options, options->rule));
    tr_json_number(json, "missing", f->missing);
    tr_json_number(json, "reference_missing", f->reference_missing);
    tr_json_bool(json, "drifted", f->drifted[options->rule]);
    tr_json_bool(json, "beyond_thresholds", f->drifted[TR_DRIFT_SEED]);
}

static void options_json(const struct tr_drift_options *options, struct tr_json *json)
{
    tr_json_object(json, "thresholds");
    tr_json_number(json, "psi", options->psi);
    tr_json_number(json, "ks", options->ks);
    tr_json_number(json, "importance_share", options->importance_share);
    tr_json_number(json, "min_days", options->min_days);
    tr_json_int(json, "min_bars", (int64_t)options->min_bars);
    tr_json_object_end(json);
}

static void windows_json(const struct tr_drift *drift, struct tr_json *json)
{
    tr_json_object(json, "reference");
    tr_json_time(json, "from", drift->train_from);
    tr_json_time(json, "to", drift->train_to);
    tr_json_int(json, "rows", (int64_t)drift->reference_rows);
    tr_json_object_end(json);
    tr_json_object(json, "current");
    if (drift->rows) {
        tr_json_time(json, "from", drift->from);
        tr_json_time(json, "to", drift->to);
    }
    tr_json_int(json, "rows", (int64_t)drift->rows);
    tr_json_int(json, "rows_trained_on", (int64_t)drift->rows_trained_on);
    tr_json_object_end(json);
}

static void head_json(const struct tr_drift *drift, int side, struct tr_json *json)
{
    const struct tr_drift_head *head = &drift->head[side];
    bool told = drift->verdict[drift->options.rule] != TR_DRIFT_TOO_FEW;
    tr_json_object(json, tr_side_name((enum tr_side)side));
    tr_json_number(json, "importance_drifted", told ? head->share[drift->options.rule] : (double)NAN);
    tr_json_number(json, "importance_beyond_thresholds", told ? head->share[TR_DRIFT_SEED] : (double)NAN);
    tr_json_int(json, "reference_scores", (int64_t)head->reference_rows);
    if (head->judged) {
        tr_json_object(json, "scores");
        figure_json(&head->score, &drift->options, json);
        tr_json_object_end(json);
    } else {
        tr_json_null(json, "scores");
    }
    tr_json_object_end(json);
}

static void column_json(const struct tr_drift *drift, const struct tr_drift_column *column, struct tr_json *json)
{
    const struct tr_feature_info *info = tr_feature_info(TR_FEATURE_OVERLAYS + column->input);
    tr_json_object(json, NULL);
    tr_json_string(json, "name", info->name);
    tr_json_string(json, "family", info->family);
    tr_json_object(json, "importance");
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_json_number(json, tr_side_name((enum tr_side)side),
                       drift->head[side].trained ? column->importance[side] : (double)NAN);
    tr_json_object_end(json);
    figure_json(&column->figure, &drift->options, json);
    tr_json_object_end(json);
}

void tr_drift_json(const struct tr_drift *drift, struct tr_json *json)
{
    size_t order[TR_FEATURE_INPUTS];
    tr_json_string(json, "exchange", drift->series.exchange);
    tr_json_string(json, "symbol", drift->series.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(drift->series.timeframe));
    tr_json_string(json, "model", drift->model);
    tr_json_string(json, "verdict", tr_drift_verdict_name(drift->verdict[drift->options.rule]));
    tr_json_string(json, "reason", drift->reason);
    tr_json_string(json, "rule", tr_drift_rule_name(drift->options.rule));
    tr_json_object(json, "verdicts");
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
        tr_json_string(json, tr_drift_rule_name((enum tr_drift_rule)rule), tr_drift_verdict_name(drift->verdict[rule]));
    tr_json_object_end(json);
    tr_json_number(json, "importance_drifted", drift->share);
    options_json(&drift->options, json);
    windows_json(drift, json);
    tr_json_object(json, "heads");
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        if (drift->head[side].trained)
            head_json(drift, side, json);
    tr_json_object_end(json);
    tr_drift_order(drift, order);
    tr_json_array(json, "inputs");
    for (size_t i = 0; i < drift->columns; i++)
        column_json(drift, &drift->column[order[i]], json);
    tr_json_array_end(json);
}
