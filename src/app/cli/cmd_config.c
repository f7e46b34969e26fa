#include "app/cli/command.h"

#include <string.h>

/* check and show find the settings already loaded and checked: what was wrong has been said before a verb runs. */
static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *what = cli->args.operand[0];

    (void)nothing;
    if (strcmp(what, "schema") == 0) {
        tr_config_write_schema(&cli->out);
    } else if (strcmp(what, "show") == 0) {
        if (cli->json)
            tr_config_write_json(&cli->config, 2, &cli->out);
        else
            tr_config_write_table(&cli->config, &cli->out);
    } else if (strcmp(what, "check") == 0) {
        tr_buf_text(&cli->out, cli->json ? "{\n  \"valid\": true\n}\n" : "The settings are valid.\n");
    } else {
        return tr_error_set(err, TR_USAGE, "config %s: not one of check, show, schema", what);
    }
    if (cli->out.len && cli->out.data[cli->out.len - 1] != '\n')
        tr_buf_char(&cli->out, '\n');
    return TR_OK;
}

const struct tr_command tr_command_config = {
    .name = "config",
    .synopsis = "config check|show|schema",
    .summary = "check, show or describe the settings",
    .help =
        "Settings come from traderai.json in the home folder (JSON with comments; --config names another file), then\n"
        "from the environment as TRADERAI__SECTION__KEY, then from --set section.key=value; the later one wins.\n"
        "check reads them all and says what is wrong, with file and line; show prints every setting; schema prints\n"
        "a JSON Schema that editors use for completion.\n",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
