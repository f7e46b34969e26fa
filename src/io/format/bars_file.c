#include "io/format/bars_file.h"

#include "base/alloc.h"
#include "io/format/header.h"
#include "io/format/lines.h"
#include "io/format/report.h"
#include "io/format/row.h"
#include "io/format/source.h"
#include "io/format/tidy.h"

#include <stdint.h>
#include <string.h>

#define SHAPES_MAX 16
#define PROGRESS_LINES ((size_t)1 << 16)
#define MAGIC_BYTES 16

struct reader {
    const struct tr_format_options *options;
    struct tr_format_report *report;
    struct tr_bar_list *list;
    size_t *origin; /* [origin_capacity]: line of each row of the list */
    size_t origin_capacity;
    struct tr_format_lines lines;
    struct tr_format_columns columns;
    tr_time_ms previous;                      /* time of the row listed above; valid once a row was accepted */
    size_t ascents, descents;                 /* steps from one listed row to the next */
    char shapes[SHAPES_MAX][TR_FORMAT_SHAPE]; /* date layouts met */
};

/* --- what the file is --- */

/* Formats that are told by their first bytes and are not text with columns; the last four are named by their kind. */
static enum tr_status check_content(const char *bytes, size_t n, struct tr_error *err)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *text;
    } kinds[] = {
        {"PK\3\4", 4, "a zip archive: unpack it and read the file inside (unzip -p FILE prints it)"},
        {"ARROW1", 6, "a Feather (Arrow) file: write it as CSV first, e.g. pandas.read_feather(FILE).to_csv(OUT)"},
        {"FEA1", 4, "a Feather file: write it as CSV first, e.g. pandas.read_feather(FILE).to_csv(OUT)"},
        {"PAR1", 4, "a Parquet file: write it as CSV first, e.g. pandas.read_parquet(FILE).to_csv(OUT)"},
        {"(\xb5/\xfd", 4, "a zstd file: unpack it first (zstd -dc FILE)"},
        {"BZh", 3, "a bzip2 file: unpack it first (bzip2 -dc FILE)"},
        {"\xfd"
         "7zXZ",
         5, "an xz file: unpack it first (xz -dc FILE)"},
        {"\xff\xfe", 2, "UTF-16 text: save it as UTF-8"},
        {"\xfe\xff", 2, "UTF-16 text: save it as UTF-8"},
        {"[", 1, "JSON: write it as CSV with the header timestamp_ms,open,high,low,close,volume first"},
        {"{", 1, "JSON: write it as CSV with the header timestamp_ms,open,high,low,close,volume first"},
    };
    while (n > 0 && (*bytes == ' ' || *bytes == '\t' || *bytes == '\n' || *bytes == '\r')) {
        bytes++;
        n--;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (n >= kinds[i].n && memcmp(bytes, kinds[i].magic, kinds[i].n) == 0)
            return tr_error_set(err, TR_UNSUPPORTED, "%s", kinds[i].text);
    }
    return TR_OK;
}

static bool contains(const char *begin, const char *end, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = begin; (size_t)(end - p) >= len; p++) {
        if (memcmp(p, word, len) == 0)
            return true;
    }
    return false;
}

static enum tr_status next_line(struct reader *reader, struct tr_format_line *line, struct tr_error *err)
{
    enum tr_status status = tr_format_lines_next(&reader->lines, line, err);
    reader->report->lines = reader->lines.number;
    return status;
}

/* Blank lines, comments and one line with an address may stand above the header. */
static enum tr_status read_header(struct reader *reader, struct tr_format_line *line, struct tr_error *err)
{
    bool banner = false;
    for (;;) {
        enum tr_status status = next_line(reader, line, err);
        if (status)
            return status;
        if (!line->begin)
            return tr_error_set(err, TR_INVALID,
                                reader->report->lines > 0 ? "no header and no rows: is it the file you meant?"
                                                          : "empty file: is it the file you meant?");
        if (reader->report->lines == 1 && line->end - line->begin >= 3 && memcmp(line->begin, "\xef\xbb\xbf", 3) == 0)
            line->begin += 3;
        if (line->too_long)
            return tr_error_set(err, TR_INVALID, "line %zu is longer than %zu bytes: this is no CSV of candles",
                                reader->report->lines, TR_FORMAT_MAX_LINE);
        if (line->begin == line->end || *line->begin == '#')
            continue;
        if (banner || !contains(line->begin, line->end < line->begin + 256 ? line->end : line->begin + 256, "://"))
            break;
        banner = true;
    }
    if (tr_format_header_read(line->begin, line->end, banner, &reader->columns, err))
        return tr_error_prepend(err, "line %zu", reader->report->lines);
    reader->report->layout = reader->columns.layout;
    return TR_OK;
}

/* --- rows --- */

static void count_shape(struct reader *reader, struct tr_format_field date)
{
    char shape[TR_FORMAT_SHAPE];
    size_t n = reader->report->date_forms;
    tr_format_date_shape(date.begin, date.end, shape);
    for (size_t i = 0; i < n; i++) {
        if (memcmp(reader->shapes[i], shape, sizeof shape) == 0)
            return;
    }
    if (n == SHAPES_MAX)
        return;
    memcpy(reader->shapes[n], shape, sizeof shape);
    reader->report->date_forms++;
}

static void note_date(struct reader *reader, const struct tr_format_row *row)
{
    tr_time_ms date;
    bool whole_day;
    if (!row->date.begin)
        return;
    count_shape(reader, row->date);
    if (!tr_format_date_read(row->date.begin, row->date.end, &date, &whole_day))
        return;
    tr_time_ms stamp = whole_day ? tr_time_floor(row->bar.time, TR_DAY_MS) : row->bar.time;
    reader->report->dates_disagree += date != stamp;
}

/* One file, one series. */
static enum tr_status note_symbol(struct reader *reader, const struct tr_format_row *row, struct tr_error *err)
{
    char *known = reader->report->symbol, here[TR_FORMAT_CLIP];
    if (!row->symbol.begin || row->symbol.begin == row->symbol.end)
        return TR_OK;
    tr_format_clip(row->symbol.begin, row->symbol.end, here);
    _Static_assert(sizeof here <= sizeof reader->report->symbol, "a clipped symbol fits");
    if (!known[0])
        memcpy(known, here, sizeof here);
    if (strcmp(known, here) == 0)
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "line %zu: a row of '%s' in a file of '%s': split it by symbol",
                        reader->report->lines, here, known);
}

static void note_order(struct reader *reader, tr_time_ms time)
{
    if (reader->list->n > 0) {
        reader->ascents += time > reader->previous;
        reader->descents += time < reader->previous;
    }
    reader->previous = time;
}

static void note_unit(struct tr_format_report *report, enum tr_format_unit unit)
{
    size_t *counts[TR_FORMAT_UNIT_COUNT] = {&report->stamps_s, &report->stamps_ms, &report->stamps_us,
                                            &report->stamps_text};
    ++*counts[unit];
}

static enum tr_status keep(struct reader *reader, const struct tr_bar *bar, struct tr_error *err)
{
    struct tr_bar_list *list = reader->list;
    if (tr_bar_list_add(list, bar, err))
        return TR_NOMEM;
    if (reader->origin_capacity < list->capacity) {
        size_t *grown =
            tr_alloc_grow(reader->origin, reader->origin_capacity * sizeof *grown, list->capacity, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        reader->origin = grown;
        reader->origin_capacity = list->capacity;
    }
    reader->origin[list->n - 1] = reader->report->lines;
    return TR_OK;
}

/* Whatever the timeframe, a bar begins on a whole minute; the finer grid is held against it once it is known. */
static enum tr_status take_row(struct reader *reader, const struct tr_format_line *line, struct tr_error *err)
{
    struct tr_format_report *report = reader->report;
    struct tr_format_row row;
    enum tr_format_defect defect;
    report->rows++;
    if (line->too_long) {
        tr_format_report_row(report, report->lines, TR_FORMAT_LINE_TOO_LONG, "the line is longer than a mebibyte");
        return TR_OK;
    }
    if (!tr_format_row_read(&reader->columns, line->begin, line->end, &row, &defect)) {
        tr_format_report_row(report, report->lines, defect, row.reason);
        return TR_OK;
    }
    note_unit(report, row.unit);
    note_date(reader, &row);
    enum tr_status status = note_symbol(reader, &row, err);
    if (status)
        return status;
    enum tr_bar_defect wrong = tr_bar_check(&row.bar, TR_TIMEFRAME_1M);
    if (wrong) {
        tr_format_report_bar(report, report->lines, &row.bar, wrong);
        return TR_OK;
    }
    note_order(reader, row.bar.time);
    return keep(reader, &row.bar, err);
}

static enum tr_status read_rows(struct reader *reader, struct tr_format_line *line, struct tr_error *err)
{
    bool pending = reader->columns.first_is_data;
    for (;;) {
        enum tr_status status = pending ? TR_OK : next_line(reader, line, err);
        pending = false;
        if (status || !line->begin)
            return status;
        if (line->begin == line->end && !line->too_long)
            continue;
        status = take_row(reader, line, err);
        if (status)
            return status;
        if (reader->report->lines % PROGRESS_LINES == 0 &&
            !tr_progress_tell(reader->options->progress, "import", reader->report->rows, 0, "rows"))
            return tr_error_set(err, TR_CANCELLED, "stopped after %zu rows", reader->report->rows);
    }
}

/* --- the verdict --- */

static enum tr_status check_rows(const struct tr_format_report *report, size_t kept, struct tr_error *err)
{
    const struct tr_format_example *first = &report->example[0];
    if (report->rows == 0)
        return tr_error_set(err, TR_INVALID, "a header, but no rows: there is nothing to import");
    if (kept == 0)
        return tr_error_set(err, TR_INVALID, "none of %zu rows is a candle (line %zu: %s); check columns and units",
                            report->rows, first->line, first->reason);
    return TR_OK;
}

static enum tr_status judge(struct reader *reader, struct tr_error *err)
{
    struct tr_format_report *report = reader->report;
    enum tr_status status = check_rows(report, reader->list->n, err);
    if (status)
        return status;
    report->newest_first = reader->descents > reader->ascents;
    report->out_of_order = report->newest_first ? reader->ascents : reader->descents;
    status = tr_format_tidy(reader->options, reader->list, reader->origin, report, err);
    if (!status)
        status = check_rows(report, reader->list->n, err);
    if (!status && reader->options->strict && report->examples > 0)
        status = tr_error_set(err, TR_INVALID, "line %zu: %s", report->example[0].line, report->example[0].reason);
    return status;
}

static enum tr_status read_all(struct reader *reader, struct tr_error *err)
{
    const char *bytes;
    size_t n;
    struct tr_format_line line;
    enum tr_status status = tr_format_lines_peek(&reader->lines, MAGIC_BYTES, &bytes, &n, err);
    if (!status)
        status = check_content(bytes, n, err);
    if (!status)
        status = read_header(reader, &line, err);
    if (!status)
        status = read_rows(reader, &line, err);
    return status ? status : judge(reader, err);
}

enum tr_status tr_format_read_bars_from(struct tr_format_source *source, const struct tr_format_options *options,
                                        struct tr_bar_list *list, struct tr_format_report *report, struct tr_error *err)
{
    struct reader reader = {.options = options, .report = report, .list = list};
    *report = (struct tr_format_report){0};
    list->n = 0;
    enum tr_status status = tr_format_lines_init(&reader.lines, source, err);
    if (!status)
        status = read_all(&reader, err);
    if (status)
        list->n = 0;
    tr_format_lines_finish(&reader.lines);
    tr_free(reader.origin);
    return status;
}

enum tr_status tr_format_read_bars(const struct tr_format_options *options, struct tr_bar_list *list,
                                   struct tr_format_report *report, struct tr_error *err)
{
    struct tr_format_source *source = NULL;
    *report = (struct tr_format_report){0};
    list->n = 0;
    enum tr_status status = tr_format_source_open(options->path, &source, err);
    if (!status)
        status = tr_format_read_bars_from(source, options, list, report, err);
    tr_format_source_close(source);
    if (status)
        return tr_error_prepend(err, "%s", strcmp(options->path, "-") == 0 ? "standard input" : options->path);
    return TR_OK;
}
