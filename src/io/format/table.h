/* Rows of numbers out of a CSV file, block by block: what a model is asked about. Columns are told apart by comma,
 * semicolon or tab; plain or gzipped, from a path or standard input.
 * A cell is a decimal number, read to the last bit, or inf, -inf, infinity; empty, nan, NA, N/A or null (in any case of
 * letters) is a missing value, given as NaN. Empty lines are skipped. */
#ifndef TR_FORMAT_TABLE_H
#define TR_FORMAT_TABLE_H

#include "base/error.h"
#include "base/matrix.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_format_source;

struct tr_format_table_options {
    const char *path;         /* "-" = standard input */
    bool header;              /* the first line names the columns */
    size_t cols;              /* numbers wanted of each row, >= 1 */
    const char *const *names; /* [cols]; NULL: by position */
    /* An open source (io/format/source.h) that is read instead, and stays the caller's; the path is only what errors
     * name then. NULL: the path is opened. */
    struct tr_format_source *source;
};

struct tr_format_table;

/* Reads as far as the header. Where all names stand in it, in any order and among others, columns are taken by name
 * (blanks and control characters in the header count as '_', as in model files), else by position, and then there must
 * be exactly `cols`. Close with tr_format_table_close.
 * Errors, naming file and line: TR_NOT_FOUND, TR_IO, TR_INVALID (an empty file; only some of the names; a name that
 * stands twice; another number of columns; a header of numbers), TR_NOMEM. */
enum tr_status tr_format_table_open(const struct tr_format_table_options *options, struct tr_format_table **out,
                                    struct tr_error *err) TR_MUST_CHECK;
void tr_format_table_close(struct tr_format_table *table);
bool tr_format_table_by_name(const struct tr_format_table *table);

/* Up to block->rows rows into block (block->cols = cols); *got = 0 only at the end. Memory does not grow with the file.
 * Errors: those of the file; TR_INVALID names line and column of a cell that is no number, and the line of a row with
 * another number of columns than the first line. */
enum tr_status tr_format_table_read(struct tr_format_table *table, const struct tr_matrix *block, size_t *got,
                                    struct tr_error *err) TR_MUST_CHECK;

#endif
