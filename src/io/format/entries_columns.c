#include "io/format/entries_columns.h"

#include "io/format/report.h"

#include <stdio.h>
#include <string.h>

#define NOWHERE SIZE_MAX

static const struct {
    const char *name;
    enum tr_entries_column meaning;
} names[] = {
    {"time", TR_ENTRIES_COLUMN_TIME},         {"timestamp", TR_ENTRIES_COLUMN_TIME},
    {"timestamp_ms", TR_ENTRIES_COLUMN_TIME}, {"date", TR_ENTRIES_COLUMN_DATE},
    {"symbol", TR_ENTRIES_COLUMN_SYMBOL},     {"side", TR_ENTRIES_COLUMN_SIDE},
    {"sl", TR_ENTRIES_COLUMN_STOP},           {"stop", TR_ENTRIES_COLUMN_STOP},
    {"stop_loss", TR_ENTRIES_COLUMN_STOP},    {"tp1", TR_ENTRIES_COLUMN_TARGET},
    {"tp2", TR_ENTRIES_COLUMN_TARGET + 1},    {"tp3", TR_ENTRIES_COLUMN_TARGET + 2},
    {"qty", TR_ENTRIES_COLUMN_QUANTITY},      {"quantity", TR_ENTRIES_COLUMN_QUANTITY},
    {"size_usd", TR_ENTRIES_COLUMN_SIZE},     {"atr", TR_ENTRIES_COLUMN_ATR},
    {"timeframe", TR_ENTRIES_COLUMN_FRAME},
};

static enum tr_entries_column meaning_of(struct tr_format_field field)
{
    char name[TR_FORMAT_NAME];
    tr_format_name_normalise(field, name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].name) == 0)
            return names[i].meaning;
    }
    return TR_ENTRIES_COLUMN_OTHER;
}

static void pass_over(struct tr_entries_report *report, struct tr_format_field field)
{
    char text[TR_FORMAT_CLIP];
    size_t i = report->others++;
    if (i >= TR_ENTRIES_OTHER)
        return;
    tr_format_clip(field.begin, field.end, text);
    snprintf(report->other[i], sizeof report->other[i], "%.31s", text);
}

/* column [TR_ENTRIES_COLUMN_OTHER]: where each meaning stands. */
static enum tr_status note_column(struct tr_entries_columns *columns, struct tr_entries_report *report,
                                  struct tr_format_field field, size_t i, size_t column[TR_ENTRIES_COLUMN_OTHER + 1],
                                  struct tr_error *err)
{
    enum tr_entries_column meaning = meaning_of(field);
    char text[TR_FORMAT_CLIP];
    tr_format_clip(field.begin, field.end, text);
    columns->meaning[i] = (unsigned char)meaning;
    if (meaning == TR_ENTRIES_COLUMN_OTHER) {
        pass_over(report, field);
        return TR_OK;
    }
    if (column[meaning] != NOWHERE)
        return tr_error_set(err, TR_INVALID, "columns %zu and %zu ('%s') mean the same: leave one of them out",
                            column[meaning] + 1, i + 1, text);
    column[meaning] = i;
    return TR_OK;
}

static enum tr_status check_columns(const char *begin, const char *end,
                                    const size_t column[TR_ENTRIES_COLUMN_OTHER + 1], struct tr_error *err)
{
    static const char *const wanted[] = {"time (or timestamp, timestamp_ms, date)", "symbol", "side"};
    for (int i = TR_ENTRIES_COLUMN_TIME; i <= TR_ENTRIES_COLUMN_SIDE; i++) {
        char text[TR_FORMAT_CLIP];
        if (column[i] != NOWHERE)
            continue;
        tr_format_clip(begin, end, text);
        return tr_error_set(err, TR_INVALID,
                            "the header '%s' has no column %s: a file of entries needs time, symbol and side, "
                            "separated by comma, semicolon or tab",
                            text, wanted[i]);
    }
    return TR_OK;
}

enum tr_status tr_entries_columns_read(const char *begin, const char *end, struct tr_entries_columns *columns,
                                       struct tr_entries_report *report, struct tr_error *err)
{
    size_t column[TR_ENTRIES_COLUMN_OTHER + 1], len = (size_t)(end - begin);
    struct tr_format_field date = {0};
    *columns = (struct tr_entries_columns){0};
    for (size_t i = 0; i <= TR_ENTRIES_COLUMN_OTHER; i++)
        column[i] = NOWHERE;
    columns->separator = (char)(memchr(begin, '\t', len) ? '\t' : memchr(begin, ';', len) ? ';' : ',');
    for (const char *cursor = begin; cursor; columns->width++) {
        struct tr_format_field field = tr_format_field_next(&cursor, end, columns->separator);
        if (columns->width == TR_FORMAT_MAX_COLUMNS)
            return tr_error_set(err, TR_INVALID, "more than %zu columns: this is no file of entries",
                                TR_FORMAT_MAX_COLUMNS);
        enum tr_status status = note_column(columns, report, field, columns->width, column, err);
        if (status)
            return status;
        if (column[TR_ENTRIES_COLUMN_DATE] == columns->width)
            date = field;
    }
    if (column[TR_ENTRIES_COLUMN_DATE] != NOWHERE && column[TR_ENTRIES_COLUMN_TIME] != NOWHERE) {
        columns->meaning[column[TR_ENTRIES_COLUMN_DATE]] = TR_ENTRIES_COLUMN_OTHER;
        pass_over(report, date);
    } else if (column[TR_ENTRIES_COLUMN_DATE] != NOWHERE) { /* the only time there is may be called a date */
        columns->meaning[column[TR_ENTRIES_COLUMN_DATE]] = TR_ENTRIES_COLUMN_TIME;
        column[TR_ENTRIES_COLUMN_TIME] = column[TR_ENTRIES_COLUMN_DATE];
    }
    for (size_t i = 0; i < columns->width; i++) {
        if (columns->meaning[i] != TR_ENTRIES_COLUMN_OTHER)
            columns->last = i;
    }
    return check_columns(begin, end, column, err);
}
