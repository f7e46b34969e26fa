#include "app/usecase/import.h"

#include <stdio.h>
#include <string.h>

/* Files that name no market still need one: the caller says it, or the file does. */
static enum tr_status name_series(const struct tr_import_options *options, const struct tr_format_report *file,
                                  struct tr_series_key *key, struct tr_error *err)
{
    const char *name = options->symbol ? options->symbol : file->symbol;
    struct tr_symbol symbol;

    if (!name[0])
        return tr_error_set(err, TR_INVALID, "%s: the file does not say which market it holds; name it with --symbol",
                            options->file.path);
    if (tr_symbol_parse(name, &symbol, err) != TR_OK)
        return err->code;
    snprintf(key->exchange, sizeof key->exchange, "%s", options->exchange);
    snprintf(key->symbol, sizeof key->symbol, "%s", symbol.text);
    key->timeframe = file->timeframe;
    return TR_OK;
}

static enum tr_status put(struct tr_store *store, const struct tr_bar_list *list, struct tr_import *out,
                          struct tr_error *err)
{
    struct tr_bars bars = tr_bar_list_view(list);

    if (!store)
        return TR_OK;
    return tr_store_bars_put(store, &out->key, &bars, &out->put, err);
}

static enum tr_status read_bars(const struct tr_import_options *options, struct tr_bar_list *list,
                                struct tr_format_report *report, struct tr_error *err)
{
    const char *path = options->file.path;

    if (!options->source)
        return tr_format_read_bars(&options->file, list, report, err);
    if (tr_format_read_bars_from(options->source, &options->file, list, report, err) == TR_OK)
        return TR_OK;
    return tr_error_prepend(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
}

enum tr_status tr_import_run(const struct tr_import_options *options, struct tr_store *store, struct tr_bar_list *list,
                             struct tr_import *out, struct tr_error *err)
{
    struct tr_symbol symbol;
    enum tr_status status = TR_OK;

    memset(out, 0, sizeof *out);
    if (options->symbol) /* a wrong name is told before a long read */
        status = tr_symbol_parse(options->symbol, &symbol, err);
    if (status == TR_OK)
        status = read_bars(options, list, &out->file, err);
    if (status == TR_OK)
        status = name_series(options, &out->file, &out->key, err);
    if (status == TR_OK)
        status = put(store, list, out, err);
    return status;
}

enum tr_status tr_import_synthetic(const struct tr_simulate_options *options, struct tr_store *store,
                                   struct tr_bar_list *list, struct tr_import *out, struct tr_error *err)
{
    enum tr_status status;

    memset(out, 0, sizeof *out);
    status = tr_simulate_market(options, list, err);
    if (status != TR_OK)
        return status;
    snprintf(out->key.exchange, sizeof out->key.exchange, "synthetic");
    snprintf(out->key.symbol, sizeof out->key.symbol, "SYNTH%llu/USDT:USDT", (unsigned long long)options->seed);
    out->synthetic = true;
    out->key.timeframe = options->timeframe;
    out->file.timeframe = options->timeframe;
    out->file.rows = out->file.accepted = list->n;
    return put(store, list, out, err);
}
