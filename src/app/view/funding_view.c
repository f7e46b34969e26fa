#include "app/view/funding_view.h"

#include "app/view/table.h"

#include <math.h>
#include <stdio.h>

#define EXAMPLES_SHOWN 10

static double hours(int64_t ms)
{
    return (double)ms / (double)TR_HOUR_MS;
}

static void json_refused(const struct tr_funding_report *report, struct tr_json *json)
{
    tr_json_object(json, "refused_by");
    for (int d = 1; d < TR_FUNDING_DEFECT_COUNT; d++)
        tr_json_int(json, tr_funding_defect_name((enum tr_funding_defect)d), (int64_t)report->refused_record[d]);
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++)
        tr_json_int(json, tr_format_defect_name((enum tr_format_defect)d), (int64_t)report->file.refused_row[d]);
    tr_json_object_end(json);
}

void tr_view_import_funding_json(const struct tr_import_funding *import, struct tr_json *json)
{
    const struct tr_format_report *file = &import->file.file;

    tr_json_string(json, "exchange", import->exchange);
    tr_json_string(json, "symbol", import->symbol);
    tr_json_string(json, "layout", "funding");
    tr_json_int(json, "lines", (int64_t)file->lines);
    tr_json_int(json, "rows", (int64_t)file->rows);
    tr_json_int(json, "accepted", (int64_t)file->accepted);
    tr_json_int(json, "refused", (int64_t)file->refused);
    json_refused(&import->file, json);
    tr_json_int(json, "duplicates_identical", (int64_t)file->merged_identical);
    tr_json_int(json, "duplicates_differing", (int64_t)file->dropped_differing);
    tr_json_int(json, "out_of_order", (int64_t)file->out_of_order);
    tr_json_bool(json, "newest_first", file->newest_first);
    tr_json_int(json, "stamps_rounded", (int64_t)import->file.rounded);
    tr_json_number(json, "interval_hours", import->file.interval_ms ? hours(import->file.interval_ms) : (double)NAN);
    tr_json_array(json, "examples");
    for (size_t i = 0; i < file->examples; i++) {
        tr_json_object(json, NULL);
        tr_json_int(json, "line", (int64_t)file->example[i].line);
        tr_json_string(json, "reason", file->example[i].reason);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_time(json, "first", import->first);
    tr_json_time(json, "last", import->last);
    tr_json_object(json, "stored");
    tr_json_int(json, "inserted", (int64_t)import->put.inserted);
    tr_json_int(json, "identical", (int64_t)import->put.identical);
    tr_json_int(json, "differing", (int64_t)import->put.differing);
    tr_json_object_end(json);
    tr_json_int(json, "series", (int64_t)import->series);
}

static void text_count(struct tr_buf *out, size_t n, const char *what)
{
    if (n)
        tr_buf_printf(out, "  %9zu  %s\n", n, what);
}

static void text_faults(const struct tr_funding_report *report, struct tr_buf *out)
{
    const struct tr_format_report *file = &report->file;
    char words[96];

    for (int d = 1; d < TR_FUNDING_DEFECT_COUNT; d++) {
        snprintf(words, sizeof words, "refused: %s", tr_funding_defect_text((enum tr_funding_defect)d));
        text_count(out, report->refused_record[d], words);
    }
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++) {
        snprintf(words, sizeof words, "refused: %s", tr_format_defect_name((enum tr_format_defect)d));
        text_count(out, file->refused_row[d], words);
    }
    text_count(out, file->merged_identical, "given twice with the same rate: merged");
    text_count(out, file->dropped_differing, "given twice with another rate: the first listed was kept");
    text_count(out, file->out_of_order,
               file->newest_first ? "out of order in a file that runs backwards: sorted" : "out of order: sorted");
    text_count(out, report->rounded, "stamps rounded to the second");
}

void tr_view_import_funding_text(const struct tr_import_funding *import, struct tr_buf *out)
{
    const struct tr_format_report *file = &import->file.file;
    char first[TR_TIME_TEXT], last[TR_TIME_TEXT];

    tr_time_format(import->first, first);
    tr_time_format(import->last, last);
    tr_buf_printf(out, "%s %s: %zu funding rates, %s to %s", import->exchange, import->symbol, file->accepted, first,
                  last);
    if (import->file.interval_ms)
        tr_buf_printf(out, ", mostly every %.4g h", hours(import->file.interval_ms));
    tr_buf_printf(out, "\n  %9zu  rows read%s\n", file->rows, file->newest_first ? " (newest first)" : "");
    text_faults(&import->file, out);
    tr_buf_printf(out, "  %9zu  rates newly stored, %zu were there already\n", import->put.inserted,
                  import->put.identical);
    text_count(out, import->put.differing, "differ from the rates stored before: the stored ones stay");
    for (size_t i = 0; i < file->examples && i < EXAMPLES_SHOWN; i++)
        tr_buf_printf(out, "  line %zu: %s\n", file->example[i].line, file->example[i].reason);
    if (file->examples > EXAMPLES_SHOWN)
        tr_buf_text(out, "  (more with --json)\n");
    if (import->series)
        tr_buf_printf(out,
                      "They take the place of the default rate on %zu stored series of this exchange and symbol.\n",
                      import->series);
    else
        tr_buf_text(out, "No candles of this exchange and symbol are stored: only series named just so use them.\n");
}

void tr_view_funding_json(const struct tr_funding_info *markets, size_t n, struct tr_json *json)
{
    tr_json_array(json, "funding");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "exchange", markets[i].exchange);
        tr_json_string(json, "symbol", markets[i].symbol);
        tr_json_int(json, "records", (int64_t)markets[i].records);
        tr_json_time(json, "first", markets[i].first);
        tr_json_time(json, "last", markets[i].last);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_funding_text(const struct tr_funding_info *markets, size_t n, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<exchange|<symbol|funding rates|<first|<last");
    char time[TR_TIME_TEXT];

    for (size_t i = 0; i < n; i++) {
        tr_table_cell(table, "%s", markets[i].exchange);
        tr_table_cell(table, "%s", markets[i].symbol);
        tr_table_cell(table, "%zu", markets[i].records);
        tr_time_format(markets[i].first, time);
        tr_table_cell(table, "%s", time);
        tr_time_format(markets[i].last, time);
        tr_table_cell(table, "%s", time);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}
