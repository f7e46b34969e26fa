#include "app/usecase/backtest_luck.h"

#include "app/usecase/backtest_report.h"
#include "app/usecase/identity.h"
#include "app/usecase/luck.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void hash_doubles(struct tr_hash *hash, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tr_hash_double(hash, x[i]);
}

/* The account as it is without any option: then the recipe alone decides, and `run` entered the same trial. */
static bool is_plain(const struct tr_backtest *backtest)
{
    const struct tr_backtest_options *options = &backtest->options;
    const struct tr_account_options *account = &options->account;

    return backtest->n_series == 1 && options->intrabar == TR_BACKTEST_PESSIMISTIC &&
           account->entry == TR_ENTRY_MARKET && account->compound && account->leverage <= 0.0 && !account->max_open &&
           account->max_side_exposure <= 0.0 && account->max_correlated_exposure <= 0.0 && !account->fees.n &&
           account->cost.slippage_model == TR_SLIPPAGE_FRACTION && !options->proven_only;
}

static void hash_account(struct tr_hash *hash, const struct tr_backtest *backtest)
{
    const struct tr_account_options *account = &backtest->options.account;
    const struct tr_ladder *ladder = &backtest->recipe.gate.ladder;
    const struct tr_cost_options *cost = &account->cost;
    const struct tr_market_limits *limits = &backtest->recipe.limits;
    const double numbers[] = {account->size.maintenance_frac,
                              account->leverage,
                              account->max_side_exposure,
                              account->max_correlated_exposure,
                              account->correlation,
                              cost->maker_frac,
                              cost->taker_frac,
                              cost->slippage_frac,
                              cost->slippage_range,
                              ladder->stop_atr,
                              ladder->trail_atr,
                              ladder->horizon_hours,
                              limits->price_step,
                              limits->size_step,
                              limits->min_size,
                              limits->min_notional_usd,
                              limits->max_leverage,
                              backtest->recipe.funding.default_rate};
    const uint64_t whole[] = {(uint64_t)backtest->options.intrabar,
                              backtest->options.proven_only,
                              (uint64_t)account->profile,
                              account->compound,
                              account->max_open,
                              account->correlation_bars,
                              (uint64_t)cost->slippage_model,
                              (uint64_t)account->entry,
                              (uint64_t)backtest->recipe.funding.default_step_ms,
                              account->fees.n};

    hash_doubles(hash, numbers, sizeof numbers / sizeof *numbers);
    hash_doubles(hash, ladder->target_atr, TR_TARGETS);
    hash_doubles(hash, ladder->fraction, TR_TARGETS);
    hash_doubles(hash, account->size.risk_frac, TR_PROFILE_COUNT);
    hash_doubles(hash, account->size.max_leverage, TR_PROFILE_COUNT);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        tr_hash_u64(hash, whole[i]);
    for (size_t i = 0; i < account->fees.n; i++) {
        tr_hash_double(hash, account->fees.tier[i].volume_usd);
        tr_hash_double(hash, account->fees.tier[i].maker_frac);
        tr_hash_double(hash, account->fees.tier[i].taker_frac);
    }
}

static void hash_entries(struct tr_hash *hash, const struct tr_backtest *backtest)
{
    for (size_t i = 0; i < backtest->n_entries; i++) {
        const struct tr_account_entry *entry = &backtest->entries[i];

        tr_hash_u64(hash, entry->series);
        tr_hash_u64(hash, (uint64_t)entry->row);
        tr_hash_u64(hash, (uint64_t)entry->levels.side);
        tr_hash_double(hash, entry->levels.stop);
        hash_doubles(hash, entry->levels.target, entry->targets);
        tr_hash_double(hash, entry->levels.trail_distance);
        tr_hash_double(hash, entry->quantity);
    }
}

/* What is tried: the recipe of walk-forward entries, or the entries themselves, and how the account trades them. How
 * large it is, and which part of the time is looked at, makes no other configuration of them. */
static enum tr_status name_config(struct tr_backtest *backtest, struct tr_error *err)
{
    bool walkforward = backtest->options.source == TR_BACKTEST_WALKFORWARD;
    char recipe[TR_HASH_TEXT] = "";
    struct tr_hash hash;

    if (walkforward) {
        const struct tr_run *run = backtest->series[0].run;
        enum tr_status status = tr_identity_recipe(run ? &run->recipe : &backtest->recipe, recipe, err);

        if (status != TR_OK)
            return status;
        if (is_plain(backtest)) {
            memcpy(backtest->config, recipe, sizeof backtest->config);
            return TR_OK;
        }
    }
    tr_hash_init(&hash);
    tr_hash_text(&hash, "backtest 1");
    tr_hash_text(&hash, recipe);
    hash_account(&hash, backtest);
    tr_hash_text(&hash, backtest->sourced);
    tr_hash_u64(&hash, (uint64_t)backtest->options.source);
    tr_hash_u64(&hash, (uint64_t)backtest->options.origin);
    for (size_t s = 0; s < backtest->n_series; s++)
        tr_hash_text(&hash, backtest->series[s].key.symbol);
    tr_hash_end(&hash, backtest->config);
    return TR_OK;
}

enum tr_status tr_backtest_name(struct tr_backtest *backtest, struct tr_error *err)
{
    char text[TR_HASH_TEXT];
    struct tr_hash hash;
    enum tr_status status = name_config(backtest, err);

    if (status != TR_OK)
        return status;
    tr_hash_init(&hash);
    tr_hash_text(&hash, backtest->config);
    hash_account(&hash, backtest);
    tr_hash_double(&hash, backtest->options.account.size.capital_usd);
    hash_entries(&hash, backtest);
    tr_hash_u64(&hash, (uint64_t)backtest->options.source);
    tr_hash_u64(&hash, backtest->options.draws);
    tr_hash_u64(&hash, backtest->recipe.seed);
    tr_hash_u64(&hash, (uint64_t)backtest->from);
    tr_hash_u64(&hash, (uint64_t)backtest->to);
    for (size_t s = 0; s < backtest->n_series; s++) {
        const struct tr_backtest_series *series = &backtest->series[s];

        tr_identity_data(&series->bars, &series->funding, text);
        tr_hash_text(&hash, series->key.exchange);
        tr_hash_text(&hash, series->key.symbol);
        tr_hash_text(&hash, text);
        tr_identity_bars(&series->fine, text);
        tr_hash_text(&hash, text);
        tr_hash_text(&hash, series->detail_read);
    }
    tr_hash_end(&hash, text);
    memcpy(backtest->id, text, TR_RUN_ID - 1);
    backtest->id[TR_RUN_ID - 1] = '\0';
    return TR_OK;
}

static const char *label_of(const struct tr_backtest *backtest)
{
    switch (backtest->options.source) {
    case TR_BACKTEST_WALKFORWARD:
        return is_plain(backtest) ? "walk-forward" : "backtest of walk-forward signals";
    case TR_BACKTEST_STORED:
        return "backtest of stored signals";
    case TR_BACKTEST_FILE:
        break;
    }
    return "backtest of entries from a file";
}

enum tr_status tr_backtest_luck(struct tr_backtest *backtest, const struct tr_world *world, struct tr_error *err)
{
    const struct tr_backtest_measures *m = &backtest->measures;
    enum tr_status status = TR_OK;
    double *daily = tr_alloc(m->n_days, sizeof *daily);

    backtest->expected_max = backtest->deflated = (double)NAN;
    if (!daily)
        return tr_error_nomem(err);
    for (size_t i = 0; i < m->n_days; i++)
        daily[i] = m->day[i].return_frac;
    for (size_t s = 0; s < backtest->n_series && status == TR_OK; s++) {
        struct tr_luck luck = {.days = m->n_days, .daily = daily, .sharpe = m->daily, .psr = m->psr};

        status = tr_luck_enter(&luck, world->store, &backtest->series[s].key, backtest->config, label_of(backtest),
                               world->now, err);
        if (status != TR_OK || luck.trials <= backtest->trials)
            continue;
        backtest->counted = true;
        backtest->trials = luck.trials;
        backtest->expected_max = luck.expected_max;
        backtest->deflated = luck.deflated;
    }
    tr_free(daily);
    return status == TR_OK ? tr_backtest_variants(backtest, world->store, err) : status;
}
