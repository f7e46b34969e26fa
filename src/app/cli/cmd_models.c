#include "app/cli/models.h"
#include "app/cli/options.h"

#include <string.h>

static const struct tr_models_verb *const verbs[] = {
    &tr_models_list,     &tr_models_show,   &tr_models_compare, &tr_models_promote,
    &tr_models_rollback, &tr_models_export, &tr_models_import,  &tr_models_predict,
};

#define VERBS (sizeof verbs / sizeof *verbs)

/* Options of all of them; each says which it takes. */
static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    {"side", 0, "SIDE", "export, import: which head, long or short", false},
    {"output", 'o', "FILE", "export: where to, instead of standard output", false},
    {"reason", 0, "TEXT", "promote: what the log is to say", false},
    {"no-header", 0, NULL, "predict: the rows have no line of names: columns by position", false},
    {"raw", 0, NULL, "predict: margins instead of probabilities", false},
};

#define OPTIONS (sizeof options / sizeof *options)

static enum tr_status unknown(const char *name, struct tr_error *err)
{
    char list[256];
    size_t used = 0;

    for (size_t i = 0; i < VERBS && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", verbs[i]->name);
    return tr_error_set(err, TR_USAGE, "models %s: not one of %s", name, list);
}

static bool takes(const struct tr_models_verb *verb, const char *option)
{
    for (const char *const *name = verb->takes; *name; name++) {
        if (strcmp(*name, option) == 0)
            return true;
    }
    return false;
}

static const char *const formats[] = {"lightgbm", "xgboost", NULL};

static enum tr_status check_format(const struct tr_cli *cli, const struct tr_models_verb *verb, struct tr_error *err)
{
    const char *format = tr_args_value(&cli->args, "format");

    if (cli->csv && !verb->csv)
        return tr_error_set(err, TR_USAGE, "models %s has no rows to print as CSV; use table or json", verb->name);
    for (const char *const *f = formats; format && *f && !verb->model_format; f++) {
        if (strcmp(*f, format) == 0)
            return tr_error_set(err, TR_USAGE, "models %s: --format %s means nothing here; use table or json",
                                verb->name, format);
    }
    return TR_OK;
}

static enum tr_status check(const struct tr_cli *cli, const struct tr_models_verb *verb, struct tr_error *err)
{
    size_t operands = cli->args.operands - 1;

    if (operands < verb->min_operands)
        return tr_error_set(err, TR_USAGE, "models %s: something is missing; usage: traderai models %s %s", verb->name,
                            verb->name, verb->usage);
    if (operands > verb->max_operands)
        return tr_error_set(err, TR_USAGE, "models %s: \"%s\" is too much; usage: traderai models %s %s", verb->name,
                            cli->args.operand[verb->max_operands + 1], verb->name, verb->usage);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (tr_args_has(&cli->args, options[i].name) && !takes(verb, options[i].name))
            return tr_error_set(err, TR_USAGE, "models %s: --%s means nothing here; usage: traderai models %s %s",
                                verb->name, options[i].name, verb->name, verb->usage);
    }
    return check_format(cli, verb, err);
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *name = cli->args.operands ? cli->args.operand[0] : "list";

    if (!cli->args.operands)
        cli->args.operand[cli->args.operands++] = name;
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i]->name, name) != 0)
            continue;
        if (check(cli, verbs[i], err) != TR_OK)
            return err->code;
        return verbs[i]->run(cli, nothing, err);
    }
    return unknown(name, err);
}

const struct tr_command tr_command_models = {
    .name = "models",
    .synopsis = "models [list|show|compare|promote|rollback|export|import|predict] ...",
    .summary = "the registry of trained models, and model files of both libraries",
    .help = "models list [SYMBOL]: every registered model, the champion of each series first.\n"
            "models show ID: one with its windows, inputs and their importance, artefacts, and the log of its\n"
            "series.\n"
            "models compare ID ID: two of one series on the bars that neither has seen.\n"
            "models promote ID: makes it its series' champion; the one before is archived. Damaged models are\n"
            "refused.\n"
            "models rollback SYMBOL: back to the champion before the present one.\n"
            "models export ID --format lightgbm|xgboost --side long|short: that member in its library's own\n"
            "format.\n"
            "models import FILE SYMBOL --timeframe TF --format lightgbm|xgboost --side long|short: a model\n"
            "trained elsewhere as a candidate; its features must be named as \"traderai features\" names inputs.\n"
            "An ID may be cut short as long as it is clear.\n"
            "\n"
            "models predict reads a model that LightGBM (text) or XGBoost (JSON, UBJSON) wrote, gzipped or not,\n"
            "and prints one probability a row with 17 significant digits, of several classes side by side with\n"
            "tabs between them: the same bits as the library gives. Columns are found by the model's feature\n"
            "names where all of them stand in the header, else by position. ROWS.csv may be gzipped, or - for\n"
            "standard input; an empty cell, nan or NA is a missing value.\n",
    .options = options,
    .n_options = OPTIONS,
    .max_operands = 16,
    .csv = true,
    .formats = formats,
    .run = run,
};
