/* The series a verb works on, and the chain that train, walkforward, signals and run share. */
#ifndef TR_CLI_CHAIN_H
#define TR_CLI_CHAIN_H

#include "app/cli/command.h"
#include "app/usecase/import.h"
#include "app/usecase/run.h"
#include "app/usecase/search.h"
#include "base/pool.h"

/* Reads operand 0 as a file of candles (with --symbol, --timeframe, --exchange, --strict) into list and, where store is
 * not NULL, into the store. source: that file, opened already, or NULL. list: initialised. */
enum tr_status tr_cli_import(struct tr_cli *cli, struct tr_format_source *source, struct tr_store *store,
                             struct tr_bar_list *list, struct tr_import *out, struct tr_error *err) TR_MUST_CHECK;

/* The series a verb works on, bars loaded. */
struct tr_cli_series {
    struct tr_series_key key;
    struct tr_bar_list list, fine_list;
    struct tr_bars bars;
    struct tr_bars fine;      /* 1m or 5m bars of the same market, where they are stored */
    tr_time_ms *funding_time; /* [n_funding], owned: settlements recorded of that market ... */
    double *funding_rate;     /* [n_funding], owned: ... and their rates */
    size_t n_funding;
};

/* Empty; finish with tr_cli_series_finish. */
void tr_cli_series_init(struct tr_cli_series *series);
/* The stored series that a symbol, in any form, means: under --exchange, else the configured one where it has the
 * series, else the only one that has. TR_NOT_FOUND names what is stored. */
enum tr_status tr_cli_find_series(struct tr_cli *cli, struct tr_store *store, const char *name,
                                  enum tr_timeframe timeframe, struct tr_series_info *out,
                                  struct tr_error *err) TR_MUST_CHECK;

/* Operand 0 as SYMBOL, --timeframe, --exchange, read from the store. TR_NOT_FOUND names what is stored. Finish with
 * tr_cli_series_finish, also after an error. */
enum tr_status tr_cli_load_series(struct tr_cli *cli, struct tr_store *store, struct tr_cli_series *out,
                                  struct tr_error *err) TR_MUST_CHECK;
/* Views on the bars read into series->list, and what is stored beside them: the finer series, recorded funding. */
enum tr_status tr_cli_series_view(struct tr_store *store, struct tr_cli_series *series,
                                  struct tr_error *err) TR_MUST_CHECK;
/* What the recipe computes with is then what is stored beside the series; borrowed until it is finished. */
void tr_cli_series_lend(const struct tr_cli_series *series, struct tr_recipe *recipe);
void tr_cli_series_finish(struct tr_cli_series *series);

/* Store, pool, recipe, series and the chain in one: what train, walkforward, signals and run SYMBOL share. */
struct tr_cli_chain {
    struct tr_store *store;
    struct tr_pool *pool;
    struct tr_recipe recipe;
    struct tr_cli_series series;
    struct tr_run run;
};

/* Opens store, pool and recipe; no series yet. What --html names is looked at first. Finish with tr_cli_chain_finish,
 * also after an error. */
enum tr_status tr_cli_chain_open(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err) TR_MUST_CHECK;
/* Opens, and loads the series that operand 0 names, where there is one. */
enum tr_status tr_cli_chain_load(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err) TR_MUST_CHECK;
/* Runs it on the loaded series; keep_signals: store signals and refusals. */
enum tr_status tr_cli_chain_run(struct tr_cli *cli, struct tr_cli_chain *chain, bool keep_signals,
                                struct tr_error *err) TR_MUST_CHECK;
/* --html: the report of the run is written; the table form says where. Nothing without the option. */
enum tr_status tr_cli_chain_report(struct tr_cli *cli, const struct tr_cli_chain *chain,
                                   struct tr_error *err) TR_MUST_CHECK;
/* --param and --method as they stand in the options. */
enum tr_status tr_cli_search_options(struct tr_cli *cli, const struct tr_recipe *recipe, struct tr_search_options *out,
                                     struct tr_error *err) TR_MUST_CHECK;
/* A parameter search on the loaded series: chain->run then holds the nested result, search the rest of it. Finish
 * search with tr_search_finish, also after an error. */
enum tr_status tr_cli_chain_search(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_search *search,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_cli_chain_finish(struct tr_cli_chain *chain);

#endif
