/* Which column of a file of entries means what. */
#ifndef TR_FORMAT_ENTRIES_COLUMNS_H
#define TR_FORMAT_ENTRIES_COLUMNS_H

#include "io/format/entries_file.h"
#include "io/format/header.h"

enum tr_entries_column {
    TR_ENTRIES_COLUMN_TIME,
    TR_ENTRIES_COLUMN_SYMBOL,
    TR_ENTRIES_COLUMN_SIDE,
    TR_ENTRIES_COLUMN_STOP,
    TR_ENTRIES_COLUMN_TARGET,
    TR_ENTRIES_COLUMN_QUANTITY = TR_ENTRIES_COLUMN_TARGET + TR_ENTRIES_TARGETS,
    TR_ENTRIES_COLUMN_SIZE,
    TR_ENTRIES_COLUMN_ATR,
    TR_ENTRIES_COLUMN_FRAME,
    TR_ENTRIES_COLUMN_DATE, /* stands for the time where there is no other */
    TR_ENTRIES_COLUMN_OTHER,
    TR_ENTRIES_COLUMN_COUNT
};

struct tr_entries_columns {
    char separator;
    size_t width, last;                           /* how many; the last one that means something */
    unsigned char meaning[TR_FORMAT_MAX_COLUMNS]; /* enum tr_entries_column */
};

/* The header [begin, end). What is passed over is noted in the report. Errors: TR_INVALID (no time, symbol or side; two
 * columns that mean the same; too many columns). */
enum tr_status tr_entries_columns_read(const char *begin, const char *end, struct tr_entries_columns *columns,
                                       struct tr_entries_report *report, struct tr_error *err) TR_MUST_CHECK;

#endif
