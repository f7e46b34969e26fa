#include "io/store/runs.h"

#include "base/alloc.h"
#include "io/store/check.h"

#include <stdio.h>
#include <string.h>

enum { MIN_DIGITS = 4 };

static enum tr_status check_row(const struct tr_backtest_row *row, struct tr_error *err)
{
    enum tr_status status = tr_store_check_text(row->series, sizeof row->series, "the series of a backtest", err);
    if (!status)
        status = tr_store_check_text(row->entries, sizeof row->entries, "the entries of a backtest", err);
    if (!status)
        status = tr_store_check_count(row->trades, "trades", err);
    if (!status)
        status = tr_store_check_hash(row->report, "report", err);
    if (status)
        return status;
    if (!memchr(row->label, '\0', sizeof row->label))
        return tr_error_set(err, TR_INVALID, "the label of a backtest must have at most %zu characters",
                            sizeof row->label - 1);
    if (row->from > row->to)
        return tr_error_set(err, TR_INVALID, "a backtest ends before it begins");
    return TR_OK;
}

static enum tr_status check_id(const char *id, struct tr_error *err)
{
    if (tr_store_is_hex(id, TR_RUN_ID - 1))
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "the id of a backtest must be %d hexadecimal digits in lower case",
                        TR_RUN_ID - 1);
}

enum tr_status tr_store_run_put(struct tr_store *store, const struct tr_backtest_row *row, struct tr_error *err)
{
    enum tr_status status = check_id(row->id, err);
    if (status)
        return status;
    status = check_row(row, err);
    if (!status)
        status = store->impl->runs->put(store, row, err);
    return status ? tr_error_prepend(err, "backtest %s", row->id) : TR_OK;
}

enum tr_status tr_store_run_list(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                                 struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    return store->impl->runs->list(store, limit > 0 && limit < INT64_MAX ? limit : INT64_MAX, out, n, err);
}

/* As many ids as fit into a line, of those that begin with id. */
static void list_ids(const struct tr_backtest_row *rows, size_t n, const char *id, char *text, size_t size)
{
    enum { MOST = 8 };
    size_t matching = 0, used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (strncmp(rows[i].id, id, strlen(id)) != 0 || matching++ >= MOST)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", rows[i].id);
    }
    if (matching > MOST)
        snprintf(text + used, size - used, " and %zu more", matching - MOST);
}

static enum tr_status choose(const struct tr_backtest_row *rows, size_t n, const char *id, struct tr_backtest_row *out,
                             struct tr_error *err)
{
    char ids[200];
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (strncmp(rows[i].id, id, strlen(id)) == 0 && found++ == 0)
            *out = rows[i];
    }
    if (found == 1)
        return TR_OK;
    list_ids(rows, n, found ? id : "", ids, sizeof ids);
    if (found > 1)
        return tr_error_set(err, TR_INVALID, "several backtests begin with %s: %s; give more digits", id, ids);
    if (n == 0)
        return tr_error_set(err, TR_NOT_FOUND, "there is no backtest %s, none is stored: run one first", id);
    return tr_error_set(err, TR_NOT_FOUND, "there is no backtest %s; what is stored, the newest first: %s", id, ids);
}

enum tr_status tr_store_run_find(struct tr_store *store, const char *id, struct tr_backtest_row *out,
                                 struct tr_error *err)
{
    struct tr_backtest_row *rows = NULL;
    size_t n = 0, digits = strnlen(id, TR_RUN_ID);
    if (digits < MIN_DIGITS || digits == TR_RUN_ID || !tr_store_is_hex(id, digits))
        return tr_error_set(err, TR_INVALID,
                            "\"%.40s\" is not the id of a backtest or its beginning: %d to %d hexadecimal digits in "
                            "lower case are needed",
                            id, MIN_DIGITS, TR_RUN_ID - 1);
    enum tr_status status = tr_store_run_list(store, 0, &rows, &n, err);
    if (!status)
        status = choose(rows, n, id, out, err);
    tr_free(rows);
    return status;
}

enum tr_status tr_store_run_remove(struct tr_store *store, const char *id, struct tr_error *err)
{
    enum tr_status status = check_id(id, err);
    if (status)
        return status;
    status = store->impl->runs->remove(store, id, err);
    return status ? tr_error_prepend(err, "backtest %s", id) : TR_OK;
}
