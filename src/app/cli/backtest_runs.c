#include "app/cli/backtest.h"
#include "app/cli/setup.h"
#include "app/usecase/backtest_compare.h"
#include "app/view/runs_view.h"
#include "base/alloc.h"
#include "io/format/source.h"
#include "io/store/models.h"
#include "io/store/runs.h"

#include <string.h>

#define MOST_BYTES ((size_t)1 << 30) /* of a report in a file */

static void end_json(struct tr_cli *cli, struct tr_json *json)
{
    tr_json_object_end(json);
    tr_buf_char(&cli->out, '\n');
}

static void begin_json(struct tr_cli *cli, struct tr_json *json)
{
    tr_json_init(json, &cli->out, 2);
    tr_json_object(json, NULL);
}

static enum tr_status run_list(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_backtest_row *rows = NULL;
    struct tr_store *store = NULL;
    struct tr_json json;
    size_t n = 0;
    long limit;
    enum tr_status status = tr_args_int(&cli->args, "limit", 1, 1000000, 50, &limit, err);

    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_store_run_list(store, (size_t)limit, &rows, &n, err);
    if (status == TR_OK && cli->json) {
        begin_json(cli, &json);
        tr_view_runs_json(rows, n, &json);
        end_json(cli, &json);
    } else if (status == TR_OK && cli->csv) {
        tr_view_runs_csv(rows, n, &cli->out);
    } else if (status == TR_OK && n) {
        tr_view_runs_text(rows, n, &cli->out);
    } else if (status == TR_OK) {
        tr_buf_text(&cli->out, "No backtest was run yet. Run one: traderai backtest SYMBOL --timeframe TF\n");
    }
    *nothing = status == TR_OK && !n;
    tr_free(rows);
    tr_store_close(store);
    return status;
}

/* The report is shown as it was kept: JSON in either form of output. */
static enum tr_status run_show(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_backtest_row row;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_store_run_find(store, cli->args.operand[1], &row, err);
    if (status == TR_OK)
        status = tr_store_blob_get(store, row.report, &cli->out, err);
    tr_store_close(store);
    return status;
}

static enum tr_status run_remove(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_backtest_row row;
    struct tr_json json;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_store_run_find(store, cli->args.operand[1], &row, err);
    if (status == TR_OK)
        status = tr_store_run_remove(store, row.id, err);
    if (status == TR_OK && cli->json) {
        begin_json(cli, &json);
        tr_json_string(&json, "removed", row.id);
        end_json(cli, &json);
    } else if (status == TR_OK) {
        tr_buf_printf(&cli->out, "Removed %s and its report. Its trial stays counted.\n", row.id);
    }
    tr_store_close(store);
    return status;
}

static enum tr_status read_file(const char *path, struct tr_buf *out, struct tr_error *err)
{
    struct tr_format_source *source = NULL;
    char block[65536];
    size_t got = 1;
    enum tr_status status = tr_format_source_open(path, &source, err);

    while (status == TR_OK && got) {
        status = tr_format_source_read(source, block, sizeof block, &got, err);
        if (status == TR_OK)
            tr_buf_add(out, block, got);
        if (status == TR_OK && out->len > MOST_BYTES)
            status = tr_error_set(err, TR_INVALID, "larger than any report");
    }
    tr_format_source_close(source);
    return status == TR_OK ? tr_buf_status(out, err) : tr_error_prepend(err, "%s", path);
}

static enum tr_status run_compare(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_backtest_comparison comparison;
    struct tr_store *store = NULL;
    struct tr_json json;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    memset(&comparison, 0, sizeof comparison);
    if (status == TR_OK)
        status = tr_backtest_compare(cli->args.operand + 1, cli->args.operands - 1, read_file, store,
                                     (uint64_t)cli->config.run.seed, &comparison, err);
    if (status == TR_OK && cli->json) {
        begin_json(cli, &json);
        tr_view_comparison_json(&comparison, &json);
        end_json(cli, &json);
    } else if (status == TR_OK) {
        tr_view_comparison_text(&comparison, &cli->out);
    }
    tr_backtest_comparison_finish(&comparison);
    tr_store_close(store);
    return status;
}

static const char *const of_list[] = {"limit", NULL};
static const char *const nothing_more[] = {NULL};

const struct tr_backtest_verb tr_backtest_verb_list = {
    .name = "list", .usage = "[--limit N]", .takes = of_list, .csv = true, .run = run_list};

const struct tr_backtest_verb tr_backtest_verb_show = {
    .name = "show", .usage = "ID", .min_operands = 1, .max_operands = 1, .takes = nothing_more, .run = run_show};

const struct tr_backtest_verb tr_backtest_verb_remove = {
    .name = "remove", .usage = "ID", .min_operands = 1, .max_operands = 1, .takes = nothing_more, .run = run_remove};

const struct tr_backtest_verb tr_backtest_verb_compare = {.name = "compare",
                                                          .usage = "A B [C...]",
                                                          .min_operands = 2,
                                                          .max_operands = TR_BACKTEST_COMPARED,
                                                          .takes = nothing_more,
                                                          .run = run_compare};
