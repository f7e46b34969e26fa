/* All settings: one typed table says key, type, default, unit, range and help of each; file, environment and command
 * line write into one plain struct. */
#ifndef TR_CONFIG_CONFIG_H
#define TR_CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_CONFIG_TEXT 256
#define TR_CONFIG_PARAMS 32

enum tr_config_label { TR_CONFIG_TRIPLE_BARRIER, TR_CONFIG_LADDER };
enum tr_config_exit_model { TR_CONFIG_PER_EXIT_FULL, TR_CONFIG_WEIGHTED };
enum tr_config_profile { TR_CONFIG_CONSERVATIVE, TR_CONFIG_MODERATE, TR_CONFIG_AGGRESSIVE };

/* A parameter handed to a library under the library's own name. */
struct tr_config_param {
    char name[48], value[48];
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
    } cost;
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
        bool xgboost;                                           /* model.xgboost.enabled: true */
        int64_t xgboost_rounds;                                 /* model.xgboost.rounds: 200 */
        struct tr_config_param xgboost_param[TR_CONFIG_PARAMS]; /* model.xgboost.params: {"max_depth": 4, ...} on top of
                                                                   the defaults */
        size_t xgboost_params;
    } model;
    struct {
        int64_t rows;                /* 2000 */
        double delta, min_effective; /* 0.1, 50 */
        int64_t draws;               /* 1000 bootstrap draws */
    } calibration;
    struct {
        double train_days, purge_days, embargo_days;   /* 180, 2, 1 */
        double test_days, advance_days, min_last_days; /* 30, 30, 7 */
        int64_t min_train_bars;                        /* 2000 */
        bool exact_days;                               /* false */
        double fit_share;                              /* 0.8 */
        int64_t max_folds;                             /* 0 = all; else only the newest so many */
    } walkforward;
};

/* Where the last value of a setting came from, for `config show`. */
enum tr_config_source { TR_CONFIG_DEFAULT, TR_CONFIG_FILE, TR_CONFIG_ENVIRONMENT, TR_CONFIG_OPTION };

void tr_config_defaults(struct tr_config *config);

/* A JSON file with // and block comments and trailing commas. Errors are one line "file:line: key ...: value X is not
 * allowed: allowed range; default". Unknown keys, wrong types and values out of range are TR_INVALID and name the
 * nearest known key. "$schema" is ignored. On error the config is as before. */
enum tr_status tr_config_load_file(struct tr_config *config, const char *path, struct tr_error *err) TR_MUST_CHECK;
/* The same from memory; `name` stands for the file in messages. */
enum tr_status tr_config_load_text(struct tr_config *config, const char *name, const char *text, size_t len,
                                   struct tr_error *err) TR_MUST_CHECK;

/* "walkforward.train_days", "90": as command line --set and environment write it. Arrays as "1,2,3" or JSON text,
 * model.xgboost.params as JSON text (replaces all of them) or one by one: "model.xgboost.params.max_depth", "4". On
 * error the config is as before. */
enum tr_status tr_config_set(struct tr_config *config, const char *key, const char *value, enum tr_config_source source,
                             struct tr_error *err) TR_MUST_CHECK;

/* All TRADERAI__SECTION__KEY of an environment (NULL-terminated "NAME=value" strings, as environ); other variables are
 * ignored, unknown keys of ours are errors naming the variable. */
enum tr_status tr_config_load_environment(struct tr_config *config, const char *const *environment,
                                          struct tr_error *err) TR_MUST_CHECK;

/* Rules over several settings (targets rising, fractions summing to one ...): one error line for the first broken one.
 */
enum tr_status tr_config_check(const struct tr_config *config, struct tr_error *err) TR_MUST_CHECK;

/* Every setting as JSON in the file's own shape (what `config show --json` prints). */
void tr_config_write_json(const struct tr_config *config, int indent, struct tr_buf *out);
/* Table: key, value, default, unit, help; one line each. */
void tr_config_write_table(const struct tr_config *config, struct tr_buf *out);
/* JSON Schema (draft 2020-12) of the file. */
void tr_config_write_schema(struct tr_buf *out);

#endif
