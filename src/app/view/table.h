/* Aligned text tables. */
#ifndef TR_VIEW_TABLE_H
#define TR_VIEW_TABLE_H

#include "base/buf.h"

#include <stddef.h>

struct tr_table; /* collects cells, then prints them with columns aligned */

/* header: names separated by '|'; a name that starts with '<' is a left-aligned column, else right-aligned. NULL when
 * out of memory; all calls accept NULL. Free with tr_table_destroy. */
struct tr_table *tr_table_create(const char *header);
void tr_table_destroy(struct tr_table *table);
/* The next cell of the current row; a row is full after as many cells as the header has. */
void tr_table_cell(struct tr_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number with `digits` decimals, "-" for NaN. */
void tr_table_number(struct tr_table *table, double value, int digits);
/* A fraction as percent: 0.575 -> "57.5 %" with digits 1, "-" for NaN. */
void tr_table_percent(struct tr_table *table, double frac, int digits);
void tr_table_print(const struct tr_table *table, struct tr_buf *out);

#endif
