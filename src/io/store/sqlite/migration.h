/* The numbered SQL files of migration/sqlite, embedded by the build (script/build/embed). */
#ifndef TR_STORE_SQLITE_MIGRATION_H
#define TR_STORE_SQLITE_MIGRATION_H

#include <stddef.h>

struct tr_migration {
    int version;      /* 1, 2, ...: the schema's version once this is applied */
    const char *name; /* of the file, without .sql */
    const char *sql;
};

extern const struct tr_migration tr_migrations_sqlite[];
extern const size_t tr_migrations_sqlite_count;

#endif
