#include "app/view/import_view.h"

#include "app/view/table.h"

#include <stdio.h>

static void json_counts(const struct tr_format_report *file, struct tr_json *json)
{
    tr_json_object(json, "refused_by");
    for (int d = 1; d < TR_BAR_DEFECT_COUNT; d++)
        tr_json_int(json, tr_bar_defect_name((enum tr_bar_defect)d), (int64_t)file->refused_bar[d]);
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++)
        tr_json_int(json, tr_format_defect_name((enum tr_format_defect)d), (int64_t)file->refused_row[d]);
    tr_json_object_end(json);
    tr_json_int(json, "duplicates_identical", (int64_t)file->merged_identical);
    tr_json_int(json, "duplicates_differing", (int64_t)file->dropped_differing);
    tr_json_int(json, "out_of_order", (int64_t)file->out_of_order);
    tr_json_bool(json, "newest_first", file->newest_first);
    tr_json_object(json, "stamps");
    tr_json_int(json, "seconds", (int64_t)file->stamps_s);
    tr_json_int(json, "milliseconds", (int64_t)file->stamps_ms);
    tr_json_int(json, "microseconds", (int64_t)file->stamps_us);
    tr_json_int(json, "text", (int64_t)file->stamps_text);
    tr_json_object_end(json);
    tr_json_int(json, "dates_disagree", (int64_t)file->dates_disagree);
    tr_json_int(json, "date_forms", (int64_t)file->date_forms);
}

static void json_examples(const struct tr_format_report *file, struct tr_json *json)
{
    tr_json_array(json, "examples");
    for (size_t i = 0; i < file->examples; i++) {
        tr_json_object(json, NULL);
        tr_json_int(json, "line", (int64_t)file->example[i].line);
        tr_json_string(json, "reason", file->example[i].reason);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_gaps(const struct tr_bars *bars, struct tr_json *json)
{
    size_t missing = 0, longest = 0, n = tr_gaps_count(bars, &missing, &longest);

    tr_json_int(json, "gaps", (int64_t)n);
    tr_json_int(json, "missing_bars", (int64_t)missing);
    tr_json_int(json, "longest_gap", (int64_t)longest);
    if (!bars->n)
        return;
    tr_json_time(json, "first", bars->time[0]);
    tr_json_time(json, "last", bars->time[bars->n - 1]);
}

void tr_view_import_json(const struct tr_import *import, const struct tr_bars *bars, struct tr_json *json)
{
    const struct tr_format_report *file = &import->file;

    tr_json_string(json, "exchange", import->key.exchange);
    tr_json_string(json, "symbol", import->key.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(import->key.timeframe));
    tr_json_string(json, "layout", import->synthetic ? "synthetic" : tr_format_layout_name(file->layout));
    tr_json_int(json, "lines", (int64_t)file->lines);
    tr_json_int(json, "rows", (int64_t)file->rows);
    tr_json_int(json, "accepted", (int64_t)file->accepted);
    tr_json_int(json, "refused", (int64_t)file->refused);
    json_counts(file, json);
    json_examples(file, json);
    json_gaps(bars, json);
    tr_json_object(json, "stored");
    tr_json_int(json, "inserted", (int64_t)import->put.inserted);
    tr_json_int(json, "identical", (int64_t)import->put.identical);
    tr_json_int(json, "differing", (int64_t)import->put.differing);
    tr_json_object_end(json);
}

static void text_count(struct tr_buf *out, size_t n, const char *what)
{
    if (n)
        tr_buf_printf(out, "  %9zu  %s\n", n, what);
}

static void text_defects(const struct tr_format_report *file, struct tr_buf *out)
{
    char words[96];

    for (int d = 1; d < TR_BAR_DEFECT_COUNT; d++) {
        snprintf(words, sizeof words, "refused: %s", tr_bar_defect_text((enum tr_bar_defect)d));
        text_count(out, file->refused_bar[d], words);
    }
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++) {
        snprintf(words, sizeof words, "refused: %s", tr_format_defect_name((enum tr_format_defect)d));
        text_count(out, file->refused_row[d], words);
    }
    text_count(out, file->merged_identical, "given twice with the same values: merged");
    text_count(out, file->dropped_differing, "given twice with other values: the first listed was kept");
    text_count(out, file->out_of_order,
               file->newest_first ? "out of order in a file that runs backwards: sorted" : "out of order: sorted");
    text_count(out, file->dates_disagree, "whose date text names another time than the stamp: the stamp counts");
    if (file->stamps_s && (file->stamps_ms || file->stamps_us || file->stamps_text))
        text_count(out, file->stamps_s, "stamped in seconds among others");
    if (file->date_forms > 1)
        text_count(out, file->date_forms, "different layouts of the date text");
}

void tr_view_import_text(const struct tr_import *import, const struct tr_bars *bars, struct tr_buf *out)
{
    const struct tr_format_report *file = &import->file;
    char first[TR_TIME_TEXT] = "-", last[TR_TIME_TEXT] = "-";
    size_t missing, longest, gaps = tr_gaps_count(bars, &missing, &longest);

    if (bars->n) {
        tr_time_format(bars->time[0], first);
        tr_time_format(bars->time[bars->n - 1], last);
    }
    tr_buf_printf(out, "%s %s %s: %zu bars, %s to %s\n", import->key.exchange, import->key.symbol,
                  tr_timeframe_name(import->key.timeframe), bars->n, first, last);
    if (import->synthetic)
        tr_buf_text(out, "  SYNTHETIC MARKET: made from a seed, not recorded anywhere\n");
    else
        tr_buf_printf(out, "  %9zu  rows read (%s%s)\n", file->rows, tr_format_layout_name(file->layout),
                      file->newest_first ? ", newest first" : "");
    text_defects(file, out);
    if (gaps)
        tr_buf_printf(out, "  %9zu  gaps, %zu bars missing, the longest %zu (kept as gaps)\n", gaps, missing, longest);
    tr_buf_printf(out, "  %9zu  bars newly stored, %zu were there already\n", import->put.inserted,
                  import->put.identical);
    text_count(out, import->put.differing, "differ from the bars stored before: the stored ones stay");
    for (size_t i = 0; i < file->examples && i < 10; i++)
        tr_buf_printf(out, "  line %zu: %s\n", file->example[i].line, file->example[i].reason);
    if (file->examples > 10)
        tr_buf_text(out, "  (more with --json)\n");
}

void tr_view_series_json(const struct tr_series_info *series, struct tr_json *json)
{
    tr_json_string(json, "exchange", series->key.exchange);
    tr_json_string(json, "symbol", series->key.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(series->key.timeframe));
    tr_json_int(json, "bars", (int64_t)series->bars);
    if (!series->bars)
        return;
    tr_json_time(json, "first", series->first);
    tr_json_time(json, "last", series->last);
}

void tr_view_series_text(const struct tr_series_info *series, size_t n, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<exchange|<symbol|<timeframe|bars|<first|<last");
    char time[TR_TIME_TEXT];

    for (size_t i = 0; i < n; i++) {
        tr_table_cell(table, "%s", series[i].key.exchange);
        tr_table_cell(table, "%s", series[i].key.symbol);
        tr_table_cell(table, "%s", tr_timeframe_name(series[i].key.timeframe));
        tr_table_cell(table, "%zu", series[i].bars);
        tr_time_format(series[i].first, time);
        tr_table_cell(table, "%s", series[i].bars ? time : "-");
        tr_time_format(series[i].last, time);
        tr_table_cell(table, "%s", series[i].bars ? time : "-");
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}

void tr_view_series_csv(const struct tr_series_info *series, size_t n, struct tr_buf *out)
{
    tr_buf_text(out, "exchange,symbol,timeframe,bars,first_timestamp_ms,last_timestamp_ms\n");
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, "%s,%s,%s,%zu,%lld,%lld\n", series[i].key.exchange, series[i].key.symbol,
                      tr_timeframe_name(series[i].key.timeframe), series[i].bars, (long long)series[i].first,
                      (long long)series[i].last);
}

void tr_view_gaps_json(const struct tr_gap *gaps, size_t n, struct tr_json *json)
{
    tr_json_array(json, "gaps");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_time(json, "from", gaps[i].from);
        tr_json_time(json, "to", gaps[i].to);
        tr_json_int(json, "missing_bars", (int64_t)gaps[i].missing);
        tr_json_bool(json, "new_segment", gaps[i].missing > TR_SEGMENT_MAX_MISSING);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_gaps_text(const struct tr_gap *gaps, size_t n, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<first missing|<last missing|bars|<indicators");
    char time[TR_TIME_TEXT];

    if (!n)
        tr_buf_text(out, "No gaps.\n");
    for (size_t i = 0; i < n; i++) {
        tr_time_format(gaps[i].from, time);
        tr_table_cell(table, "%s", time);
        tr_time_format(gaps[i].to, time);
        tr_table_cell(table, "%s", time);
        tr_table_cell(table, "%zu", gaps[i].missing);
        tr_table_cell(table, gaps[i].missing > TR_SEGMENT_MAX_MISSING ? "start anew" : "step over");
    }
    if (n)
        tr_table_print(table, out);
    tr_table_destroy(table);
}

void tr_view_gaps_csv(const struct tr_gap *gaps, size_t n, struct tr_buf *out)
{
    tr_buf_text(out, "from_timestamp_ms,to_timestamp_ms,missing_bars\n");
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, "%lld,%lld,%zu\n", (long long)gaps[i].from, (long long)gaps[i].to, gaps[i].missing);
}
