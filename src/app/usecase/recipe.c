#include "app/usecase/recipe.h"

#include "engine/model/gbdt/params.h"
#include "engine/model/lightgbm.h"
#include "engine/model/xgboost.h"

#include <string.h>

void tr_recipe_defaults(struct tr_recipe *recipe)
{
    memset(recipe, 0, sizeof *recipe);
    recipe->label_kind = TR_LABEL_TRIPLE_BARRIER;
    recipe->barrier = tr_barrier_defaults();
    recipe->gate = tr_gate_defaults();
    recipe->plan = tr_plan_defaults(tr_timeframe_ms(TR_TIMEFRAME_1H));
    recipe->rolling.capacity = 2000;
    recipe->rolling.calibration = tr_calibration_defaults();
    recipe->rolling.calibration.sets = TR_SETS_BY_CLASS;
    recipe->rolling.calibration.categories = TR_RECIPE_REGIMES;
    recipe->side[TR_LONG] = recipe->side[TR_SHORT] = true;
    recipe->folds = true;
    recipe->min_share = 0.8;
    recipe->min_fit_rows = 200;
    recipe->funding = tr_funding_none();
    recipe->seed = 1;
}

void tr_recipe_fit_to(struct tr_recipe *recipe, enum tr_timeframe timeframe)
{
    int64_t bar_ms = tr_timeframe_ms(timeframe);
    size_t ladder_bars = tr_ladder_horizon_bars(&recipe->gate.ladder, timeframe);

    recipe->plan.bar_ms = bar_ms;
    recipe->plan.label_bars = recipe->label_kind == TR_LABEL_LADDER ? ladder_bars : recipe->barrier.horizon_bars;
    recipe->plan.horizon_ms = (int64_t)ladder_bars * bar_ms;
    recipe->rolling.horizon_ms = recipe->plan.horizon_ms;
    recipe->rolling.calibration.block_ms = recipe->plan.horizon_ms;
    recipe->rolling.calibration.seed = recipe->seed;
    recipe->tail.purge_ms = tr_plan_purge_ms(&recipe->plan);
}

static void point_members_at_own_params(struct tr_recipe *recipe)
{
    size_t next = 0;

    for (size_t m = 0; m < recipe->ensemble.n; m++) {
        recipe->ensemble.member[m].params = recipe->param + next;
        next += recipe->ensemble.member[m].n_params;
    }
}

void tr_recipe_copy(struct tr_recipe *to, const struct tr_recipe *from)
{
    *to = *from;
    point_members_at_own_params(to);
}

enum tr_status tr_recipe_add_member(struct tr_recipe *recipe, const struct tr_model_impl *impl,
                                    const struct tr_param *params, size_t n, size_t rounds, struct tr_error *err)
{
    struct tr_member *member;

    if (recipe->ensemble.n == TR_ENSEMBLE_MEMBERS || recipe->params + n > TR_RECIPE_PARAMS)
        return tr_error_set(err, TR_INVALID,
                            "ensemble: no room for member %s with %zu parameters (at most %d members, %d parameters)",
                            impl->name, n, TR_ENSEMBLE_MEMBERS, TR_RECIPE_PARAMS);
    for (size_t i = 0; i < n; i++)
        recipe->param[recipe->params + i] = params[i];
    recipe->params += n;
    member = &recipe->ensemble.member[recipe->ensemble.n++];
    member->impl = impl;
    member->n_params = n;
    member->rounds = rounds;
    point_members_at_own_params(recipe);
    return TR_OK;
}

const char *tr_recipe_param_name(const char *member, const char *name)
{
    static const char *const of_xgboost[][2] = {
        {"reg_alpha", "alpha"},   {"learning_rate", "eta"}, {"min_split_loss", "gamma"},
        {"reg_lambda", "lambda"}, {"n_jobs", "nthread"},
    };
    const char *own = strcmp(member, "lightgbm") == 0 ? tr_gbdt_params_name(name) : NULL;

    for (size_t i = 0; i < sizeof of_xgboost / sizeof *of_xgboost && strcmp(member, "xgboost") == 0; i++) {
        if (strcmp(of_xgboost[i][0], name) == 0)
            own = of_xgboost[i][1];
    }
    return own ? own : name;
}

static bool same_param(const char *member, const char *a, const char *b)
{
    return strcmp(tr_recipe_param_name(member, a), tr_recipe_param_name(member, b)) == 0;
}

/* The defaults that no override replaces, then the overrides. */
static enum tr_status merge(const char *what, const struct tr_param *defaults, size_t n_defaults,
                            const struct tr_param *overrides, size_t n, struct tr_param *merged, size_t *count,
                            struct tr_error *err)
{
    *count = 0;
    if (n_defaults + n > TR_RECIPE_PARAMS)
        return tr_error_set(err, TR_INVALID, "model.%s.params: %zu parameters are too many", what, n);
    for (size_t i = 0; i < n_defaults; i++) {
        bool replaced = false;

        for (size_t k = 0; k < n; k++)
            replaced = replaced || same_param(what, defaults[i].name, overrides[k].name);
        if (!replaced)
            merged[(*count)++] = defaults[i];
    }
    for (size_t k = 0; k < n; k++)
        merged[(*count)++] = overrides[k];
    return TR_OK;
}

enum tr_status tr_recipe_add_lightgbm(struct tr_recipe *recipe, const struct tr_model_impl *impl, const void *context,
                                      const struct tr_param *overrides, size_t n, size_t rounds, struct tr_error *err)
{
    struct tr_param merged[TR_RECIPE_PARAMS];
    size_t n_defaults, count;
    const struct tr_param *defaults = tr_lightgbm_defaults(&n_defaults);
    enum tr_status status = merge("lightgbm", defaults, n_defaults, overrides, n, merged, &count, err);

    if (status == TR_OK)
        status = tr_recipe_add_member(recipe, impl, merged, count, rounds, err);
    if (status == TR_OK)
        recipe->ensemble.member[recipe->ensemble.n - 1].context = context;
    return status;
}

enum tr_status tr_recipe_add_xgboost(struct tr_recipe *recipe, const struct tr_param *overrides, size_t n,
                                     size_t rounds, struct tr_error *err)
{
    struct tr_param merged[TR_RECIPE_PARAMS];
    size_t n_defaults, count;
    const struct tr_param *defaults = tr_xgboost_defaults(&n_defaults);
    enum tr_status status = merge("xgboost", defaults, n_defaults, overrides, n, merged, &count, err);

    return status == TR_OK ? tr_recipe_add_member(recipe, &tr_model_xgboost, merged, count, rounds, err) : status;
}

enum tr_status tr_recipe_check(const struct tr_recipe *recipe, struct tr_error *err)
{
    enum tr_status status = tr_barrier_check(&recipe->barrier, err);

    if (status == TR_OK)
        status = tr_ladder_check(&recipe->gate.ladder, err);
    if (status == TR_OK)
        status = tr_plan_check(&recipe->plan, err);
    if (status == TR_OK && !recipe->ensemble.n)
        status = tr_error_set(err, TR_INVALID, "model: no member is enabled; enable at least one");
    if (status == TR_OK && !recipe->side[TR_LONG] && !recipe->side[TR_SHORT])
        status = tr_error_set(err, TR_INVALID, "side: neither long nor short is chosen; choose at least one");
    return status;
}
