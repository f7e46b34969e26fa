#include "engine/backtest/measure_days.h"

#include "base/alloc.h"
#include "engine/score/bootstrap.h"
#include "engine/score/performance.h"

#include <math.h>

#define UNKNOWN ((double)NAN)
#define ALPHA 0.05
#define MIN_BLOCK 3.0
#define DAYS_A_YEAR 365.0

enum { FAN_PATHS = 1000, FAN_PLACES = 100 };

enum figure { TOTAL, DRAWDOWN, SHARPE, SORTINO, CALMAR, FIGURES };

/* Days as the draws see them. */
struct returns {
    const double *r;
    double mean;
    double days; /* the span that counts for annual figures */
};

static double annual_of(double growth, double days)
{
    if (days < 1.0 || isnan(growth))
        return UNKNOWN;
    return growth > 0.0 ? pow(growth, DAYS_A_YEAR / days) - 1.0 : -1.0;
}

static void measure_drawdown(const struct tr_account *account, struct tr_backtest_measures *out)
{
    size_t peak = 0;
    out->max_drawdown.value = account->points ? 0.0 : UNKNOWN;
    for (size_t i = 0; i < account->points; i++) {
        if (account->equity[i] > account->equity[peak])
            peak = i;
        double lost = account->equity[peak] - account->equity[i], drawdown = lost / account->equity[peak];
        if (drawdown > out->max_drawdown.value) {
            out->max_drawdown.value = drawdown;
            out->max_drawdown_usd = lost;
            out->drawdown_from = account->time[peak];
            out->drawdown_to = account->time[i];
        }
    }
}

static void measure_points(const struct tr_account *account, struct tr_backtest_measures *out)
{
    size_t in_market = 0, solvent = 0;
    double exposure = 0.0;
    out->min_equity = out->max_equity = account->points ? account->equity[0] : UNKNOWN;
    for (size_t i = 0; i < account->points; i++) {
        double equity = account->equity[i];
        out->min_equity = equity < out->min_equity ? equity : out->min_equity;
        out->max_equity = equity > out->max_equity ? equity : out->max_equity;
        in_market += account->exposure[i] > 0.0;
        if (equity > 0.0) {
            solvent++;
            exposure += account->exposure[i] / equity;
        }
    }
    out->time_in_market = account->points ? (double)in_market / (double)account->points : UNKNOWN;
    out->average_exposure = solvent ? exposure / (double)solvent : UNKNOWN;
}

/* The last point at or before `instant`, looked for from point `from` on, which is one. */
static size_t point_at(const struct tr_account *account, size_t from, tr_time_ms instant)
{
    while (from + 1 < account->points && account->time[from + 1] <= instant)
        from++;
    return from;
}

static double return_of(double before, double after)
{
    return before > 0.0 ? after / before - 1.0 : 0.0;
}

static void count_day(double return_frac, struct tr_backtest_measures *out)
{
    out->best_day = fmax(out->best_day, return_frac); /* a NaN gives way */
    out->worst_day = fmin(out->worst_day, return_frac);
    out->days_won += return_frac > 0.0;
    out->days_drawn += return_frac == 0.0;
    out->days_lost += return_frac < 0.0;
}

static enum tr_status measure_calendar_days(const struct tr_account *account, struct tr_backtest_measures *out,
                                            struct tr_error *err)
{
    tr_time_ms begin = account->points ? account->time[0] : 0;
    tr_time_ms end = account->points ? account->time[account->points - 1] : 0;
    tr_time_ms first = tr_time_floor(begin, TR_DAY_MS);
    size_t n = end > begin ? (size_t)((end - 1 - first) / TR_DAY_MS) + 1 : 0, point = 0;
    out->days = (double)(end - begin) / (double)TR_DAY_MS;
    out->best_day = out->worst_day = UNKNOWN;
    out->day = tr_alloc(n, sizeof *out->day);
    if (!out->day)
        return tr_error_nomem(err);
    out->n_days = n;
    for (size_t d = 0; d < n; d++) {
        tr_time_ms start = first + (tr_time_ms)d * TR_DAY_MS;
        double before = account->equity[point];
        point = point_at(account, point, start + TR_DAY_MS);
        double after = account->equity[point];
        out->day[d] = (struct tr_day){.day = start, .equity = after, .return_frac = return_of(before, after)};
        count_day(out->day[d].return_frac, out);
    }
    return TR_OK;
}

/* Months counted from year 0. What happens at the instant at which a month begins ends the one before. */
static int month_of(tr_time_ms instant)
{
    struct tr_civil civil = tr_civil_from_time(instant - 1);
    return civil.year * 12 + civil.month - 1;
}

static tr_time_ms month_start(int month)
{
    const struct tr_civil civil = {.year = month / 12, .month = month % 12 + 1, .day = 1};
    return tr_time_from_civil(&civil);
}

struct month_range {
    int first, end; /* end: the one behind the last */
};

static struct month_range find_months(const struct tr_account *account)
{
    struct month_range range = {0, 0};
    size_t last = account->points - 1;
    if (account->points && account->time[last] > account->time[0])
        range = (struct month_range){month_of(account->time[0] + 1), month_of(account->time[last]) + 1};
    for (size_t i = 0; i < account->n_trades; i++) {
        if (account->trades[i].open)
            continue;
        int month = month_of(account->trades[i].exit_time);
        if (range.first == range.end)
            range = (struct month_range){month, month + 1};
        range.first = month < range.first ? month : range.first;
        range.end = month >= range.end ? month + 1 : range.end;
    }
    return range;
}

static void measure_month_returns(const struct tr_account *account, int first, struct tr_backtest_measures *out)
{
    size_t point = 0;
    for (size_t m = 0; m < out->n_months; m++) {
        tr_time_ms start = month_start(first + (int)m), end = month_start(first + (int)m + 1);
        out->month[m].return_frac = UNKNOWN;
        if (account->points < 2 || end <= account->time[0] || start >= account->time[account->points - 1])
            continue;
        double before = account->equity[point];
        point = point_at(account, point, end);
        out->month[m].return_frac = return_of(before, account->equity[point]);
    }
}

static enum tr_status measure_months(const struct tr_account *account, struct tr_backtest_measures *out,
                                     struct tr_error *err)
{
    struct month_range range = find_months(account);
    size_t n = (size_t)(range.end - range.first);
    out->month = tr_alloc(n, sizeof *out->month);
    if (!out->month)
        return tr_error_nomem(err);
    out->n_months = n;
    for (size_t m = 0; m < n; m++) {
        int month = range.first + (int)m;
        out->month[m] = (struct tr_month){.year = month / 12, .month = month % 12 + 1};
    }
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        if (trade->open)
            continue;
        struct tr_month *month = &out->month[month_of(trade->exit_time) - range.first];
        month->trades++;
        month->net += trade->net;
    }
    measure_month_returns(account, range.first, out);
    return TR_OK;
}

/* One pass. The spread is taken around the mean of all days, which lies near every draw's: nothing cancels. What
 * divides by nothing counts as infinite, as it is. */
static void figures_of_days(size_t n, const size_t *row, const void *data, double *figure)
{
    const struct returns *days = data;
    double sum = 0.0, squares = 0.0, squared_losses = 0.0, equity = 1.0, peak = 1.0, worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        double r = days->r[row[i]], apart = r - days->mean, loss = r < 0.0 ? r : 0.0;
        sum += apart;
        squares += apart * apart;
        squared_losses += loss * loss;
        equity *= 1.0 + r;
        peak = equity > peak ? equity : peak;
        double drawdown = (peak - equity) / peak;
        worst = drawdown > worst ? drawdown : worst;
    }
    double count = (double)n, mean = days->mean + sum / count, spread = squares - sum * sum / count;
    double annual = annual_of(equity, days->days);
    bool varies = spread > 1e-12 * squares; /* below, it is what rounding left of days that are all equal */
    figure[TOTAL] = equity - 1.0;
    figure[DRAWDOWN] = worst;
    figure[SHARPE] = varies ? mean / sqrt(spread / (count - 1.0)) * sqrt(DAYS_A_YEAR) : UNKNOWN;
    figure[SORTINO] = mean > 0.0 ? (double)INFINITY : UNKNOWN;
    if (squared_losses > 0.0)
        figure[SORTINO] = mean / sqrt(squared_losses / count) * sqrt(DAYS_A_YEAR);
    figure[CALMAR] = annual > 0.0 ? (double)INFINITY : UNKNOWN;
    if (worst > 0.0)
        figure[CALMAR] = annual / worst;
}

static struct tr_interval where_known(double value, struct tr_interval interval)
{
    return isnan(value) ? (struct tr_interval){UNKNOWN, UNKNOWN} : interval;
}

static void measure_ratios(const struct tr_account *account, const double *r, struct tr_backtest_measures *out)
{
    double growth = tr_money_usd(account->final_equity) / tr_money_usd(account->capital);
    struct tr_performance performance;
    tr_performance_measure(out->n_days, r, DAYS_A_YEAR, &performance);
    tr_sharpe_measure(out->n_days, r, &out->daily);
    out->psr = tr_psr(&out->daily, 0.0);
    out->total_return.value = growth - 1.0;
    out->annual_return.value = annual_of(growth, out->days);
    out->sharpe.value = performance.sharpe;
    out->sortino.value = performance.sortino;
    out->calmar.value = out->max_drawdown.value > 0.0 ? out->annual_return.value / out->max_drawdown.value : UNKNOWN;
}

static enum tr_status draw_intervals(const double *r, size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                     struct tr_error *err)
{
    const struct returns days = {r, out->daily.mean, out->days};
    double block = fmax(MIN_BLOCK, cbrt((double)out->n_days));
    double level = tr_bootstrap_level((double)out->n_days / block, ALPHA);
    const struct tr_stationary_options options = {block, draws, seed, level};
    struct tr_interval interval[FIGURES];
    enum tr_status status =
        tr_bootstrap_stationary_all(&options, out->n_days, FIGURES, figures_of_days, &days, interval, err);
    out->total_return.interval = interval[TOTAL];
    out->annual_return.interval.lower = annual_of(1.0 + interval[TOTAL].lower, out->days);
    out->annual_return.interval.upper = annual_of(1.0 + interval[TOTAL].upper, out->days);
    out->max_drawdown.interval = interval[DRAWDOWN];
    out->sharpe.interval = where_known(out->sharpe.value, interval[SHARPE]);
    out->sortino.interval = where_known(out->sortino.value, interval[SORTINO]);
    out->calmar.interval = where_known(out->calmar.value, interval[CALMAR]);
    if (status != TR_OK)
        return status;
    return tr_fan_draw(out->n_days, r, block, draws ? FAN_PATHS : 0, seed + 1, FAN_PLACES, &out->fan, err);
}

enum tr_status tr_measure_days(const struct tr_account *account, size_t draws, uint64_t seed,
                               struct tr_backtest_measures *out, struct tr_error *err)
{
    measure_drawdown(account, out);
    measure_points(account, out);
    enum tr_status status = measure_calendar_days(account, out, err);
    if (status == TR_OK)
        status = measure_months(account, out, err);
    if (status != TR_OK)
        return status;
    double *r = tr_alloc(out->n_days, sizeof *r);
    if (!r)
        return tr_error_nomem(err);
    for (size_t d = 0; d < out->n_days; d++)
        r[d] = fmax(out->day[d].return_frac, -1.0); /* beyond all there is nothing to lose */
    measure_ratios(account, r, out);
    status = draw_intervals(r, draws, seed, out, err);
    tr_free(r);
    return status;
}
