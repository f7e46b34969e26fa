#include "app/cli/chain.h"

#include "app/cli/file.h"
#include "app/cli/output.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/fine.h"
#include "app/usecase/funding.h"
#include "app/view/walkforward_html.h"
#include "base/alloc.h"

#include <string.h>

#define SEARCH_TAIL 0.2 /* newest part of the fit window that judges a configuration */

static enum tr_status parse_symbol(const char *text, struct tr_symbol *out, struct tr_error *err)
{
    if (tr_symbol_parse(text, out, err) == TR_OK)
        return TR_OK;
    return err->code = TR_USAGE;
}

enum tr_status tr_cli_import(struct tr_cli *cli, struct tr_format_source *source, struct tr_store *store,
                             struct tr_bar_list *list, struct tr_import *out, struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    struct tr_import_options options = {
        .file = {.path = cli->args.operand[0], .strict = tr_args_has(&cli->args, "strict"), .progress = &cli->progress},
        .source = source,
        .exchange = exchange ? exchange : "file",
        .symbol = tr_args_value(&cli->args, "symbol"),
    };
    struct tr_symbol symbol;
    enum tr_status status = tr_cli_timeframe(cli, false, &options.file.timeframe_known, &options.file.timeframe, err);

    if (status == TR_OK && options.symbol)
        status = parse_symbol(options.symbol, &symbol, err);
    return status == TR_OK ? tr_import_run(&options, store, list, out, err) : status;
}

enum tr_status tr_cli_find_series(struct tr_cli *cli, struct tr_store *store, const char *name,
                                  enum tr_timeframe timeframe, struct tr_series_info *out, struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    const char *configured = cli->config.exchange.name;
    struct tr_symbol symbol;
    enum tr_status status = parse_symbol(name, &symbol, err);

    if (status != TR_OK)
        return status;
    if (!exchange && tr_store_series_find(store, configured, symbol.text, timeframe, out, err) == TR_OK)
        return TR_OK;
    return tr_store_series_find(store, exchange, symbol.text, timeframe, out, err);
}

enum tr_status tr_cli_load_series(struct tr_cli *cli, struct tr_store *store, struct tr_cli_series *out,
                                  struct tr_error *err)
{
    enum tr_timeframe timeframe = TR_TIMEFRAME_1H;
    struct tr_series_info info;
    bool given;
    enum tr_status status = tr_cli_timeframe(cli, true, &given, &timeframe, err);

    tr_cli_series_init(out);
    if (status == TR_OK)
        status = tr_cli_find_series(cli, store, cli->args.operand[0], timeframe, &info, err);
    if (status == TR_OK)
        status = tr_store_bars_get(store, &info.key, info.first, info.last + 1, &out->list, err);
    if (status != TR_OK)
        return status;
    out->key = info.key;
    if (!out->list.n)
        return tr_error_set(err, TR_NOT_FOUND, "%s %s: no bars are stored; import some first", info.key.symbol,
                            tr_timeframe_name(timeframe));
    return tr_cli_series_view(store, out, err);
}

void tr_cli_series_init(struct tr_cli_series *series)
{
    memset(series, 0, sizeof *series);
    tr_bar_list_init(&series->list, TR_TIMEFRAME_1H);
    tr_bar_list_init(&series->fine_list, TR_TIMEFRAME_1M);
}

enum tr_status tr_cli_series_view(struct tr_store *store, struct tr_cli_series *series, struct tr_error *err)
{
    const struct tr_series_key *key = &series->key;
    enum tr_status status;

    series->bars = tr_bar_list_view(&series->list);
    status = tr_fine_load(store, key, &series->bars, &series->fine_list, &series->fine, err);
    if (status != TR_OK || !series->bars.n)
        return status;
    return tr_funding_load(store, key->exchange, key->symbol, series->bars.time[0],
                           series->bars.time[series->bars.n - 1] + tr_timeframe_ms(key->timeframe),
                           &series->funding_time, &series->funding_rate, &series->n_funding, err);
}

void tr_cli_series_lend(const struct tr_cli_series *series, struct tr_recipe *recipe)
{
    recipe->fine = series->fine;
    recipe->funding.n = series->n_funding;
    recipe->funding.time = series->funding_time;
    recipe->funding.rate = series->funding_rate;
}

void tr_cli_series_finish(struct tr_cli_series *series)
{
    tr_free(series->funding_rate);
    tr_free(series->funding_time);
    tr_bar_list_finish(&series->fine_list);
    tr_bar_list_finish(&series->list);
}

enum tr_status tr_cli_chain_open(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err)
{
    const char *html = tr_args_value(&cli->args, "html");
    enum tr_status status;

    memset(chain, 0, sizeof *chain);
    tr_cli_series_init(&chain->series);
    status = html ? tr_cli_output_check(cli, html, err) : TR_OK;
    if (status == TR_OK)
        status = tr_cli_open_trainer(cli, err);
    if (status == TR_OK)
        status = tr_cli_make_recipe(cli, &chain->recipe, err);
    if (status == TR_OK)
        status = tr_cli_make_pool(cli, &chain->pool, err);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &chain->store, err);
    return status;
}

enum tr_status tr_cli_chain_load(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err)
{
    enum tr_status status = tr_cli_chain_open(cli, chain, err);

    if (status == TR_OK && cli->args.operands)
        status = tr_cli_load_series(cli, chain->store, &chain->series, err);
    return status;
}

static void note_resumed(const struct tr_cli *cli, size_t fits)
{
    if (fits)
        tr_cli_note(cli, "%zu %s resumed: an earlier run, which was stopped, had finished as many", fits,
                    fits == 1 ? "fit was" : "fits were");
}

static struct tr_world world_of(struct tr_cli *cli, const struct tr_cli_chain *chain)
{
    return (struct tr_world){
        .store = chain->store, .pool = chain->pool, .progress = &cli->progress, .now = cli->world->now()};
}

enum tr_status tr_cli_search_options(struct tr_cli *cli, const struct tr_recipe *recipe, struct tr_search_options *out,
                                     struct tr_error *err)
{
    const char *method = tr_args_value(&cli->args, "method");
    enum tr_status status = TR_OK;

    *out = (struct tr_search_options){.method = TR_SEARCH_GRID, .tail_share = SEARCH_TAIL};
    if (method && strcmp(method, "grid") != 0 && strcmp(method, "halving") != 0)
        return tr_error_set(err, TR_USAGE, "--method %s: not one of grid, halving", method);
    if (method && method[0] == 'h')
        out->method = TR_SEARCH_HALVING;
    for (size_t i = 0; i < cli->args.given && status == TR_OK; i++) {
        if (strcmp(cli->args.option[i].option->name, "param") == 0)
            status = tr_search_space_add(&out->space, cli->args.option[i].value, err);
    }
    if (status == TR_OK && !out->space.n)
        tr_search_space_defaults(&out->space, recipe);
    return status == TR_OK ? tr_search_space_check(&out->space, recipe, err) : status;
}

enum tr_status tr_cli_chain_search(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_search *search,
                                   struct tr_error *err)
{
    struct tr_world world = world_of(cli, chain);
    struct tr_search_options options;
    struct tr_run *run = &chain->run;
    enum tr_status status = tr_cli_search_options(cli, &chain->recipe, &options, err);

    memset(search, 0, sizeof *search);
    tr_cli_series_lend(&chain->series, &chain->recipe);
    if (status == TR_OK)
        status = tr_run_prepare(&chain->series.key, &chain->series.bars, &chain->recipe, run, err);
    if (status == TR_OK)
        status = tr_search_run(&run->study, &run->recipe, &options, &run->key, &world, search, err);
    if (status != TR_OK)
        return status;
    note_resumed(cli, search->resumed);
    run->wf = search->wf;
    run->luck = search->luck;
    memcpy(run->config, search->config, sizeof run->config);
    memset(&search->wf, 0, sizeof search->wf);
    memset(&search->luck, 0, sizeof search->luck);
    return TR_OK;
}

enum tr_status tr_cli_chain_run(struct tr_cli *cli, struct tr_cli_chain *chain, bool keep_signals, struct tr_error *err)
{
    struct tr_world world = world_of(cli, chain);
    enum tr_status status;

    world.keep_signals = keep_signals;
    tr_cli_series_lend(&chain->series, &chain->recipe);
    status = tr_run_series(&chain->series.key, &chain->series.bars, &chain->recipe, &world, &chain->run, err);
    if (status == TR_OK)
        note_resumed(cli, chain->run.wf.walk.resumed);
    return status;
}

enum tr_status tr_cli_chain_report(struct tr_cli *cli, const struct tr_cli_chain *chain, struct tr_error *err)
{
    const char *path = tr_args_value(&cli->args, "html");
    struct tr_buf page;
    enum tr_status status;

    if (!path)
        return TR_OK;
    tr_buf_init(&page);
    tr_view_walkforward_html(&chain->run, &page);
    status = tr_cli_file_write(path, &page, err);
    tr_buf_finish(&page);
    if (status == TR_OK && !cli->json)
        tr_buf_printf(&cli->out, "\nReport written to %s\n", path);
    return status;
}

void tr_cli_chain_finish(struct tr_cli_chain *chain)
{
    tr_run_finish(&chain->run);
    tr_cli_series_finish(&chain->series);
    tr_store_close(chain->store);
    tr_pool_destroy(chain->pool);
}
