#include "app/view/run_view.h"

#include "app/view/backtest_view.h"
#include "app/view/conformal_view.h"
#include "app/view/explain_view.h"
#include "app/view/luck_view.h"
#include "app/view/signal_view.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void tr_view_data_json(const struct tr_run *run, struct tr_json *json)
{
    tr_json_object(json, "data");
    tr_json_string(json, "exchange", run->key.exchange);
    tr_json_string(json, "symbol", run->key.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(run->key.timeframe));
    tr_json_bool(json, "synthetic", run->synthetic);
    tr_json_int(json, "bars", (int64_t)run->bars);
    tr_json_time(json, "first", run->first);
    tr_json_time(json, "last", run->last);
    tr_json_int(json, "gaps", (int64_t)run->gaps);
    tr_json_int(json, "missing_bars", (int64_t)run->missing_bars);
    tr_json_int(json, "longest_gap", (int64_t)run->longest_gap);
    tr_json_number(json, "min_atr_pct", run->study.min_atr_frac * 100);
    tr_json_number(json, "share_above_min_atr", run->study.share_above_min_atr);
    tr_json_object_end(json);
}

void tr_view_data_text(const struct tr_run *run, struct tr_buf *out)
{
    char first[TR_TIME_TEXT], last[TR_TIME_TEXT];
    size_t horizon = tr_ladder_horizon_bars(&run->recipe.gate.ladder, run->key.timeframe);

    if (run->synthetic)
        tr_buf_text(out, "*** SYNTHETIC MARKET: made from a seed; nothing below speaks of a real one ***\n");
    tr_time_format(run->first, first);
    tr_time_format(run->last, last);
    tr_buf_printf(out, "%s %s (%s): %zu bars, %s to %s;\n%zu gaps, %zu bars missing\n", run->key.symbol,
                  tr_timeframe_name(run->key.timeframe), run->key.exchange, run->bars, first, last, run->gaps,
                  run->missing_bars);
    if (horizon < 6)
        tr_buf_printf(
            out,
            "At %s the %g h of a signal are only %zu bars: target 1 is rarely reached, signals are not to be\n"
            "expected.\n",
            tr_timeframe_name(run->key.timeframe), run->recipe.gate.ladder.horizon_hours, horizon);
    tr_buf_printf(
        out,
        "The profit filter (net >= %.3g %% after costs) can pass where ATR/close >= %.2f %%, which holds for\n"
        "%.1f %% of these bars.\n\n",
        run->recipe.gate.min_net_frac * 100, run->study.min_atr_frac * 100, run->study.share_above_min_atr * 100);
}

void tr_view_newest_json(const struct tr_run *run, struct tr_json *json)
{
    const struct tr_newest *newest = &run->newest;
    char reason[400];

    tr_newest_reason(newest, reason, sizeof reason);
    if (newest->signal >= 0) {
        tr_json_object(json, "signal");
        tr_json_string(json, "exchange", run->key.exchange);
        tr_json_string(json, "symbol", run->key.symbol);
        tr_json_string(json, "timeframe", tr_timeframe_name(run->key.timeframe));
        tr_json_array(json, "exit_fractions");
        for (int i = 0; i < TR_TARGETS; i++)
            tr_json_number(json, NULL, run->recipe.gate.ladder.fraction[i]);
        tr_json_array_end(json);
        tr_view_signal_json(&newest->decision[newest->signal].signal, run->recipe.gate.profile, json);
        tr_json_object_end(json);
    } else {
        tr_json_null(json, "signal");
    }
    tr_json_string(json, "reason", newest->signal >= 0 ? NULL : reason);
    tr_json_array(json, "decisions");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side])
            continue;
        tr_json_object(json, NULL);
        tr_view_decision_json(&newest->decision[side], json);
        tr_view_set_json(run, (enum tr_side)side, json);
        tr_view_explanation_json(&newest->explanation[side], json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void text_set(const struct tr_run *run, enum tr_side side, struct tr_buf *out)
{
    char text[96];

    tr_view_set_text(run, side, text, sizeof text);
    if (text[0])
        tr_buf_printf(out, "         %s\n", text);
}

void tr_view_newest_text(const struct tr_run *run, struct tr_buf *out)
{
    const struct tr_newest *newest = &run->newest;
    char time[TR_TIME_TEXT], text[160];

    tr_time_format(newest->time + run->recipe.plan.bar_ms, time);
    if (newest->signal >= 0) {
        tr_buf_text(out, "SIGNAL\n");
        tr_view_signal_text(&run->key, &newest->decision[newest->signal].signal, &run->recipe.gate.ladder,
                            run->recipe.gate.profile, out);
        text_set(run, (enum tr_side)newest->signal, out);
        tr_view_explanation_text(&newest->explanation[newest->signal], 5, out);
    } else {
        tr_buf_printf(out, "NO SIGNAL at the newest bar (%s)\n", time);
    }
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side] || newest->decision[side].stage == TR_STAGE_SIGNAL)
            continue;
        tr_newest_side_reason(newest, (enum tr_side)side, text, sizeof text);
        tr_buf_printf(out, "  %-5s  %s\n", tr_side_name((enum tr_side)side), text);
        text_set(run, (enum tr_side)side, out);
        tr_view_explanation_text(&newest->explanation[side], 3, out);
    }
    tr_buf_text(out, "\n" TR_VIEW_RISK_NOTICE "\n");
}

void tr_view_run_json(const struct tr_run *run, struct tr_json *json)
{
    tr_view_data_json(run, json);
    tr_view_walkforward_json(run, json);
    tr_view_calibration_json(run, json);
    tr_view_backtest_json(run, json);
    tr_view_luck_json(&run->luck, json);
    tr_json_object(json, "funnel");
    tr_view_funnel_json(&run->wf.replay.funnel, json);
    tr_json_object_end(json);
    tr_view_newest_json(run, json);
}

void tr_view_run_text(const struct tr_run *run, struct tr_buf *out)
{
    tr_view_data_text(run, out);
    tr_view_walkforward_text(run, out);
    tr_view_calibration_text(run, out);
    tr_view_backtest_text(run, out);
    tr_view_luck_text(&run->luck, out);
    tr_view_funnel_text(&run->wf.replay.funnel, out);
    tr_buf_text(out, "\n");
    tr_view_newest_text(run, out);
}

/* The inputs that were used, or were not, by name. Without a model nothing is said of either. */
static void json_inputs(const char *key, const struct tr_walk_fit *fit, bool used, struct tr_json *json)
{
    tr_json_array(json, key);
    for (size_t i = 0; i < TR_FEATURE_INPUTS; i++) {
        if (fit->trained && fit->used[i] == used)
            tr_json_string(json, NULL, tr_feature_info(TR_FEATURE_OVERLAYS + i)->name);
    }
    tr_json_array_end(json);
}

/* A column that exists only in part of the window would tell the date: what was left out for that is named. */
static void text_dropped(const struct tr_run *run, struct tr_buf *out)
{
    size_t width = 0;

    for (size_t i = 0; i < TR_FEATURE_INPUTS; i++) {
        const char *name = tr_feature_info(TR_FEATURE_OVERLAYS + i)->name;
        bool dropped = false;

        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_walk_fit *fit = &run->newest.walk.fit[side][0];

            dropped = dropped || (run->recipe.side[side] && fit->trained && !fit->used[i]);
        }
        if (!dropped)
            continue;
        if (!width)
            tr_buf_printf(out,
                          "Left out, under %.0f %% of values in some part of the window:", run->recipe.min_share * 100);
        tr_buf_text(out, width == 0 || width + strlen(name) > 90 ? "\n  " : ", ");
        width = width == 0 || width + strlen(name) > 90 ? strlen(name) : width + strlen(name) + 2;
        tr_buf_text(out, name);
    }
    if (width)
        tr_buf_text(out, "\n");
}

/* Inputs in use by their share of the gain, largest first; returns how many. */
static size_t order_inputs(const struct tr_walk_fit *fit, size_t *order)
{
    size_t n = 0;

    for (size_t i = 0; i < TR_FEATURE_INPUTS; i++) {
        size_t at = n;

        if (!fit->used[i])
            continue;
        while (at > 0 && fit->gain[order[at - 1]] < fit->gain[i]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
        n++;
    }
    return n;
}

static void json_importance(const struct tr_walk_fit *fit, struct tr_json *json)
{
    size_t order[TR_FEATURE_INPUTS], n = fit->trained ? order_inputs(fit, order) : 0;

    tr_json_array(json, "importance");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "input", tr_feature_info(TR_FEATURE_OVERLAYS + order[i])->name);
        tr_json_number(json, "gain", fit->gain[order[i]]);
        tr_json_number(json, "permutation", fit->permutation[order[i]]);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

/* The five inputs that the trees lean on most: share of their gain, and what shuffling the input costs in log loss. */
static void text_importance(const struct tr_walk_fit *fit, enum tr_side side, struct tr_buf *out)
{
    enum { SHOWN = 5 };
    size_t order[TR_FEATURE_INPUTS], n = fit->trained ? order_inputs(fit, order) : 0;
    struct tr_table *table;
    char header[96];

    if (!n || !(fit->gain[order[0]] > 0))
        return;
    snprintf(header, sizeof header, "<%s leans on|share of gain|shuffled, log loss grows by", tr_side_name(side));
    table = tr_table_create(header);
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        tr_table_cell(table, "%s", tr_feature_info(TR_FEATURE_OVERLAYS + order[i])->name);
        tr_table_percent(table, fit->gain[order[i]], 1);
        tr_table_number(table, fit->permutation[order[i]], 4);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}

void tr_view_train_json(const struct tr_run *run, struct tr_json *json)
{
    const struct tr_fold *fold = &run->newest.fold;

    tr_view_data_json(run, json);
    tr_json_object(json, "model");
    tr_json_time(json, "train_from", fold->train_from);
    tr_json_time(json, "fit_to", fold->fit_to);
    tr_json_time(json, "reference_from", fold->reference_from);
    tr_json_time(json, "train_to", fold->train_to);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = &run->newest.walk.fit[side][0];

        if (!run->recipe.side[side])
            continue;
        tr_json_object(json, tr_side_name((enum tr_side)side));
        tr_json_bool(json, "trained", fit->trained);
        tr_json_string(json, "reason", fit->trained ? NULL : fit->reason);
        tr_json_int(json, "fit_rows", (int64_t)fit->fit_rows);
        tr_json_number(json, "fit_effective_n", fit->fit_n);
        tr_json_number(json, "fit_positive", fit->fit_positive);
        tr_json_int(json, "reference_rows", (int64_t)fit->reference_rows);
        json_inputs("inputs", fit, true, json);
        json_inputs("inputs_dropped", fit, false, json);
        json_importance(fit, json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
}

void tr_view_train_text(const struct tr_run *run, struct tr_buf *out)
{
    const struct tr_fold *fold = &run->newest.fold;
    struct tr_table *table = tr_table_create("<side|fit rows|eff. n|positive|reference rows|inputs|dropped|<state");
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    tr_view_data_text(run, out);
    tr_view_date(fold->train_from, from);
    tr_view_date(fold->train_to, to);
    tr_buf_printf(out, "Trained on %s to %s:\n", from, to);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = &run->newest.walk.fit[side][0];

        if (!run->recipe.side[side])
            continue;
        tr_table_cell(table, "%s", tr_side_name((enum tr_side)side));
        tr_table_cell(table, "%zu", fit->fit_rows);
        tr_table_number(table, fit->fit_n, 0);
        tr_table_percent(table, fit->fit_positive, 1);
        tr_table_cell(table, "%zu", fit->reference_rows);
        tr_table_cell(table, "%zu", fit->cols);
        tr_table_cell(table, "%zu", fit->dropped);
        tr_table_cell(table, "%s", fit->trained ? "trained" : fit->reason);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    text_dropped(run, out);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            text_importance(&run->newest.walk.fit[side][0], (enum tr_side)side, out);
    }
}
