/* Brings a database to the schema of this program: one transaction a step, a copy of the file before the first. */
#ifndef TR_STORE_SQLITE_MIGRATE_H
#define TR_STORE_SQLITE_MIGRATE_H

#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/migration.h"

/* "TRAI" in the file's header: tells our databases from those of others. */
#define TR_SQLITE_APPLICATION_ID 0x54524149

/* Reads without changing anything. TR_CORRUPT: not ours; TR_VERSION: of a newer program. */
enum tr_status tr_sqlite_identify(struct tr_sqlite *handle, size_t known_versions, struct tr_error *err) TR_MUST_CHECK;

/* Applies what is missing of migrations [n]. A database that holds an older version is first copied to
 * "<path>.backup-<version>" (or "...-2", "...-3" where that exists: no backup is ever overwritten). Two processes may
 * do this at once: the second finds the work done. */
enum tr_status tr_sqlite_migrate(struct tr_sqlite *handle, const struct tr_migration *migrations, size_t n,
                                 struct tr_error *err) TR_MUST_CHECK;

#endif
