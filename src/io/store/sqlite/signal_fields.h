/* Which member of a stored signal is which column: one table, read by what writes and what reads. */
#ifndef TR_STORE_SQLITE_SIGNAL_FIELDS_H
#define TR_STORE_SQLITE_SIGNAL_FIELDS_H

#include "io/store/sqlite/handle.h"

enum tr_field_kind { TR_FIELD_REAL, TR_FIELD_INTEGER, TR_FIELD_SIZE, TR_FIELD_FLAG };

struct tr_field {
    const char *column;
    enum tr_field_kind kind;
    size_t offset; /* of a double, int64_t, size_t or bool */
};

/* Of table signals; offsets into struct tr_stored_signal. */
extern const struct tr_field tr_signal_fields[];
extern const size_t tr_signal_field_count;
/* Of table signal_sizes; offsets into struct tr_size. */
extern const struct tr_field tr_size_fields[];
extern const size_t tr_size_field_count;

/* Binds fields [n] of record to the parameters first, first + 1 ... */
void tr_fields_bind(const struct tr_field *fields, size_t n, const void *record, sqlite3_stmt *statement, int first);
/* Reads the columns first, first + 1 ... into the fields of record. */
void tr_fields_read(const struct tr_field *fields, size_t n, sqlite3_stmt *row, int first, void *record);

#endif
