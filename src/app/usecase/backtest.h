/* A backtest: entries over history through one account, with everything a reader needs to believe the figures. */
#ifndef TR_USECASE_BACKTEST_H
#define TR_USECASE_BACKTEST_H

#include "app/usecase/run.h"
#include "engine/backtest/account.h"
#include "engine/backtest/measure.h"
#include "engine/feature/causal.h"
#include "io/format/entries_file.h"
#include "io/store/runs.h"

#define TR_BACKTEST_SERIES 64

enum tr_backtest_source {
    TR_BACKTEST_WALKFORWARD, /* signals of models that never saw the bar, made here */
    TR_BACKTEST_STORED,      /* signals in the store */
    TR_BACKTEST_FILE
};

/* Which reading of ambiguous bars the figures are of; the two bounds are always there beside it. */
enum tr_backtest_intrabar { TR_BACKTEST_PESSIMISTIC, TR_BACKTEST_OPTIMISTIC, TR_BACKTEST_DETAIL };

struct tr_backtest_options {
    enum tr_backtest_source source;
    enum tr_signal_origin origin; /* of stored signals */
    bool proven_only;
    const char *entries; /* path of the file */
    bool strict;         /* the first refused row of it is an error */
    tr_time_ms from, to; /* tested span, decisions in [from, to); 0 = as the data and models allow */
    enum tr_backtest_intrabar intrabar;
    struct tr_account_options account; /* from, to, intrabar, horizon are set from the rest */
    size_t draws;                      /* of the bootstraps */
    const char *label;                 /* "" = none */
};

struct tr_backtest_series {
    struct tr_series_key key;
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_funding funding; /* recorded rates of the market, where the store has any */
    tr_time_ms *funding_time;  /* owned, as the next */
    double *funding_rate;
    struct tr_bar_list fine_list; /* what realized_vol is made of; read for walk-forward entries only */
    struct tr_bars fine;
    double *atr;        /* [bars.n] ATR(14); owned */
    struct tr_run *run; /* the walk-forward behind its entries; NULL for other sources; owned */
    size_t entries;
    double market_change; /* last close over first open of the tested span, less 1; NaN without bars in it */
    enum tr_timeframe detail_timeframe; /* of the finer bars, where there are any */
    bool has_detail;
    char detail_read[TR_HASH_TEXT];      /* hash of the finer bars that were looked at; "" = none */
    size_t detail_asked, detail_lacking; /* ambiguous bars asked for; those without whole finer bars of their prices */
    struct tr_lookahead lookahead;       /* of the columns its entries rest on */
    struct tr_recursive recursive;
};

/* One reading of the ambiguous bars. */
struct tr_backtest_bound {
    size_t trades, ambiguous;
    double net_usd, total_return, max_drawdown, win_rate, profit_factor, hit_rate_tp1;
};

struct tr_backtest {
    struct tr_backtest_options options;
    struct tr_recipe recipe; /* ladder, costs, gate; what walk-forward models are made by */
    enum tr_timeframe timeframe;
    size_t n_series;
    struct tr_backtest_series *series; /* [n_series]; owned, as all below */
    struct tr_entries_report file;     /* of TR_BACKTEST_FILE */
    struct tr_account_entry *entries;  /* [n_entries] */
    size_t n_entries;
    tr_time_ms from, to;       /* as tested */
    struct tr_account account; /* of the chosen reading */
    struct tr_backtest_measures measures;
    struct tr_backtest_bound pessimistic, optimistic;
    double market_change; /* mean over the series */
    /* Luck: trials of the ledger on the series with the most of them. */
    bool counted;
    size_t trials;
    double expected_max, deflated;
    size_t
        variants; /* stored runs of the same series and entries over days shared with this one, this one among them */
    size_t passed_over; /* such runs that are charged or read otherwise, or cover other days */
    size_t pbo_days;
    double pbo; /* NaN with fewer than two variants or too few days */
    char id[TR_RUN_ID];
    char config[TR_HASH_TEXT];
    char sourced[TR_HASH_TEXT]; /* of a file: the hash of all rows that could be read, whatever the tested time */
};

/* keys [n]: stored series of one timeframe, each once. recipe: as configured, not yet fitted to the timeframe. world: a
 * store is needed. With world->keep_signals nothing is different: a backtest stores no signals; the caller stores the
 * run (tr_backtest_keep). Errors: TR_INVALID, TR_NOT_FOUND (no bars, no entries file), those of the parts. No entries
 * and no trades are values. Finish with tr_backtest_finish, also after an error. */
enum tr_status tr_backtest_run(const struct tr_series_key *keys, size_t n, const struct tr_recipe *recipe,
                               const struct tr_backtest_options *options, const struct tr_world *world,
                               struct tr_backtest *out, struct tr_error *err) TR_MUST_CHECK;
void tr_backtest_finish(struct tr_backtest *backtest);

#endif
