/* What the settings are read into: one plain struct, its members named after the keys. Defaults stand beside them; the
 * table (table.h) is what sets them, and holds ranges and meaning. */
#ifndef TR_CONFIG_SETTINGS_H
#define TR_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_CONFIG_TEXT 256
#define TR_CONFIG_PARAMS 32

enum tr_config_label { TR_CONFIG_TRIPLE_BARRIER, TR_CONFIG_LADDER };
enum tr_config_exit_model { TR_CONFIG_PER_EXIT_FULL, TR_CONFIG_WEIGHTED };
enum tr_config_slippage { TR_CONFIG_SLIPPAGE_FRACTION, TR_CONFIG_SLIPPAGE_RANGE };
enum tr_config_intrabar { TR_CONFIG_PESSIMISTIC, TR_CONFIG_OPTIMISTIC, TR_CONFIG_DETAIL };
enum tr_config_entry { TR_CONFIG_ENTRY_MARKET, TR_CONFIG_ENTRY_LIMIT };
enum tr_config_profile { TR_CONFIG_CONSERVATIVE, TR_CONFIG_MODERATE, TR_CONFIG_AGGRESSIVE };
enum tr_config_engine { TR_CONFIG_NATIVE, TR_CONFIG_LIBRARY };
enum tr_config_conformal {
    TR_CONFIG_CONFORMAL_OFF,
    TR_CONFIG_CONFORMAL_MARGINAL,
    TR_CONFIG_CONFORMAL_CLASS,
    TR_CONFIG_CONFORMAL_REGIME
};
enum tr_config_drift_rule { TR_CONFIG_DRIFT_NOISE, TR_CONFIG_DRIFT_SEED };

/* A parameter handed to a library under the library's own name. */
struct tr_config_param {
    char name[48], value[48];
};

/* {"max_depth": 4, ...}, on top of the defaults; names are unique, in the order they came. */
struct tr_config_params {
    size_t n;
    struct tr_config_param item[TR_CONFIG_PARAMS];
};

struct tr_config {
    struct {
        char name[32];
    } exchange; /* exchange.name: sandbox */
    struct {
        char path[TR_CONFIG_TEXT];
    } database; /* database.path: "" = <home>/traderai.db */
    struct {
        int64_t threads;
        int64_t seed;
    } run; /* run.threads 0 = one a core; run.seed 1 */
    struct {
        double min_share;
    } features; /* 0.8 */
    struct {
        enum tr_config_label kind; /* triple_barrier | ladder */
        double take_profit, stop;  /* 0.02, 0.01 fractions */
        int64_t horizon_bars;      /* 24 */
    } label;
    struct {
        double stop_atr, target_atr[3], fraction[3], trail_atr, horizon_hours; /* 1.5; 1 2 3; .3 .4 .3; 1.5; 48 */
    } ladder;
    struct {
        double maker, taker, slippage;                 /* 0.0002 0.0006 0.0005 */
        enum tr_config_exit_model exit_model;          /* per_exit_full | weighted */
        bool credit_funding;                           /* false */
        double holding_hours;                          /* 24 */
        double funding_default, funding_default_hours; /* 0.0001 every 8 h where none is recorded */
        enum tr_config_slippage slippage_model;        /* fraction | range */
        double slippage_range;                         /* 0.1 */
        char fee_tiers[TR_CONFIG_TEXT];                /* "" = maker and taker at any turnover */
    } cost;
    struct {
        double price_step, size_step, min_size, min_notional_usd, max_leverage; /* 0 = no such limit */
    } market;
    struct {
        enum tr_config_intrabar intrabar; /* pessimistic | optimistic | detail */
        enum tr_config_entry entry;       /* market | limit */
        bool compound;                    /* true */
        double leverage;                  /* 0 = as sized */
        int64_t max_open;                 /* 0 = no limit, as the next two */
        double max_side_exposure, max_correlated_exposure;
        double correlation;       /* 0.7 */
        int64_t correlation_bars; /* 168 */
        int64_t draws;            /* 1000 bootstrap draws */
    } backtest;
    struct {
        double capital_usd;             /* 10000 */
        enum tr_config_profile profile; /* moderate */
        double per_trade[3];            /* 0.01 0.02 0.03 */
        double max_leverage[3];         /* 3 5 10 */
        double maintenance;             /* 0.005 */
    } risk;
    struct {
        double min_confidence;         /* 0.55 */
        double min_net_profit_pct;     /* 2: may be raised, never lowered below 2 */
        double min_expected_value_pct; /* null = gate off (NaN here) */
    } signal;
    struct {
        bool early_stopping;                     /* false */
        int64_t patience, min_rounds;            /* 50, 50 */
        double tail_share;                       /* 0.15 of the fit window */
        bool lightgbm;                           /* model.lightgbm.enabled: true */
        int64_t lightgbm_rounds;                 /* model.lightgbm.rounds: 200 */
        struct tr_config_params lightgbm_params; /* model.lightgbm.params: {} */
        enum tr_config_engine lightgbm_engine;   /* model.lightgbm.engine: native | library */
        char lightgbm_path[TR_CONFIG_TEXT];      /* model.lightgbm.path: "" */
        bool xgboost;                            /* model.xgboost.enabled: true */
        int64_t xgboost_rounds;                  /* model.xgboost.rounds: 200 */
        struct tr_config_params xgboost_params;  /* model.xgboost.params: {} */
    } model;
    struct {
        int64_t rows;                       /* 2000 */
        double delta, min_effective;        /* 0.1, 50 */
        int64_t draws;                      /* 1000 bootstrap draws */
        enum tr_config_conformal conformal; /* off | marginal | class (default) | regime */
        double conformal_alpha;             /* 0.1 */
    } calibration;
    struct {
        double train_days, purge_days, embargo_days;   /* 180, 2, 1 */
        double test_days, advance_days, min_last_days; /* 30, 30, 7 */
        int64_t min_train_bars;                        /* 2000 */
        bool exact_days;                               /* false */
        double fit_share;                              /* 0.8 */
        int64_t max_folds;                             /* 0 = all; else only the newest so many */
    } walkforward;
    struct {
        enum tr_config_drift_rule rule; /* noise | seed */
        double psi, ks;                 /* 0.15, 0.1 */
        double importance_share;        /* 0.3 */
        double min_days;                /* 30 */
        int64_t min_bars;               /* 400 */
    } drift;
};

#endif
