#include "io/store/sqlite/rows.h"

#include "base/alloc.h"

#include <string.h>

enum tr_status tr_sqlite_rows(struct tr_sqlite *handle, sqlite3_stmt *statement, size_t size, tr_sqlite_read_fn read,
                              void **out, size_t *n, struct tr_error *err)
{
    char *items = NULL;
    size_t count = 0, capacity = 0;
    *out = NULL;
    *n = 0;
    for (;;) {
        bool row = false;
        enum tr_status status = tr_sqlite_step(handle, statement, &row, err);
        if (!status && !row)
            break;
        if (!status && count == capacity) {
            capacity += capacity / 2 + 16;
            char *grown = tr_alloc_grow(items, count * size, capacity, size);
            if (grown)
                items = grown;
            else
                status = tr_error_nomem(err);
        }
        if (!status) {
            memset(items + count * size, 0, size);
            status = read(handle, statement, items + count * size, err);
            count++;
        }
        if (status) {
            tr_free(items);
            return status;
        }
    }
    *out = items;
    *n = count;
    return TR_OK;
}
