/* What the rooms of the SQLite back end share: the open database, statements, transactions and the wording of faults.
 */
#ifndef TR_STORE_SQLITE_HANDLE_H
#define TR_STORE_SQLITE_HANDLE_H

#include "io/store/store.h"

#include <sqlite3.h>

struct tr_sqlite {
    struct tr_store store; /* first: a tr_store is cast back to this */
    sqlite3 *db;
    char *path; /* owned */
    int busy_ms;
    sqlite3_stmt *series_get, *bars_get; /* kept ready once made: finer bars are read by the thousand, an hour each */
};

static inline struct tr_sqlite *tr_sqlite_of(struct tr_store *store)
{
    return (struct tr_sqlite *)(void *)store;
}

/* One line naming the file, from the result code of the call that has just failed on handle->db. Never TR_OK. */
enum tr_status tr_sqlite_fault(const struct tr_sqlite *handle, int code, struct tr_error *err);
/* The same of another connection (the copy that a backup writes). */
enum tr_status tr_sqlite_fault_of(const char *path, sqlite3 *db, int code, int busy_ms, struct tr_error *err);
/* "path: the database is damaged: <what>". */
enum tr_status tr_sqlite_damaged(const struct tr_sqlite *handle, const char *what, struct tr_error *err);

enum tr_status tr_sqlite_exec(struct tr_sqlite *handle, const char *sql, struct tr_error *err) TR_MUST_CHECK;
/* *out: finish with sqlite3_finalize (NULL is legal). */
enum tr_status tr_sqlite_prepare(struct tr_sqlite *handle, const char *sql, sqlite3_stmt **out,
                                 struct tr_error *err) TR_MUST_CHECK;
/* The same for a statement that is kept until the store closes: *kept is made once. After use: sqlite3_reset. */
enum tr_status tr_sqlite_keep(struct tr_sqlite *handle, const char *sql, sqlite3_stmt **kept,
                              struct tr_error *err) TR_MUST_CHECK;
/* *row: false = the statement is done. */
enum tr_status tr_sqlite_step(struct tr_sqlite *handle, sqlite3_stmt *statement, bool *row,
                              struct tr_error *err) TR_MUST_CHECK;
/* Runs a statement that returns no rows and makes it ready for the next. */
enum tr_status tr_sqlite_run(struct tr_sqlite *handle, sqlite3_stmt *statement, struct tr_error *err) TR_MUST_CHECK;
/* The first column of the first row; 0 where there is no row. */
enum tr_status tr_sqlite_ask(struct tr_sqlite *handle, const char *sql, int64_t *out,
                             struct tr_error *err) TR_MUST_CHECK;

/* Takes the write lock, waiting up to busy_ms. */
enum tr_status tr_sqlite_begin(struct tr_sqlite *handle, struct tr_error *err) TR_MUST_CHECK;
/* Ends what tr_sqlite_begin began: commits where status is TR_OK, else (or where the commit fails) takes all back.
 * Gives status, or the fault of the commit. */
enum tr_status tr_sqlite_end(struct tr_sqlite *handle, enum tr_status status, struct tr_error *err) TR_MUST_CHECK;

/* NaN becomes NULL, and NULL becomes NaN. */
double tr_sqlite_real(sqlite3_stmt *statement, int column);
/* Borrowed until the statement is stepped or finished. */
void tr_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text);
/* false: NULL, or longer than size - 1. */
bool tr_sqlite_text(sqlite3_stmt *statement, int column, char *out, size_t size);

#endif
