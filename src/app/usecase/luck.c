#include "app/usecase/luck.h"

#include "base/alloc.h"
#include "io/store/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_DAYS 15 /* of a trial whose ratio enters the variance */
#define ALPHA 0.05

static int64_t day_of(tr_time_ms time)
{
    return time >= 0 ? time / TR_DAY_MS : -((-time + TR_DAY_MS - 1) / TR_DAY_MS);
}

/* The account is whole in every trade, one after the other: a day's return is the product of what ended on it. A trade
 * that ends with a day's last bar is booked on that day. */
static void book(const struct tr_walkforward *wf, int64_t first_day, struct tr_luck *out)
{
    for (size_t i = 0; i < out->days; i++)
        out->daily[i] = 1.0;
    for (size_t i = 0; i < wf->backtest.taken; i++) {
        const struct tr_trade *trade = &wf->trades[i];
        int64_t day = day_of(trade->exit_time - 1) - first_day;

        if (trade->outcome.reason == TR_EXIT_OPEN || day < 0)
            continue;
        if ((size_t)day >= out->days) /* a position of the last block that ends behind it */
            day = (int64_t)out->days - 1;
        out->daily[day] *= 1.0 + trade->money.net_frac;
    }
    for (size_t i = 0; i < out->days; i++)
        out->daily[i] -= 1.0;
}

enum tr_status tr_luck_measure(const struct tr_walkforward *wf, const struct tr_bars *bars, struct tr_luck *out,
                               struct tr_error *err)
{
    int64_t first_day, last_day;
    tr_time_ms end;

    *out = (struct tr_luck){.psr = (double)NAN, .deflated = (double)NAN, .min_days = (double)NAN};
    out->trial_variance = out->expected_max = (double)NAN;
    tr_sharpe_measure(0, NULL, &out->sharpe);
    if (!wf->n_folds)
        return TR_OK;
    end = wf->folds[wf->n_folds - 1].test_to;
    if (end > bars->time[bars->n - 1] + tr_timeframe_ms(bars->timeframe))
        end = bars->time[bars->n - 1] + tr_timeframe_ms(bars->timeframe);
    first_day = day_of(wf->folds[0].test_from);
    last_day = day_of(end - 1);
    out->days = (size_t)(last_day - first_day + 1);
    out->daily = tr_alloc(out->days, sizeof *out->daily);
    if (!out->daily)
        return tr_error_nomem(err);
    book(wf, first_day, out);
    tr_sharpe_measure(out->days, out->daily, &out->sharpe);
    out->psr = tr_psr(&out->sharpe, 0.0);
    out->min_days = tr_min_track_record(&out->sharpe, 0.0, ALPHA);
    return TR_OK;
}

/* A ratio of fewer days says more about luck than about the configuration. */
static bool has_ratio(const struct tr_trial *trial)
{
    return !isnan(trial->sharpe) && trial->days >= LEAST_DAYS;
}

/* Mean and sample variance of the trials' ratios; those without one count as trials all the same. */
static double variance_of(const struct tr_trial *trial, size_t n)
{
    double mean = 0.0, squares = 0.0, known = 0.0;

    for (size_t i = 0; i < n; i++) {
        if (!has_ratio(&trial[i]))
            continue;
        mean += trial[i].sharpe;
        known += 1.0;
    }
    if (known < 2.0)
        return n > 1 ? (double)NAN : 0.0; /* of several, too few to tell what they vary by */
    mean /= known;
    for (size_t i = 0; i < n; i++) {
        if (has_ratio(&trial[i]))
            squares += (trial[i].sharpe - mean) * (trial[i].sharpe - mean);
    }
    return squares / (known - 1.0);
}

/* Its ratio is 0, as that of money in a drawer. */
static bool never_traded(const struct tr_luck *luck)
{
    for (size_t i = 0; i < luck->days; i++) {
        if (luck->daily[i] != 0.0)
            return false;
    }
    return luck->days > 0;
}

/* A run over fewer folds does not replace what is known of more days. */
static enum tr_status keep_longer(struct tr_store *store, struct tr_trial *trial, struct tr_error *err)
{
    struct tr_trial *list = NULL;
    size_t n = 0;
    enum tr_status status = tr_store_trial_list(store, &trial->series, &list, &n, err);

    for (size_t i = 0; i < n && status == TR_OK; i++) {
        if (strcmp(list[i].config_hash, trial->config_hash) == 0 && list[i].days > trial->days) {
            trial->days = list[i].days;
            trial->sharpe = list[i].sharpe;
        }
    }
    tr_free(list);
    return status;
}

enum tr_status tr_luck_count(struct tr_store *store, const struct tr_series_key *series, const char *config,
                             const char *label, tr_time_ms now, struct tr_error *err)
{
    struct tr_trial trial = {.series = *series, .first = now, .last = now, .sharpe = (double)NAN};
    enum tr_status status;

    snprintf(trial.config_hash, sizeof trial.config_hash, "%s", config);
    snprintf(trial.label, sizeof trial.label, "%s", label);
    status = keep_longer(store, &trial, err);
    return status == TR_OK ? tr_store_trial_put(store, &trial, err) : status;
}

enum tr_status tr_luck_enter(struct tr_luck *luck, struct tr_store *store, const struct tr_series_key *series,
                             const char *config, const char *label, tr_time_ms now, struct tr_error *err)
{
    struct tr_trial trial = {.series = *series, .first = now, .last = now, .days = luck->days};
    struct tr_trial *list = NULL;
    enum tr_status status;

    snprintf(trial.config_hash, sizeof trial.config_hash, "%s", config);
    snprintf(trial.label, sizeof trial.label, "%s", label);
    trial.sharpe = never_traded(luck) ? 0.0 : luck->sharpe.ratio;
    status = keep_longer(store, &trial, err);
    if (status == TR_OK)
        status = tr_store_trial_put(store, &trial, err);
    if (status == TR_OK)
        status = tr_store_trial_list(store, series, &list, &luck->trials, err);
    if (status != TR_OK)
        return status;
    luck->counted = true;
    luck->trial_variance = variance_of(list, luck->trials);
    luck->expected_max = tr_sharpe_expected_max(luck->trial_variance, (double)luck->trials);
    luck->deflated = tr_dsr(&luck->sharpe, luck->trial_variance, (double)luck->trials);
    tr_free(list);
    return TR_OK;
}

void tr_luck_finish(struct tr_luck *luck)
{
    tr_free(luck->daily);
    *luck = (struct tr_luck){0};
}
