#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/setup.h"
#include "app/usecase/import.h"
#include "app/view/import_view.h"
#include "app/view/run_view.h"

#include <string.h>
#include <sys/stat.h>

/* "-" or something that is there, or that is spelt like a file. Anything else is a market's name. */
static bool is_file(const char *word)
{
    static const char *const endings[] = {".csv", ".gz", ".txt", ".zip", ".json", ".feather", ".parquet"};
    struct stat info;
    size_t len = strlen(word);

    if (strcmp(word, "-") == 0 || stat(word, &info) == 0)
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t end = strlen(endings[i]);

        if (len > end && strcmp(word + len - end, endings[i]) == 0)
            return true;
    }
    return word[0] == '/' || strncmp(word, "./", 2) == 0 || strncmp(word, "../", 3) == 0;
}

static enum tr_status make_market(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_import *import,
                                  struct tr_error *err)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    bool given;
    long seed, bars;
    enum tr_status status = tr_cli_timeframe(cli, false, &given, &options.timeframe, err);

    if (status == TR_OK)
        status = tr_args_int(&cli->args, "market-seed", 0, 1000000000, 1, &seed, err);
    if (status == TR_OK)
        status = tr_args_int(&cli->args, "bars", 300, 2000000, (long)options.n, &bars, err);
    if (status == TR_OK)
        status = tr_args_number(&cli->args, "edge", 0, 10, 0, &options.edge, err);
    if (status == TR_OK)
        status = tr_args_number(&cli->args, "volatility", 1e-5, 0.2, options.volatility, &options.volatility, err);
    if (status != TR_OK)
        return status;
    options.seed = (uint64_t)seed;
    options.n = (size_t)bars;
    return tr_import_synthetic(&options, chain->store, &chain->series.list, import, err);
}

static void print(struct tr_cli *cli, const struct tr_cli_chain *chain, const struct tr_import *import)
{
    struct tr_json json;

    if (!cli->json) {
        if (import)
            tr_view_import_text(import, &chain->series.bars, &cli->out);
        tr_view_run_text(&chain->run, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    if (import) {
        tr_json_object(&json, "import");
        tr_view_import_json(import, &chain->series.bars, &json);
        tr_json_object_end(&json);
    }
    tr_view_run_json(&chain->run, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status load(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_import *import, bool *imported,
                           struct tr_error *err)
{
    static const char *const of_market[] = {"market-seed", "bars", "edge", "volatility"};
    bool synthetic = tr_args_has(&cli->args, "synthetic");
    enum tr_status status;

    if (synthetic == (cli->args.operands == 1))
        return tr_error_set(err, TR_USAGE, "run: name a file or a stored symbol, or say --synthetic (one of them)");
    for (size_t i = 0; i < sizeof of_market / sizeof *of_market; i++) {
        if (!synthetic && tr_args_has(&cli->args, of_market[i]))
            return tr_error_set(err, TR_USAGE, "--%s: only for --synthetic, which was not given", of_market[i]);
    }
    *imported = synthetic || is_file(cli->args.operand[0]);
    if (!*imported)
        return tr_cli_load_series(cli, chain->store, &chain->series, err);
    status = synthetic ? make_market(cli, chain, import, err)
                       : tr_cli_import(cli, NULL, chain->store, &chain->series.list, import, err);
    chain->series.key = import->key;
    return status == TR_OK ? tr_cli_series_view(chain->store, &chain->series, err) : status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_import import;
    struct tr_cli_chain chain;
    bool imported = false;
    enum tr_status status = tr_cli_chain_open(cli, &chain, err);

    (void)nothing;
    if (status == TR_OK)
        status = load(cli, &chain, &import, &imported, err);
    if (status == TR_OK)
        status = tr_cli_chain_run(cli, &chain, true, err);
    if (status == TR_OK)
        print(cli, &chain, imported ? &import : NULL);
    if (status == TR_OK)
        status = tr_cli_chain_report(cli, &chain, err);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_SYMBOL,
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    TR_OPT_STRICT,
    TR_OPT_SIDE,
    TR_OPT_FOLDS,
    TR_OPT_HTML,
    {"synthetic", 0, NULL, "a made-up market instead of a file: for trying things out", false},
    {"market-seed", 0, "N", "seed of the made-up market (default 1)", false},
    {"bars", 0, "N", "bars of the made-up market", false},
    {"edge", 0, "X", "how strong an edge is planted in it: 0 (default) = pure chance", false},
    {"volatility", 0, "X", "its hourly standard deviation in calm times, as a fraction", false},
};

const struct tr_command tr_command_run = {
    .name = "run",
    .synopsis = "run FILE|SYMBOL --timeframe TF [--symbol SYMBOL] | run --synthetic",
    .summary = "the whole chain on one series: from candles to a signal, or why there is none",
    .help =
        "Imports (FILE, or \"-\" for standard input) or loads (SYMBOL) the candles, computes features and labels,\n"
        "trains, validates walk-forward, calibrates, replays every out-of-sample bar through the signal gate and the\n"
        "backtest, and decides the newest bar. FILE is computed on as it stands; its bars are stored as well.\n"
        "The close of the newest bar counts as now.\n"
        "Stored signals of earlier newest bars are followed to their end at each run.\n"
        "--html FILE writes the results as one page with charts for a browser or a printer.\n"
        "\n"
        "--synthetic makes a market from a seed. By default it is a random walk: there is nothing to find in it.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .max_operands = 1,
    .run = run,
};
