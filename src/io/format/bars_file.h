/* Candles out of files: our CSV, any CSV with a recognisable header, CryptoDataDownload, Binance Vision (with or
 * without header; seconds, milliseconds or microseconds), each plain or gzipped, from a path or standard input.
 * What a row must satisfy is engine/market's tr_bar_check. What is refused is counted by kind and the first cases are
 * kept with line and reason. Memory is bounded by the accepted rows plus one line of at most TR_FORMAT_MAX_LINE bytes.
 */
#ifndef TR_FORMAT_BARS_FILE_H
#define TR_FORMAT_BARS_FILE_H

#include "base/error.h"
#include "base/progress.h"
#include "engine/market/bars.h"

#include <stdbool.h>
#include <stddef.h>

#define TR_FORMAT_MAX_LINE ((size_t)1 << 20)
#define TR_FORMAT_MAX_COLUMNS ((size_t)1024)
#define TR_FORMAT_EXAMPLES ((size_t)20)

enum tr_format_layout {
    TR_FORMAT_OWN,                /* timestamp_ms,open,high,low,close,volume */
    TR_FORMAT_HEADER,             /* any other recognisable header */
    TR_FORMAT_CRYPTODATADOWNLOAD, /* URL line, header, newest first */
    TR_FORMAT_BINANCE_VISION      /* 12 columns, with or without header */
};

/* Kinds of refusal beyond tr_bar_defect: the row could not even be read as a bar. */
enum tr_format_defect {
    TR_FORMAT_TOO_FEW_COLUMNS,
    TR_FORMAT_BAD_NUMBER,
    TR_FORMAT_BAD_TIME,
    TR_FORMAT_LINE_TOO_LONG,
    TR_FORMAT_DEFECT_COUNT
};

struct tr_format_example {
    size_t line;     /* 1-based line of the file */
    char reason[96]; /* "high below open or close: high 5, close 6" */
};

struct tr_format_report {
    enum tr_format_layout layout;
    enum tr_timeframe timeframe;
    size_t lines;    /* lines read, header and banner included */
    size_t rows;     /* data rows read = accepted + refused + merged + dropped */
    size_t accepted; /* bars in the list */
    size_t refused;  /* = sum of the two arrays below */
    size_t refused_bar[TR_BAR_DEFECT_COUNT];
    size_t refused_row[TR_FORMAT_DEFECT_COUNT];
    size_t merged_identical;  /* same time, same values: merged silently */
    size_t dropped_differing; /* same time, other values: the first listed kept */
    size_t out_of_order;      /* rows whose time is before the row listed above them */
    bool newest_first;        /* the file as a whole runs backwards (then out_of_order counts the rows that do not) */
    size_t stamps_s, stamps_ms, stamps_us, stamps_text; /* in which unit the stamps came */
    size_t dates_disagree; /* a date column that names another time than the stamp column: the stamp counts */
    size_t date_forms;     /* how many different date layouts were met in the date column (0 where there is none) */
    char symbol[64];       /* as the file names it, or "" */
    size_t examples;       /* filled entries below: refused and dropped rows in file order */
    struct tr_format_example example[TR_FORMAT_EXAMPLES];
};

struct tr_format_options {
    const char *path;     /* "-" = standard input */
    bool timeframe_known; /* else the most common step of the rows is taken and checked against the list */
    enum tr_timeframe timeframe;
    bool strict;                        /* the first refused or differing row is an error instead */
    const struct tr_progress *progress; /* may be NULL */
};

const char *tr_format_layout_name(enum tr_format_layout layout);
const char *tr_format_defect_name(enum tr_format_defect defect); /* "bad_number": the key in reports */

/* list: initialised; emptied, then holds the accepted bars ascending. report may not be NULL.
 * Errors (each one line naming the file, and the line where there is one): TR_NOT_FOUND, TR_IO (a directory, no
 * permission, truncated or damaged gzip), TR_INVALID (empty file, header only, unknown header, no acceptable row,
 * strict), TR_UNSUPPORTED (zip, Feather, Parquet, JSON, funding and book files: says what to do), TR_NOMEM,
 * TR_CANCELLED. On error the list is empty. */
enum tr_status tr_format_read_bars(const struct tr_format_options *options, struct tr_bar_list *list,
                                   struct tr_format_report *report, struct tr_error *err) TR_MUST_CHECK;

/* The same out of an open source (io/format/source.h), which stays the caller's; options->path is not looked at. */
struct tr_format_source;
enum tr_status tr_format_read_bars_from(struct tr_format_source *source, const struct tr_format_options *options,
                                        struct tr_bar_list *list, struct tr_format_report *report,
                                        struct tr_error *err) TR_MUST_CHECK;

#endif
