#include "app/cli/chain.h"
#include "app/cli/file.h"
#include "app/cli/models.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/adopt_model.h"
#include "app/usecase/model_file.h"
#include "app/view/model_view.h"
#include "engine/model/lightgbm.h"
#include "engine/model/xgboost.h"

#include <string.h>

static enum tr_status wanted_format(struct tr_cli *cli, const struct tr_model_impl **out, struct tr_error *err)
{
    const char *format = tr_args_value(&cli->args, "format");

    if (!format || (strcmp(format, "lightgbm") != 0 && strcmp(format, "xgboost") != 0))
        return tr_error_set(err, TR_USAGE, "models %s: say --format lightgbm or --format xgboost",
                            cli->args.operand[0]);
    *out = format[0] == 'l' ? &tr_model_lightgbm : &tr_model_xgboost;
    return TR_OK;
}

/* --side, else the only side there is. */
static enum tr_status wanted_side(struct tr_cli *cli, const bool there[TR_SIDE_COUNT], enum tr_side *out,
                                  struct tr_error *err)
{
    const char *side = tr_args_value(&cli->args, "side");

    if (side && strcmp(side, "long") != 0 && strcmp(side, "short") != 0)
        return tr_error_set(err, TR_USAGE, "--side %s: not one of long, short", side);
    if (!side && there[TR_LONG] == there[TR_SHORT])
        return tr_error_set(err, TR_USAGE, "models %s: say which head: --side long or --side short",
                            cli->args.operand[0]);
    *out = side ? (side[0] == 'l' ? TR_LONG : TR_SHORT) : (there[TR_LONG] ? TR_LONG : TR_SHORT);
    return TR_OK;
}

/* The member of this kind as the bytes of its file. */
static enum tr_status save_member(const struct tr_registered *model, enum tr_side side,
                                  const struct tr_model_impl *impl, struct tr_buf *out, struct tr_error *err)
{
    const struct tr_ensemble *ensemble = &model->ensemble[side];

    for (size_t m = 0; m < ensemble->n; m++) {
        if (ensemble->member[m]->impl == impl)
            return impl->save(ensemble->member[m], out, err);
    }
    return tr_error_set(err, TR_NOT_FOUND, "model %s has no %s member on the %s side", model->record.id, impl->name,
                        tr_side_name(side));
}

static void print_written(struct tr_cli *cli, const char *id, enum tr_side side, const struct tr_model_impl *impl,
                          size_t bytes)
{
    const char *path = tr_args_value(&cli->args, "output");
    struct tr_json json;

    if (!cli->json) {
        tr_buf_printf(&cli->out, "The %s member of the %s side of %s is in %s now.\n", impl->name, tr_side_name(side),
                      id, path);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "model", id);
    tr_json_string(&json, "side", tr_side_name(side));
    tr_json_string(&json, "format", impl->name);
    tr_json_string(&json, "file", path);
    tr_json_int(&json, "bytes", (int64_t)bytes);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

/* To --output, else as it is to standard output. */
static enum tr_status deliver(struct tr_cli *cli, const char *id, enum tr_side side, const struct tr_model_impl *impl,
                              const struct tr_buf *bytes, struct tr_error *err)
{
    const char *path = tr_args_value(&cli->args, "output");
    enum tr_status status;

    if (!path) {
        tr_buf_add(&cli->out, bytes->data, bytes->len);
        return TR_OK;
    }
    status = tr_cli_file_write(path, bytes, err);
    if (status == TR_OK)
        print_written(cli, id, side, impl, bytes->len);
    return status;
}

static enum tr_status check_export(const struct tr_cli *cli, struct tr_error *err)
{
    const char *path = tr_args_value(&cli->args, "output");

    if (cli->json && !path)
        return tr_error_set(err, TR_USAGE,
                            "models export: --json needs --output FILE: the model itself goes to standard output");
    return path ? tr_cli_output_check(cli, path, err) : TR_OK;
}

static enum tr_status run_export(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const struct tr_model_impl *impl = NULL;
    struct tr_store *store = NULL;
    struct tr_model_record record;
    struct tr_registered model = {0};
    enum tr_side side = TR_LONG;
    struct tr_buf bytes;
    enum tr_status status = wanted_format(cli, &impl, err);

    (void)nothing;
    tr_buf_init(&bytes);
    if (status == TR_OK)
        status = check_export(cli, err);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_registry_find(store, NULL, cli->args.operand[1], &record, err);
    if (status == TR_OK)
        status = tr_registry_load(store, &record, &model, err);
    if (status == TR_OK)
        status = wanted_side(cli, (bool[]){model.ensemble[TR_LONG].n > 0, model.ensemble[TR_SHORT].n > 0}, &side, err);
    if (status == TR_OK)
        status = save_member(&model, side, impl, &bytes, err);
    if (status == TR_OK)
        status = deliver(cli, record.id, side, impl, &bytes, err);
    tr_buf_finish(&bytes);
    tr_registered_finish(&model);
    tr_store_close(store);
    return status;
}

static void print_adopted(struct tr_cli *cli, const struct tr_model_record *record, bool is_new)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_models_text(record, 1, &cli->out);
        tr_buf_text(&cli->out, is_new
                                   ? "\nImported. Nobody here knows which bars it was trained on: compare it only on "
                                     "bars from now on.\n"
                                   : "\nIt was there already.\n");
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_model_json(record, &json);
    tr_json_bool(&json, "is_new", is_new);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status run_import(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    static const bool none[TR_SIDE_COUNT] = {false, false};
    struct tr_adopt_options options = {0};
    const char *path = cli->args.operand[1];
    struct tr_cli_chain chain;
    struct tr_model_file file = {0};
    struct tr_model_record record;
    bool is_new = false;
    enum tr_status status;

    (void)nothing;
    cli->args.operand[0] = cli->args.operand[2]; /* the chain looks for its symbol there */
    status = tr_cli_chain_load(cli, &chain, err);
    cli->args.operand[0] = "import";
    tr_cli_series_lend(&chain.series, &chain.recipe);
    if (status == TR_OK)
        status = wanted_format(cli, &options.impl, err);
    if (status == TR_OK)
        status = wanted_side(cli, none, &options.side, err);
    if (status == TR_OK)
        status = tr_model_file_read(path, &file, err);
    if (status == TR_OK && (file.kind == TR_MODEL_FILE_LIGHTGBM) != (options.impl == &tr_model_lightgbm))
        status = tr_error_set(err, TR_USAGE, "%s: is a model of kind %s, not %s", path,
                              tr_model_file_kind_name(file.kind), options.impl->name);
    struct tr_world world = {.store = chain.store, .now = cli->world->now()};
    if (status == TR_OK)
        status = tr_adopt_model(&options, file.bytes.data, file.bytes.len, &chain.series.key, &chain.series.bars,
                                &chain.recipe, &world, &record, &is_new, err);
    if (status == TR_OK)
        print_adopted(cli, &record, is_new);
    tr_model_file_finish(&file);
    tr_cli_chain_finish(&chain);
    return status;
}

static const char *const of_export[] = {"side", "output", NULL};
static const char *const of_import[] = {"side", "timeframe", "exchange", NULL};

const struct tr_models_verb tr_models_export = {
    .name = "export",
    .usage = "ID --format lightgbm|xgboost [--side long|short] [--output FILE]",
    .min_operands = 1,
    .max_operands = 1,
    .takes = of_export,
    .model_format = true,
    .run = run_export,
};

const struct tr_models_verb tr_models_import = {
    .name = "import",
    .usage = "FILE SYMBOL --timeframe TF --format lightgbm|xgboost --side long|short [--exchange NAME]",
    .min_operands = 2,
    .max_operands = 2,
    .takes = of_import,
    .model_format = true,
    .run = run_import,
};
