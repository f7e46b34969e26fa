/* Feature plug-ins: shared libraries of others that turn bars into columns (include/traderai_plugin.h). */
#ifndef TR_PLUGIN_FEATURE_PLUGIN_H
#define TR_PLUGIN_FEATURE_PLUGIN_H

#include "base/error.h"
#include "engine/feature/causal.h"

#include <stddef.h>

struct tr_feature_plugin; /* read-only once open: may be used by several threads */

/* path: a file, never searched for. Close with tr_feature_plugin_close when no instance is left.
 * Errors, naming the path: TR_NOT_FOUND (no such file), TR_IO (unreadable), TR_UNSUPPORTED (no shared library, no
 * plug-in), TR_VERSION (made for another version of the header), TR_INVALID (a function is missing; too many columns,
 * a name that is not allowed, doubled or that of a built-in column: says which), TR_NOMEM. */
enum tr_status tr_feature_plugin_open(const char *path, struct tr_feature_plugin **out,
                                      struct tr_error *err) TR_MUST_CHECK;
void tr_feature_plugin_close(struct tr_feature_plugin *plugin);

const char *tr_feature_plugin_name(const struct tr_feature_plugin *plugin);
size_t tr_feature_plugin_columns(const struct tr_feature_plugin *plugin);
const char *tr_feature_plugin_column(const struct tr_feature_plugin *plugin, size_t column);

/* What the calls of value() of one use came to. */
struct tr_plugin_calls {
    size_t made, failed; /* failed: returned another number than 0, and the row is NaN */
    double slowest_ms;
};

/* A plug-in on one series; all borrowed, and used by one thread. */
struct tr_plugin_use {
    const struct tr_feature_plugin *plugin;
    const char *symbol, *config;
    double (*seconds)(void);       /* a monotonic clock; NULL: calls are not timed */
    struct tr_plugin_calls *calls; /* added to */
};

/* A stream is an instance. The batch is another instance that sees the whole series, while a third one of the same
 * series is fed higher prices between its bars: so whatever the plug-in keeps outside its instances, or takes from the
 * clock or from chance, makes a difference. What it reads from files of its own makes none.
 * use is borrowed as long as the source. Errors of the source: TR_INVALID with the plug-in's words where open() fails;
 * TR_NOMEM. */
struct tr_causal_source tr_feature_plugin_source(const struct tr_plugin_use *use);

#endif
