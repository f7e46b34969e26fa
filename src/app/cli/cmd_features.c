#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/study.h"
#include "app/view/rows_csv.h"
#include "app/view/summary_view.h"
#include "base/alloc.h"
#include "engine/feature/feature.h"
#include "engine/feature/realized.h"

#include <string.h>

#define BLOCK_ROWS ((size_t)2048)

/* Block by block, so that memory does not grow with the series. */
static enum tr_status print_csv(struct tr_cli *cli, const struct tr_cli_series *series, struct tr_error *err)
{
    const struct tr_bars *bars = &series->bars;
    size_t joined = tr_feature_find("realized_vol");
    double *realized = tr_alloc(bars->n, sizeof *realized);
    struct tr_feature_state *state = NULL;
    struct tr_matrix block = {0};
    enum tr_status status;

    if (!realized)
        return tr_error_nomem(err);
    status = tr_feature_create(bars->timeframe, &state, err);
    if (status == TR_OK)
        status = tr_matrix_init(&block, BLOCK_ROWS, TR_FEATURE_COLUMNS, err);
    if (status == TR_OK)
        status = tr_realized_vol(bars, &series->fine, realized, err);
    if (status == TR_OK)
        tr_view_features_csv_header(&cli->out);
    for (size_t row = 0; row < bars->n && status == TR_OK; row += BLOCK_ROWS) {
        size_t n = bars->n - row < BLOCK_ROWS ? bars->n - row : BLOCK_ROWS;
        struct tr_bars part = tr_bars_slice(bars, row, n);
        struct tr_matrix values = tr_matrix_view(&block, 0, n, 0, TR_FEATURE_COLUMNS);

        tr_feature_run(state, &part, &values);
        memcpy(tr_matrix_column(&values, joined), realized + row, n * sizeof *realized);
        tr_view_features_csv(&part, &values, &cli->out);
        status = tr_cli_flush(cli, err);
        if (status == TR_OK && !tr_progress_tell(&cli->progress, "features", row + n, bars->n, "bars"))
            status = tr_error_set(err, TR_CANCELLED, "stopped after %zu of %zu bars", row + n, bars->n);
    }
    tr_matrix_finish(&block);
    tr_feature_destroy(state);
    tr_free(realized);
    return status;
}

static enum tr_status print_summary(struct tr_cli *cli, const struct tr_cli_series *series, struct tr_error *err)
{
    struct tr_recipe recipe;
    struct tr_study study;
    struct tr_json json;
    enum tr_status status = tr_cli_make_recipe(cli, &recipe, err);

    if (status != TR_OK)
        return status;
    tr_recipe_fit_to(&recipe, series->key.timeframe);
    tr_cli_series_lend(series, &recipe);
    status = tr_study_init(&study, &recipe, &series->bars, err);
    if (status == TR_OK && cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_string(&json, "exchange", series->key.exchange);
        tr_json_string(&json, "symbol", series->key.symbol);
        tr_json_string(&json, "timeframe", tr_timeframe_name(series->key.timeframe));
        tr_view_features_json(&study, &json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    } else if (status == TR_OK) {
        tr_view_features_text(&study, &cli->out);
    }
    tr_study_finish(&study);
    return status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_cli_series series;
    struct tr_store *store = NULL;
    enum tr_status status;

    (void)nothing;
    memset(&series, 0, sizeof series);
    status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_cli_load_series(cli, store, &series, err);
    if (status == TR_OK)
        status = cli->csv ? print_csv(cli, &series, err) : print_summary(cli, &series, err);
    tr_cli_series_finish(&series);
    tr_store_close(store);
    return status;
}

static const struct tr_option options[] = {TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE};

const struct tr_command tr_command_features = {
    .name = "features",
    .synopsis = "features SYMBOL --timeframe TF [--format csv] [--exchange NAME]",
    .summary = "compute the feature columns of a stored series",
    .help =
        "24 overlays for charts and 76 inputs for models, one row a bar. --format csv prints all of them with 17\n"
        "significant digits, empty where a value is not defined; otherwise a summary by column. The formulas are in\n"
        "docs/features.md. No column at a bar depends on a later bar.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .csv = true,
    .run = run,
};
