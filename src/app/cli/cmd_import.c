#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/setup.h"
#include "app/usecase/import.h"
#include "app/usecase/import_funding.h"
#include "app/view/funding_view.h"
#include "app/view/import_view.h"
#include "io/format/source.h"

static enum tr_status print(struct tr_cli *cli, const struct tr_import *import, const struct tr_bar_list *list)
{
    struct tr_bars bars = tr_bar_list_view(list);
    struct tr_json json;

    if (!cli->json) {
        tr_view_import_text(import, &bars, &cli->out);
        return TR_OK;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_import_json(import, &bars, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
    return TR_OK;
}

static enum tr_status import_bars(struct tr_cli *cli, struct tr_format_source *source, struct tr_store *store,
                                  struct tr_error *err)
{
    struct tr_import import;
    struct tr_bar_list list;
    enum tr_status status;

    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    status = tr_cli_import(cli, source, store, &list, &import, err);
    if (status == TR_OK)
        status = print(cli, &import, &list);
    tr_bar_list_finish(&list);
    return status;
}

static void print_funding(struct tr_cli *cli, const struct tr_import_funding *import)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_import_funding_text(import, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_import_funding_json(import, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status import_funding(struct tr_cli *cli, struct tr_format_source *source, struct tr_store *store,
                                     struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange"), *name = tr_args_value(&cli->args, "symbol");
    struct tr_import_funding_options options = {
        .source = source,
        .file = {.path = cli->args.operand[0], .strict = tr_args_has(&cli->args, "strict"), .progress = &cli->progress},
        .exchange = exchange ? exchange : "file",
        .symbol = name,
    };
    struct tr_import_funding import;
    struct tr_symbol symbol;
    enum tr_status status;

    if (tr_args_has(&cli->args, "timeframe"))
        return tr_error_set(err, TR_USAGE, "--timeframe: %s holds funding rates, which have none",
                            cli->args.operand[0]);
    if (name && tr_symbol_parse(name, &symbol, err) != TR_OK)
        return err->code = TR_USAGE;
    status = tr_import_funding_run(&options, store, &import, err);
    if (status == TR_OK)
        print_funding(cli, &import);
    return status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_format_source *source = NULL;
    struct tr_store *store = NULL;
    bool funding = false;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_import_open(cli->args.operand[0], &source, &funding, err);
    if (status == TR_OK)
        status = funding ? import_funding(cli, source, store, err) : import_bars(cli, source, store, err);
    tr_format_source_close(source);
    tr_store_close(store);
    return status;
}

static const struct tr_option options[] = {TR_OPT_SYMBOL, TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE, TR_OPT_STRICT};

const struct tr_command tr_command_import = {
    .name = "import",
    .synopsis = "import FILE|- [--symbol SYMBOL] [--timeframe TF] [--exchange NAME] [--strict]",
    .summary = "read candles or funding rates from a file or standard input into the store",
    .help =
        "Reads CSV with a recognisable header, CryptoDataDownload and Binance Vision files, plain or gzipped; \"-\"\n"
        "reads standard input. Each row must be a sane candle on the timeframe's grid; what is not is counted by\n"
        "kind and shown with its line. The same time twice: identical rows merge, of different ones the first is\n"
        "kept and the other reported. Importing a file again changes nothing.\n"
        "\n"
        "Without --timeframe the most common step of the rows is taken. Without --symbol the file must name its\n"
        "market. The series is stored under the exchange \"file\" unless --exchange names another.\n"
        "\n"
        "A file whose header is one of funding rates (timestamp_ms,funding_rate; fundingTime, calc_time, rate and the\n"
        "like are understood too) is stored as the funding of its market: from then on all that is computed on\n"
        "series of the same exchange and symbol is charged these rates, and the default only where none is recorded.\n"
        "Rates are fractions per settlement, at most 0.05 either way; stamps are rounded to the second.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
