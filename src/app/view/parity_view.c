#include "app/view/parity_view.h"

#include "app/view/table.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *origin_name(enum tr_signal_origin origin)
{
    return origin == TR_ORIGIN_NEWEST ? "newest" : "walkforward";
}

static const char *origin_of(const struct tr_parity *parity)
{
    return parity->any_origin ? "all" : origin_name(parity->origin);
}

static void json_signal(const struct tr_stored_signal *signal, struct tr_json *json)
{
    tr_json_string(json, "exchange", signal->series.exchange);
    tr_json_string(json, "symbol", signal->series.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(signal->series.timeframe));
    tr_json_time(json, "time", signal->signal.time);
    tr_json_string(json, "side", tr_side_name(signal->signal.side));
    tr_json_string(json, "origin", origin_name(signal->origin));
}

static void json_value(enum tr_parity_kind kind, const char *key, const struct tr_parity_value *value,
                       struct tr_json *json)
{
    switch (kind) {
    case TR_PARITY_NUMBER:
        tr_json_number(json, key, value->number);
        break;
    case TR_PARITY_FLAG:
        tr_json_bool(json, key, value->number != 0);
        break;
    case TR_PARITY_TIME:
    case TR_PARITY_NO_BAR:
        if (value->time)
            tr_json_time(json, key, value->time);
        else
            tr_json_null(json, key);
        break;
    case TR_PARITY_WORD:
        tr_json_string(json, key, value->word);
        break;
    }
}

void tr_view_parity_json(const struct tr_parity *parity, struct tr_json *json)
{
    tr_json_string(json, "origin", origin_of(parity));
    tr_json_int(json, "series", (int64_t)parity->n_series);
    tr_json_int(json, "signals", (int64_t)parity->n_signals);
    tr_json_int(json, "compared", (int64_t)parity->compared);
    tr_json_int(json, "values", (int64_t)parity->values);
    tr_json_int(json, "differing", (int64_t)parity->differing);
    tr_json_array(json, "differences");
    for (size_t i = 0; i < parity->n_differences; i++) {
        const struct tr_parity_difference *d = &parity->differences[i];

        tr_json_object(json, NULL);
        json_signal(&parity->signals[d->signal], json);
        tr_json_string(json, "field", d->field);
        json_value(d->kind, "stored", &d->stored, json);
        json_value(d->kind, "replayed", &d->replayed, json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_array(json, "behind");
    for (size_t i = 0; i < parity->n_behind; i++) {
        const struct tr_stored_signal *signal = &parity->signals[parity->behind[i].signal];

        tr_json_object(json, NULL);
        json_signal(signal, json);
        tr_json_string(json, "stored", signal->status);
        tr_json_string(json, "replayed", parity->behind[i].replayed);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void time_text(tr_time_ms time, char out[TR_TIME_TEXT])
{
    tr_time_format(time, out);
    out[10] = ' ';
    out[16] = '\0';
}

static void value_cell(struct tr_table *table, enum tr_parity_kind kind, const struct tr_parity_value *value)
{
    char number[TR_NUMBER_TEXT], time[TR_TIME_TEXT];

    switch (kind) {
    case TR_PARITY_NUMBER:
        tr_text_from_double(value->number, number);
        tr_table_cell(table, "%s", number);
        break;
    case TR_PARITY_FLAG:
        tr_table_cell(table, "%s", value->number != 0 ? "yes" : "no");
        break;
    case TR_PARITY_TIME:
    case TR_PARITY_NO_BAR:
        if (value->time)
            time_text(value->time, time);
        tr_table_cell(table, "%s", value->time ? time : "-");
        break;
    case TR_PARITY_WORD:
        tr_table_cell(table, "%s", value->word[0] ? value->word : "-");
        break;
    }
}

static bool same_series(const struct tr_series_key *a, const struct tr_series_key *b)
{
    return a->timeframe == b->timeframe && strcmp(a->exchange, b->exchange) == 0 && strcmp(a->symbol, b->symbol) == 0;
}

static const struct tr_series_key *series_of(const struct tr_parity *parity, size_t difference)
{
    return &parity->signals[parity->differences[difference].signal].series;
}

/* Differences first .. end - 1, all of one series. */
static void series_text(const struct tr_parity *parity, size_t first, size_t end, struct tr_buf *out)
{
    const struct tr_series_key *key = series_of(parity, first);
    struct tr_table *table = tr_table_create(parity->any_origin ? "<bar|<side|<origin|<field|stored|replayed"
                                                                : "<bar|<side|<field|stored|replayed");

    tr_buf_printf(out, "%s %s on %s\n", key->symbol, tr_timeframe_name(key->timeframe), key->exchange);
    for (size_t i = first; i < end; i++) {
        const struct tr_parity_difference *d = &parity->differences[i];
        const struct tr_stored_signal *s = &parity->signals[d->signal];
        char time[TR_TIME_TEXT];

        time_text(s->signal.time, time);
        tr_table_cell(table, "%s", time);
        tr_table_cell(table, "%s", tr_side_name(s->signal.side));
        if (parity->any_origin)
            tr_table_cell(table, "%s", origin_name(s->origin));
        tr_table_cell(table, "%s", d->field);
        value_cell(table, d->kind, &d->stored);
        value_cell(table, d->kind, &d->replayed);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_char(out, '\n');
}

static void differences_text(const struct tr_parity *parity, size_t most, struct tr_buf *out)
{
    size_t shown = most && most < parity->n_differences ? most : parity->n_differences;

    for (size_t first = 0, end; first < shown; first = end) {
        for (end = first + 1; end < shown && same_series(series_of(parity, first), series_of(parity, end));)
            end++;
        series_text(parity, first, end, out);
    }
    if (shown < parity->n_differences)
        tr_buf_printf(out, "... and %zu more; -v and --json have them all.\n", parity->n_differences - shown);
    tr_buf_text(out, "A signal made under other settings (ladder, costs, sizes, market limits) differs in what they\n"
                     "decide, one settled before its funding rates were imported in its net; a missing bar, or\n"
                     "another price, says that the stored bars have changed since.\n");
}

static void behind_text(const struct tr_parity *parity, struct tr_buf *out)
{
    size_t n = parity->n_behind;
    const struct tr_series_key *last = NULL;

    tr_buf_printf(out, "%zu signal%s behind: bars came in since %s last followed. That is no difference; to follow:\n",
                  n, n == 1 ? " is" : "s are", n == 1 ? "it was" : "they were");
    for (size_t i = 0; i < n; i++) {
        const struct tr_series_key *key = &parity->signals[parity->behind[i].signal].series;

        if (last && same_series(last, key))
            continue;
        last = key;
        tr_buf_printf(out, "  traderai signals %s --timeframe %s --exchange %s\n", key->symbol,
                      tr_timeframe_name(key->timeframe), key->exchange);
    }
}

void tr_view_parity_text(const struct tr_parity *parity, size_t most, struct tr_buf *out)
{
    size_t n = parity->n_signals;

    if (!n) {
        tr_buf_printf(out, "No stored signals (%s): there is nothing to compare.\n", origin_of(parity));
        return;
    }
    tr_buf_printf(out, "%zu stored signal%s (%s) of %zu series replayed from the stored bars, %zu values compared: ", n,
                  n == 1 ? "" : "s", origin_of(parity), parity->n_series, parity->values);
    if (parity->n_differences)
        tr_buf_printf(out, "%zu differ, of %zu signal%s.\n\n", parity->n_differences, parity->differing,
                      parity->differing == 1 ? "" : "s");
    else
        tr_buf_text(out, "no difference.\n");
    if (parity->n_differences)
        differences_text(parity, most, out);
    if (parity->n_behind) {
        tr_buf_char(out, '\n');
        behind_text(parity, out);
    }
}
