#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/view/luck_view.h"
#include "app/view/run_view.h"
#include "app/view/search_view.h"
#include "app/view/signal_view.h"
#include "app/view/walkforward_view.h"

#include <string.h>

/* search NULL: none was made. */
static void print_text(struct tr_cli *cli, const struct tr_run *run, const struct tr_search *search)
{
    tr_view_data_text(run, &cli->out);
    if (search)
        tr_view_search_text(search, run->wf.n_folds, run->recipe.side, &cli->out);
    tr_view_walkforward_text(run, &cli->out);
    if (!search)
        tr_view_calibration_text(run, &cli->out);
    tr_view_luck_text(&run->luck, &cli->out);
    tr_view_funnel_text(&run->wf.replay.funnel, &cli->out);
}

static void print(struct tr_cli *cli, const struct tr_run *run, const struct tr_search *search)
{
    struct tr_json json;

    if (!cli->json) {
        print_text(cli, run, search);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_data_json(run, &json);
    if (search)
        tr_view_search_json(search, run->wf.folds, run->wf.n_folds, run->recipe.side, &json);
    tr_view_walkforward_json(run, &json);
    if (!search)
        tr_view_calibration_json(run, &json);
    tr_view_luck_json(&run->luck, &json);
    tr_json_object(&json, "funnel");
    tr_view_funnel_json(&run->wf.replay.funnel, &json);
    tr_json_object_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status check_options(const struct tr_cli *cli, bool searches, struct tr_error *err)
{
    static const char *const of_search[] = {"param", "method"};

    for (size_t i = 0; i < sizeof of_search / sizeof *of_search && !searches; i++) {
        if (tr_args_has(&cli->args, of_search[i]))
            return tr_error_set(err, TR_USAGE, "--%s: only with --search, which was not given", of_search[i]);
    }
    if (searches && tr_args_has(&cli->args, "html"))
        return tr_error_set(err, TR_USAGE, "--html: not together with --search; use --json for all of a search");
    return TR_OK;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    bool searches = tr_args_has(&cli->args, "search");
    struct tr_search search = {0};
    struct tr_cli_chain chain;
    enum tr_status status = check_options(cli, searches, err);

    (void)nothing;
    memset(&chain, 0, sizeof chain);
    tr_cli_series_init(&chain.series);
    if (status == TR_OK)
        status = tr_cli_chain_load(cli, &chain, err);
    if (status == TR_OK)
        status = searches ? tr_cli_chain_search(cli, &chain, &search, err) : tr_cli_chain_run(cli, &chain, false, err);
    if (status == TR_OK)
        print(cli, &chain.run, searches ? &search : NULL);
    if (status == TR_OK)
        status = tr_cli_chain_report(cli, &chain, err);
    tr_search_finish(&search);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    TR_OPT_SIDE,
    TR_OPT_FOLDS,
    TR_OPT_HTML,
    {"search", 0, NULL, "search parameters inside each fold, and test what was chosen", false},
    {"param", 0, "M.NAME=A,B", "values to search over, for example lightgbm.num_leaves=7,31; may be repeated", true},
    {"method", 0, "METHOD", "grid (default): all of them; halving: drop the worse two thirds early", false},
};

const struct tr_command tr_command_walkforward = {
    .name = "walkforward",
    .synopsis = "walkforward SYMBOL --timeframe TF [--folds N] [--side SIDE] [--html FILE] [--search ...]",
    .summary = "validate on a stored series: train, skip, test, advance",
    .help =
        "Each fold trains on 180 days, skips what a label could reach into (purge) and a day more (embargo), and is\n"
        "tested on the next 30 days, which no part of it has seen. Scores are shown with intervals on effective\n"
        "counts, because labels of neighbouring bars overlap. \"An edge\" is claimed only where the area under the\n"
        "ROC curve lies above 0.5 and the gross gain rises with the rank, each at the one-sided 5 % level. Each side\n"
        "is judged by a line of its own: of twenty such lines without any edge one or so will claim it.\n"
        "A run that was stopped goes on where it was when it is started again.\n"
        "\n"
        "--search tries every combination of --param values inside each fold: on the newest part of the fit window,\n"
        "held back and one purge away; only what wins there is tested. Every combination counts as a trial of the\n"
        "series and deflates its Sharpe ratio from then on. Without --param a small grid of tree sizes is tried.\n"
        "--html FILE writes all of it, and the backtest, as one page with charts for a browser or a printer.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
