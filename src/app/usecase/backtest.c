#include "app/usecase/backtest.h"

#include "app/usecase/backtest_entries.h"
#include "app/usecase/backtest_luck.h"
#include "app/usecase/backtest_series.h"
#include "app/usecase/fine.h"
#include "base/alloc.h"
#include "engine/feature/column.h"
#include "engine/feature/list.h"
#include "engine/feature/realized.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define REALIZED_REACH (2 * TR_HOUR_MS) /* finer bars that realized_vol may look at, with room to spare */
#define TRIALS ((size_t)5)              /* new beginnings that measure the warm-up ... */
#define FOLLOWED ((size_t)3000)         /* ... and the bars each of them is followed */

static enum tr_status load(struct tr_backtest *out, const struct tr_series_key *keys, size_t n,
                           const struct tr_world *world, struct tr_error *err)
{
    enum tr_status status = TR_OK;

    out->series = tr_alloc_zero(n, sizeof *out->series);
    if (!out->series)
        return tr_error_nomem(err);
    for (size_t s = 0; s < n && status == TR_OK; s++) {
        for (size_t other = 0; other < s; other++) {
            if (strcmp(keys[other].symbol, keys[s].symbol) == 0)
                return tr_error_set(err, TR_USAGE, "%s is named twice: one account holds a market once",
                                    keys[s].symbol);
        }
        out->n_series++;
        status = tr_backtest_series_load(world->store, &keys[s], &out->recipe.funding, out->options.to, &out->series[s],
                                         err);
    }
    return status;
}

/* The walk-forward of one series: its signals are the entries. */
static enum tr_status walk(struct tr_backtest_series *series, const struct tr_recipe *recipe,
                           const struct tr_world *world, struct tr_error *err)
{
    struct tr_recipe own;
    struct tr_run *run = tr_alloc_zero(1, sizeof *run);
    enum tr_status status;

    if (!run)
        return tr_error_nomem(err);
    series->run = run;
    status = tr_fine_load(world->store, &series->key, &series->bars, &series->fine_list, &series->fine, err);
    if (status != TR_OK)
        return status;
    tr_recipe_copy(&own, recipe);
    own.funding = series->funding;
    own.fine = series->fine;
    status = tr_run_prepare(&series->key, &series->bars, &own, run, err);
    if (status == TR_OK)
        status = tr_walkforward_run(&run->study, &run->recipe, world, &run->wf, err);
    return status;
}

/* Where decisions may begin and end: what was asked for, inside what the bars and, of walk-forward entries, the test
 * blocks hold. */
static void set_span(struct tr_backtest *out)
{
    tr_time_ms first = INT64_MAX, last = INT64_MIN;

    for (size_t s = 0; s < out->n_series; s++) {
        const struct tr_backtest_series *series = &out->series[s];
        const struct tr_bars *bars = &series->bars;
        tr_time_ms begin = bars->time[0], end = bars->time[bars->n - 1] + tr_timeframe_ms(bars->timeframe);

        if (series->run && series->run->wf.n_folds) {
            const struct tr_walkforward *wf = &series->run->wf;

            begin = wf->folds[0].test_from;
            end = wf->folds[wf->n_folds - 1].test_to < end ? wf->folds[wf->n_folds - 1].test_to : end;
        }
        first = begin < first ? begin : first;
        last = end > last ? end : last;
    }
    out->from = out->options.from > first ? out->options.from : first;
    out->to = out->options.to > 0 && out->options.to < last ? out->options.to : last;
}

/* Told before the long work: time that no bar reaches into. */
static enum tr_status check_span(struct tr_backtest *out, struct tr_error *err)
{
    char begin[TR_TIME_TEXT], end[TR_TIME_TEXT];

    set_span(out);
    if (out->from < out->to)
        return TR_OK;
    tr_time_format(out->from, begin);
    tr_time_format(out->to, end);
    return tr_error_set(err, TR_NOT_FOUND, "nothing to test: the time asked for begins at %s, and the bars end at %s",
                        begin, end);
}

/* The close of the bar at which a position of the entry is over at the latest. */
static tr_time_ms latest_end(const struct tr_backtest *out, const struct tr_account_entry *entry)
{
    const struct tr_bars *bars = &out->series[entry->series].bars;
    int64_t step = tr_timeframe_ms(bars->timeframe);
    size_t horizon = tr_ladder_horizon_bars(&out->recipe.gate.ladder, out->timeframe);
    size_t row = tr_bars_find(bars, bars->time[entry->row] + (tr_time_ms)horizon * step);

    return bars->time[row < bars->n ? row : bars->n - 1] + step;
}

/* Positions run on to their ends behind the last decision. Entries that were found elsewhere also say where their time
 * begins and ends: idle years around them are not their days. What was asked for stays. */
static void fit_span(struct tr_backtest *out)
{
    bool elsewhere = out->options.source != TR_BACKTEST_WALKFORWARD;
    tr_time_ms end = elsewhere ? 0 : out->to;

    for (size_t i = 0; i < out->n_entries; i++) {
        tr_time_ms own = latest_end(out, &out->entries[i]);
        end = own > end ? own : end;
    }
    if (elsewhere && !out->n_entries)
        return;
    if (elsewhere && out->options.from <= 0)
        out->from = out->series[out->entries[0].series].bars.time[out->entries[0].row];
    if (out->options.to <= 0 || !elsewhere)
        out->to = end;
}

static void measure_market(struct tr_backtest *out)
{
    double sum = 0.0;
    size_t n = 0;

    for (size_t s = 0; s < out->n_series; s++) {
        struct tr_backtest_series *series = &out->series[s];
        size_t row = tr_bars_find(&series->bars, out->from);
        size_t end = tr_bars_find(&series->bars, out->to - tr_timeframe_ms(out->timeframe) + 1);

        series->market_change = (double)NAN;
        if (row >= end)
            continue;
        series->market_change = series->bars.close[end - 1] / series->bars.open[row] - 1.0;
        sum += series->market_change;
        n++;
    }
    out->market_change = n ? sum / (double)n : (double)NAN;
}

/* The same proof for realized_vol, which is made of finer bars: each row again, out of those that have closed by then.
 */
static enum tr_status prove_realized(const struct tr_backtest_series *series, struct tr_error *err)
{
    const double *batch = tr_matrix_column(&series->run->study.features, TR_REALIZED_VOL);
    int64_t step = tr_timeframe_ms(series->bars.timeframe), fine = tr_timeframe_ms(series->fine.timeframe);

    for (size_t row = 0; row < series->bars.n && series->fine.n; row++) {
        struct tr_bars one = tr_bars_slice(&series->bars, row, 1);
        tr_time_ms closed = one.time[0] + step;
        size_t end = tr_bars_find(&series->fine, closed - fine + 1);
        size_t begin = tr_bars_find(&series->fine, closed - REALIZED_REACH);
        struct tr_bars cut = tr_bars_slice(&series->fine, begin, end > begin ? end - begin : 0);
        double alone;
        enum tr_status status = tr_realized_vol(&one, &cut, &alone, err);

        if (status != TR_OK)
            return status;
        if (memcmp(&alone, &batch[row], sizeof alone) != 0 && !(isnan(alone) && isnan(batch[row])))
            return tr_error_set(err, TR_INVALID,
                                "%s %s: column realized_vol is not causal (at bar %zu): a backtest on it would lie",
                                series->key.symbol, tr_timeframe_name(series->key.timeframe), row);
    }
    return TR_OK;
}

/* Nothing is believed before it is known that no column its entries rest on sees the future. */
static enum tr_status prove(const struct tr_backtest *out, struct tr_backtest_series *series, struct tr_error *err)
{
    bool wanted[TR_FEATURE_COLUMNS] = {false}, learnt = out->options.source == TR_BACKTEST_WALKFORWARD;
    struct tr_causal_source source;
    enum tr_status status;

    wanted[TR_ATR_14] = true;
    for (size_t k = TR_FEATURE_OVERLAYS; k < TR_FEATURE_COLUMNS; k++)
        wanted[k] = learnt && !tr_feature_info(k)->recorded; /* those hold nothing, but for realized_vol */
    source = tr_causal_features(wanted);
    status = tr_lookahead_check(&source, &series->bars, &series->lookahead, err);
    if (status == TR_OK)
        status = tr_recursive_check(&source, &series->bars, TRIALS, FOLLOWED, TR_FEATURE_WARMUP_ROWS,
                                    &series->recursive, err);
    if (status == TR_OK && learnt)
        status = prove_realized(series, err);
    if (status != TR_OK || !series->lookahead.bad)
        return status;
    for (size_t k = 0; k < series->lookahead.columns; k++) {
        const struct tr_lookahead_column *column = &series->lookahead.column[k];

        if (column->verdict != TR_CAUSAL)
            return tr_error_set(err, TR_INVALID,
                                "%s %s: column %s is not causal (%s at bar %zu): a backtest on it would lie; "
                                "see `traderai check lookahead`",
                                series->key.symbol, tr_timeframe_name(series->key.timeframe),
                                source.name(source.context, k), tr_causal_verdict_name(column->verdict),
                                column->first_bad);
    }
    return status;
}

struct accounts {
    struct tr_account_series *series;
    struct tr_backtest_detail *detail;
    struct tr_detail *source;
    const double **atr;
    size_t opened;
};

static enum tr_status open_accounts(struct tr_backtest *out, struct tr_store *store, struct accounts *a,
                                    struct tr_error *err)
{
    size_t n = out->n_series;
    bool detail = out->options.intrabar == TR_BACKTEST_DETAIL;
    enum tr_status status = TR_OK;

    a->series = tr_alloc_zero(n, sizeof *a->series);
    a->detail = tr_alloc_zero(n, sizeof *a->detail);
    a->source = tr_alloc_zero(n, sizeof *a->source);
    a->atr = tr_alloc_zero(n, sizeof *a->atr);
    if (!a->series || !a->detail || !a->source || !a->atr)
        return tr_error_nomem(err);
    for (size_t s = 0; s < n && status == TR_OK; s++) {
        struct tr_backtest_series *series = &out->series[s];

        a->series[s] = (struct tr_account_series){&series->bars, &series->funding, &out->recipe.limits, NULL};
        a->atr[s] = series->atr;
        a->opened++;
        status = tr_backtest_detail_init(&a->detail[s], store, series, err);
        a->source[s] = tr_backtest_detail_source(&a->detail[s]);
        if (detail && status == TR_OK && !series->has_detail)
            status = tr_error_set(err, TR_NOT_FOUND,
                                  "%s: no finer bars than %s are stored for --intrabar detail; import 1m bars, or take "
                                  "pessimistic",
                                  series->key.symbol, tr_timeframe_name(series->key.timeframe));
    }
    return status;
}

static void close_accounts(struct accounts *a)
{
    for (size_t s = 0; s < a->opened; s++)
        tr_backtest_detail_finish(&a->detail[s]);
    tr_free(a->atr);
    tr_free(a->source);
    tr_free(a->detail);
    tr_free(a->series);
}

static struct tr_account_options account_options(const struct tr_backtest *out, enum tr_intrabar reading)
{
    struct tr_account_options options = out->options.account;

    options.intrabar = reading;
    return options;
}

/* What follows from the rest of the options. */
static void complete_options(struct tr_backtest *out)
{
    struct tr_account_options *options = &out->options.account;

    options->horizon_bars = tr_ladder_horizon_bars(&out->recipe.gate.ladder, out->timeframe);
    options->from = out->from;
    options->to = out->to;
}

static enum tr_status bound_of(const struct tr_backtest *out, const struct tr_account *account,
                               struct tr_backtest_bound *bound, struct tr_error *err)
{
    struct tr_backtest_measures m;
    enum tr_status status = tr_backtest_measure(account, out->entries, out->n_series, 0, out->recipe.seed, &m, err);

    if (status == TR_OK)
        *bound = (struct tr_backtest_bound){.trades = m.closed,
                                            .ambiguous = m.ambiguous,
                                            .net_usd = tr_money_usd(m.net),
                                            .total_return = m.total_return.value,
                                            .max_drawdown = m.max_drawdown.value,
                                            .win_rate = m.win_rate.value,
                                            .profit_factor = m.profit_factor.value,
                                            .hit_rate_tp1 = m.hit_rate[0].value};
    tr_measures_finish(&m);
    return status;
}

static enum tr_status trade(struct tr_backtest *out, struct accounts *a, enum tr_intrabar reading, bool detail,
                            struct tr_account *account, struct tr_error *err)
{
    struct tr_account_options options = account_options(out, reading);

    for (size_t s = 0; s < out->n_series; s++)
        a->series[s].detail = detail ? &a->source[s] : NULL;
    return tr_account_run(&options, a->series, out->n_series, out->entries, out->n_entries, account, err);
}

/* What was asked for and decided nothing. */
static void count_lacking(struct tr_backtest *out)
{
    for (size_t s = 0; s < out->n_series; s++)
        out->series[s].detail_lacking = out->series[s].detail_asked;
    for (size_t i = 0; i < out->account.n_trades; i++) {
        const struct tr_account_trade *trade = &out->account.trades[i];

        out->series[trade->series].detail_lacking -= trade->outcome.resolved;
    }
}

/* Both readings, and the chosen one where it is neither of them. */
static enum tr_status trade_all(struct tr_backtest *out, struct accounts *a, struct tr_error *err)
{
    struct tr_account account[2] = {{0}, {0}};
    struct tr_backtest_bound *bound[2] = {&out->pessimistic, &out->optimistic};
    enum tr_backtest_intrabar chosen = out->options.intrabar;
    enum tr_status status = TR_OK;

    for (int k = 0; k < 2 && status == TR_OK; k++) {
        status = trade(out, a, k ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC, false, &account[k], err);
        if (status == TR_OK)
            status = bound_of(out, &account[k], bound[k], err);
    }
    if (status == TR_OK && chosen == TR_BACKTEST_DETAIL) {
        status = trade(out, a, TR_INTRABAR_PESSIMISTIC, true, &out->account, err);
        count_lacking(out);
    } else if (status == TR_OK) {
        out->account = account[chosen == TR_BACKTEST_OPTIMISTIC];
        account[chosen == TR_BACKTEST_OPTIMISTIC] = (struct tr_account){0};
    }
    for (int k = 0; k < 2; k++)
        tr_account_finish(&account[k]);
    return status;
}

/* Random entries are read as the trades are, by the same finer bars; what they ask for is not counted. */
static enum tr_status judge(struct tr_backtest *out, struct accounts *a, struct tr_error *err)
{
    bool bright = out->options.intrabar == TR_BACKTEST_OPTIMISTIC, detail = out->options.intrabar == TR_BACKTEST_DETAIL;
    struct tr_account_options options = account_options(out, bright ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC);
    enum tr_status status = tr_backtest_measure(&out->account, out->entries, out->n_series, out->options.draws,
                                                out->recipe.seed, &out->measures, err);

    for (size_t s = 0; s < out->n_series; s++) {
        a->series[s].detail = detail ? &a->source[s] : NULL;
        a->detail[s].silent = true;
    }
    if (status == TR_OK)
        status = tr_random_hits(&out->account, &options, a->series, out->entries, a->atr, out->recipe.seed,
                                out->measures.random_hit_rate, err);
    return status;
}

static enum tr_status prepare(struct tr_backtest *out, const struct tr_series_key *keys, size_t n,
                              const struct tr_recipe *recipe, const struct tr_world *world, struct tr_error *err)
{
    enum tr_status status = tr_recipe_check(&out->recipe, err);

    if (status == TR_OK)
        status = load(out, keys, n, world, err);
    if (status == TR_OK)
        status = check_span(out, err);
    for (size_t s = 0; s < out->n_series && status == TR_OK && out->options.source == TR_BACKTEST_WALKFORWARD; s++)
        status = walk(&out->series[s], recipe, world, err);
    if (status == TR_OK)
        status = check_span(out, err); /* again, now that the test blocks are known */
    if (status != TR_OK)
        return status;
    status = tr_backtest_entries(out, world, err);
    fit_span(out);
    complete_options(out);
    measure_market(out);
    for (size_t s = 0; s < out->n_series && status == TR_OK; s++)
        status = prove(out, &out->series[s], err);
    return status;
}

enum tr_status tr_backtest_run(const struct tr_series_key *keys, size_t n, const struct tr_recipe *recipe,
                               const struct tr_backtest_options *options, const struct tr_world *world,
                               struct tr_backtest *out, struct tr_error *err)
{
    struct accounts accounts = {0};
    enum tr_status status;

    assert(n > 0 && n <= TR_BACKTEST_SERIES && world->store);
    *out = (struct tr_backtest){.options = *options, .timeframe = keys[0].timeframe, .pbo = (double)NAN};
    tr_recipe_copy(&out->recipe, recipe);
    tr_recipe_fit_to(&out->recipe, out->timeframe);
    status = prepare(out, keys, n, recipe, world, err);
    if (status == TR_OK)
        status = open_accounts(out, world->store, &accounts, err);
    if (status == TR_OK)
        status = trade_all(out, &accounts, err);
    if (status == TR_OK)
        status = judge(out, &accounts, err);
    close_accounts(&accounts);
    if (status == TR_OK)
        status = tr_backtest_name(out, err);
    return status == TR_OK ? tr_backtest_luck(out, world, err) : status;
}

void tr_backtest_finish(struct tr_backtest *backtest)
{
    tr_measures_finish(&backtest->measures);
    tr_account_finish(&backtest->account);
    tr_free(backtest->entries);
    for (size_t s = 0; s < backtest->n_series; s++)
        tr_backtest_series_finish(&backtest->series[s]);
    tr_free(backtest->series);
    *backtest = (struct tr_backtest){0};
}
