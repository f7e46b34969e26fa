#include "io/store/sqlite/rows.h"

#include "base/alloc.h"

#include <string.h>

struct list {
    char *items; /* [capacity] of that size, the first n filled */
    size_t size, n, capacity;
};

/* A new item at the end, all zero; NULL when out of memory. */
static void *add(struct list *list)
{
    if (!list->items || list->n == list->capacity) {
        size_t capacity = list->capacity + list->capacity / 2 + 16;
        char *grown = tr_alloc_grow(list->items, list->n * list->size, capacity, list->size);
        if (!grown)
            return NULL;
        list->items = grown;
        list->capacity = capacity;
    }
    return memset(list->items + list->n++ * list->size, 0, list->size);
}

enum tr_status tr_sqlite_rows(struct tr_sqlite *handle, sqlite3_stmt *statement, size_t size, tr_sqlite_read_fn read,
                              void **out, size_t *n, struct tr_error *err)
{
    struct list list = {.size = size};
    enum tr_status status = TR_OK;
    bool row = true;
    *out = NULL;
    *n = 0;
    while (!status && row) {
        status = tr_sqlite_step(handle, statement, &row, err);
        if (status || !row)
            break;
        void *item = add(&list);
        status = item ? read(handle, statement, item, err) : tr_error_nomem(err);
    }
    if (status) {
        tr_free(list.items);
        return status;
    }
    *out = list.items;
    *n = list.n;
    return TR_OK;
}
