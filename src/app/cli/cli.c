#include "app/cli/cli.h"

#include "app/cli/output.h"
#include "app/cli/setup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static bool tell(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct tr_cli *cli = context;

    tr_progress_bar_tell(&cli->bar, stage, done, total, units);
    return !cli->world->stop || !*cli->world->stop;
}

static bool verb_options(const char *verb, struct tr_option_set *out)
{
    const struct tr_command *command = tr_command_find(verb);

    if (command)
        *out = (struct tr_option_set){command->options, command->n_options};
    return command != NULL;
}

static enum tr_exit_code code_of(enum tr_status status, bool usage)
{
    if (status == TR_OK)
        return TR_CODE_DONE;
    if (usage || status == TR_USAGE)
        return TR_CODE_USAGE;
    return status == TR_NOT_FOUND ? TR_CODE_NOTHING : TR_CODE_FAILED;
}

/* One line on standard error; with --json also an object on standard output, so that a program reading it learns why.
 */
static int fail(struct tr_cli *cli, enum tr_status status, struct tr_error *err, bool usage)
{
    int code = (int)code_of(status, usage);
    struct tr_error why = *err;

    tr_progress_bar_clear(&cli->bar);
    if (status == TR_CANCELLED)
        tr_error_set(err, TR_CANCELLED, "%s: %s; what was stored before is still there: run it again any time",
                     cli->args.verb, why.text);
    fprintf(cli->world->err, "traderai: %s\n", err->text);
    if (cli->json && !cli->out_failed && !cli->answered) {
        struct tr_json json;

        tr_buf_clear(&cli->out);
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_object(&json, "error");
        tr_json_string(&json, "code", usage ? "usage" : tr_status_name(status));
        tr_json_string(&json, "message", err->text);
        tr_json_int(&json, "exit", code);
        tr_json_object_end(&json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
        fputs(tr_buf_string(&cli->out), cli->world->out);
    }
    return code;
}

static bool own_format(const struct tr_command *command, const char *format)
{
    for (const char *const *f = command->formats; f && *f; f++) {
        if (strcmp(*f, format) == 0)
            return true;
    }
    return false;
}

static enum tr_status read_format(struct tr_cli *cli, struct tr_error *err)
{
    const char *format = tr_args_value(&cli->args, "format");

    cli->json = tr_args_has(&cli->args, "json");
    if (!format)
        return TR_OK;
    if (strcmp(format, "json") == 0)
        cli->json = true;
    else if (strcmp(format, "csv") == 0)
        cli->csv = true;
    else if (strcmp(format, "table") != 0 && !own_format(cli->command, format))
        return tr_error_set(err, TR_INVALID, "--format %s: not one of table, json, csv", format);
    if (cli->csv && cli->json)
        return tr_error_set(err, TR_INVALID, "--json and --format csv exclude each other; choose one");
    if (cli->csv && !cli->command->csv)
        return tr_error_set(err, TR_INVALID, "%s has no rows to print as CSV; use table or json", cli->command->name);
    return TR_OK;
}

static enum tr_status check_operands(const struct tr_cli *cli, struct tr_error *err)
{
    const struct tr_command *command = cli->command;

    if (cli->args.operands < command->min_operands)
        return tr_error_set(err, TR_INVALID, "%s: something is missing; usage: traderai %s", command->name,
                            command->synopsis);
    if (cli->args.operands > command->max_operands)
        return tr_error_set(err, TR_INVALID, "%s: \"%s\" is too much; usage: traderai %s", command->name,
                            cli->args.operand[command->max_operands], command->synopsis);
    return TR_OK;
}

static void prepare_output(struct tr_cli *cli)
{
    bool quiet = tr_args_has(&cli->args, "quiet");

    cli->quiet = quiet;
    for (size_t i = 0; i < cli->args.given; i++)
        cli->verbosity += strcmp(cli->args.option[i].option->name, "verbose") == 0;
    cli->bar = (struct tr_progress_bar){
        .err = cli->world->err, .shown = cli->world->err_is_terminal && !quiet, .seconds = cli->world->seconds};
    cli->progress = (struct tr_progress){tell, cli};
}

/* Words to a verb that can be run. Everything that goes wrong here is the caller's usage. */
static enum tr_status understand(struct tr_cli *cli, size_t argc, const char *const *argv, struct tr_error *err)
{
    struct tr_option_set global;
    enum tr_status status;

    global.option = tr_global_options(&global.n);
    for (size_t i = 0; i < argc; i++) /* even a line that cannot be parsed says how its error is wanted */
        cli->json = cli->json || strcmp(argv[i], "--json") == 0;
    status = tr_args_parse(argc, argv, global, verb_options, &cli->args, err);
    if (status != TR_OK)
        return status;
    if (tr_args_has(&cli->args, "version"))
        cli->args = (struct tr_args){.verb = "version"};
    if (!cli->args.verb || tr_args_has(&cli->args, "help")) {
        cli->args.operand[0] = cli->args.verb;
        cli->args.operands = cli->args.verb ? 1 : 0;
        cli->args.verb = "help";
    }
    cli->command = tr_command_find(cli->args.verb);
    prepare_output(cli);
    status = check_operands(cli, err);
    if (status == TR_OK)
        status = read_format(cli, err);
    if (status == TR_OK)
        status = tr_args_int(&cli->args, "threads", 1, TR_CLI_THREADS_MAX, 0, &cli->threads, err);
    if (status == TR_OK && !cli->command->no_settings)
        status = tr_cli_configure(cli, err);
    return status;
}

static int finish(struct tr_cli *cli, bool nothing, struct tr_error *err)
{
    enum tr_status status = tr_cli_flush(cli, err);

    tr_progress_bar_clear(&cli->bar);
    if (status != TR_OK)
        return fail(cli, status, err, false);
    return nothing ? TR_CODE_NOTHING : TR_CODE_DONE;
}

int tr_cli_main(const struct tr_cli_world *world, size_t argc, const char *const *argv)
{
    struct tr_cli cli = {.world = world};
    struct tr_error err = {0};
    bool nothing = false;
    enum tr_status status;
    double began = world->seconds();
    int code;

    tr_buf_init(&cli.out);
    cli.bar.err = world->err;
    status = understand(&cli, argc, argv, &err);
    if (status != TR_OK) {
        code = fail(&cli, status, &err, true);
    } else {
        status = cli.command->run(&cli, &nothing, &err);
        code = status == TR_OK ? finish(&cli, nothing, &err) : fail(&cli, status, &err, false);
    }
    tr_cli_note(&cli, "%s: exit code %d after %.2f s", cli.args.verb ? cli.args.verb : "command line", code,
                world->seconds() - began);
    if (cli.lightgbm)
        world->close_lightgbm(cli.lightgbm_context);
    tr_buf_finish(&cli.out);
    return code;
}
