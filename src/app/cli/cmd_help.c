#include "app/cli/command.h"

#include <string.h>

static void print_options(struct tr_buf *out, const struct tr_option *options, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char left[64];

        snprintf(left, sizeof left, "%s--%s%s%s", options[i].letter ? "" : "    ", options[i].name,
                 options[i].argument ? " " : "", options[i].argument ? options[i].argument : "");
        if (options[i].letter)
            tr_buf_printf(out, "  -%c, %-24s %s\n", options[i].letter, left, options[i].help);
        else
            tr_buf_printf(out, "  %-28s %s\n", left, options[i].help);
    }
}

static void print_overview(struct tr_buf *out)
{
    size_t n;
    const struct tr_command *const *commands = tr_commands(&n);
    size_t globals;
    const struct tr_option *options = tr_global_options(&globals);

    tr_buf_text(out, "traderai: calibrated trading signals from exchange candles, with the proof beside them.\n\n"
                     "usage: traderai VERB [WORDS] [OPTIONS]\n\n");
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    tr_buf_text(out, "\nOptions of every verb, before or after it:\n");
    print_options(out, options, globals);
    tr_buf_text(out,
                "\ntraderai help VERB says more about one. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing found.\n"
                "Trading with leverage can lose more than it seems; nothing printed here is advice.\n");
}

static void print_verb(struct tr_buf *out, const struct tr_command *command)
{
    tr_buf_printf(out, "usage: traderai %s\n\n%s.\n", command->synopsis, command->summary);
    if (command->help[0])
        tr_buf_printf(out, "\n%s", command->help);
    if (command->n_options) {
        tr_buf_text(out, "\nOptions:\n");
        print_options(out, command->options, command->n_options);
    }
    if (command->csv)
        tr_buf_text(out, "\nRows can be printed with --format csv.\n");
    tr_buf_text(out, "\nOptions of every verb: traderai help\n");
}

static void json_verb(struct tr_json *json, const struct tr_command *command)
{
    tr_json_object(json, NULL);
    tr_json_string(json, "name", command->name);
    tr_json_string(json, "usage", command->synopsis);
    tr_json_string(json, "summary", command->summary);
    tr_json_array(json, "options");
    for (size_t i = 0; i < command->n_options; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "name", command->options[i].name);
        tr_json_string(json, "argument", command->options[i].argument);
        tr_json_string(json, "help", command->options[i].help);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const struct tr_command *one = cli->args.operands ? tr_command_find(cli->args.operand[0]) : NULL;
    size_t n;
    const struct tr_command *const *commands = tr_commands(&n);
    struct tr_json json;

    (void)nothing;
    if (cli->args.operands && !one)
        return tr_error_set(err, TR_USAGE, "help %s: no such verb; traderai help lists them", cli->args.operand[0]);
    if (!cli->json) {
        if (one)
            print_verb(&cli->out, one);
        else
            print_overview(&cli->out);
        return TR_OK;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_json_array(&json, "verbs");
    for (size_t i = 0; i < n; i++) {
        if (!one || one == commands[i])
            json_verb(&json, commands[i]);
    }
    tr_json_array_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
    return TR_OK;
}

const struct tr_command tr_command_help = {
    .name = "help",
    .synopsis = "help [VERB]",
    .summary = "this list, or one verb in detail",
    .help = "",
    .max_operands = 1,
    .no_settings = true,
    .run = run,
};
