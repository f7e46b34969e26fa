#include "app/config/table.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct tr_config, member)
#define TEXT(key_, member, default_, help_)                                                                            \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_TEXT, .offset = AT(member), .size = sizeof((struct tr_config *)0)->member,     \
        .text = default_, .unit = "", .help = help_                                                                    \
    }
#define BOOL(key_, member, default_, help_)                                                                            \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_BOOL, .offset = AT(member), .number = {default_}, .unit = "", .help = help_    \
    }
#define INTEGER(key_, member, default_, min_, max_, unit_, help_)                                                      \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_INTEGER, .offset = AT(member), .count = 1, .number = {default_}, .min = min_,  \
        .max = max_, .unit = unit_, .help = help_                                                                      \
    }
#define NUMBER(key_, member, default_, min_, max_, unit_, help_)                                                       \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_NUMBER, .offset = AT(member), .count = 1, .number = {default_}, .min = min_,   \
        .max = max_, .unit = unit_, .help = help_                                                                      \
    }
#define NUMBERS(key_, member, a, b, c, min_, max_, unit_, help_)                                                       \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_NUMBER, .offset = AT(member), .count = TR_SETTING_ARRAY, .number = {a, b, c},  \
        .min = min_, .max = max_, .unit = unit_, .help = help_                                                         \
    }
#define CHOICE(key_, member, default_, choices_, help_)                                                                \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_CHOICE, .offset = AT(member), .number = {default_}, .choices = choices_,       \
        .unit = "", .help = help_                                                                                      \
    }

#define PARAMS(key_, member, help_)                                                                                    \
    {                                                                                                                  \
        .key = key_, .kind = TR_SETTING_PARAMS, .offset = AT(member), .unit = "", .help = help_                        \
    }

#define LARGEST_EXACT 9007199254740991.0 /* 2^53 - 1: up to here JSON's numbers are exact everywhere */
#define SMALLEST_STEP 0.0001             /* "above 0" for fractions */

static const char *const label_kinds[] = {"triple_barrier", "ladder", NULL};
static const char *const exit_models[] = {"per_exit_full", "weighted", NULL};
static const char *const slippage_models[] = {"fraction", "range", NULL};
static const char *const intrabar_readings[] = {"pessimistic", "optimistic", "detail", NULL};
static const char *const entry_kinds[] = {"market", "limit", NULL};
static const char *const profiles[] = {"conservative", "moderate", "aggressive", NULL};
static const char *const engines[] = {"native", "library", NULL};
static const char *const conformal_sets[] = {"off", "marginal", "class", "regime", NULL};
static const char *const drift_rules[] = {"noise", "seed", NULL};

/* clang-format off */
const struct tr_setting tr_settings[] = {
    TEXT("exchange.name", exchange.name, "sandbox",
         "exchange whose series is meant where a symbol is stored under several and none is named"),

    TEXT("database.path", database.path, "", "SQLite file; empty = traderai.db in the home folder"),

    INTEGER("run.threads", run.threads, 0, 0, 256, "threads", "threads for computing; 0 = one a core"),
    INTEGER("run.seed", run.seed, 1, 0, LARGEST_EXACT, "", "same data, settings and seed give the same result"),

    NUMBER("features.min_share", features.min_share, 0.8, 0, 1, "fraction",
           "share of values a recorded column needs in each tenth of a training window"),

    CHOICE("label.kind", label.kind, TR_CONFIG_TRIPLE_BARRIER, label_kinds, "what models learn to predict"),
    NUMBER("label.take_profit", label.take_profit, 0.02, SMALLEST_STEP, 0.99, "fraction",
           "distance of the triple barrier's take-profit"),
    NUMBER("label.stop", label.stop, 0.01, SMALLEST_STEP, 0.99, "fraction", "distance of the triple barrier's stop"),
    INTEGER("label.horizon_bars", label.horizon_bars, 24, 1, 255, "bars", "the triple barrier's time limit"),

    NUMBER("ladder.stop_atr", ladder.stop_atr, 1.5, 0.01, 100, "ATR", "distance of a signal's stop from its entry"),
    NUMBERS("ladder.target_atr", ladder.target_atr, 1, 2, 3, 0.01, 100, "ATR",
            "distances of the three targets, rising"),
    NUMBERS("ladder.fraction", ladder.fraction, 0.3, 0.4, 0.3, SMALLEST_STEP, 0.9999, "fraction",
            "parts of the position that leave at the targets; together 1"),
    NUMBER("ladder.trail_atr", ladder.trail_atr, 1.5, 0, 100, "ATR",
           "distance of the stop that follows the price after the first target; 0 = it stays"),
    NUMBER("ladder.horizon_hours", ladder.horizon_hours, 48, 0.01, 1000, "hours", "when what is open is closed"),

    NUMBER("cost.maker", cost.maker, 0.0002, -0.01, 0.1, "fraction", "fee of a resting order; negative = rebate"),
    NUMBER("cost.taker", cost.taker, 0.0006, 0, 0.1, "fraction", "fee of an order at market"),
    NUMBER("cost.slippage", cost.slippage, 0.0005, 0, 0.1, "fraction", "price lost by an order at market"),
    CHOICE("cost.exit_model", cost.exit_model, TR_CONFIG_PER_EXIT_FULL, exit_models,
           "whether each exit is charged on the whole position or on its own part"),
    BOOL("cost.credit_funding", cost.credit_funding, 0, "count funding that would be received"),
    NUMBER("cost.holding_hours", cost.holding_hours, 24, 0, 1000, "hours", "expected holding time, for funding"),
    NUMBER("cost.funding_default", cost.funding_default, 0.0001, -0.05, 0.05, "fraction",
           "funding rate where none is recorded"),
    NUMBER("cost.funding_default_hours", cost.funding_default_hours, 8, 0.25, 168, "hours",
           "how often that rate is charged"),
    CHOICE("cost.slippage_model", cost.slippage_model, TR_CONFIG_SLIPPAGE_FRACTION, slippage_models,
           "slippage of fills at market: cost.slippage, or a share of the range of the bar they fill in"),
    NUMBER("cost.slippage_range", cost.slippage_range, 0.1, 0, 1, "fraction",
           "that share of high - low, for slippage_model = range"),
    TEXT("cost.fee_tiers", cost.fee_tiers, "",
         "fees by 30-day turnover in backtests: \"5000000:0.00016/0.0005, ...\" (USD from which on:maker/taker)"),

    NUMBER("market.price_step", market.price_step, 0, 0, 1e9, "USD", "smallest step of a price; 0 = none"),
    NUMBER("market.size_step", market.size_step, 0, 0, 1e12, "coin", "smallest step of a size; 0 = none"),
    NUMBER("market.min_size", market.min_size, 0, 0, 1e12, "coin", "smallest size of an order; 0 = none"),
    NUMBER("market.min_notional_usd", market.min_notional_usd, 0, 0, 1e9, "USD",
           "smallest worth of an order; 0 = none"),
    NUMBER("market.max_leverage", market.max_leverage, 0, 0, 1000, "times",
           "the market's own largest leverage; 0 = that of the profile"),

    NUMBER("risk.capital_usd", risk.capital_usd, 10000, 1, 1e12, "USD", "capital that sizes are computed from"),
    CHOICE("risk.profile", risk.profile, TR_CONFIG_MODERATE, profiles, "whose sizes are shown and judged"),
    NUMBERS("risk.per_trade", risk.per_trade, 0.01, 0.02, 0.03, SMALLEST_STEP, 1, "fraction",
            "capital lost at the stop: conservative, moderate, aggressive"),
    NUMBERS("risk.max_leverage", risk.max_leverage, 3, 5, 10, 1, 125, "times",
            "largest leverage: conservative, moderate, aggressive"),
    NUMBER("risk.maintenance", risk.maintenance, 0.005, 0, 0.5, "fraction",
           "margin at which the exchange liquidates"),

    CHOICE("backtest.intrabar", backtest.intrabar, TR_CONFIG_PESSIMISTIC, intrabar_readings,
           "how a bar is read that touches stop and target: by the stop, the target, or finer bars"),
    CHOICE("backtest.entry", backtest.entry, TR_CONFIG_ENTRY_MARKET, entry_kinds,
           "enter at the next bar's open at market, or by a limit at the close that lives for that bar"),
    BOOL("backtest.compound", backtest.compound, 1, "size by the equity of the moment; else always by risk.capital_usd"),
    NUMBER("backtest.leverage", backtest.leverage, 0, 0, 125, "times",
           "leverage of the margin; 0 = size over capital, at least 1"),
    INTEGER("backtest.max_open", backtest.max_open, 0, 0, 1000, "positions", "most positions at a time; 0 = no limit"),
    NUMBER("backtest.max_side_exposure", backtest.max_side_exposure, 0, 0, 1000, "times",
           "most open on one side, in multiples of the capital; 0 = no limit"),
    NUMBER("backtest.max_correlated_exposure", backtest.max_correlated_exposure, 0, 0, 1000, "times",
           "the same over markets that move together; 0 = no limit"),
    NUMBER("backtest.correlation", backtest.correlation, 0.7, 0, 1, "",
           "correlation of returns from which on markets move together"),
    INTEGER("backtest.correlation_bars", backtest.correlation_bars, 168, 10, 100000, "bars",
            "newest bars that correlation is measured on"),
    INTEGER("backtest.draws", backtest.draws, 1000, 100, 100000, "draws", "bootstrap draws of intervals"),

    NUMBER("signal.min_confidence", signal.min_confidence, 0.55, 0, 1, "fraction",
           "least calibrated probability that the first target comes before the stop"),
    {.key = "signal.min_net_profit_pct", .kind = TR_SETTING_NUMBER, .offset = AT(signal.min_net_profit_pct),
     .count = 1, .number = {2}, .min = 2, .max = 100, .unit = "%",
     .reason = "signals under 2 % net are never issued, so it may only be raised",
     .help = "least net profit after all costs"},
    {.key = "signal.min_expected_value_pct", .kind = TR_SETTING_NUMBER, .offset = AT(signal.min_expected_value_pct),
     .count = 1, .number = {(double)NAN}, .min = -100, .max = 100, .nullable = true, .unit = "%",
     .help = "least mean result of such candidates so far; null = not asked"},

    BOOL("model.early_stopping", model.early_stopping, 0,
         "stop a fit when the newest, purged part of its window no longer gets better"),
    INTEGER("model.patience", model.patience, 50, 1, 10000, "rounds",
            "early stopping: rounds without a better one after which a fit ends"),
    INTEGER("model.min_rounds", model.min_rounds, 50, 1, 10000, "rounds",
            "early stopping: least rounds of a fit"),
    NUMBER("model.tail_share", model.tail_share, 0.15, 0.05, 0.5, "fraction",
           "early stopping: newest part of the fit window that is held back for it"),
    BOOL("model.lightgbm.enabled", model.lightgbm, 1, "train LightGBM models"),
    INTEGER("model.lightgbm.rounds", model.lightgbm_rounds, 200, 1, 10000, "trees", "trees of a model"),
    PARAMS("model.lightgbm.params", model.lightgbm_params,
           "parameters under the library's own names, on top of the defaults"),
    CHOICE("model.lightgbm.engine", model.lightgbm_engine, TR_CONFIG_NATIVE, engines,
           "whether our own trainer or LightGBM's library grows the trees"),
    TEXT("model.lightgbm.path", model.lightgbm_path, "", "path of lib_lightgbm.so, for engine = library"),
    BOOL("model.xgboost.enabled", model.xgboost, 1, "train XGBoost models"),
    INTEGER("model.xgboost.rounds", model.xgboost_rounds, 200, 1, 10000, "trees", "trees of a model"),
    PARAMS("model.xgboost.params", model.xgboost_params,
           "parameters under the library's own names, on top of the defaults"),

    INTEGER("calibration.rows", calibration.rows, 2000, 50, 1000000, "rows", "newest matured rows to calibrate on"),
    NUMBER("calibration.delta", calibration.delta, 0.1, 0.001, 0.5, "fraction",
           "allowed error of the proven threshold and of lower bounds"),
    NUMBER("calibration.min_effective", calibration.min_effective, 50, 1, 1000000, "rows",
           "effective rows under which nothing is claimed"),
    INTEGER("calibration.draws", calibration.draws, 1000, 100, 100000, "draws", "bootstrap draws of intervals"),
    CHOICE("calibration.conformal", calibration.conformal, TR_CONFIG_CONFORMAL_CLASS, conformal_sets,
           "prediction sets beside p: off, for all rows, by outcome, by volatility regime"),
    NUMBER("calibration.conformal_alpha", calibration.conformal_alpha, 0.1, 0.01, 0.5, "fraction",
           "share of outcomes that those sets may miss"),

    NUMBER("walkforward.train_days", walkforward.train_days, 180, 0.01, 3650, "days", "length of a training window"),
    NUMBER("walkforward.purge_days", walkforward.purge_days, 2, 0, 365, "days",
           "least distance that labels may reach over"),
    NUMBER("walkforward.embargo_days", walkforward.embargo_days, 1, 0, 365, "days", "distance on top of the purge"),
    NUMBER("walkforward.test_days", walkforward.test_days, 30, 0.01, 3650, "days", "length of a test block"),
    NUMBER("walkforward.advance_days", walkforward.advance_days, 30, 0.01, 3650, "days", "from one fold to the next"),
    NUMBER("walkforward.min_last_days", walkforward.min_last_days, 7, 0, 3650, "days",
           "shortest last test block that is tested"),
    INTEGER("walkforward.min_train_bars", walkforward.min_train_bars, 2000, 100, 10000000, "bars",
            "training windows are lengthened to hold as many"),
    BOOL("walkforward.exact_days", walkforward.exact_days, 0, "keep train_days even where it holds fewer bars"),
    NUMBER("walkforward.fit_share", walkforward.fit_share, 0.8, 0.5, 0.95, "fraction",
           "older part of a window that is fitted; the newer one is the reference"),
    INTEGER("walkforward.max_folds", walkforward.max_folds, 0, 0, 100000, "folds", "only the newest; 0 = all"),

    CHOICE("drift.rule", drift.rule, TR_CONFIG_DRIFT_NOISE, drift_rules,
           "noise: beyond the thresholds and beyond the training window's own blocks; seed: the thresholds alone"),
    NUMBER("drift.psi", drift.psi, 0.15, 0.001, 10, "", "population stability index above which a column may drift"),
    NUMBER("drift.ks", drift.ks, 0.1, 0.001, 1, "",
           "largest distance of the distribution functions above which a column may drift"),
    NUMBER("drift.importance_share", drift.importance_share, 0.3, 0.01, 1, "fraction",
           "share of the importance that must have drifted"),
    NUMBER("drift.min_days", drift.min_days, 30, 1, 365, "days", "least length of the newest part that is compared"),
    INTEGER("drift.min_bars", drift.min_bars, 400, 50, 1000000, "bars",
            "least bars of that part; with fewer nothing is said"),
};
/* clang-format on */

const size_t tr_setting_count = sizeof tr_settings / sizeof *tr_settings;

const struct tr_setting *tr_setting_find(const char *key)
{
    for (size_t i = 0; i < tr_setting_count; i++) {
        if (strcmp(tr_settings[i].key, key) == 0)
            return &tr_settings[i];
    }
    return NULL;
}

const struct tr_setting *tr_setting_of_param(const char *key, const char **name)
{
    for (size_t i = 0; i < tr_setting_count; i++) {
        size_t len = strlen(tr_settings[i].key);
        if (tr_settings[i].kind == TR_SETTING_PARAMS && strncmp(key, tr_settings[i].key, len) == 0 && key[len] == '.') {
            *name = key + len + 1;
            return &tr_settings[i];
        }
    }
    return NULL;
}

bool tr_setting_is_section(const char *section)
{
    size_t len = strlen(section);
    for (size_t i = 0; i < tr_setting_count; i++) {
        if (strncmp(tr_settings[i].key, section, len) == 0 && tr_settings[i].key[len] == '.')
            return true;
    }
    return false;
}

enum { LONGEST = 64 };

/* Letters to insert, delete or replace to make b out of a (Levenshtein 1965); longer texts are cut. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strnlen(a, LONGEST), m = strnlen(b, LONGEST);
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

/* As distance, but what is merely left off at the end of the last part counts once. */
static size_t distance_or_start(const char *a, const char *b)
{
    size_t len = strlen(a);
    bool is_start = len >= 3 && strncmp(a, b, len) == 0 && b[len] && !strchr(b + len, '.');
    return is_start ? 1 : distance(a, b);
}

/* How far key is from known: the whole misspelt, or the right name in a wrong section. */
static size_t distance_to(const char *key, const char *known)
{
    size_t whole = distance_or_start(key, known);
    size_t name = distance_or_start(last_part(key), last_part(known)) + 1;
    return whole < name ? whole : name;
}

bool tr_setting_nearest(const char *key, char out[TR_SETTING_KEY])
{
    size_t least = 2 + strlen(last_part(key)) / 3;
    bool found = false;
    for (size_t i = 0; i < tr_setting_count; i++) {
        char known[TR_SETTING_KEY];
        snprintf(known, sizeof known, "%s", tr_settings[i].key);
        for (;;) { /* the key, then the sections that hold it */
            size_t d = distance_to(key, known);
            if (d < least) {
                least = d;
                found = true;
                memcpy(out, known, sizeof known);
            }
            char *dot = strrchr(known, '.');
            if (!dot)
                break;
            *dot = '\0';
        }
    }
    return found;
}

enum tr_status tr_setting_unknown(const char *key, struct tr_error *err)
{
    char nearest[TR_SETTING_KEY];
    if (tr_setting_is_section(key))
        return tr_error_set(err, TR_INVALID, "%s: is a section: name one of its settings", key);
    if (tr_setting_find(key))
        return tr_error_set(err, TR_INVALID, "\"%s\": a name holds no dots: sections are objects: {\"%.*s\": {...}}",
                            key, (int)strcspn(key, "."), key);
    if (tr_setting_nearest(key, nearest))
        return tr_error_set(err, TR_INVALID, "%.80s: there is no such setting: did you mean %s?", key, nearest);
    return tr_error_set(err, TR_INVALID, "%.80s: there is no such setting: traderai config show lists all", key);
}
