#include "io/plugin/feature_plugin.h"

#include "base/alloc.h"
#include "engine/feature/list.h"
#include "io/plugin/library.h"

#include <dlfcn.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <traderai_plugin.h>

#define ENTRY "traderai_plugin"
#define ERROR_TEXT 256

struct tr_feature_plugin {
    void *handle;
    const struct traderai_plugin *is;
};

/* --- opening --- */

static bool good_name(const char *name)
{
    size_t len = name ? strnlen(name, TRADERAI_PLUGIN_NAME_MAX + 1) : 0;
    return len > 0 && len <= TRADERAI_PLUGIN_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static enum tr_status check_columns(const struct traderai_plugin *is, struct tr_error *err)
{
    if (is->n_columns == 0 || is->n_columns > TRADERAI_PLUGIN_COLUMNS_MAX)
        return tr_error_set(err, TR_INVALID, "has %u columns; 1 to %u are possible", (unsigned)is->n_columns,
                            (unsigned)TRADERAI_PLUGIN_COLUMNS_MAX);
    if (!is->columns)
        return tr_error_set(err, TR_INVALID, "does not name its columns");
    for (size_t i = 0; i < is->n_columns; i++) {
        const char *name = is->columns[i].name;
        if (!good_name(name))
            return tr_error_set(err, TR_INVALID,
                                "the name of its column %zu is not one: a-z, 0-9 and _, beginning with a letter, at "
                                "most %u characters",
                                i + 1, (unsigned)TRADERAI_PLUGIN_NAME_MAX);
        if (tr_feature_find(name) < TR_FEATURE_COLUMNS)
            return tr_error_set(err, TR_INVALID, "its column %s has the name of a built-in one; choose another", name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(name, is->columns[k].name) == 0)
                return tr_error_set(err, TR_INVALID, "has two columns of the name %s", name);
    }
    return TR_OK;
}

/* Nothing behind the first member is looked at before the version is known. */
static enum tr_status check(const struct traderai_plugin *is, struct tr_error *err)
{
    if (!is)
        return tr_error_set(err, TR_INVALID, ENTRY "() returns nothing");
    if (is->abi != TRADERAI_PLUGIN_ABI)
        return tr_error_set(err, TR_VERSION,
                            "was built for version %u of the plug-in interface, this program has version %u: build it "
                            "again with this program's traderai_plugin.h",
                            (unsigned)is->abi, (unsigned)TRADERAI_PLUGIN_ABI);
    if (!is->open || !is->value || !is->close)
        return tr_error_set(err, TR_INVALID, "has no %s()", !is->open ? "open" : !is->value ? "value" : "close");
    if (!good_name(is->name))
        return tr_error_set(err, TR_INVALID,
                            "its own name is not one: a-z, 0-9 and _, beginning with a letter, at most %u characters",
                            (unsigned)TRADERAI_PLUGIN_NAME_MAX);
    return check_columns(is, err);
}

static enum tr_status load(struct tr_feature_plugin *plugin, const char *path, struct tr_error *err)
{
    const struct traderai_plugin *(*entry)(void);
    if (tr_library_load(path, &plugin->handle, err))
        return err->code;
    void *symbol = dlsym(plugin->handle, ENTRY);
    if (!symbol)
        return tr_error_set(err, TR_UNSUPPORTED,
                            "a shared library, but no plug-in of this program (it has no " ENTRY ")");
    memcpy(&entry, &symbol, sizeof entry);
    plugin->is = entry();
    return check(plugin->is, err);
}

enum tr_status tr_feature_plugin_open(const char *path, struct tr_feature_plugin **out, struct tr_error *err)
{
    struct tr_feature_plugin *plugin = tr_alloc_zero(1, sizeof *plugin);
    *out = NULL;
    if (!plugin)
        return tr_error_nomem(err);
    enum tr_status status = load(plugin, path, err);
    if (status != TR_OK) {
        tr_feature_plugin_close(plugin);
        return tr_error_prepend(err, "%s", path);
    }
    *out = plugin;
    return TR_OK;
}

void tr_feature_plugin_close(struct tr_feature_plugin *plugin)
{
    if (!plugin)
        return;
    if (plugin->handle)
        dlclose(plugin->handle);
    tr_free(plugin);
}

const char *tr_feature_plugin_name(const struct tr_feature_plugin *plugin)
{
    return plugin->is->name;
}

size_t tr_feature_plugin_columns(const struct tr_feature_plugin *plugin)
{
    return plugin->is->n_columns;
}

const char *tr_feature_plugin_column(const struct tr_feature_plugin *plugin, size_t column)
{
    return plugin->is->columns[column].name;
}

/* --- running --- */

struct stream {
    const struct tr_plugin_use *use;
    int64_t step_ms;
    void *instance;
};

static enum tr_status open_instance(const struct tr_plugin_use *use, enum tr_timeframe timeframe, struct stream *out,
                                    struct tr_error *err)
{
    const struct traderai_plugin *is = use->plugin->is;
    char why[ERROR_TEXT] = "";
    *out = (struct stream){.use = use, .step_ms = tr_timeframe_ms(timeframe)};
    out->instance = is->open(use->symbol, tr_timeframe_name(timeframe), use->config, why, sizeof why);
    why[sizeof why - 1] = '\0';
    if (out->instance)
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "plug-in %s cannot work on %s %s: %s", is->name, use->symbol,
                        tr_timeframe_name(timeframe), why[0] ? why : "it does not say why");
}

static void close_instance(const struct stream *stream)
{
    stream->use->plugin->is->close(stream->instance);
}

/* One bar, its prices times `factor`: row [n_columns]. */
static void ask(const struct stream *stream, const struct tr_bars *bars, size_t i, double factor, double *row)
{
    const struct traderai_plugin *is = stream->use->plugin->is;
    struct tr_plugin_calls *calls = stream->use->calls;
    const struct traderai_bar bar = {.open_time_ms = bars->time[i],
                                     .close_time_ms = bars->time[i] + stream->step_ms,
                                     .open = bars->open[i] * factor,
                                     .high = bars->high[i] * factor,
                                     .low = bars->low[i] * factor,
                                     .close = bars->close[i] * factor,
                                     .volume = bars->volume[i] * factor};
    for (size_t column = 0; column < is->n_columns; column++)
        row[column] = (double)NAN;
    double began = stream->use->seconds ? stream->use->seconds() : 0.0;
    bool failed = is->value(stream->instance, &bar, row) != 0;
    if (stream->use->seconds)
        calls->slowest_ms = fmax(calls->slowest_ms, (stream->use->seconds() - began) * 1e3);
    calls->made++;
    calls->failed += failed;
    for (size_t column = 0; column < is->n_columns; column++)
        if (failed || !isfinite(row[column]))
            row[column] = (double)NAN;
}

/* decoy: NULL, or another instance that sees each bar first, and differently. */
static void run_over(const struct stream *stream, const struct stream *decoy, const struct tr_bars *bars,
                     const struct tr_matrix *out)
{
    double row[TRADERAI_PLUGIN_COLUMNS_MAX];
    for (size_t i = 0; i < bars->n; i++) {
        if (decoy)
            ask(decoy, bars, i, 3.0, row);
        ask(stream, bars, i, 1.0, row);
        for (size_t column = 0; column < stream->use->plugin->is->n_columns; column++)
            tr_matrix_column(out, column)[i] = row[column];
    }
}

static const char *source_name(const void *context, size_t column)
{
    const struct tr_plugin_use *use = context;
    return tr_feature_plugin_column(use->plugin, column);
}

static enum tr_status source_create(const void *context, enum tr_timeframe timeframe, void **stream,
                                    struct tr_error *err)
{
    struct stream *mine = tr_alloc_zero(1, sizeof *mine);
    if (!mine)
        return tr_error_nomem(err);
    enum tr_status status = open_instance(context, timeframe, mine, err);
    if (status != TR_OK)
        tr_free(mine);
    else
        *stream = mine;
    return status;
}

static enum tr_status source_run(void *stream, const struct tr_bars *bars, const struct tr_matrix *out,
                                 struct tr_error *err)
{
    (void)err;
    run_over(stream, NULL, bars, out);
    return TR_OK;
}

static void source_destroy(void *stream)
{
    close_instance(stream);
    tr_free(stream);
}

static enum tr_status source_batch(const void *context, const struct tr_bars *bars, const struct tr_matrix *out,
                                   struct tr_error *err)
{
    struct stream stream, decoy;
    enum tr_status status = open_instance(context, bars->timeframe, &stream, err);
    if (status != TR_OK)
        return status;
    status = open_instance(context, bars->timeframe, &decoy, err);
    if (status == TR_OK) {
        run_over(&stream, &decoy, bars, out);
        close_instance(&decoy);
    }
    close_instance(&stream);
    return status;
}

struct tr_causal_source tr_feature_plugin_source(const struct tr_plugin_use *use)
{
    return (struct tr_causal_source){.columns = use->plugin->is->n_columns,
                                     .name = source_name,
                                     .create = source_create,
                                     .run = source_run,
                                     .destroy = source_destroy,
                                     .batch = source_batch,
                                     .context = use};
}
