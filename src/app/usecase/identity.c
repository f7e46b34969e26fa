#include "app/usecase/identity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tr_identity_bars(const struct tr_bars *bars, char out[TR_HASH_TEXT])
{
    const double *const column[] = {bars->open, bars->high, bars->low, bars->close, bars->volume};
    struct tr_hash hash;

    tr_hash_init(&hash);
    tr_hash_text(&hash, tr_timeframe_name(bars->timeframe));
    tr_hash_u64(&hash, bars->n);
    for (size_t i = 0; i < bars->n; i++)
        tr_hash_u64(&hash, (uint64_t)bars->time[i]);
    for (size_t c = 0; c < sizeof column / sizeof *column; c++) {
        for (size_t i = 0; i < bars->n; i++)
            tr_hash_double(&hash, column[c][i]);
    }
    tr_hash_end(&hash, out);
}

void tr_identity_data(const struct tr_bars *bars, const struct tr_funding *funding, char out[TR_HASH_TEXT])
{
    struct tr_hash hash;

    tr_identity_bars(bars, out);
    if (!funding->n)
        return;
    tr_hash_init(&hash);
    tr_hash_text(&hash, out);
    tr_hash_text(&hash, "funding");
    tr_hash_u64(&hash, funding->n);
    for (size_t i = 0; i < funding->n; i++)
        tr_hash_u64(&hash, (uint64_t)funding->time[i]);
    for (size_t i = 0; i < funding->n; i++)
        tr_hash_double(&hash, funding->rate[i]);
    tr_hash_end(&hash, out);
}

static void numbers(struct tr_json *json, const char *key, const double *x, size_t n)
{
    tr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        tr_json_number(json, NULL, x[i]);
    tr_json_array_end(json);
}

static void json_labels(const struct tr_recipe *recipe, struct tr_json *json)
{
    const struct tr_ladder *ladder = &recipe->gate.ladder;

    tr_json_object(json, "label");
    tr_json_string(json, "kind", recipe->label_kind == TR_LABEL_LADDER ? "ladder" : "triple_barrier");
    tr_json_number(json, "take_profit", recipe->barrier.take_profit_frac);
    tr_json_number(json, "stop", recipe->barrier.stop_frac);
    tr_json_int(json, "horizon_bars", (int64_t)recipe->barrier.horizon_bars);
    tr_json_object_end(json);
    tr_json_object(json, "ladder");
    tr_json_number(json, "stop_atr", ladder->stop_atr);
    numbers(json, "target_atr", ladder->target_atr, TR_TARGETS);
    numbers(json, "fraction", ladder->fraction, TR_TARGETS);
    tr_json_number(json, "trail_atr", ladder->trail_atr);
    tr_json_number(json, "horizon_hours", ladder->horizon_hours);
    tr_json_object_end(json);
}

static void json_gate(const struct tr_gate_options *gate, struct tr_json *json)
{
    tr_json_object(json, "signal");
    tr_json_number(json, "min_confidence", gate->min_confidence);
    tr_json_number(json, "min_net_frac", gate->min_net_frac);
    if (gate->expected_value_gate)
        tr_json_number(json, "min_expected_value_frac", gate->min_expected_value_frac);
    tr_json_object_end(json);
    tr_json_object(json, "cost");
    tr_json_number(json, "maker", gate->cost.maker_frac);
    tr_json_number(json, "taker", gate->cost.taker_frac);
    tr_json_number(json, "slippage", gate->cost.slippage_frac);
    tr_json_string(json, "exit_model", gate->cost.exit_model == TR_EXIT_WEIGHTED ? "weighted" : "per_exit_full");
    tr_json_bool(json, "credit_funding", gate->cost.credit_funding);
    tr_json_number(json, "holding_hours", gate->cost.holding_hours);
    if (gate->cost.slippage_model == TR_SLIPPAGE_RANGE)
        tr_json_number(json, "slippage_range", gate->cost.slippage_range);
    tr_json_object_end(json);
    tr_json_object(json, "risk");
    tr_json_int(json, "profile", (int64_t)gate->profile);
    tr_json_number(json, "capital_usd", gate->size.capital_usd);
    numbers(json, "per_trade", gate->size.risk_frac, TR_PROFILE_COUNT);
    numbers(json, "max_leverage", gate->size.max_leverage, TR_PROFILE_COUNT);
    tr_json_number(json, "maintenance", gate->size.maintenance_frac);
    tr_json_object_end(json);
}

/* Only where there are any, so that a recipe without them keeps its name. */
static void json_limits(const struct tr_market_limits *limits, struct tr_json *json)
{
    const double values[] = {limits->price_step, limits->size_step, limits->min_size, limits->min_notional_usd,
                             limits->max_leverage};
    bool any = false;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        any = any || values[i] > 0.0;
    if (any)
        numbers(json, "market_limits", values, sizeof values / sizeof *values);
}

static void json_plan(const struct tr_recipe *recipe, struct tr_json *json)
{
    const struct tr_plan_options *plan = &recipe->plan;
    const struct tr_rolling_options *rolling = &recipe->rolling;

    tr_json_object(json, "walkforward");
    tr_json_number(json, "train_days", plan->train_days);
    tr_json_number(json, "purge_days", plan->purge_days);
    tr_json_number(json, "embargo_days", plan->embargo_days);
    tr_json_number(json, "test_days", plan->test_days);
    tr_json_number(json, "advance_days", plan->advance_days);
    tr_json_number(json, "min_last_days", plan->min_last_days);
    tr_json_int(json, "min_train_bars", (int64_t)plan->min_train_bars);
    tr_json_bool(json, "exact_days", plan->exact_days);
    tr_json_number(json, "fit_share", plan->fit_share);
    tr_json_object_end(json);
    tr_json_object(json, "calibration");
    tr_json_int(json, "rows", (int64_t)rolling->capacity);
    tr_json_number(json, "delta", rolling->calibration.delta);
    tr_json_number(json, "min_target", rolling->calibration.min_target);
    tr_json_number(json, "min_effective", rolling->calibration.min_n);
    tr_json_int(json, "draws", (int64_t)rolling->calibration.draws);
    tr_json_object_end(json);
}

/* Numbers as numbers: "7", "07" and "7.0" are one setting. */
static void json_value(struct tr_json *json, const char *key, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end != text && !*end && isfinite(value))
        tr_json_number(json, key, value);
    else
        tr_json_string(json, key, text);
}

/* Parameters in order of the library's own names: how they were given is no part of a recipe. */
static void json_params(const struct tr_member *member, struct tr_json *json)
{
    const char *name[TR_RECIPE_PARAMS];
    bool written[TR_RECIPE_PARAMS] = {false};

    for (size_t i = 0; i < member->n_params; i++)
        name[i] = tr_recipe_param_name(member->impl->name, member->params[i].name);
    tr_json_object(json, "params");
    for (size_t i = 0; i < member->n_params; i++) {
        size_t next = member->n_params;

        for (size_t k = 0; k < member->n_params; k++) {
            if (!written[k] && (next == member->n_params || strcmp(name[k], name[next]) < 0))
                next = k;
        }
        written[next] = true;
        json_value(json, name[next], member->params[next].value);
    }
    tr_json_object_end(json);
}

static void json_members(const struct tr_recipe *recipe, struct tr_json *json)
{
    const char *trainer = recipe->trainer ? recipe->trainer : "library";

    tr_json_array(json, "members");
    for (size_t m = 0; m < recipe->ensemble.n; m++) {
        const struct tr_member *member = &recipe->ensemble.member[m];

        tr_json_object(json, NULL);
        tr_json_string(json, "name", member->impl->name);
        if (member->context) /* the library behind it grows other trees than ours, or than another build of itself */
            tr_json_string(json, "trainer", trainer);
        tr_json_int(json, "rounds", (int64_t)member->rounds);
        json_params(member, json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object(json, "tail");
    tr_json_number(json, "share", recipe->tail.share);
    tr_json_int(json, "patience", (int64_t)recipe->tail.patience);
    tr_json_int(json, "min_rounds", (int64_t)recipe->tail.min_rounds);
    tr_json_object_end(json);
}

void tr_recipe_json(const struct tr_recipe *recipe, struct tr_json *json)
{
    json_labels(recipe, json);
    json_gate(&recipe->gate, json);
    json_limits(&recipe->limits, json);
    json_plan(recipe, json);
    json_members(recipe, json);
    tr_json_bool(json, "long", recipe->side[TR_LONG]);
    tr_json_bool(json, "short", recipe->side[TR_SHORT]);
    tr_json_number(json, "min_share", recipe->min_share);
    tr_json_int(json, "min_fit_rows", (int64_t)recipe->min_fit_rows);
    tr_json_number(json, "funding_default", recipe->funding.default_rate);
    tr_json_int(json, "funding_default_ms", recipe->funding.default_step_ms);
    tr_json_int(json, "seed", (int64_t)recipe->seed);
}

enum tr_status tr_identity_recipe(const struct tr_recipe *recipe, char out[TR_HASH_TEXT], struct tr_error *err)
{
    struct tr_json json;
    struct tr_buf text;
    enum tr_status status;

    tr_buf_init(&text);
    tr_json_init(&json, &text, 0);
    tr_json_object(&json, NULL);
    tr_recipe_json(recipe, &json);
    tr_json_object_end(&json);
    status = tr_buf_status(&text, err);
    if (status == TR_OK)
        tr_hash_of(text.data, text.len, out);
    tr_buf_finish(&text);
    return status;
}
