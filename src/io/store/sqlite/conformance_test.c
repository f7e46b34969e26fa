#include "support/test.h"

#include "support/store_conformance.h"

#include "io/store/sqlite/sqlite.h"

#include <stdio.h>
#include <unistd.h>

struct place {
    char dir[256];
    char path[300]; /* of the database in it */
};

static enum tr_status open_store(void *context, struct tr_store **out, struct tr_error *err)
{
    struct place *place = context;
    return tr_store_sqlite_open(place->path, 5000, out, err);
}

static void clear(void *context)
{
    struct place *place = context;
    unlink(place->path);
}

int main(void)
{
    struct place place;
    test_make_dir(place.dir);
    snprintf(place.path, sizeof place.path, "%s/t.db", place.dir);
    struct store_door door = {open_store, clear, &place};
    int failed = store_conformance_run("sqlite", &door);
    test_remove_dir(place.dir);
    return failed;
}
