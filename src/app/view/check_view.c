#include "app/view/check_view.h"

#include "app/view/table.h"
#include "base/alloc.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NAME_TEXT 128 /* "plugin.column" */

static const char *full_name(const struct tr_check_column *column, char out[NAME_TEXT])
{
    snprintf(out, NAME_TEXT, "%s%s%s", column->plugin ? column->plugin : "", column->plugin ? "." : "", column->name);
    return out;
}

static const char *kind_of(const struct tr_check_column *column)
{
    return column->plugin ? "plugin" : column->input ? "input" : "overlay";
}

static void csv_number(struct tr_buf *out, double value)
{
    char text[TR_NUMBER_TEXT] = "";

    if (!isnan(value))
        tr_text_from_double17(value, text);
    tr_buf_printf(out, ",%s", text);
}

void tr_view_checked_text(const struct tr_series_key *key, const struct tr_check *check, struct tr_buf *out)
{
    char first[TR_TIME_TEXT], last[TR_TIME_TEXT];

    if (strcmp(key->exchange, "synthetic") == 0)
        tr_buf_text(out, "*** SYNTHETIC MARKET: made from a seed; the columns are computed as on a real one ***\n");
    tr_time_format(check->first, first);
    tr_time_format(check->last, last);
    tr_buf_printf(out, "%s %s (%s): %zu bars, %s to %s\n\n", key->symbol, tr_timeframe_name(key->timeframe),
                  key->exchange, check->bars, first, last);
}

void tr_view_checked_json(const struct tr_series_key *key, const struct tr_check *check, struct tr_json *json)
{
    tr_json_string(json, "exchange", key->exchange);
    tr_json_string(json, "symbol", key->symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(key->timeframe));
    tr_json_bool(json, "synthetic", strcmp(key->exchange, "synthetic") == 0);
    tr_json_int(json, "bars", (int64_t)check->bars);
    tr_json_time(json, "first", check->first);
    tr_json_time(json, "last", check->last);
}

/* --- look-ahead --- */

/* "76 inputs, 24 overlays and 2 columns of plug-ins": those that are causal. */
static void add_counts(const struct tr_check *check, struct tr_buf *out)
{
    size_t inputs = 0, overlays = 0, others = 0, left;

    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];

        if (column->lookahead.verdict != TR_CAUSAL)
            continue;
        inputs += !column->plugin && column->input;
        overlays += !column->plugin && !column->input;
        others += column->plugin != NULL;
    }
    const struct {
        size_t n;
        const char *one, *many;
    } part[] = {{inputs, "input", "inputs"},
                {overlays, "overlay", "overlays"},
                {others, "column of a plug-in", "columns of plug-ins"}};
    left = (size_t)(inputs > 0) + (size_t)(overlays > 0) + (size_t)(others > 0);
    if (left == 0)
        tr_buf_text(out, "no column");
    for (size_t k = 0; k < 3; k++) {
        if (part[k].n == 0)
            continue;
        tr_buf_printf(out, "%zu %s", part[k].n, part[k].n == 1 ? part[k].one : part[k].many);
        left--;
        tr_buf_text(out, left == 0 ? "" : left == 1 ? " and " : ", ");
    }
}

static void add_finding(const struct tr_check_column *column, size_t bars, struct tr_buf *out)
{
    const struct tr_lookahead_column *seen = &column->lookahead;
    char name[NAME_TEXT], time[TR_TIME_TEXT], stream[TR_NUMBER_TEXT], batch[TR_NUMBER_TEXT];
    static const char *const title[] = {[TR_CAUSAL] = "",
                                        [TR_CAUSAL_AHEAD] = "LOOKS AHEAD",
                                        [TR_CAUSAL_UNEQUAL] = "UNEQUAL",
                                        [TR_CAUSAL_UNSTEADY] = "UNSTEADY"};
    static const char *const meaning[] = {
        [TR_CAUSAL] = "",
        [TR_CAUSAL_AHEAD] = "The row changes when later bars are cut off: what it says was not known at that bar.",
        [TR_CAUSAL_UNEQUAL] = "No later bar changes it, but two ways of handing in the same bars do: state outside\n"
                              "  the instance, or two ways of computing it.",
        [TR_CAUSAL_UNSTEADY] = "Two runs over the same bars differ (the clock, chance, or state that outlives a run):\n"
                               "  whether it looks ahead cannot be said."};

    tr_time_format(column->first_bad_time, time);
    tr_text_from_double_digits(seen->stream, 8, stream);
    tr_text_from_double_digits(seen->batch, 8, batch);
    tr_buf_printf(out, "%s: %s\n", title[seen->verdict], full_name(column, name));
    tr_buf_printf(out, "  %zu of %zu rows differ, the first is row %zu (%s): %s bar by bar, %s with all bars.\n  %s\n",
                  seen->rows_bad, bars, seen->first_bad, time, stream, batch, meaning[seen->verdict]);
}

void tr_view_lookahead_text(const struct tr_check *check, struct tr_buf *out)
{
    size_t recorded = 0;
    bool plugins = false;

    for (size_t i = 0; i < check->n; i++) {
        recorded += check->column[i].recorded;
        plugins = plugins || check->column[i].plugin;
        if (check->column[i].lookahead.verdict != TR_CAUSAL)
            add_finding(&check->column[i], check->bars, out);
    }
    if (check->bad > 0)
        tr_buf_char(out, '\n');
    add_counts(check, out);
    tr_buf_printf(out,
                  ": every one of %zu truncation points.\n"
                  "Row by row, handed one bar at a time and nothing after it, %s the same bits as with all bars.\n",
                  check->bars, check->bad ? "these have" : "all have");
    if (check->bad == 0)
        tr_buf_text(out, "No column looks ahead.\n");
    if (recorded > 0)
        tr_buf_printf(out, "%zu of them are recorded beside the bars, by their time of publication, and empty here.\n",
                      recorded);
    if (plugins)
        tr_buf_text(out, "What a plug-in reads from files of its own is out of sight of this check.\n");
}

void tr_view_lookahead_json(const struct tr_check *check, struct tr_json *json)
{
    char name[NAME_TEXT];

    tr_json_int(json, "truncation_points", (int64_t)check->bars);
    tr_json_int(json, "not_causal", (int64_t)check->bad);
    tr_json_array(json, "columns");
    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];
        const struct tr_lookahead_column *seen = &column->lookahead;

        tr_json_object(json, NULL);
        tr_json_string(json, "name", full_name(column, name));
        tr_json_string(json, "kind", kind_of(column));
        tr_json_string(json, "verdict", tr_causal_verdict_name(seen->verdict));
        tr_json_int(json, "rows_differing", (int64_t)seen->rows_bad);
        if (seen->rows_bad > 0) {
            tr_json_int(json, "first_row", (int64_t)seen->first_bad);
            tr_json_time(json, "first_time", column->first_bad_time);
            tr_json_number(json, "bar_by_bar", seen->stream);
            tr_json_number(json, "all_bars", seen->batch);
        }
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_lookahead_csv(const struct tr_check *check, struct tr_buf *out)
{
    char name[NAME_TEXT];

    tr_buf_text(out, "column,kind,verdict,rows_differing,first_row,timestamp_ms,bar_by_bar,all_bars\n");
    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];
        const struct tr_lookahead_column *seen = &column->lookahead;

        tr_buf_printf(out, "%s,%s,%s,%zu", full_name(column, name), kind_of(column),
                      tr_causal_verdict_name(seen->verdict), seen->rows_bad);
        if (seen->rows_bad > 0)
            tr_buf_printf(out, ",%zu,%lld", seen->first_bad, (long long)column->first_bad_time);
        else
            tr_buf_text(out, ",,");
        csv_number(out, seen->rows_bad ? seen->stream : (double)NAN);
        csv_number(out, seen->rows_bad ? seen->batch : (double)NAN);
        tr_buf_char(out, '\n');
    }
}

enum tr_status tr_view_lookahead_verdict(const struct tr_check *check, struct tr_error *err)
{
    static const enum tr_causal_verdict order[] = {TR_CAUSAL_AHEAD, TR_CAUSAL_UNEQUAL, TR_CAUSAL_UNSTEADY};
    static const char *const words[] = {[TR_CAUSAL] = "",
                                        [TR_CAUSAL_AHEAD] = "looks ahead",
                                        [TR_CAUSAL_UNEQUAL] = "depends on how the bars are handed in",
                                        [TR_CAUSAL_UNSTEADY] = "gives other values when it is run again"};
    char name[NAME_TEXT], time[TR_TIME_TEXT], more[64] = "";

    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (size_t i = 0; i < check->n; i++) {
            const struct tr_check_column *column = &check->column[i];

            if (column->lookahead.verdict != order[k])
                continue;
            tr_time_format(column->first_bad_time, time);
            if (check->bad > 1)
                snprintf(more, sizeof more, "; %zu columns are not causal in all", check->bad);
            return tr_error_set(err, TR_INVALID, "check lookahead: %s %s, first at row %zu (%s)%s",
                                full_name(column, name), words[order[k]], column->lookahead.first_bad, time, more);
        }
    }
    return TR_OK;
}

/* --- history needed --- */

static bool has_values(const struct tr_check_column *column)
{
    return !isnan(column->recursive.error_at_warmup);
}

/* A window, or none: the first value it gives is already the last word. */
static bool exact_at_once(const struct tr_check_column *column)
{
    const size_t *need = column->recursive.bars;

    return column->first >= 0 ? need[3] <= (size_t)column->first : need[0] == need[3] && need[3] != SIZE_MAX;
}

static bool needs_more(const struct tr_check_column *a, const struct tr_check_column *b)
{
    static const size_t by[] = {2, 1, 0, 3}; /* levels */

    for (size_t k = 0; k < TR_RECURSIVE_LEVELS; k++) {
        size_t x = a->recursive.bars[by[k]], y = b->recursive.bars[by[k]];

        if (x != y)
            return x > y;
    }
    return false;
}

/* order [check->n]: those that need most first, else as they stand in the list. */
static void sort(const struct tr_check *check, size_t *order)
{
    for (size_t i = 0; i < check->n; i++) {
        size_t k = i;

        for (; k > 0 && needs_more(&check->column[i], &check->column[order[k - 1]]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

static void add_row(const struct tr_check_column *column, size_t longest, struct tr_table *table)
{
    const struct tr_recursive_column *found = &column->recursive;
    char name[NAME_TEXT];

    tr_table_cell(table, "%s", full_name(column, name));
    if (column->first >= 0)
        tr_table_cell(table, "%d", column->first);
    else
        tr_table_cell(table, "-");
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++) {
        if (!has_values(column))
            tr_table_cell(table, "-");
        else if (found->bars[level] == SIZE_MAX)
            tr_table_cell(table, "over %zu", longest);
        else
            tr_table_cell(table, "%zu", found->bars[level]);
    }
    if (isnan(found->error_at_warmup))
        tr_table_cell(table, "no values");
    else if (isinf(found->error_at_warmup))
        tr_table_cell(table, "undefined");
    else
        tr_table_cell(table, "%.2g", found->error_at_warmup);
}

/* What the table means for a start with little history; level 1 is a thousandth. */
static void add_meaning(const struct tr_check *check, struct tr_buf *out)
{
    const struct tr_check_column *longest = NULL;
    char name[NAME_TEXT];
    size_t late = 0;

    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];

        if (!has_values(column) || (!column->plugin && !column->input))
            continue;
        late += column->recursive.error_at_warmup > tr_recursive_level[1];
        if (!longest || column->recursive.bars[1] > longest->recursive.bars[1])
            longest = column;
    }
    if (!longest)
        return;
    tr_buf_printf(out,
                  "Fits use rows from row %zu of a segment on. By then all inputs but %zu are within a thousandth of\n"
                  "what the whole history makes them.\n",
                  check->warmup, late);
    if (longest->recursive.bars[1] == SIZE_MAX)
        tr_buf_printf(out, "%s is not even after %zu bars.\n", full_name(longest, name), check->longest);
    else
        tr_buf_printf(out, "With %zu bars of history they all are; %s needs most.\n", longest->recursive.bars[1],
                      full_name(longest, name));
}

static void add_rest(const struct tr_check *check, bool all, struct tr_buf *out)
{
    size_t exact = 0, empty = 0;

    for (size_t i = 0; i < check->n; i++) {
        empty += !has_values(&check->column[i]);
        exact += has_values(&check->column[i]) && exact_at_once(&check->column[i]);
    }
    tr_buf_char(out, '\n');
    if (exact)
        tr_buf_printf(out, "%zu columns are exact from their first value on%s.\n", exact,
                      all ? "" : " and not listed (-v lists all)");
    if (empty)
        tr_buf_printf(out, "%zu columns have no values in bars alone.\n", empty);
}

void tr_view_recursive_text(const struct tr_check *check, bool all, struct tr_buf *out)
{
    size_t *order = tr_alloc(check->n, sizeof *order);
    char header[96];
    struct tr_table *table;

    if (!order) {
        out->failed = true;
        return;
    }
    snprintf(header, sizeof header, "<column|first|within 1e-2|1e-3|1e-6|exact|error from row %zu", check->warmup);
    table = tr_table_create(header);
    tr_buf_printf(out,
                  "The history is begun anew at %zu places and followed for %zu bars. How many bars of it a column\n"
                  "needs until it is, and stays, within a hundredth, a thousandth, a millionth of what the whole\n"
                  "history makes it, and the same to the bit. first: the row of its first value.\n\n",
                  check->trials, check->longest);
    sort(check, order);
    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[order[i]];

        if (all || (has_values(column) && !exact_at_once(column)))
            add_row(column, check->longest, table);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_free(order);
    add_rest(check, all, out);
    add_meaning(check, out);
}

static void level_json(struct tr_json *json, const char *key, const struct tr_check_column *column, size_t level)
{
    if (!has_values(column) || column->recursive.bars[level] == SIZE_MAX)
        tr_json_null(json, key);
    else
        tr_json_int(json, key, (int64_t)column->recursive.bars[level]);
}

void tr_view_recursive_json(const struct tr_check *check, struct tr_json *json)
{
    static const char *const key[TR_RECURSIVE_LEVELS] = {"within_1e2", "within_1e3", "within_1e6", "exact"};
    char name[NAME_TEXT];

    tr_json_int(json, "places", (int64_t)check->trials);
    tr_json_int(json, "bars_followed", (int64_t)check->longest);
    tr_json_int(json, "warmup_rows", (int64_t)check->warmup);
    tr_json_array(json, "columns");
    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];

        tr_json_object(json, NULL);
        tr_json_string(json, "name", full_name(column, name));
        tr_json_string(json, "kind", kind_of(column));
        if (column->first >= 0)
            tr_json_int(json, "first", column->first);
        else
            tr_json_null(json, "first");
        tr_json_bool(json, "has_values", has_values(column));
        for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
            level_json(json, key[level], column, level);
        tr_json_number(json, "error_at_warmup", column->recursive.error_at_warmup);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_recursive_csv(const struct tr_check *check, struct tr_buf *out)
{
    char name[NAME_TEXT];

    tr_buf_text(out, "column,kind,first,within_1e2,within_1e3,within_1e6,exact,error_at_warmup\n");
    for (size_t i = 0; i < check->n; i++) {
        const struct tr_check_column *column = &check->column[i];

        tr_buf_printf(out, "%s,%s,", full_name(column, name), kind_of(column));
        if (column->first >= 0)
            tr_buf_printf(out, "%d", column->first);
        for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++) {
            tr_buf_char(out, ',');
            if (has_values(column) && column->recursive.bars[level] != SIZE_MAX)
                tr_buf_printf(out, "%zu", column->recursive.bars[level]);
        }
        csv_number(out, column->recursive.error_at_warmup);
        tr_buf_char(out, '\n');
    }
}

/* --- plug-ins --- */

void tr_view_plugin_text(const struct tr_check_plugin *plugin, size_t n, struct tr_buf *out)
{
    for (size_t p = 0; p < n; p++) {
        struct tr_check_calls calls = plugin[p].calls(plugin[p].context);

        if (calls.failed > 0)
            tr_buf_printf(out, "Plug-in %s: %zu of %zu calls failed; their rows are missing values.\n", plugin[p].name,
                          calls.failed, calls.made);
    }
}

void tr_view_plugin_json(const struct tr_check_plugin *plugin, size_t n, struct tr_json *json)
{
    tr_json_array(json, "plugins");
    for (size_t p = 0; p < n; p++) {
        struct tr_check_calls calls = plugin[p].calls(plugin[p].context);

        tr_json_object(json, NULL);
        tr_json_string(json, "name", plugin[p].name);
        tr_json_string(json, "path", plugin[p].path);
        tr_json_int(json, "columns", (int64_t)plugin[p].source.columns);
        tr_json_int(json, "calls", (int64_t)calls.made);
        tr_json_int(json, "calls_failed", (int64_t)calls.failed);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}
