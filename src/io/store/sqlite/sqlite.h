/* The store in one SQLite file: WAL, foreign keys, migrations embedded in the program and applied when it is opened.
 * A transaction that was committed survives a power cut. Doubles come back to the bit, except that NaN loses its
 * payload and -0.0 its sign (SQLite keeps neither). */
#ifndef TR_STORE_SQLITE_SQLITE_H
#define TR_STORE_SQLITE_SQLITE_H

#include "io/store/store.h"

/* Opens or creates the file (its folder must exist). An existing older database is copied to "<path>.backup-<version>"
 * before it is migrated.
 * Errors, each one line naming the file: TR_NOT_FOUND (no such folder), TR_IO, TR_BUSY (another process holds it; after
 * busy_ms), TR_READ_ONLY, TR_FULL, TR_VERSION (schema of a newer program), TR_CORRUPT (not a database, damaged). */
enum tr_status tr_store_sqlite_open(const char *path, int busy_ms, struct tr_store **out,
                                    struct tr_error *err) TR_MUST_CHECK;

#endif
