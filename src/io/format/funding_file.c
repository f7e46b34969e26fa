#include "io/format/funding_file.h"

#include "base/alloc.h"
#include "base/text.h"
#include "io/format/header.h"
#include "io/format/lines.h"
#include "io/format/report.h"
#include "io/format/source.h"
#include "io/format/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_COLUMN SIZE_MAX
#define PROGRESS_LINES ((size_t)1 << 16)
#define STEPS_MAX 64

enum column { TIME, RATE, SYMBOL, COLUMNS };

struct columns {
    char separator;
    size_t index[COLUMNS]; /* NO_COLUMN = has none */
};

struct record {
    tr_time_ms time;
    double rate;
    size_t line;
};

struct reader {
    const struct tr_format_options *options;
    struct tr_funding_report *report;
    struct tr_format_lines lines;
    struct columns columns;
    struct record *record; /* [capacity], the first n filled */
    size_t n, capacity;
    size_t ascents, descents; /* steps from one listed record to the next */
};

/* --- the header --- */

/* Where several columns could be meant, the one named first here wins. */
static const struct {
    const char *name;
    enum column column;
} names[] = {
    {"timestamp_ms", TIME},
    {"funding_time", TIME},
    {"fundingtime", TIME},
    {"calc_time", TIME},
    {"timestamp", TIME},
    {"unix", TIME},
    {"ts", TIME},
    {"t", TIME},
    {"time", TIME},
    {"datetime", TIME},
    {"date", TIME},
    {"funding_rate", RATE},
    {"fundingrate", RATE},
    {"last_funding_rate", RATE},
    {"lastfundingrate", RATE},
    {"rate", RATE},
    {"symbol", SYMBOL},
    {"pair", SYMBOL},
    {"instid", SYMBOL},
    {"market", SYMBOL},
};
enum { NAMES = sizeof names / sizeof *names };

static bool is_price(const char *name)
{
    static const char *const prices[] = {"open", "high", "low", "close", "volume", "bid_px"};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
        if (strcmp(name, prices[i]) == 0)
            return true;
    }
    return false;
}

/* false: not the header of a funding file. */
static bool read_columns(const char *begin, const char *end, struct columns *out)
{
    size_t rank[COLUMNS] = {NAMES, NAMES, NAMES}, i = 0;
    *out = (struct columns){tr_format_separator(begin, end), {NO_COLUMN, NO_COLUMN, NO_COLUMN}};
    for (const char *cursor = begin; cursor; i++) {
        char name[TR_FORMAT_NAME];
        if (i == TR_FORMAT_MAX_COLUMNS)
            return false;
        tr_format_name_normalise(tr_format_field_next(&cursor, end, out->separator), name);
        if (is_price(name))
            return false;
        for (size_t k = 0; k < NAMES; k++) {
            if (k < rank[names[k].column] && strcmp(name, names[k].name) == 0) {
                rank[names[k].column] = k;
                out->index[names[k].column] = i;
            }
        }
    }
    return out->index[TIME] != NO_COLUMN && out->index[RATE] != NO_COLUMN;
}

/* A byte order mark, blank lines and comments may stand above the header. */
static bool is_above_header(const char *begin, const char *end)
{
    return begin == end || *begin == '#';
}

static const char *skip_mark(const char *begin, const char *end)
{
    return end - begin >= 3 && memcmp(begin, "\xef\xbb\xbf", 3) == 0 ? begin + 3 : begin;
}

bool tr_format_is_funding(const char *bytes, size_t n)
{
    const char *end = bytes + n;
    for (const char *p = skip_mark(bytes, end); p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        struct columns columns;
        if (stop > p && stop[-1] == '\r')
            stop--;
        if (!is_above_header(p, stop))
            return read_columns(p, stop, &columns);
        p = newline ? newline + 1 : end;
    }
    return false;
}

static enum tr_status next_line(struct reader *reader, struct tr_format_line *line, struct tr_error *err)
{
    enum tr_status status = tr_format_lines_next(&reader->lines, line, err);
    reader->report->file.lines = reader->lines.number;
    return status;
}

static enum tr_status read_header(struct reader *reader, struct tr_error *err)
{
    struct tr_format_line line;
    char text[TR_FORMAT_CLIP];
    do {
        enum tr_status status = next_line(reader, &line, err);
        if (status)
            return status;
        if (!line.begin)
            return tr_error_set(err, TR_INVALID, "no header and no rows: is it the file you meant?");
        if (reader->report->file.lines == 1)
            line.begin = skip_mark(line.begin, line.end);
    } while (!line.too_long && is_above_header(line.begin, line.end));
    if (!line.too_long && read_columns(line.begin, line.end, &reader->columns))
        return TR_OK;
    tr_format_clip(line.begin, line.end, text);
    return tr_error_set(err, TR_INVALID,
                        "line %zu: '%s' is no header of funding rates, such as timestamp_ms,funding_rate",
                        reader->report->file.lines, text);
}

/* --- rows --- */

static void refuse_row(struct reader *reader, enum tr_format_defect defect, const char *what,
                       struct tr_format_field field)
{
    char text[TR_FORMAT_CLIP], reason[96];
    tr_format_clip(field.begin, field.end, text);
    if (field.begin == field.end)
        snprintf(reason, sizeof reason, "%s is empty", what);
    else
        snprintf(reason, sizeof reason, "%s is not %s: '%s'", what,
                 defect == TR_FORMAT_BAD_TIME ? "an instant" : "a number", text);
    tr_format_report_row(&reader->report->file, reader->report->file.lines, defect, reason);
}

static void refuse_record(struct reader *reader, enum tr_funding_defect defect, double rate)
{
    char reason[96];
    snprintf(reason, sizeof reason, "%s: %.9g", tr_funding_defect_text(defect), rate);
    reader->report->file.refused++;
    reader->report->refused_record[defect]++;
    tr_format_report_example(&reader->report->file, reader->report->file.lines,
                             defect == TR_FUNDING_TIME_OUTSIDE ? tr_funding_defect_text(defect) : reason);
}

/* One file, one market. */
static enum tr_status note_symbol(struct reader *reader, struct tr_format_field field, struct tr_error *err)
{
    char *known = reader->report->file.symbol, here[TR_FORMAT_CLIP];
    if (field.begin == field.end)
        return TR_OK;
    tr_format_clip(field.begin, field.end, here);
    if (!known[0])
        memcpy(known, here, sizeof here);
    if (strcmp(known, here) == 0)
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "line %zu: a row of '%s' in a file of '%s': split it by symbol",
                        reader->report->file.lines, here, known);
}

static enum tr_status keep(struct reader *reader, tr_time_ms time, double rate, struct tr_error *err)
{
    if (reader->n == reader->capacity) {
        size_t capacity = reader->capacity + reader->capacity / 2 + 1024;
        struct record *grown =
            tr_alloc_grow(reader->record, reader->n * sizeof *grown, capacity, sizeof *reader->record);
        if (!grown)
            return tr_error_nomem(err);
        reader->record = grown;
        reader->capacity = capacity;
    }
    if (reader->n > 0) {
        reader->ascents += time > reader->record[reader->n - 1].time;
        reader->descents += time < reader->record[reader->n - 1].time;
    }
    reader->record[reader->n++] = (struct record){time, rate, reader->report->file.lines};
    return TR_OK;
}

static enum tr_status take_fields(struct reader *reader, const struct tr_format_field field[COLUMNS],
                                  struct tr_error *err)
{
    struct tr_format_report *file = &reader->report->file;
    size_t *const units[] = {&file->stamps_s, &file->stamps_ms, &file->stamps_us, &file->stamps_text};
    enum tr_format_unit unit;
    tr_time_ms stamp;
    double rate;
    if (!field[TIME].begin || !field[RATE].begin) {
        tr_format_report_row(file, file->lines, TR_FORMAT_TOO_FEW_COLUMNS, "the line ends before its columns do");
        return TR_OK;
    }
    if (!tr_format_stamp_read(field[TIME].begin, field[TIME].end, &stamp, &unit)) {
        refuse_row(reader, TR_FORMAT_BAD_TIME, "time", field[TIME]);
        return TR_OK;
    }
    if (!tr_text_to_double(field[RATE].begin, field[RATE].end, &rate)) {
        refuse_row(reader, TR_FORMAT_BAD_NUMBER, "rate", field[RATE]);
        return TR_OK;
    }
    ++*units[unit];
    enum tr_status status = note_symbol(reader, field[SYMBOL], err);
    if (status)
        return status;
    tr_time_ms time = tr_time_floor(stamp + TR_SECOND_MS / 2, TR_SECOND_MS);
    enum tr_funding_defect defect = tr_funding_check(time, rate);
    if (defect) {
        refuse_record(reader, defect, rate);
        return TR_OK;
    }
    reader->report->rounded += time != stamp;
    return keep(reader, time, rate, err);
}

static enum tr_status take_row(struct reader *reader, const struct tr_format_line *line, struct tr_error *err)
{
    struct tr_format_report *file = &reader->report->file;
    struct tr_format_field field[COLUMNS] = {{NULL, NULL}};
    size_t i = 0;
    file->rows++;
    if (line->too_long) {
        tr_format_report_row(file, file->lines, TR_FORMAT_LINE_TOO_LONG, "the line is longer than a mebibyte");
        return TR_OK;
    }
    for (const char *cursor = line->begin; cursor; i++) {
        struct tr_format_field next = tr_format_field_next(&cursor, line->end, reader->columns.separator);
        for (size_t c = 0; c < COLUMNS; c++) {
            if (reader->columns.index[c] == i)
                field[c] = next;
        }
    }
    return take_fields(reader, field, err);
}

static enum tr_status read_rows(struct reader *reader, struct tr_error *err)
{
    const struct tr_format_report *file = &reader->report->file;
    struct tr_format_line line;
    for (;;) {
        enum tr_status status = next_line(reader, &line, err);
        if (status || !line.begin)
            return status;
        if (line.begin == line.end && !line.too_long)
            continue;
        status = take_row(reader, &line, err);
        if (status)
            return status;
        if (file->lines % PROGRESS_LINES == 0 &&
            !tr_progress_tell(reader->options->progress, "import", file->rows, 0, "rows"))
            return tr_error_set(err, TR_CANCELLED, "stopped after %zu rows", file->rows);
    }
}

/* --- the verdict --- */

static int by_time(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

/* Of records of one stamp the first listed stays. */
static void merge(struct reader *reader)
{
    struct tr_format_report *file = &reader->report->file;
    size_t kept = 0;
    for (size_t i = 0; i < reader->n; i++) {
        const struct record *here = &reader->record[i];
        if (kept == 0 || reader->record[kept - 1].time != here->time) {
            reader->record[kept++] = *here;
            continue;
        }
        if (reader->record[kept - 1].rate == here->rate) {
            file->merged_identical++;
            continue;
        }
        char reason[96];
        snprintf(reason, sizeof reason, "differs from the row listed before: rate %.12g, there %.12g", here->rate,
                 reader->record[kept - 1].rate);
        file->dropped_differing++;
        tr_format_report_example(file, here->line, reason);
    }
    reader->n = kept;
    file->accepted = kept;
}

static int64_t most_common_step(const struct record *record, size_t n)
{
    int64_t step[STEPS_MAX], best = 0;
    size_t count[STEPS_MAX] = {0}, known = 0, most = 0;
    for (size_t i = 1; i < n; i++) {
        size_t k = 0;
        while (k < known && step[k] != record[i].time - record[i - 1].time)
            k++;
        if (k == STEPS_MAX)
            continue; /* what comes most often is met early */
        if (k == known)
            step[known++] = record[i].time - record[i - 1].time;
        count[k]++;
    }
    for (size_t k = 0; k < known; k++) {
        if (count[k] > most || (count[k] == most && step[k] < best)) {
            best = step[k];
            most = count[k];
        }
    }
    return best;
}

static enum tr_status judge(struct reader *reader, struct tr_error *err)
{
    struct tr_format_report *file = &reader->report->file;
    const struct tr_format_example *first = &file->example[0];
    if (file->rows == 0)
        return tr_error_set(err, TR_INVALID, "a header, but no rows: there is nothing to import");
    if (reader->n == 0)
        return tr_error_set(err, TR_INVALID,
                            "none of %zu rows is a funding rate (line %zu: %s); check columns and units", file->rows,
                            first->line, first->reason);
    file->newest_first = reader->descents > reader->ascents;
    file->out_of_order = file->newest_first ? reader->ascents : reader->descents;
    if (reader->descents > 0)
        qsort(reader->record, reader->n, sizeof *reader->record, by_time);
    merge(reader);
    reader->report->interval_ms = most_common_step(reader->record, reader->n);
    if (reader->options->strict && file->examples > 0)
        return tr_error_set(err, TR_INVALID, "line %zu: %s", first->line, first->reason);
    return TR_OK;
}

static enum tr_status give_out(const struct reader *reader, struct tr_funding_list *list, struct tr_error *err)
{
    list->time = tr_alloc(reader->n, sizeof *list->time);
    list->rate = tr_alloc(reader->n, sizeof *list->rate);
    if (!list->time || !list->rate)
        return tr_error_nomem(err);
    for (size_t i = 0; i < reader->n; i++) {
        list->time[i] = reader->record[i].time;
        list->rate[i] = reader->record[i].rate;
    }
    list->n = reader->n;
    return TR_OK;
}

enum tr_status tr_format_read_funding_from(struct tr_format_source *source, const struct tr_format_options *options,
                                           struct tr_funding_list *list, struct tr_funding_report *report,
                                           struct tr_error *err)
{
    struct reader reader = {.options = options, .report = report};
    *report = (struct tr_funding_report){.interval_ms = 0};
    tr_funding_list_finish(list);
    enum tr_status status = tr_format_lines_init(&reader.lines, source, err);
    if (!status)
        status = read_header(&reader, err);
    if (!status)
        status = read_rows(&reader, err);
    if (!status)
        status = judge(&reader, err);
    if (!status)
        status = give_out(&reader, list, err);
    if (status)
        tr_funding_list_finish(list);
    tr_format_lines_finish(&reader.lines);
    tr_free(reader.record);
    return status;
}

enum tr_status tr_format_read_funding(const struct tr_format_options *options, struct tr_funding_list *list,
                                      struct tr_funding_report *report, struct tr_error *err)
{
    struct tr_format_source *source = NULL;
    *report = (struct tr_funding_report){.interval_ms = 0};
    tr_funding_list_finish(list);
    enum tr_status status = tr_format_source_open(options->path, &source, err);
    if (!status)
        status = tr_format_read_funding_from(source, options, list, report, err);
    tr_format_source_close(source);
    if (status)
        return tr_error_prepend(err, "%s", strcmp(options->path, "-") == 0 ? "standard input" : options->path);
    return TR_OK;
}

void tr_funding_list_finish(struct tr_funding_list *list)
{
    tr_free(list->time);
    tr_free(list->rate);
    *list = (struct tr_funding_list){0};
}
