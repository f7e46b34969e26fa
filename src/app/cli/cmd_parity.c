#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/usecase/parity.h"
#include "app/view/parity_view.h"

#include <string.h>

#define LINES_SHOWN 50 /* of the differences; -v shows all */

static enum tr_status options_from(struct tr_cli *cli, struct tr_parity_options *out, struct tr_error *err)
{
    const char *origin = tr_args_value(&cli->args, "origin");
    bool operand = cli->args.operands > 0;

    *out = (struct tr_parity_options){.origin = TR_ORIGIN_NEWEST};
    if (origin && strcmp(origin, "walkforward") == 0)
        out->origin = TR_ORIGIN_WALKFORWARD;
    else if (origin && strcmp(origin, "all") == 0)
        out->any_origin = true;
    else if (origin && strcmp(origin, "newest") != 0)
        return tr_error_set(err, TR_USAGE, "--origin %s: not one of newest (default), walkforward, all", origin);
    if (!operand && (tr_args_has(&cli->args, "timeframe") || tr_args_has(&cli->args, "exchange")))
        return tr_error_set(err, TR_USAGE, "--timeframe and --exchange say which series of a symbol: name the symbol");
    return TR_OK;
}

static void print(struct tr_cli *cli, const struct tr_parity *parity)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_parity_text(parity, cli->verbosity ? 0 : LINES_SHOWN, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_parity_json(parity, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

/* The answer goes out whole; that something differs is an error on top. */
static enum tr_status answer(struct tr_cli *cli, const struct tr_parity *parity, struct tr_error *err)
{
    enum tr_status status;

    print(cli, parity);
    if (!parity->n_differences)
        return TR_OK;
    status = tr_cli_flush(cli, err);
    if (status != TR_OK)
        return status;
    cli->answered = true;
    return tr_error_set(err, TR_INVALID, "parity: %zu of %zu values differ, of %zu of %zu stored signals",
                        parity->n_differences, parity->values, parity->differing, parity->n_signals);
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_parity_options options;
    struct tr_cli_chain chain;
    struct tr_parity parity = {0};
    enum tr_status status;

    memset(&chain, 0, sizeof chain);
    status = options_from(cli, &options, err);
    if (status == TR_OK)
        status = tr_cli_chain_load(cli, &chain, err);
    if (cli->args.operands)
        options.series = &chain.series.key;
    if (status == TR_OK)
        status = tr_parity_run(chain.store, &options, &chain.recipe, &cli->progress, &parity, err);
    if (status == TR_OK) {
        *nothing = parity.n_signals == 0;
        status = answer(cli, &parity, err);
    }
    tr_parity_finish(&parity);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    {"origin", 0, "WHICH", "newest (default): decided on newest bars; walkforward: replayed ones; all", false},
};

const struct tr_command tr_command_parity = {
    .name = "parity",
    .synopsis = "parity [SYMBOL --timeframe TF] [--origin newest|walkforward|all] [--exchange NAME]",
    .summary = "whether stored live signals and the backtest agree, field by field",
    .help =
        "Makes each stored signal again from the stored bars alone and plays it through the backtester: ATR, entry,\n"
        "stop, targets, the sizes of all three profiles, costs, expected net profit, then status, exit reason,\n"
        "instant and net result. Every value must be the same number as the stored one; what differs is listed.\n"
        "With SYMBOL: the signals of that series, else those of all series.\n"
        "\n"
        "The replay uses the current settings, so signals made under others differ in what those settings decide.\n"
        "Signals whose bars went on without them being followed are no difference: they are counted as behind, and\n"
        "traderai signals SYMBOL --timeframe TF follows them.\n"
        "\n"
        "The exit code is 0 where nothing differs, 1 where something does, 3 where there are no stored signals.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .max_operands = 1,
    .run = run,
};
