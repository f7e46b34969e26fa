#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/setup.h"
#include "app/view/funding_view.h"
#include "app/view/import_view.h"
#include "base/alloc.h"

#include <string.h>

/* Keeps the series of --exchange and --timeframe, where they are given. */
static enum tr_status choose(struct tr_cli *cli, struct tr_series_info *series, size_t *n, struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    enum tr_timeframe timeframe;
    bool given;
    size_t kept = 0;
    enum tr_status status = tr_cli_timeframe(cli, false, &given, &timeframe, err);

    for (size_t i = 0; i < *n && status == TR_OK; i++) {
        if ((!exchange || strcmp(series[i].key.exchange, exchange) == 0) &&
            (!given || series[i].key.timeframe == timeframe))
            series[kept++] = series[i];
    }
    *n = kept;
    return status;
}

/* Markets with recorded funding; those of --exchange, where it is given. */
static enum tr_status load_funding(struct tr_cli *cli, struct tr_store *store, struct tr_funding_info **out, size_t *n,
                                   struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    size_t kept = 0;
    enum tr_status status = tr_store_funding_list(store, out, n, err);

    for (size_t i = 0; i < *n && exchange; i++) {
        if (strcmp((*out)[i].exchange, exchange) == 0)
            (*out)[kept++] = (*out)[i];
    }
    *n = exchange ? kept : *n;
    return status;
}

static void print_list(struct tr_cli *cli, const struct tr_series_info *series, size_t n,
                       const struct tr_funding_info *funding, size_t n_funding)
{
    struct tr_json json;

    if (cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_array(&json, "series");
        for (size_t i = 0; i < n; i++) {
            tr_json_object(&json, NULL);
            tr_view_series_json(&series[i], &json);
            tr_json_object_end(&json);
        }
        tr_json_array_end(&json);
        tr_view_funding_json(funding, n_funding, &json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
        return;
    }
    if (cli->csv) {
        tr_view_series_csv(series, n, &cli->out);
        return;
    }
    if (n)
        tr_view_series_text(series, n, &cli->out);
    else
        tr_buf_text(&cli->out,
                    "No such series is stored. Begin with: traderai import FILE --symbol SYMBOL --timeframe TF\n");
    if (n_funding) {
        tr_buf_char(&cli->out, '\n');
        tr_view_funding_text(funding, n_funding, &cli->out);
    }
}

static enum tr_status list_series(struct tr_cli *cli, struct tr_store *store, bool *nothing, struct tr_error *err)
{
    struct tr_series_info *series = NULL;
    struct tr_funding_info *funding = NULL;
    size_t n = 0, n_funding = 0;
    enum tr_status status = tr_store_series_list(store, &series, &n, err);

    if (status == TR_OK)
        status = choose(cli, series, &n, err);
    if (status == TR_OK)
        status = load_funding(cli, store, &funding, &n_funding, err);
    if (status == TR_OK) {
        *nothing = n == 0;
        print_list(cli, series, n, funding, n_funding);
    }
    tr_free(funding);
    tr_free(series);
    return status;
}

static void print_gaps(struct tr_cli *cli, const struct tr_cli_series *series, const struct tr_gap *gaps, size_t n)
{
    struct tr_series_info info = {series->key, series->bars.n, series->bars.time[0],
                                  series->bars.time[series->bars.n - 1]};
    struct tr_json json;

    if (cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_view_series_json(&info, &json);
        tr_view_gaps_json(gaps, n, &json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    } else if (cli->csv) {
        tr_view_gaps_csv(gaps, n, &cli->out);
    } else {
        tr_view_gaps_text(gaps, n, &cli->out);
    }
}

static enum tr_status list_gaps(struct tr_cli *cli, struct tr_store *store, struct tr_error *err)
{
    struct tr_cli_series series;
    struct tr_gap *gaps;
    size_t n;
    enum tr_status status;

    cli->args.operand[0] = cli->args.operand[1];
    status = tr_cli_load_series(cli, store, &series, err);
    if (status == TR_OK) {
        n = tr_gaps_list(&series.bars, NULL, 0);
        gaps = tr_alloc(n, sizeof *gaps);
        if (gaps) {
            tr_gaps_list(&series.bars, gaps, n);
            print_gaps(cli, &series, gaps, n);
        } else {
            status = tr_error_nomem(err);
        }
        tr_free(gaps);
    }
    tr_cli_series_finish(&series);
    return status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *what = cli->args.operands ? cli->args.operand[0] : "list";
    bool gaps = strcmp(what, "gaps") == 0;
    struct tr_store *store = NULL;
    enum tr_status status;

    if (!gaps && strcmp(what, "list") != 0)
        return tr_error_set(err, TR_USAGE, "data %s: not one of list, gaps", what);
    if (gaps != (cli->args.operands == 2))
        return tr_error_set(err, TR_USAGE,
                            gaps ? "data gaps: name the series: data gaps SYMBOL --timeframe TF"
                                 : "data list: takes no further word");
    status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = gaps ? list_gaps(cli, store, err) : list_series(cli, store, nothing, err);
    tr_store_close(store);
    return status;
}

static const struct tr_option options[] = {TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE};

const struct tr_command tr_command_data = {
    .name = "data",
    .synopsis = "data [list] [OPTIONS] | data gaps SYMBOL --timeframe TF [OPTIONS]",
    .summary = "what is stored: series, and the holes in them",
    .help =
        "data list shows the series, all or those of --timeframe and --exchange, with their bars and times, and the\n"
        "markets with recorded funding rates.\n"
        "data gaps lists the missing stretches of one series. Gaps are kept as gaps: indicators step over up to 24\n"
        "missing bars and start anew after more, labels never bridge one.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .max_operands = 2,
    .csv = true,
    .run = run,
};
