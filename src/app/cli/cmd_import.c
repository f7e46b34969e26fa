#include "app/cli/chain.h"
#include "app/cli/options.h"
#include "app/cli/setup.h"
#include "app/usecase/import.h"
#include "app/view/import_view.h"

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

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_import import;
    struct tr_bar_list list;
    struct tr_store *store = NULL;
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    if (status == TR_OK)
        status = tr_cli_import(cli, store, &list, &import, err);
    if (status == TR_OK)
        status = print(cli, &import, &list);
    tr_bar_list_finish(&list);
    tr_store_close(store);
    return status;
}

static const struct tr_option options[] = {TR_OPT_SYMBOL, TR_OPT_TIMEFRAME, TR_OPT_EXCHANGE, TR_OPT_STRICT};

const struct tr_command tr_command_import = {
    .name = "import",
    .synopsis = "import FILE|- [--symbol SYMBOL] [--timeframe TF] [--exchange NAME] [--strict]",
    .summary = "read candles from a file or standard input into the store",
    .help =
        "Reads CSV with a recognisable header, CryptoDataDownload and Binance Vision files, plain or gzipped; \"-\"\n"
        "reads standard input. Each row must be a sane candle on the timeframe's grid; what is not is counted by\n"
        "kind and shown with its line. The same time twice: identical rows merge, of different ones the first is\n"
        "kept and the other reported. Importing a file again changes nothing.\n"
        "\n"
        "Without --timeframe the most common step of the rows is taken. Without --symbol the file must name its\n"
        "market. The series is stored under the exchange \"file\" unless --exchange names another.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
