#include "app/cli/chain.h"
#include "app/cli/file.h"
#include "app/cli/options.h"
#include "app/usecase/registry.h"
#include "app/view/model_view.h"
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

/* record NULL: no head could be trained, and nothing was registered. */
static void print(struct tr_cli *cli, const struct tr_run *run, const struct tr_model_record *record, bool is_new)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_train_text(run, &cli->out);
        if (!record) {
            tr_buf_text(&cli->out, "\nNo head could be trained, so nothing was registered.\n");
            return;
        }
        tr_buf_printf(&cli->out, "\n%s as model %s, %s of its series:\n", is_new ? "Registered" : "Known already",
                      record->id, tr_model_state_name(record->state));
        tr_view_models_text(record, 1, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_train_json(run, &json);
    if (record) {
        tr_json_object(&json, "registered");
        tr_view_model_json(record, &json);
        tr_json_bool(&json, "is_new", is_new);
        tr_json_object_end(&json);
    } else {
        tr_json_null(&json, "registered");
    }
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status enter(struct tr_cli *cli, const struct tr_cli_chain *chain, struct tr_model_record *record,
                            bool *is_new, struct tr_error *err)
{
    struct tr_world world = {.store = chain->store, .now = cli->world->now()};
    char before[TR_MODEL_ID];
    enum tr_status status = tr_registry_add(&chain->run, &world, "trained", false, record, is_new, err);

    if (status != TR_OK || !tr_args_has(&cli->args, "promote") || record->state == TR_MODEL_CHAMPION)
        return status;
    status = tr_registry_promote(chain->store, record, world.now, "promoted when it was trained", before, err);
    if (status == TR_OK)
        record->state = TR_MODEL_CHAMPION;
    return status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *dir = tr_args_value(&cli->args, "output");
    struct tr_cli_chain chain;
    struct tr_model_record record;
    bool is_new = false, trained;
    enum tr_status status = tr_cli_chain_load(cli, &chain, err);

    chain.recipe.folds = !tr_args_has(&cli->args, "no-folds");
    chain.recipe.importance = true;
    if (status == TR_OK && dir)
        status = cli->world->make_home(dir, err);
    if (status == TR_OK)
        status = tr_cli_chain_run(cli, &chain, false, err);
    if (status == TR_OK && dir)
        status = write_models(&chain.run, dir, err);
    trained = status == TR_OK &&
              (chain.run.newest.walk.fit[TR_LONG]->trained || chain.run.newest.walk.fit[TR_SHORT]->trained);
    *nothing = status == TR_OK && !trained;
    if (trained)
        status = enter(cli, &chain, &record, &is_new, err);
    if (status == TR_OK)
        print(cli, &chain.run, trained ? &record : NULL, is_new);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    TR_OPT_SIDE,
    TR_OPT_FOLDS,
    {"no-folds", 0, NULL, "without walk-forward: quick, but nobody knows how good the model is", false},
    {"promote", 0, NULL, "make it the champion of its series at once", false},
    {"output", 'o', "DIR", "write the models there, each in its library's own format", false},
};

const struct tr_command tr_command_train = {
    .name = "train",
    .synopsis = "train SYMBOL --timeframe TF [--no-folds] [--promote] [--output DIR] [--side SIDE]",
    .summary = "train the model that would decide now, and register it",
    .help =
        "Fits both heads on the newest 180 days that end one purge before the last bar: the older 80 % is fitted,\n"
        "the newest 20 % gives the reference scores. Shows the windows, the rows, the inputs and what they are\n"
        "worth. Models of the same recipe are walked forward over the past first, so that the registry knows how such\n"
        "models did out of sample (--no-folds leaves that out). The model is registered: the first of a series\n"
        "becomes its champion, later ones are candidates until \"models promote\".\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
