#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/view/run_view.h"
#include "app/view/signal_view.h"
#include "app/view/walkforward_view.h"

static void print(struct tr_cli *cli, const struct tr_run *run)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_data_text(run, &cli->out);
        tr_view_walkforward_text(run, &cli->out);
        tr_view_calibration_text(run, &cli->out);
        tr_view_funnel_text(&run->wf.replay.funnel, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_data_json(run, &json);
    tr_view_walkforward_json(run, &json);
    tr_view_calibration_json(run, &json);
    tr_json_object(&json, "funnel");
    tr_view_funnel_json(&run->wf.replay.funnel, &json);
    tr_json_object_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_cli_chain chain;
    enum tr_status status = tr_cli_chain_load(cli, &chain, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_cli_chain_run(cli, &chain, false, err);
    if (status == TR_OK)
        print(cli, &chain.run);
    if (status == TR_OK)
        status = tr_cli_chain_report(cli, &chain, err);
    tr_cli_chain_finish(&chain);
    return status;
}

static const struct tr_option options[] = {TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE, TR_OPT_SIDE, TR_OPT_FOLDS, TR_OPT_HTML};

const struct tr_command tr_command_walkforward = {
    .name = "walkforward",
    .synopsis = "walkforward SYMBOL --timeframe TF [--folds N] [--side SIDE] [--html FILE]",
    .summary = "validate on a stored series: train, skip, test, advance",
    .help =
        "Each fold trains on 180 days, skips what a label could reach into (purge) and a day more (embargo), and is\n"
        "tested on the next 30 days, which no part of it has seen. Scores are shown with intervals on effective\n"
        "counts, because labels of neighbouring bars overlap. \"An edge\" is claimed only where the area under the\n"
        "ROC curve lies above 0.5 and the gross gain rises with the rank, each at the one-sided 5 % level. Each side\n"
        "is judged by a line of its own: of twenty such lines without any edge one or so will claim it.\n"
        "--html FILE writes all of it, and the backtest, as one page with charts for a browser or a printer.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
