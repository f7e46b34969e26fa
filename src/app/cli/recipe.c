#include "app/cli/recipe.h"

#include "engine/model/lightgbm.h"

#include <math.h>
#include <string.h>

/* Settings and engine options are two vocabularies: this is where they meet. */
static void copy_gate(const struct tr_config *config, struct tr_gate_options *gate)
{
    gate->min_confidence = config->signal.min_confidence;
    gate->min_net_frac = config->signal.min_net_profit_pct / 100;
    gate->expected_value_gate = config->signal.min_expected_value_pct == config->signal.min_expected_value_pct;
    gate->min_expected_value_frac = gate->expected_value_gate ? config->signal.min_expected_value_pct / 100 : 0.0;
    gate->profile = (enum tr_risk_profile)config->risk.profile;
    gate->ladder.stop_atr = config->ladder.stop_atr;
    gate->ladder.trail_atr = config->ladder.trail_atr;
    gate->ladder.horizon_hours = config->ladder.horizon_hours;
    memcpy(gate->ladder.target_atr, config->ladder.target_atr, sizeof gate->ladder.target_atr);
    memcpy(gate->ladder.fraction, config->ladder.fraction, sizeof gate->ladder.fraction);
    gate->cost.maker_frac = config->cost.maker;
    gate->cost.taker_frac = config->cost.taker;
    gate->cost.slippage_frac = config->cost.slippage;
    gate->cost.exit_model = config->cost.exit_model == TR_CONFIG_WEIGHTED ? TR_EXIT_WEIGHTED : TR_EXIT_PER_EXIT_FULL;
    gate->cost.credit_funding = config->cost.credit_funding;
    gate->cost.holding_hours = config->cost.holding_hours;
    gate->cost.slippage_model =
        config->cost.slippage_model == TR_CONFIG_SLIPPAGE_RANGE ? TR_SLIPPAGE_RANGE : TR_SLIPPAGE_FRACTION;
    gate->cost.slippage_range = config->cost.slippage_range;
    gate->size.capital_usd = config->risk.capital_usd;
    gate->size.maintenance_frac = config->risk.maintenance;
    memcpy(gate->size.risk_frac, config->risk.per_trade, sizeof gate->size.risk_frac);
    memcpy(gate->size.max_leverage, config->risk.max_leverage, sizeof gate->size.max_leverage);
}

static void copy_plan(const struct tr_config *config, struct tr_plan_options *plan)
{
    plan->train_days = config->walkforward.train_days;
    plan->purge_days = config->walkforward.purge_days;
    plan->embargo_days = config->walkforward.embargo_days;
    plan->test_days = config->walkforward.test_days;
    plan->advance_days = config->walkforward.advance_days;
    plan->min_last_days = config->walkforward.min_last_days;
    plan->min_train_bars = (size_t)config->walkforward.min_train_bars;
    plan->exact_days = config->walkforward.exact_days;
    plan->fit_share = config->walkforward.fit_share;
}

static void copy_calibration(const struct tr_config *config, struct tr_rolling_options *rolling)
{
    static const enum tr_set_kind kind[] = {[TR_CONFIG_CONFORMAL_OFF] = TR_SETS_OFF,
                                            [TR_CONFIG_CONFORMAL_MARGINAL] = TR_SETS_MARGINAL,
                                            [TR_CONFIG_CONFORMAL_CLASS] = TR_SETS_BY_CLASS,
                                            [TR_CONFIG_CONFORMAL_REGIME] = TR_SETS_BY_CATEGORY};

    rolling->capacity = (size_t)config->calibration.rows;
    rolling->calibration.delta = config->calibration.delta;
    rolling->calibration.min_n = config->calibration.min_effective;
    rolling->calibration.draws = (size_t)config->calibration.draws;
    rolling->calibration.sets = kind[config->calibration.conformal];
    rolling->calibration.miscoverage = config->calibration.conformal_alpha;
}

static void copy_settings(const struct tr_config *config, struct tr_recipe *out)
{
    out->label_kind = config->label.kind == TR_CONFIG_LADDER ? TR_LABEL_LADDER : TR_LABEL_TRIPLE_BARRIER;
    out->barrier.take_profit_frac = config->label.take_profit;
    out->barrier.stop_frac = config->label.stop;
    out->barrier.horizon_bars = (size_t)config->label.horizon_bars;
    copy_gate(config, &out->gate);
    copy_plan(config, &out->plan);
    out->max_folds = (size_t)config->walkforward.max_folds;
    out->min_share = config->features.min_share;
    copy_calibration(config, &out->rolling);
    out->funding.default_rate = config->cost.funding_default;
    out->funding.default_step_ms = (int64_t)(config->cost.funding_default_hours * (double)TR_HOUR_MS);
    out->limits = (struct tr_market_limits){.price_step = config->market.price_step,
                                            .size_step = config->market.size_step,
                                            .min_size = config->market.min_size,
                                            .min_notional_usd = config->market.min_notional_usd,
                                            .max_leverage = config->market.max_leverage};
    if (config->model.early_stopping)
        out->tail = (struct tr_tail){.share = config->model.tail_share,
                                     .patience = (size_t)config->model.patience,
                                     .min_rounds = (size_t)config->model.min_rounds};
    out->seed = (uint64_t)config->run.seed;
}

static enum tr_status choose_side(const struct tr_args *args, struct tr_recipe *out, struct tr_error *err)
{
    const char *side = tr_args_value(args, "side");

    if (!side || strcmp(side, "both") == 0)
        return TR_OK;
    if (strcmp(side, "long") != 0 && strcmp(side, "short") != 0)
        return tr_error_set(err, TR_USAGE, "--side %s: not one of long, short, both", side);
    out->side[TR_LONG] = side[0] == 'l';
    out->side[TR_SHORT] = side[0] == 's';
    return TR_OK;
}

/* out [TR_CONFIG_PARAMS], pointing into the settings; returns how many. */
static size_t list_params(const struct tr_config_params *from, struct tr_param *out)
{
    for (size_t i = 0; i < from->n; i++)
        out[i] = (struct tr_param){from->item[i].name, from->item[i].value};
    return from->n;
}

static enum tr_status add_members(const struct tr_cli *cli, struct tr_recipe *out, struct tr_error *err)
{
    const struct tr_config *config = &cli->config;
    struct tr_param params[TR_CONFIG_PARAMS];
    size_t n = list_params(&config->model.lightgbm_params, params);
    enum tr_status status = TR_OK;

    out->trainer = cli->lightgbm_trainer;
    if (config->model.lightgbm)
        status = tr_recipe_add_lightgbm(out, cli->lightgbm ? cli->lightgbm : &tr_model_lightgbm, cli->lightgbm_context,
                                        params, n, (size_t)config->model.lightgbm_rounds, err);
    n = list_params(&config->model.xgboost_params, params);
    if (status == TR_OK && config->model.xgboost)
        status = tr_recipe_add_xgboost(out, params, n, (size_t)config->model.xgboost_rounds, err);
    return status;
}

enum tr_status tr_cli_make_recipe(struct tr_cli *cli, struct tr_recipe *out, struct tr_error *err)
{
    long folds;
    enum tr_status status;

    tr_recipe_defaults(out);
    copy_settings(&cli->config, out);
    status = add_members(cli, out, err);
    if (status == TR_OK)
        status = choose_side(&cli->args, out, err);
    if (status == TR_OK)
        status = tr_args_int(&cli->args, "folds", 0, 10000, (long)out->max_folds, &folds, err);
    if (status == TR_OK)
        out->max_folds = (size_t)folds;
    return status;
}
