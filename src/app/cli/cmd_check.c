#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/setup.h"
#include "app/usecase/check.h"
#include "app/view/check_view.h"

#include <string.h>

#define PLUGINS_MAX 16
#define SLOW_MS 10.0 /* what traderai_plugin.h allows a call */

struct check {
    bool recursive;
    struct tr_cli_series series;
    struct tr_check_plugin plugin[PLUGINS_MAX];
    const char *column[TR_ARGS_MAX];
    struct tr_check_options options;
    struct tr_check found;
};

static enum tr_status read_kind(const struct tr_cli *cli, struct check *check, struct tr_error *err)
{
    const char *word = cli->args.operand[0];

    check->recursive = strcmp(word, "recursive") == 0;
    if (!check->recursive && strcmp(word, "lookahead") != 0)
        return tr_error_set(err, TR_USAGE, "%s: not one of lookahead, recursive", word);
    if (cli->args.operands > 1 && tr_args_has(&cli->args, "synthetic"))
        return tr_error_set(err, TR_USAGE, "name a stored symbol or say --synthetic, not both");
    if (cli->args.operands < 2 && tr_args_has(&cli->args, "exchange"))
        return tr_error_set(err, TR_USAGE, "--exchange: belongs to a symbol, and none was named");
    return TR_OK;
}

static enum tr_status load_stored(struct tr_cli *cli, struct tr_cli_series *series, struct tr_error *err)
{
    struct tr_store *store = NULL;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    cli->args.operand[0] = cli->args.operand[1]; /* a series' symbol is looked for there */
    if (status == TR_OK)
        status = tr_cli_load_series(cli, store, series, err);
    tr_store_close(store);
    return status;
}

static enum tr_status make_market(struct tr_cli *cli, struct tr_cli_series *series, struct tr_error *err)
{
    enum tr_timeframe timeframe = TR_TIMEFRAME_1H;
    bool given;
    enum tr_status status = tr_cli_timeframe(cli, false, &given, &timeframe, err);

    if (status == TR_OK)
        status = tr_check_market(timeframe, &series->key, &series->list, err);
    series->bars = tr_bar_list_view(&series->list);
    return status;
}

/* --plugin PATH or PATH=CONFIG, --column NAME. */
static enum tr_status read_options(struct tr_cli *cli, struct check *check, struct tr_error *err)
{
    struct tr_check_options *options = &check->options;
    enum tr_status status = TR_OK;

    options->plugin = check->plugin;
    options->column = check->column;
    for (size_t i = 0; i < cli->args.given && status == TR_OK; i++) {
        const char *name = cli->args.option[i].option->name, *value = cli->args.option[i].value;

        if (strcmp(name, "column") == 0) {
            check->column[options->n_columns++] = value;
        } else if (strcmp(name, "plugin") == 0 && options->n_plugins == PLUGINS_MAX) {
            status = tr_error_set(err, TR_USAGE, "--plugin: at most %d at once", PLUGINS_MAX);
        } else if (strcmp(name, "plugin") == 0) {
            status = cli->world->open_plugin(value, check->series.key.symbol, cli->world->seconds,
                                             &check->plugin[options->n_plugins], err);
            options->n_plugins += status == TR_OK;
            if (status != TR_OK)
                tr_error_prepend(err, "--plugin");
        }
    }
    return status;
}

static void print_json(struct tr_cli *cli, const struct check *check)
{
    struct tr_json json;

    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "check", check->recursive ? "recursive" : "lookahead");
    tr_view_checked_json(&check->series.key, &check->found, &json);
    if (check->recursive)
        tr_view_recursive_json(&check->found, &json);
    else
        tr_view_lookahead_json(&check->found, &json);
    tr_view_plugin_json(check->plugin, check->options.n_plugins, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static void print(struct tr_cli *cli, const struct check *check)
{
    const struct tr_check *found = &check->found;

    if (cli->json) {
        print_json(cli, check);
    } else if (cli->csv && check->recursive) {
        tr_view_recursive_csv(found, &cli->out);
    } else if (cli->csv) {
        tr_view_lookahead_csv(found, &cli->out);
    } else {
        tr_view_checked_text(&check->series.key, found, &cli->out);
        if (check->recursive)
            tr_view_recursive_text(found, cli->verbosity > 0, &cli->out);
        else
            tr_view_lookahead_text(found, &cli->out);
        tr_view_plugin_text(check->plugin, check->options.n_plugins, &cli->out);
    }
}

static void note_plugins(const struct tr_cli *cli, const struct check *check)
{
    for (size_t p = 0; p < check->options.n_plugins; p++) {
        const struct tr_check_plugin *plugin = &check->plugin[p];
        struct tr_check_calls calls = plugin->calls(plugin->context);

        tr_cli_note(cli, "plug-in %s: %zu calls, the slowest took %.3f ms%s", plugin->name, calls.made,
                    calls.slowest_ms, calls.slowest_ms > SLOW_MS ? ", more than the 10 ms it has" : "");
    }
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct check check;
    enum tr_status status;

    (void)nothing;
    memset(&check, 0, sizeof check);
    tr_cli_series_init(&check.series);
    status = read_kind(cli, &check, err);
    if (status == TR_OK)
        status = cli->args.operands > 1 ? load_stored(cli, &check.series, err) : make_market(cli, &check.series, err);
    if (status == TR_OK)
        status = read_options(cli, &check, err);
    if (status == TR_OK)
        status = check.recursive ? tr_check_recursive(&check.options, &check.series.bars, &check.found, err)
                                 : tr_check_lookahead(&check.options, &check.series.bars, &check.found, err);
    if (status == TR_USAGE)
        tr_error_prepend(err, "check");
    if (status == TR_OK) {
        print(cli, &check);
        note_plugins(cli, &check);
        status = tr_cli_flush(cli, err);
    }
    if (status == TR_OK && !check.recursive) {
        cli->answered = true;
        status = tr_view_lookahead_verdict(&check.found, err);
    }
    tr_check_finish(&check.found);
    for (size_t p = 0; p < check.options.n_plugins; p++)
        cli->world->close_plugin(&check.plugin[p]);
    tr_cli_series_finish(&check.series);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    {"synthetic", 0, NULL, "on a made-up market, as without a symbol: 5,000 bars", false},
    {"plugin", 0, "PATH", "a feature plug-in as well; PATH=CONFIG hands it CONFIG; may be repeated", true},
    {"column", 0, "NAME", "this column only; of a plug-in PLUGIN.COLUMN; may be repeated", true},
};

const struct tr_command tr_command_check = {
    .name = "check",
    .synopsis = "check lookahead|recursive [SYMBOL --timeframe TF] [--plugin PATH]... [--column NAME]...",
    .summary = "whether any column knows the future, and how much history each needs",
    .help =
        "lookahead: every column is computed twice, once with all bars at hand and once bar by bar in memory where\n"
        "nothing else stands. Rows with the same bits in both do not depend on any later bar: one proof for every\n"
        "place at which the series could have been cut off. A column that differs is named with its first row,\n"
        "and whether it looks ahead, disagrees with itself or gives other values at each run. Exit code 1 then.\n"
        "\n"
        "recursive: averages that fade depend on where the history began. It is begun anew at 5 places, and each\n"
        "column is followed until it is what the whole history makes it.\n"
        "\n"
        "Without a symbol both work on a made-up market, so that they need nothing stored. Plug-ins are shared\n"
        "libraries made with traderai_plugin.h; what one reads from files of its own cannot be seen here.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 2,
    .csv = true,
    .run = run,
};
