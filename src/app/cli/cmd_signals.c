#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/view/run_view.h"
#include "app/view/signal_view.h"
#include "base/alloc.h"

#include <string.h>

static enum tr_status query_from(struct tr_cli *cli, struct tr_signal_query *query, struct tr_error *err)
{
    const char *proven = tr_args_value(&cli->args, "proven");
    long limit;
    enum tr_status status = tr_args_int(&cli->args, "limit", 1, 1000000, 100, &limit, err);

    if (status != TR_OK)
        return status;
    if (proven && strcmp(proven, "all") != 0 && strcmp(proven, "only") != 0)
        return tr_error_set(err, TR_USAGE, "--proven %s: not one of only (default), all", proven);
    query->proven_only = !proven || strcmp(proven, "only") == 0;
    query->limit = (size_t)limit;
    query->any_origin = true;
    query->any_timeframe = true;
    return TR_OK;
}

static enum tr_status print_stored(struct tr_cli *cli, struct tr_store *store, const struct tr_signal_query *query,
                                   struct tr_json *json, struct tr_error *err)
{
    struct tr_stored_signal *signals = NULL;
    size_t n = 0;
    enum tr_status status = tr_store_signals_get(store, query, &signals, &n, err);

    if (status != TR_OK)
        return status;
    if (cli->json)
        tr_view_stored_json(signals, n, (enum tr_risk_profile)cli->config.risk.profile, json);
    else if (cli->csv)
        tr_view_stored_csv(signals, n, &cli->out);
    else
        tr_view_stored_text(signals, n, &cli->out);
    if (!cli->json && !cli->csv && query->proven_only)
        tr_buf_text(&cli->out, "Only proven signals are listed; --proven all shows the others too.\n");
    tr_free(signals);
    return TR_OK;
}

/* Decides the newest bar of one series and stores the decision. */
static enum tr_status decide(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_json *json,
                             struct tr_signal_query *query, struct tr_error *err)
{
    enum tr_status status = tr_cli_chain_run(cli, chain, true, err);

    if (status != TR_OK)
        return status;
    query->series = &chain->series.key;
    query->any_timeframe = false;
    if (cli->json)
        tr_view_newest_json(&chain->run, json);
    else if (!cli->csv)
        tr_view_newest_text(&chain->run, &cli->out);
    return TR_OK;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_signal_query query = {0};
    struct tr_cli_chain chain;
    struct tr_json json;
    enum tr_status status;

    (void)nothing;
    memset(&chain, 0, sizeof chain);
    status = query_from(cli, &query, err);
    if (status == TR_OK)
        status = tr_cli_chain_load(cli, &chain, err);
    tr_json_init(&json, &cli->out, 2);
    if (cli->json)
        tr_json_object(&json, NULL);
    if (status == TR_OK && cli->args.operands)
        status = decide(cli, &chain, &json, &query, err);
    if (status == TR_OK)
        status = print_stored(cli, chain.store, &query, &json, err);
    if (status == TR_OK && cli->json) {
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    }
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    TR_OPT_SIDE,
    TR_OPT_FOLDS,
    {"proven", 0, "WHICH", "only (default): proven signals; all: unproven ones too", false},
    {"limit", 'n', "N", "at most so many stored signals (default 100)", false},
};

const struct tr_command tr_command_signals = {
    .name = "signals",
    .synopsis = "signals [SYMBOL --timeframe TF] [--proven only|all] [--limit N] [--exchange NAME]",
    .summary = "decide the newest bar of a series; list stored signals",
    .help =
        "With SYMBOL: runs the chain on the stored series, prints the signal at its newest bar or why there is none,\n"
        "stores the decision, then lists the stored signals of that series. Without: lists those of all series.\n"
        "Stored signals of earlier newest bars are followed to their end at each run on their series.\n"
        "\n"
        "A signal is \"proven\" when its score lies above a threshold whose success rate was shown, on rows the model\n"
        "had not seen, to beat both 55 % and the rate of random entries. Unproven ones do as well as random entries;\n"
        "they are kept for the record and shown with --proven all.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .max_operands = 1,
    .csv = true,
    .run = run,
};
