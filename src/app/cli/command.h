/* A verb of the command line: its options, its help, what it does. One file a verb, one table of them. */
#ifndef TR_CLI_COMMAND_H
#define TR_CLI_COMMAND_H

#include "app/cli/args.h"
#include "app/cli/progress.h"
#include "app/config/config.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/time.h"
#include "io/store/store.h"

#include <stdio.h>

/* Exit codes of the program. */
enum tr_exit_code { TR_CODE_DONE = 0, TR_CODE_FAILED = 1, TR_CODE_USAGE = 2, TR_CODE_NOTHING = 3 };

struct tr_check_plugin;
struct tr_model_impl;

/* What main wires in: the world outside, and the concrete back ends. */
struct tr_cli_world {
    FILE *out, *err;
    const char *const *environment; /* NULL-terminated NAME=value */
    bool err_is_terminal;
    double (*seconds)(void);  /* monotonic clock */
    tr_time_ms (*now)(void);  /* wall clock, for stamps of what is recorded */
    const volatile int *stop; /* not 0: somebody asked to stop */
    size_t cores;
    enum tr_status (*open_store)(const char *path, struct tr_store **out, struct tr_error *err);
    enum tr_status (*make_home)(const char *path, struct tr_error *err); /* creates the folder where it is missing */
    /* LightGBM's own trainer out of a shared library: *impl trains with *context, which goes to close_lightgbm and
     * with it *trainer, the name of that very build */
    enum tr_status (*open_lightgbm)(const char *path, const struct tr_model_impl **impl, void **context,
                                    const char **trainer, struct tr_error *err);
    void (*close_lightgbm)(void *context);
    /* A feature plug-in for one series; spec: its path, or PATH=CONFIG; seconds: a monotonic clock. Goes to
     * close_plugin. */
    enum tr_status (*open_plugin)(const char *spec, const char *symbol, double (*seconds)(void),
                                  struct tr_check_plugin *out, struct tr_error *err);
    void (*close_plugin)(struct tr_check_plugin *plugin);
};

/* One run of one verb. */
struct tr_cli {
    const struct tr_cli_world *world;
    const struct tr_command *command;
    struct tr_args args;
    bool json, csv, quiet;
    int verbosity;
    long threads; /* --threads, 0 where it is not given */
    char home[TR_CONFIG_TEXT];
    struct tr_config config;
    struct tr_progress_bar bar;
    struct tr_progress progress;          /* draws the bar, asks for a stop when world->stop is set */
    const struct tr_model_impl *lightgbm; /* the trainer opened at run time, with its context; NULL: our own */
    void *lightgbm_context;
    const char *lightgbm_trainer; /* names it in recipes */
    struct tr_buf out;            /* all of standard output, written at the end unless flushed before */
    bool out_failed;              /* standard output takes no more */
    bool answered; /* standard output holds the whole answer: an error, such as what a check found, adds no object */
};

#define TR_CLI_THREADS_MAX 256

struct tr_command {
    const char *name;                /* "run" */
    const char *synopsis;            /* "run FILE|SYMBOL --timeframe TF" */
    const char *summary;             /* one line of the list of verbs */
    const char *help;                /* paragraphs; ends with a newline */
    const struct tr_option *options; /* [n_options], beyond the global ones */
    size_t n_options;
    size_t min_operands, max_operands;
    bool csv;                   /* --format csv is possible */
    const char *const *formats; /* further values of --format, up to a NULL; NULL = none */
    bool no_settings;           /* works without home and settings, so also where those are broken */
    /* Fills cli->out; a status other than TR_OK is printed by the caller. *nothing: exit 3 without an error. */
    enum tr_status (*run)(struct tr_cli *cli, bool *nothing, struct tr_error *err);
};

/* All verbs, in the order of the help; *n receives how many. */
const struct tr_command *const *tr_commands(size_t *n);
const struct tr_command *tr_command_find(const char *name);
/* The options every verb has. */
const struct tr_option *tr_global_options(size_t *n);

#endif
