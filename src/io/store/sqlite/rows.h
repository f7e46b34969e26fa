/* Rows of a query as an array. */
#ifndef TR_STORE_SQLITE_ROWS_H
#define TR_STORE_SQLITE_ROWS_H

#include "io/store/sqlite/handle.h"

/* Reads the row that the statement stands on into item, which is all zero before. */
typedef enum tr_status (*tr_sqlite_read_fn)(struct tr_sqlite *handle, sqlite3_stmt *row, void *item,
                                            struct tr_error *err);

/* Steps the statement to its end. *out: n items of that size, tr_free; NULL after an error and where there is no row.
 */
enum tr_status tr_sqlite_rows(struct tr_sqlite *handle, sqlite3_stmt *statement, size_t size, tr_sqlite_read_fn read,
                              void **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

#endif
