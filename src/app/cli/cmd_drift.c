#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/usecase/drift_check.h"
#include "app/view/drift_view.h"
#include "base/alloc.h"
#include "io/store/ledger.h"

#include <string.h>

#define LINES_SHOWN 20 /* of the inputs; -v shows all */

static struct tr_drift_options options_from(const struct tr_config *config)
{
    return (struct tr_drift_options){
        .rule = config->drift.rule == TR_CONFIG_DRIFT_SEED ? TR_DRIFT_SEED : TR_DRIFT_NOISE,
        .psi = config->drift.psi,
        .ks = config->drift.ks,
        .importance_share = config->drift.importance_share,
        .min_days = config->drift.min_days,
        .min_bars = (size_t)config->drift.min_bars,
    };
}

/* The champion, or the model of --model, which must be of this series. */
static enum tr_status find_model(struct tr_cli *cli, const struct tr_cli_chain *chain, struct tr_model_record *out,
                                 struct tr_error *err)
{
    const struct tr_series_key *key = &chain->series.key;
    const char *id = tr_args_value(&cli->args, "model"), *timeframe = tr_timeframe_name(key->timeframe);
    struct tr_error other;
    enum tr_status status = tr_registry_find(chain->store, key, id, out, err);

    if (status != TR_NOT_FOUND)
        return status;
    if (!id || !id[0])
        return tr_error_set(err, TR_NOT_FOUND,
                            "%s %s: no model is registered yet; traderai train %s --timeframe %s makes one",
                            key->symbol, timeframe, key->symbol, timeframe);
    if (tr_registry_find(chain->store, NULL, id, out, &other) != TR_OK)
        return status;
    return tr_error_set(err, TR_USAGE, "--model %s: was trained on %s %s of %s, not on this series", out->id,
                        out->series.symbol, tr_timeframe_name(out->series.timeframe), out->series.exchange);
}

static enum tr_status make_study(struct tr_cli_chain *chain, struct tr_study *out, struct tr_error *err)
{
    struct tr_recipe recipe;

    tr_recipe_copy(&recipe, &chain->recipe);
    tr_cli_series_lend(&chain->series, &recipe);
    tr_recipe_fit_to(&recipe, chain->series.key.timeframe);
    return tr_study_init(out, &recipe, &chain->series.bars, err);
}

static void print_check(struct tr_cli *cli, const struct tr_drift *drift)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_drift_text(drift, cli->verbosity ? 0 : LINES_SHOWN, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_drift_json(drift, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status check(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err)
{
    struct tr_drift_options wanted = options_from(&cli->config);
    struct tr_world world = {.store = chain->store, .now = cli->world->now()};
    struct tr_model_record record;
    struct tr_registered model = {0};
    struct tr_study study = {0};
    struct tr_drift drift;
    enum tr_status status = find_model(cli, chain, &record, err);

    if (status == TR_OK)
        status = tr_registry_load(chain->store, &record, &model, err);
    if (status == TR_OK)
        status = make_study(chain, &study, err);
    if (status == TR_OK)
        status = tr_drift_check(&study, &model, &wanted, &world, &drift, err);
    if (status == TR_OK)
        print_check(cli, &drift);
    tr_study_finish(&study);
    tr_registered_finish(&model);
    return status;
}

static enum tr_status history(struct tr_cli *cli, const struct tr_cli_chain *chain, size_t limit, bool *nothing,
                              struct tr_error *err)
{
    struct tr_drift_record *record = NULL;
    struct tr_json json;
    size_t n = 0;
    enum tr_status status = tr_store_drift_list(chain->store, &chain->series.key, limit, &record, &n, err);

    if (status != TR_OK)
        return status;
    *nothing = n == 0;
    if (cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_view_drift_history_json(&chain->series.key, record, n, &json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    } else {
        tr_view_drift_history_text(&chain->series.key, record, n, &cli->out);
    }
    tr_free(record);
    return TR_OK;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    bool listing = tr_args_has(&cli->args, "history");
    struct tr_cli_chain chain;
    long limit;
    enum tr_status status;

    memset(&chain, 0, sizeof chain);
    status = tr_args_int(&cli->args, "limit", 1, 1000000, 100, &limit, err);
    if (status == TR_OK && !listing && tr_args_has(&cli->args, "limit"))
        status = tr_error_set(err, TR_USAGE, "--limit belongs to --history");
    if (status == TR_OK && listing && tr_args_has(&cli->args, "model"))
        status = tr_error_set(err, TR_USAGE, "--model: --history lists the checks of all models of the series");
    if (status == TR_OK)
        status = tr_cli_chain_load(cli, &chain, err);
    if (status == TR_OK)
        status = listing ? history(cli, &chain, (size_t)limit, nothing, err) : check(cli, &chain, err);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    {"model", 'm', "ID", "check this model instead of the champion; first digits will do", false},
    {"history", 0, NULL, "list the checks stored so far, newest first, instead of making one", false},
    {"limit", 'n', "N", "with --history: at most so many (default 100)", false},
};

const struct tr_command tr_command_drift = {
    .name = "drift",
    .synopsis = "drift SYMBOL --timeframe TF [--model ID] [--history [--limit N]] [--exchange NAME]",
    .summary = "do the newest bars still look like what the model learnt?",
    .help = "Compares the newest 30 days (at least 400 bars) with the window that the champion was trained on: each\n"
            "input and the scores of each head, by the population stability index (PSI) and the Kolmogorov-Smirnov\n"
            "distance (KS). The verdict is drift where inputs worth 30 % of a head's importance have drifted, or its\n"
            "scores have.\n"
            "\n"
            "The usual thresholds (PSI 0.15, KS 0.1) alone cry drift nearly always: markets differ from month to\n"
            "month. So a column counts as drifted only when it also lies beyond what the training window's own 30-day\n"
            "blocks show against the rest of it. drift.rule=seed leaves that out. Each check is stored; the exit code\n"
            "is 0 whatever the verdict, and 3 where there is no model yet.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
