#include "app/cli/command.h"
#include "app/usecase/version.h"

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_version_info info;
    struct tr_json json;

    (void)nothing;
    (void)err;
    tr_version_describe(&info);
    if (!cli->json) {
        tr_buf_printf(&cli->out, "traderai %s\n", info.program);
        for (size_t i = 0; i < info.n_linked; i++)
            tr_buf_printf(&cli->out, "  %-8s %s\n", info.linked[i].name, info.linked[i].version);
        return TR_OK;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "version", info.program);
    tr_json_object(&json, "libraries");
    for (size_t i = 0; i < info.n_linked; i++)
        tr_json_string(&json, info.linked[i].name, info.linked[i].version);
    tr_json_object_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
    return TR_OK;
}

const struct tr_command tr_command_version = {
    .name = "version",
    .synopsis = "version",
    .summary = "version of the program and of the libraries it runs on",
    .help = "",
    .no_settings = true,
    .run = run,
};
