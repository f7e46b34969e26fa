#include "io/format/entries_file.h"

#include "base/alloc.h"
#include "base/text.h"
#include "io/format/bars_file.h"
#include "io/format/entries_columns.h"
#include "io/format/lines.h"
#include "io/format/report.h"
#include "io/format/source.h"
#include "io/format/stamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECENT 256
#define NOWHERE SIZE_MAX

/* Where the rows of one symbol stand: in order of time the newest accepted row, newest first the last one. */
struct market {
    char symbol[TR_SYMBOL_TEXT];
    bool begun;
    tr_time_ms time;
    size_t line;    /* of the first row of that time */
    size_t side[2]; /* lines of that time, long and short; 0 = none */
};

/* A symbol as a cell wrote it: reading it anew would cost more than the rest of the row. */
struct recent {
    size_t market; /* + 1; 0 = none */
    size_t len;
    char text[TR_SYMBOL_TEXT];
};

struct reader {
    const struct tr_entries_options *options;
    struct tr_entries_report *report;
    struct tr_format_lines lines;
    struct tr_entries_columns columns;
    bool forward;  /* some symbol's time went up: the file is in order of time */
    bool descends; /* some symbol's time went down while it was not known */
    struct tr_entries_row *rows;
    size_t n, capacity;
    struct market *markets;
    size_t n_markets, market_capacity;
    size_t *slot; /* [slots] open addressing by symbol: market + 1, 0 = free */
    size_t slots; /* a power of two, more than twice the markets */
    struct recent recent[RECENT];
    char text[TR_FORMAT_CLIP]; /* the cell a refusal speaks of */
};

static const char *name_of(const struct tr_entries_options *options)
{
    return strcmp(options->path, "-") == 0 ? "standard input" : options->path;
}

/* --- the header --- */

/* Blank lines and comments may stand above the header. */
static enum tr_status read_header(struct reader *reader, struct tr_error *err)
{
    struct tr_format_line line;
    const char *name = name_of(reader->options);
    for (;;) {
        enum tr_status status = tr_format_lines_next(&reader->lines, &line, err);
        if (status)
            return tr_error_prepend(err, "%s", name);
        if (!line.begin)
            return tr_error_set(err, TR_INVALID, "%s: %s: is it the file you meant?", name,
                                reader->lines.number > 0 ? "no header and no rows" : "empty file");
        if (reader->lines.number == 1 && line.end - line.begin >= 3 && memcmp(line.begin, "\xef\xbb\xbf", 3) == 0)
            line.begin += 3;
        if (line.too_long)
            return tr_error_set(err, TR_INVALID, "%s:%zu: longer than %zu bytes: this is no file of entries", name,
                                reader->lines.number, TR_FORMAT_MAX_LINE);
        if (line.begin != line.end && *line.begin != '#')
            break;
    }
    if (tr_entries_columns_read(line.begin, line.end, &reader->columns, reader->report, err))
        return tr_error_prepend(err, "%s:%zu", name, reader->lines.number);
    return TR_OK;
}

/* --- symbols --- */

static size_t hash_of(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return (size_t)(hash ^ hash >> 32);
}

/* The slot that holds the symbol, or the free one where it belongs. */
static size_t *slot_of(const struct reader *reader, const char *symbol)
{
    size_t at = hash_of(symbol, strlen(symbol)) & (reader->slots - 1);
    while (reader->slot[at] && strcmp(reader->markets[reader->slot[at] - 1].symbol, symbol) != 0)
        at = (at + 1) & (reader->slots - 1);
    return &reader->slot[at];
}

static enum tr_status grow_markets(struct reader *reader, struct tr_error *err)
{
    size_t capacity = reader->market_capacity ? 2 * reader->market_capacity : 64;
    struct market *markets =
        tr_alloc_grow(reader->markets, reader->n_markets * sizeof *markets, capacity, sizeof *markets);
    if (!markets)
        return tr_error_nomem(err);
    reader->markets = markets;
    size_t *slot = tr_alloc_zero(4 * capacity, sizeof *slot);
    if (!slot)
        return tr_error_nomem(err);
    tr_free(reader->slot);
    reader->slot = slot;
    reader->slots = 4 * capacity;
    reader->market_capacity = capacity;
    for (size_t i = 0; i < reader->n_markets; i++)
        *slot_of(reader, markets[i].symbol) = i + 1;
    return TR_OK;
}

static enum tr_status find_market(struct reader *reader, const char *symbol, size_t *market, struct tr_error *err)
{
    if (reader->n_markets == reader->market_capacity && grow_markets(reader, err))
        return TR_NOMEM;
    size_t *slot = slot_of(reader, symbol);
    if (!*slot) {
        struct market *fresh = &reader->markets[reader->n_markets++];
        *fresh = (struct market){0};
        snprintf(fresh->symbol, sizeof fresh->symbol, "%s", symbol);
        *slot = reader->n_markets;
    }
    *market = *slot - 1;
    return TR_OK;
}

/* The market a cell names; NOWHERE where it names none, with the reason in `why`. */
static enum tr_status read_symbol(struct reader *reader, struct tr_format_field cell, size_t *market,
                                  struct tr_error *why, struct tr_error *err)
{
    size_t len = (size_t)(cell.end - cell.begin);
    struct recent *recent = &reader->recent[hash_of(cell.begin, len < TR_SYMBOL_TEXT ? len : 0) % RECENT];
    struct tr_symbol symbol;
    char text[2 * TR_SYMBOL_TEXT + 1];
    if (recent->market && recent->len == len && len && memcmp(recent->text, cell.begin, len) == 0) {
        *market = recent->market - 1;
        return TR_OK;
    }
    *market = NOWHERE;
    size_t kept = len < sizeof text - 1 ? len : sizeof text - 1;
    if (kept)
        memcpy(text, cell.begin, kept);
    text[kept] = 0;
    if (memchr(text, 0, kept)) {
        tr_error_set(why, TR_INVALID, "a symbol with a zero byte");
        return TR_OK;
    }
    if (tr_symbol_parse(text, &symbol, why))
        return TR_OK;
    if (find_market(reader, symbol.text, market, err))
        return TR_NOMEM;
    if (len && len < TR_SYMBOL_TEXT) {
        recent->market = *market + 1;
        recent->len = len;
        memcpy(recent->text, cell.begin, len);
    }
    return TR_OK;
}

/* --- rows --- */

/* A refusal of the line at hand. */
#define REFUSE(reader, defect, err, ...)                                                                               \
    tr_entries_refuse((reader)->options, (reader)->report, (reader)->lines.number, defect, err, __VA_ARGS__)

static const char *clip(struct reader *reader, struct tr_format_field cell)
{
    tr_format_clip(cell.begin, cell.end, reader->text);
    return reader->text;
}

static bool is_word(struct tr_format_field cell, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(cell.end - cell.begin) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if ((cell.begin[i] | 0x20) != word[i])
            return false;
    }
    return true;
}

static bool read_side(struct tr_format_field cell, bool *is_short)
{
    *is_short = is_word(cell, "short") || is_word(cell, "sell");
    return *is_short || is_word(cell, "long") || is_word(cell, "buy");
}

/* Cells by meaning; where the line has none, begin is NULL. *cells: how many there are; *beyond: one behind the header
 * is not empty. */
static void split(const struct reader *reader, const struct tr_format_line *line,
                  struct tr_format_field cell[TR_ENTRIES_COLUMN_COUNT], size_t *cells, bool *beyond)
{
    *cells = 0;
    *beyond = false;
    for (const char *cursor = line->begin; cursor; ++*cells) {
        struct tr_format_field field = tr_format_field_next(&cursor, line->end, reader->columns.separator);
        if (*cells < reader->columns.width)
            cell[reader->columns.meaning[*cells]] = field;
        else if (field.begin != field.end)
            *beyond = true;
    }
}

static const char *const labels[TR_ENTRIES_COLUMN_OTHER] = {
    [TR_ENTRIES_COLUMN_STOP] = "stop",         [TR_ENTRIES_COLUMN_TARGET] = "tp1",
    [TR_ENTRIES_COLUMN_TARGET + 1] = "tp2",    [TR_ENTRIES_COLUMN_TARGET + 2] = "tp3",
    [TR_ENTRIES_COLUMN_QUANTITY] = "quantity", [TR_ENTRIES_COLUMN_SIZE] = "size_usd",
    [TR_ENTRIES_COLUMN_ATR] = "atr",
};

/* *value: NaN where the cell is empty. *good: whether the row may go on. */
static enum tr_status read_number(struct reader *reader, const struct tr_format_field *cell,
                                  enum tr_entries_column meaning, double *value, bool *good, struct tr_error *err)
{
    struct tr_format_field field = cell[meaning];
    bool size = meaning == TR_ENTRIES_COLUMN_QUANTITY || meaning == TR_ENTRIES_COLUMN_SIZE;
    *value = (double)NAN;
    if (!*good || field.begin == field.end)
        return TR_OK;
    bool number = tr_text_to_double(field.begin, field.end, value);
    if (number && *value > 0)
        return TR_OK;
    *good = false;
    if (size && (number || is_word(field, "nan")))
        return REFUSE(reader, TR_ENTRIES_BAD_SIZE, err, "%s '%s' is not above 0 (empty = sized by risk)",
                      labels[meaning], clip(reader, field));
    return REFUSE(reader, TR_ENTRIES_BAD_NUMBER, err, "%s '%s' is %s", labels[meaning], clip(reader, field),
                  number ? "not above 0" : "no number");
}

static enum tr_status read_numbers(struct reader *reader, const struct tr_format_field *cell,
                                   struct tr_entries_row *row, bool *good, struct tr_error *err)
{
    double *const to[] = {&row->stop,     &row->target[0], &row->target[1], &row->target[2],
                          &row->quantity, &row->size_usd,  &row->atr};
    for (int i = 0; i <= TR_ENTRIES_COLUMN_ATR - TR_ENTRIES_COLUMN_STOP; i++) {
        enum tr_status status =
            read_number(reader, cell, (enum tr_entries_column)(TR_ENTRIES_COLUMN_STOP + i), to[i], good, err);
        if (status)
            return status;
    }
    if (!*good)
        return TR_OK;
    *good = false;
    if (!isnan(row->quantity) && !isnan(row->size_usd))
        return REFUSE(reader, TR_ENTRIES_BAD_SIZE, err, "both quantity and size_usd: give one of them");
    if (!isnan(row->target[0]) && isnan(row->stop))
        return REFUSE(reader, TR_ENTRIES_BAD_TARGETS, err, "tp1 without a stop: give both or neither");
    for (int i = 1; i < TR_ENTRIES_TARGETS; i++) {
        if (!isnan(row->target[i]) && isnan(row->target[i - 1]))
            return REFUSE(reader, TR_ENTRIES_BAD_TARGETS, err, "tp%d without tp%d", i + 1, i);
    }
    *good = true;
    return TR_OK;
}

/* What the line says, or a refusal (then *good is false). */
static enum tr_status read_row(struct reader *reader, const struct tr_format_line *line, struct tr_entries_row *row,
                               size_t *market, bool *good, struct tr_error *err)
{
    struct tr_format_field cell[TR_ENTRIES_COLUMN_COUNT] = {{0}};
    enum tr_format_unit unit;
    struct tr_error why;
    size_t cells;
    bool beyond;
    *good = false;
    if (line->too_long)
        return REFUSE(reader, TR_ENTRIES_LINE_TOO_LONG, err, "longer than %zu bytes", TR_FORMAT_MAX_LINE);
    split(reader, line, cell, &cells, &beyond);
    if (cells <= reader->columns.last)
        return REFUSE(reader, TR_ENTRIES_TOO_FEW_COLUMNS, err, "%zu column%s instead of %zu", cells,
                      cells == 1 ? "" : "s", reader->columns.width);
    if (beyond)
        return REFUSE(reader, TR_ENTRIES_TOO_MANY_COLUMNS, err,
                      "%zu columns instead of %zu: are there decimal commas? Write decimal points", cells,
                      reader->columns.width);
    const struct tr_format_field time = cell[TR_ENTRIES_COLUMN_TIME], side = cell[TR_ENTRIES_COLUMN_SIDE],
                                 frame = cell[TR_ENTRIES_COLUMN_FRAME];
    const size_t len = (size_t)(frame.end - frame.begin);
    *row = (struct tr_entries_row){.line = reader->lines.number};
    if (!tr_format_stamp_read(time.begin, time.end, &row->time, &unit))
        return REFUSE(reader, TR_ENTRIES_BAD_TIME, err, "time '%s' is neither epoch seconds, ms, us nor ISO 8601",
                      clip(reader, time));
    if (!read_side(side, &row->is_short))
        return REFUSE(reader, TR_ENTRIES_BAD_SIDE, err, "side '%s' is none of long, buy, short, sell",
                      clip(reader, side));
    if (len >= sizeof row->timeframe || (len && memcmp(clip(reader, frame), frame.begin, len) != 0))
        return REFUSE(reader, TR_ENTRIES_OTHER_TIMEFRAME, err, "'%s' is no timeframe", clip(reader, frame));
    if (len)
        memcpy(row->timeframe, frame.begin, len);
    *good = true;
    if (read_numbers(reader, cell, row, good, err))
        return err->code;
    if (!*good)
        return TR_OK;
    /* Last, as a symbol met for the first time takes memory. */
    *good = false;
    if (read_symbol(reader, cell[TR_ENTRIES_COLUMN_SYMBOL], market, &why, err))
        return TR_NOMEM;
    if (*market == NOWHERE)
        return REFUSE(reader, TR_ENTRIES_BAD_SYMBOL, err, "%s", why.text);
    memcpy(row->symbol, reader->markets[*market].symbol, sizeof row->symbol);
    *good = true;
    return TR_OK;
}

/* --- order --- */

static enum tr_status keep(struct reader *reader, const struct tr_entries_row *row, struct tr_error *err)
{
    if (reader->n == reader->capacity) {
        size_t capacity = reader->capacity ? 2 * reader->capacity : 256;
        struct tr_entries_row *rows = tr_alloc_grow(reader->rows, reader->n * sizeof *rows, capacity, sizeof *rows);
        if (!rows)
            return tr_error_nomem(err);
        reader->rows = rows;
        reader->capacity = capacity;
    }
    reader->rows[reader->n++] = *row;
    return TR_OK;
}

static enum tr_status refuse_earlier(struct reader *reader, const struct market *market,
                                     const struct tr_entries_row *row, struct tr_error *err)
{
    char here[TR_TIME_TEXT], there[TR_TIME_TEXT];
    tr_time_format(row->time, here);
    tr_time_format(market->time, there);
    return tr_entries_refuse(reader->options, reader->report, row->line, TR_ENTRIES_OUT_OF_ORDER, err,
                             "%s comes after line %zu, which is of %s: sort the rows by time", here, market->line,
                             there);
}

/* Keeps the row where it goes on from what its market's rows have come to. The caller has looked at the direction: the
 * time is the market's own or further that way. */
static enum tr_status go_on(struct reader *reader, struct market *market, const struct tr_entries_row *row,
                            struct tr_error *err)
{
    if (!market->begun || row->time != market->time) {
        market->begun = true;
        market->time = row->time;
        market->line = row->line;
        market->side[0] = market->side[1] = 0;
    }
    size_t *first = &market->side[row->is_short];
    if (*first)
        return tr_entries_refuse(reader->options, reader->report, row->line, TR_ENTRIES_DUPLICATE, err,
                                 "symbol, time and side as line %zu", *first);
    *first = row->line;
    return keep(reader, row, err);
}

static enum tr_status go_forward(struct reader *reader, struct market *market, const struct tr_entries_row *row,
                                 struct tr_error *err)
{
    if (market->begun && row->time < market->time)
        return refuse_earlier(reader, market, row, err);
    return go_on(reader, market, row, err);
}

/* The file is not newest first after all: what was kept is held against the order of time. */
static enum tr_status turn_forward(struct reader *reader, struct tr_error *err)
{
    size_t n = reader->n, index;
    reader->forward = true;
    reader->n = 0;
    for (size_t i = 0; i < reader->n_markets; i++)
        reader->markets[i].begun = false;
    for (size_t i = 0; i < n; i++) {
        struct tr_entries_row row = reader->rows[i];
        enum tr_status status = find_market(reader, row.symbol, &index, err);
        if (!status)
            status = go_forward(reader, &reader->markets[index], &row, err);
        if (status)
            return status;
    }
    return TR_OK;
}

static enum tr_status take(struct reader *reader, size_t index, const struct tr_entries_row *row, struct tr_error *err)
{
    struct market *market = &reader->markets[index];
    if (!reader->forward && market->begun && row->time > market->time) {
        enum tr_status status = turn_forward(reader, err);
        if (status)
            return status;
    }
    if (reader->forward)
        return go_forward(reader, market, row, err);
    reader->descends = reader->descends || (market->begun && row->time < market->time);
    return go_on(reader, market, row, err);
}

static enum tr_status read_rows(struct reader *reader, struct tr_error *err)
{
    struct tr_format_line line;
    struct tr_entries_row row;
    size_t market = NOWHERE;
    bool good;
    for (;;) {
        enum tr_status status = tr_format_lines_next(&reader->lines, &line, err);
        if (status)
            return tr_error_prepend(err, "%s", name_of(reader->options));
        if (!line.begin)
            return TR_OK;
        if (line.begin == line.end && !line.too_long)
            continue;
        reader->report->rows++;
        reader->report->accepted++;
        status = read_row(reader, &line, &row, &market, &good, err);
        if (!status && good)
            status = take(reader, market, &row, err);
        if (status)
            return status;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct tr_entries_row *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void sort_rows(struct reader *reader)
{
    size_t i = 1;
    while (i < reader->n && reader->rows[i - 1].time <= reader->rows[i].time)
        i++;
    if (i < reader->n)
        qsort(reader->rows, reader->n, sizeof *reader->rows, by_time);
}

enum tr_status tr_entries_read_from(struct tr_format_source *source, const struct tr_entries_options *options,
                                    struct tr_entries_row **rows, size_t *n, struct tr_entries_report *report,
                                    struct tr_error *err)
{
    struct reader *reader = tr_alloc_zero(1, sizeof *reader);
    *rows = NULL;
    *n = 0;
    *report = (struct tr_entries_report){0};
    if (!reader)
        return tr_error_nomem(err);
    reader->options = options;
    reader->report = report;
    enum tr_status status = tr_format_lines_init(&reader->lines, source, err);
    if (!status)
        status = read_header(reader, err);
    if (!status)
        status = read_rows(reader, err);
    if (!status) {
        sort_rows(reader);
        report->newest_first = !reader->forward && reader->descends;
        *rows = reader->rows;
        *n = reader->n;
        reader->rows = NULL;
    }
    tr_format_lines_finish(&reader->lines);
    tr_free(reader->rows);
    tr_free(reader->markets);
    tr_free(reader->slot);
    tr_free(reader);
    return status;
}

enum tr_status tr_entries_read(const struct tr_entries_options *options, struct tr_entries_row **rows, size_t *n,
                               struct tr_entries_report *report, struct tr_error *err)
{
    struct tr_format_source *source = NULL;
    *rows = NULL;
    *n = 0;
    *report = (struct tr_entries_report){0};
    if (tr_format_source_open(options->path, &source, err))
        return tr_error_prepend(err, "%s", name_of(options));
    enum tr_status status = tr_entries_read_from(source, options, rows, n, report, err);
    tr_format_source_close(source);
    return status;
}
