/* The program: wires the command line to the clock, the terminal, the file system and the concrete store. */
#include "app/cli/cli.h"
#include "app/usecase/check.h"
#include "base/alloc.h"
#include "io/plugin/feature_plugin.h"
#include "io/plugin/lightgbm_library.h"
#include "io/store/sqlite/sqlite.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MS 5000

extern char **environ;

static volatile int stop; /* set by the signal handler, read between steps of long work */

static void on_stop(int number)
{
    (void)number;
    stop = 1;
}

/* The first Ctrl-C asks long work to end at its next step; the handler then steps aside, so that a second one kills. */
static void catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_stop;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL); /* a closed pipe is a write error, told like any other */
    sigaction(SIGXFSZ, &action, NULL); /* and so is a file size limit */
}

static double monotonic_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static tr_time_ms wall_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (tr_time_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum tr_status open_store(const char *path, struct tr_store **out, struct tr_error *err)
{
    return tr_store_sqlite_open(path, BUSY_MS, out, err);
}

static enum tr_status open_lightgbm(const char *path, const struct tr_model_impl **impl, void **context,
                                    const char **trainer, struct tr_error *err)
{
    struct tr_lightgbm_library *library;
    enum tr_status status = tr_lightgbm_library_open(path, &library, err);

    *impl = status == TR_OK ? &tr_lightgbm_library_impl : NULL;
    *context = library;
    *trainer = status == TR_OK ? tr_lightgbm_library_trainer(library) : NULL;
    return status;
}

static void close_lightgbm(void *context)
{
    tr_lightgbm_library_close(context);
}

/* A plug-in in use, and all that its use borrows. */
struct plugin {
    char *path, *symbol, *config;
    struct tr_feature_plugin *plugin;
    struct tr_plugin_calls calls;
    struct tr_plugin_use use;
};

static void free_plugin(struct plugin *plugin)
{
    if (!plugin)
        return;
    tr_feature_plugin_close(plugin->plugin);
    tr_free(plugin->path);
    tr_free(plugin->symbol);
    tr_free(plugin->config);
    tr_free(plugin);
}

static struct tr_check_calls plugin_calls(const void *context)
{
    const struct plugin *plugin = context;

    return (struct tr_check_calls){plugin->calls.made, plugin->calls.failed, plugin->calls.slowest_ms};
}

static enum tr_status open_plugin(const char *spec, const char *symbol, double (*seconds)(void),
                                  struct tr_check_plugin *out, struct tr_error *err)
{
    struct plugin *plugin = tr_alloc_zero(1, sizeof *plugin);
    size_t len = strcspn(spec, "=");
    enum tr_status status = TR_OK;

    if (plugin) {
        plugin->path = tr_alloc_string(spec);
        plugin->symbol = tr_alloc_string(symbol);
        plugin->config = tr_alloc_string(spec[len] ? spec + len + 1 : "");
    }
    if (!plugin || !plugin->path || !plugin->symbol || !plugin->config) {
        status = tr_error_nomem(err);
    } else {
        plugin->path[len] = '\0';
        status = tr_feature_plugin_open(plugin->path, &plugin->plugin, err);
    }
    if (status != TR_OK) {
        free_plugin(plugin);
        return status;
    }
    plugin->use = (struct tr_plugin_use){.plugin = plugin->plugin,
                                         .symbol = plugin->symbol,
                                         .config = plugin->config,
                                         .seconds = seconds,
                                         .calls = &plugin->calls};
    *out = (struct tr_check_plugin){.name = tr_feature_plugin_name(plugin->plugin),
                                    .path = plugin->path,
                                    .source = tr_feature_plugin_source(&plugin->use),
                                    .calls = plugin_calls,
                                    .context = plugin};
    return TR_OK;
}

static void close_plugin(struct tr_check_plugin *plugin)
{
    free_plugin(plugin->context);
}

static enum tr_status make_one(const char *path, struct tr_error *err)
{
    struct stat info;

    if (mkdir(path, 0700) == 0)
        return TR_OK;
    if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return TR_OK;
    if (errno == EEXIST)
        return tr_error_set(err, TR_IO, "%s: is not a folder; name another one", path);
    return tr_error_set(err, errno == EROFS || errno == EACCES ? TR_READ_ONLY : TR_IO, "%s: cannot be made: %s", path,
                        strerror(errno));
}

/* The folder and those above it. */
static enum tr_status make_folder(const char *path, struct tr_error *err)
{
    char part[TR_CONFIG_TEXT];
    size_t len = strlen(path);

    if (len >= sizeof part)
        return tr_error_set(err, TR_INVALID, "%s: the path is longer than %zu characters", path, sizeof part - 1);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (make_one(part, err) != TR_OK)
            return err->code;
    }
    return TR_OK;
}

int main(int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct tr_cli_world world = {
        .out = stdout,
        .err = stderr,
        .environment = (const char *const *)environ,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .seconds = monotonic_seconds,
        .now = wall_clock,
        .stop = &stop,
        .cores = cores > 0 ? (size_t)cores : 1,
        .open_store = open_store,
        .make_home = make_folder,
        .open_lightgbm = open_lightgbm,
        .close_lightgbm = close_lightgbm,
        .open_plugin = open_plugin,
        .close_plugin = close_plugin,
    };

    catch_signals();
    return tr_cli_main(&world, argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1);
}
