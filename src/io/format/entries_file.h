/* Entries of a backtest out of a CSV file (plain or gzipped, a path or standard input): one row a wish to enter.
 * Columns by name, in any order and letter case, separated by comma, semicolon or tab: time (also timestamp,
 * timestamp_ms, date), symbol, side; optional sl (stop, stop_loss), tp1, tp2, tp3, qty (quantity), size_usd, atr,
 * timeframe. Other columns are passed over and named. An empty optional cell stands for "not given".
 * time: epoch seconds, milliseconds or microseconds, or ISO 8601; side: long, buy, short, sell in any case. */
#ifndef TR_FORMAT_ENTRIES_FILE_H
#define TR_FORMAT_ENTRIES_FILE_H

#include "base/error.h"
#include "base/time.h"
#include "engine/market/symbol.h"

#include <stdbool.h>
#include <stddef.h>

#define TR_ENTRIES_EXAMPLES ((size_t)20)
#define TR_ENTRIES_OTHER ((size_t)16)
#define TR_ENTRIES_TARGETS 3

/* NaN = not given. */
struct tr_entries_row {
    size_t line; /* 1-based */
    tr_time_ms time;
    char symbol[TR_SYMBOL_TEXT]; /* unified form */
    bool is_short;
    double stop, target[TR_ENTRIES_TARGETS];
    double quantity, size_usd, atr;
    char timeframe[8]; /* "" = not given */
};

/* Why a row is refused. The reader finds the first group; the rest is found where the rows meet the bars. */
enum tr_entries_defect {
    TR_ENTRIES_TOO_FEW_COLUMNS,
    TR_ENTRIES_TOO_MANY_COLUMNS, /* a cell beyond the header: with decimal commas all cells would have moved */
    TR_ENTRIES_LINE_TOO_LONG,
    TR_ENTRIES_BAD_TIME,
    TR_ENTRIES_BAD_SYMBOL,
    TR_ENTRIES_BAD_SIDE,
    TR_ENTRIES_BAD_NUMBER,   /* no number, NaN, infinite, or not above 0 */
    TR_ENTRIES_BAD_SIZE,     /* qty or size_usd is zero, negative or NaN; or both are given */
    TR_ENTRIES_BAD_TARGETS,  /* tp2 without tp1, tp3 without tp2; targets without a stop */
    TR_ENTRIES_OUT_OF_ORDER, /* earlier than the newest accepted row above it of the same symbol */
    TR_ENTRIES_DUPLICATE,    /* symbol, time and side as a row above */
    TR_ENTRIES_UNKNOWN_SYMBOL,
    TR_ENTRIES_OTHER_TIMEFRAME,
    TR_ENTRIES_OUTSIDE,    /* before the first bar, after the last, in a hole, or outside the tested span */
    TR_ENTRIES_NO_ATR,     /* levels are asked of the ladder inside the warm-up */
    TR_ENTRIES_WRONG_SIDE, /* the stop or a target is on the wrong side of the close, or targets do not rise */
    TR_ENTRIES_DEFECT_COUNT
};
const char *tr_entries_defect_name(enum tr_entries_defect defect); /* "out_of_order": the key in reports */

struct tr_entries_example {
    size_t line;
    enum tr_entries_defect defect;
    char reason[112];
};

struct tr_entries_report {
    size_t rows;     /* data rows = accepted + refused */
    size_t accepted; /* less with each one refused where they meet the bars */
    size_t refused[TR_ENTRIES_DEFECT_COUNT];
    bool newest_first; /* each symbol's rows run backwards in time throughout: they were turned round */
    size_t others;     /* columns passed over; the first of them: */
    char other[TR_ENTRIES_OTHER][32];
    size_t examples; /* of refused rows, in the order they were found */
    struct tr_entries_example example[TR_ENTRIES_EXAMPLES];
};

struct tr_entries_options {
    const char *path; /* "-" = standard input */
    bool strict;      /* the first refused row is an error instead */
};

/* Counts one more refusal, takes it off the accepted rows and keeps it as an example where there is room; strict:
 * TR_INVALID with "PATH:LINE: reason". */
enum tr_status tr_entries_refuse(const struct tr_entries_options *options, struct tr_entries_report *report,
                                 size_t line, enum tr_entries_defect defect, struct tr_error *err, const char *format,
                                 ...) __attribute__((format(printf, 6, 7))) TR_MUST_CHECK;

/* *rows [*n]: accepted rows ascending by time, of one time in the order of the file; owned by the caller, tr_free.
 * Where every symbol's rows run backwards from the first to the last (each earlier than or equal to the one above), the
 * file is newest first and all are in order. Memory: the rows that are, or until an ascent is met could be, accepted.
 * A date column beside another column of times is passed over.
 * Errors, naming the file: TR_NOT_FOUND, TR_IO, TR_INVALID (empty; a header without time, symbol or side; a column
 * twice; with strict the first refused row), TR_NOMEM. A file with a header and no rows gives n = 0. */
enum tr_status tr_entries_read(const struct tr_entries_options *options, struct tr_entries_row **rows, size_t *n,
                               struct tr_entries_report *report, struct tr_error *err) TR_MUST_CHECK;

/* The same out of an open source (io/format/source.h), which stays the caller's; the path is only what errors name. */
struct tr_format_source;
enum tr_status tr_entries_read_from(struct tr_format_source *source, const struct tr_entries_options *options,
                                    struct tr_entries_row **rows, size_t *n, struct tr_entries_report *report,
                                    struct tr_error *err) TR_MUST_CHECK;

#endif
