#include "io/format/row.h"

#include "base/text.h"
#include "io/format/report.h"

#include <stdio.h>

#define MILLISECOND_DIGITS 13

/* The common case without looking back: thirteen digits, then five numbers, nothing between them but separators. */
static bool read_plain(char separator, const char *p, const char *end, struct tr_bar *bar)
{
    int64_t time = 0;
    if (end - p <= MILLISECOND_DIGITS || p[MILLISECOND_DIGITS] != separator || *p == '0')
        return false;
    for (int i = 0; i < MILLISECOND_DIGITS; i++, p++) {
        if (*p < '0' || *p > '9')
            return false;
        time = time * 10 + (*p - '0');
    }
    double *values[] = {&bar->open, &bar->high, &bar->low, &bar->close, &bar->volume};
    for (size_t i = 0; i < 5; i++) {
        if (p == end || *p++ != separator || !tr_text_scan_double(&p, end, values[i]))
            return false;
    }
    bar->time = time;
    return p == end || *p == separator;
}

static bool refuse(struct tr_format_row *row, enum tr_format_defect defect, const char *what,
                   struct tr_format_field field, enum tr_format_defect *out)
{
    char text[TR_FORMAT_CLIP];
    tr_format_clip(field.begin, field.end, text);
    if (field.begin == field.end)
        snprintf(row->reason, sizeof row->reason, "%s is empty", what);
    else
        snprintf(row->reason, sizeof row->reason, "%s is not %s: '%s'", what,
                 defect == TR_FORMAT_BAD_TIME ? "an instant" : "a number", text);
    *out = defect;
    return false;
}

static bool read_fields(const struct tr_format_field fields[TR_FORMAT_COLUMN_COUNT], struct tr_format_row *row,
                        enum tr_format_defect *defect)
{
    static const char *const names[] = {"time", "open", "high", "low", "close", "volume"};
    struct tr_bar *bar = &row->bar;
    double *values[] = {NULL, &bar->open, &bar->high, &bar->low, &bar->close, &bar->volume};
    struct tr_format_field time = fields[TR_FORMAT_TIME];
    if (!tr_format_stamp_read(time.begin, time.end, &bar->time, &row->unit))
        return refuse(row, TR_FORMAT_BAD_TIME, names[TR_FORMAT_TIME], time, defect);
    for (size_t i = TR_FORMAT_OPEN; i <= TR_FORMAT_VOLUME; i++) {
        if (!tr_text_to_double(fields[i].begin, fields[i].end, values[i]))
            return refuse(row, TR_FORMAT_BAD_NUMBER, names[i], fields[i], defect);
    }
    return true;
}

bool tr_format_row_read(const struct tr_format_columns *columns, const char *begin, const char *end,
                        struct tr_format_row *row, enum tr_format_defect *defect)
{
    if (columns->plain && read_plain(columns->separator, begin, end, &row->bar)) {
        row->unit = TR_FORMAT_MILLISECONDS;
        row->date = row->symbol = (struct tr_format_field){0};
        return true;
    }
    struct tr_format_field fields[TR_FORMAT_COLUMN_COUNT];
    tr_format_fields_find(columns, begin, end, fields);
    for (size_t i = TR_FORMAT_TIME; i <= TR_FORMAT_VOLUME; i++) {
        if (!fields[i].begin) {
            snprintf(row->reason, sizeof row->reason, "the line ends before column %zu", columns->last + 1);
            *defect = TR_FORMAT_TOO_FEW_COLUMNS;
            return false;
        }
    }
    row->date = fields[TR_FORMAT_DATE];
    row->symbol = fields[TR_FORMAT_SYMBOL];
    return read_fields(fields, row, defect);
}
