#include "app/usecase/import_funding.h"

#include "base/alloc.h"
#include "io/format/source.h"
#include "io/store/funding.h"

#include <stdio.h>
#include <string.h>

static enum tr_status name_source(const char *path, struct tr_error *err)
{
    return tr_error_prepend(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
}

enum tr_status tr_import_open(const char *path, struct tr_format_source **source, bool *funding, struct tr_error *err)
{
    const char *bytes;
    size_t n;
    enum tr_status status;

    *source = NULL;
    *funding = false;
    status = tr_format_source_open(path, source, err);
    if (status == TR_OK)
        status = tr_format_source_peek(*source, TR_FUNDING_HEADER_BYTES, &bytes, &n, err);
    if (status == TR_OK) {
        *funding = tr_format_is_funding(bytes, n);
        return TR_OK;
    }
    tr_format_source_close(*source);
    *source = NULL;
    return name_source(path, err);
}

static enum tr_status name_market(const struct tr_import_funding_options *options, struct tr_import_funding *out,
                                  struct tr_error *err)
{
    const char *name = options->symbol ? options->symbol : out->file.file.symbol;
    struct tr_symbol symbol;

    if (!name[0])
        return tr_error_set(err, TR_INVALID,
                            "%s: the file does not say of which market its rates are; name it with --symbol",
                            options->file.path);
    if (tr_symbol_parse(name, &symbol, err) != TR_OK)
        return err->code;
    snprintf(out->exchange, sizeof out->exchange, "%s", options->exchange);
    snprintf(out->symbol, sizeof out->symbol, "%s", symbol.text);
    return TR_OK;
}

static enum tr_status count_series(struct tr_store *store, struct tr_import_funding *out, struct tr_error *err)
{
    struct tr_series_info *series = NULL;
    size_t n = 0;
    enum tr_status status = tr_store_series_list(store, &series, &n, err);

    for (size_t i = 0; i < n; i++)
        out->series +=
            strcmp(series[i].key.exchange, out->exchange) == 0 && strcmp(series[i].key.symbol, out->symbol) == 0;
    tr_free(series);
    return status;
}

static enum tr_status put(struct tr_store *store, const struct tr_funding_list *list, struct tr_import_funding *out,
                          struct tr_error *err)
{
    out->first = list->time[0];
    out->last = list->time[list->n - 1];
    return tr_store_funding_put(store, out->exchange, out->symbol, list->time, list->rate, list->n, &out->put, err);
}

enum tr_status tr_import_funding_run(const struct tr_import_funding_options *options, struct tr_store *store,
                                     struct tr_import_funding *out, struct tr_error *err)
{
    struct tr_funding_list list = {0};
    struct tr_symbol symbol;
    enum tr_status status = TR_OK;

    memset(out, 0, sizeof *out);
    if (options->symbol) /* a wrong name is told before a long read */
        status = tr_symbol_parse(options->symbol, &symbol, err);
    if (status != TR_OK)
        return status;
    status = tr_format_read_funding_from(options->source, &options->file, &list, &out->file, err);
    if (status != TR_OK)
        return name_source(options->file.path, err);
    status = name_market(options, out, err);
    if (status == TR_OK)
        status = put(store, &list, out, err);
    if (status == TR_OK)
        status = count_series(store, out, err);
    tr_funding_list_finish(&list);
    return status;
}
