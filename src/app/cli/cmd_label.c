#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/study.h"
#include "app/view/rows_csv.h"
#include "app/view/summary_view.h"

#include <string.h>

static void print(struct tr_cli *cli, const struct tr_cli_series *series, const struct tr_study *study, bool ladder)
{
    struct tr_json json;

    if (cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_string(&json, "exchange", series->key.exchange);
        tr_json_string(&json, "symbol", series->key.symbol);
        tr_json_string(&json, "timeframe", tr_timeframe_name(series->key.timeframe));
        tr_view_labels_json(study, &json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    } else if (cli->csv && ladder) {
        tr_view_ladder_csv_header(&cli->out);
        tr_view_ladder_csv(&study->bars, study->ladder, &cli->out);
    } else if (cli->csv) {
        tr_view_labels_csv_header(&cli->out);
        tr_view_labels_csv(&study->bars, study->barrier, &cli->out);
    } else {
        tr_view_labels_text(study, &cli->out);
    }
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_cli_series series;
    struct tr_store *store = NULL;
    struct tr_recipe recipe;
    struct tr_study study;
    enum tr_status status;

    (void)nothing;
    memset(&series, 0, sizeof series);
    memset(&study, 0, sizeof study);
    status = tr_cli_make_recipe(cli, &recipe, err);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_cli_load_series(cli, store, &series, err);
    if (status == TR_OK) {
        tr_recipe_fit_to(&recipe, series.key.timeframe);
        status = tr_study_init(&study, &recipe, &series.bars, err);
    }
    if (status == TR_OK)
        print(cli, &series, &study, recipe.label_kind == TR_LABEL_LADDER);
    tr_study_finish(&study);
    tr_cli_series_finish(&series);
    tr_store_close(store);
    return status;
}

static const struct tr_option options[] = {TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE};

const struct tr_command tr_command_label = {
    .name = "label",
    .synopsis = "label SYMBOL --timeframe TF [--format csv] [--exchange NAME]",
    .summary = "label a stored series by the triple-barrier method",
    .help = "For each bar and side: which comes first after its close, the take-profit (+2 %), the stop (-1 %) or\n"
            "the time barrier (24 bars). A label exists only where all following bars of the horizon exist without a\n"
            "hole. With --set label.kind=ladder the CSV holds the outcome of the signal ladder instead.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .csv = true,
    .run = run,
};
