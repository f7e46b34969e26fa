#include "support/test.h"

#include "support/store_conformance.h"
#include "support/store_place.h"

#include "io/store/sqlite/sqlite.h"

#include <unistd.h>

static enum tr_status open_store(void *context, struct tr_store **out, struct tr_error *err)
{
    struct store_place *place = context;
    return tr_store_sqlite_open(place->path, 5000, out, err);
}

static void clear(void *context)
{
    struct store_place *place = context;
    unlink(place->path);
}

int main(void)
{
    struct store_place place;
    store_place_make(&place);
    struct store_door door = {open_store, clear, &place};
    int failed = store_conformance_run("sqlite", &door);
    store_place_finish(&place);
    return failed;
}
