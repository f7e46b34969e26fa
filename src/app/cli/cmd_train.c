#include "app/cli/chain.h"
#include "app/cli/file.h"
#include "app/cli/options.h"
#include "app/view/run_view.h"

#include <stdio.h>
#include <string.h>

/* DIR/long.xgboost.json, DIR/long.lightgbm.txt and so on: each member in its library's own format. */
static enum tr_status write_models(const struct tr_run *run, const char *dir, struct tr_error *err)
{
    enum tr_status status = TR_OK;

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = run->newest.walk.fit[side];

        for (size_t m = 0; fit->trained && m < fit->model.n && status == TR_OK; m++) {
            const struct tr_model *member = fit->model.member[m];
            struct tr_buf bytes;
            char path[512];

            tr_buf_init(&bytes);
            snprintf(path, sizeof path, "%s/%s.%s.%s", dir, tr_side_name((enum tr_side)side), member->impl->name,
                     strcmp(member->impl->name, "lightgbm") == 0 ? "txt" : "json");
            status = member->impl->save(member, &bytes, err);
            if (status == TR_OK)
                status = tr_cli_file_write(path, &bytes, err);
            tr_buf_finish(&bytes);
        }
    }
    return status;
}

static void print(struct tr_cli *cli, const struct tr_run *run)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_train_text(run, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_train_json(run, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *dir = tr_args_value(&cli->args, "output");
    struct tr_cli_chain chain;
    enum tr_status status = tr_cli_chain_load(cli, &chain, err);

    (void)nothing;
    chain.recipe.folds = false;
    chain.recipe.importance = true;
    if (status == TR_OK && dir)
        status = cli->world->make_home(dir, err);
    if (status == TR_OK)
        status = tr_cli_chain_run(cli, &chain, false, err);
    if (status == TR_OK && dir)
        status = write_models(&chain.run, dir, err);
    if (status == TR_OK)
        print(cli, &chain.run);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    TR_OPT_SIDE,
    {"output", 'o', "DIR", "write the models there, each in its library's own format", false},
};

const struct tr_command tr_command_train = {
    .name = "train",
    .synopsis = "train SYMBOL --timeframe TF [--output DIR] [--side SIDE] [--exchange NAME]",
    .summary = "train the model that would decide now, without folds",
    .help = "Fits both heads on the newest 180 days that end one purge before the last bar: the older 80 % is fitted,\n"
            "the newest 20 % gives the reference scores. Shows the windows, the rows and the inputs used. It says\n"
            "nothing about how good the model is: that is what walkforward is for.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
