#include "support/backtest.h"

#include "base/alloc.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

#define DAYS_A_YEAR 365.0

static double usd(tr_money amount)
{
    return (double)amount / (double)TR_MONEY_USD;
}

static double ratio(double a, double b)
{
    return b != 0 ? a / b : (double)NAN;
}

/* An interval that looks like one: no bootstrap ran. */
static struct tr_measured invented(double value)
{
    double width = 0.5 * fabs(value) + 0.001;

    return (struct tr_measured){value, {value - width, value + 1.2 * width}};
}

static struct tr_measured rate(size_t k, size_t n)
{
    return (struct tr_measured){ratio((double)k, (double)n), tr_rate_wilson((double)k, (double)n, 0.05)};
}

static double hours(const struct tr_account_trade *t)
{
    return (double)(t->exit_time - t->entry_time) / (double)TR_HOUR_MS;
}

static bool in_group(const struct tr_backtest *b, const struct tr_account_trade *t, int side, int reason, int series,
                     bool proven)
{
    return !t->open && (side < 0 || t->side == (enum tr_side)side) &&
           (reason < 0 || t->outcome.reason == (enum tr_exit_reason)reason) &&
           (series < 0 || t->series == (size_t)series) && (!proven || b->entries[t->entry].proven);
}

static struct tr_trade_group group(const struct tr_backtest *b, int side, int reason, int series, bool proven)
{
    struct tr_trade_group g = {0};
    double net = 0, held = 0;

    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];

        if (!in_group(b, t, side, reason, series, proven))
            continue;
        g.trades++;
        g.wins += t->net > 0;
        g.draws += t->net == 0;
        g.losses += t->net < 0;
        g.net += t->net;
        net += usd(t->net) / t->size_usd;
        held += hours(t);
    }
    g.average_net_frac = ratio(net, (double)g.trades);
    g.average_hours = ratio(held, (double)g.trades);
    g.net_capital_frac = usd(g.net) / usd(b->account.capital);
    return g;
}

static void measure_groups(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;

    m->all = group(b, -1, -1, -1, false);
    m->proven = group(b, -1, -1, -1, true);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        m->side[side] = group(b, side, -1, -1, false);
    for (int reason = 0; reason < TR_EXIT_REASONS; reason++)
        m->reason[reason] = group(b, -1, reason, -1, false);
    m->n_series = b->n_series;
    if (!m->series)
        m->series = tr_alloc_zero(m->n_series, sizeof *m->series);
    assert_non_null(m->series);
    for (size_t s = 0; s < m->n_series; s++)
        m->series[s] = group(b, -1, -1, (int)s, false);
    m->closed = m->all.trades;
    m->open = b->account.n_trades - m->closed;
}

static void measure_sums(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    double sizes = 0;

    m->gross = m->fees = m->slippage = m->funding = m->net = 0;
    m->turnover_usd = 0;
    m->funding_assumed = m->ambiguous = m->resolved = 0;
    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];

        m->gross += t->gross;
        m->fees += t->fees;
        m->slippage += t->slippage;
        m->funding += t->funding;
        m->net += t->net;
        sizes += t->size_usd;
        m->turnover_usd += t->size_usd * 2 + tr_side_sign(t->side) * usd(t->gross);
        m->funding_assumed += t->money.funding_assumed;
        m->ambiguous += t->outcome.ambiguous && !t->open;
        m->order_unclear += t->outcome.order_unclear && !t->open;
        m->resolved += t->outcome.resolved;
    }
    for (size_t i = 0; i < TR_COST_STEPS; i++) {
        m->cost_factor[i] = (double)i / 10;
        m->cost_net_usd[i] = usd(m->gross - m->funding) - m->cost_factor[i] * usd(m->fees + m->slippage);
    }
    m->break_even_factor = ratio(usd(m->gross - m->funding), usd(m->fees + m->slippage));
    m->cost_frac = ratio(usd(m->fees + m->slippage), sizes);
    m->break_even_frac = ratio(usd(m->gross - m->funding), sizes);
}

static void measure_rates(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    size_t hit[TR_TARGETS] = {0}, proven_hit = 0;
    double won = 0, lost = 0, gross = 0;

    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];

        if (t->open)
            continue;
        for (size_t k = 0; k < TR_TARGETS; k++)
            hit[k] += t->outcome.targets_hit > k;
        proven_hit += t->outcome.targets_hit > 0 && b->entries[t->entry].proven;
        won += fmax(0, usd(t->net));
        lost -= fmin(0, usd(t->net));
        gross += t->money.gross_frac;
    }
    for (size_t k = 0; k < TR_TARGETS; k++) {
        m->hit_rate[k] = rate(hit[k], m->closed);
        m->random_hit_rate[k] = m->closed ? 0.6 - 0.2 * (double)k : (double)NAN;
    }
    m->win_rate = rate(m->all.wins, m->closed);
    m->proven_hit_rate = rate(proven_hit, m->proven.trades);
    m->profit_factor = invented(ratio(won, lost));
    m->expectancy_usd = invented(ratio(usd(m->all.net), (double)m->closed));
    m->average_net_frac = invented(m->all.average_net_frac);
    m->average_gross_frac = invented(ratio(gross, (double)m->closed));
}

static void measure_runs(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    const struct tr_account_trade *t = b->account.trades;
    size_t wins = 0, losses = 0, n = b->account.n_trades;
    double won = 0, lost = 0;

    m->best = m->worst = n;
    m->wins_in_row = m->losses_in_row = 0;
    for (size_t i = 0; i < n; i++) {
        if (t[i].open)
            continue;
        wins = t[i].net > 0 ? wins + 1 : 0;
        losses = t[i].net < 0 ? losses + 1 : 0;
        m->wins_in_row = wins > m->wins_in_row ? wins : m->wins_in_row;
        m->losses_in_row = losses > m->losses_in_row ? losses : m->losses_in_row;
        won += t[i].net > 0 ? hours(&t[i]) : 0;
        lost += t[i].net < 0 ? hours(&t[i]) : 0;
        if (m->best == n || usd(t[i].net) / t[i].size_usd > usd(t[m->best].net) / t[m->best].size_usd)
            m->best = i;
        if (m->worst == n || usd(t[i].net) / t[i].size_usd < usd(t[m->worst].net) / t[m->worst].size_usd)
            m->worst = i;
    }
    m->winner_hours = ratio(won, (double)m->all.wins);
    m->loser_hours = ratio(lost, (double)m->all.losses);
}

static void measure_points(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    const struct tr_account *a = &b->account;
    size_t peak = 0, in_market = 0;
    double exposure = 0;

    m->min_equity = m->max_equity = a->equity[0];
    m->max_drawdown.value = m->max_drawdown_usd = 0;
    m->drawdown_from = m->drawdown_to = 0;
    for (size_t k = 0; k < a->points; k++) {
        double down;

        peak = a->equity[k] > a->equity[peak] ? k : peak;
        down = (a->equity[peak] - a->equity[k]) / a->equity[peak];
        m->min_equity = fmin(m->min_equity, a->equity[k]);
        m->max_equity = fmax(m->max_equity, a->equity[k]);
        in_market += a->exposure[k] > 0;
        exposure += a->exposure[k] / a->equity[k] / (double)a->points;
        if (down > m->max_drawdown.value) {
            m->max_drawdown.value = down;
            m->max_drawdown_usd = a->equity[peak] - a->equity[k];
            m->drawdown_from = a->time[peak];
            m->drawdown_to = a->time[k];
        }
    }
    m->max_drawdown.interval = invented(m->max_drawdown.value).interval;
    m->time_in_market = (double)in_market / (double)a->points;
    m->average_exposure = exposure;
}

static void measure_days(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    const struct tr_account *a = &b->account;
    double total = a->equity[a->points - 1] / a->equity[0], down = 0;
    double *r;

    m->days = (double)(b->to - b->from) / (double)TR_DAY_MS;
    m->n_days = (a->points - 1) / 24;
    tr_free(m->day);
    m->day = tr_alloc_zero(m->n_days, sizeof *m->day);
    r = tr_alloc(m->n_days, sizeof *r);
    assert_non_null(m->day);
    assert_non_null(r);
    m->best_day = m->worst_day = (double)NAN;
    m->days_won = m->days_drawn = m->days_lost = 0;
    for (size_t d = 0; d < m->n_days; d++) {
        r[d] = a->equity[24 * (d + 1)] / a->equity[24 * d] - 1;
        m->day[d] = (struct tr_day){a->time[24 * d], a->equity[24 * (d + 1)], r[d]};
        m->best_day = fmax(m->best_day, r[d]);
        m->worst_day = fmin(m->worst_day, r[d]);
        m->days_won += r[d] > 0;
        m->days_drawn += r[d] == 0;
        m->days_lost += r[d] < 0;
        down += fmin(0, r[d]) * fmin(0, r[d]) / (double)m->n_days;
    }
    tr_sharpe_measure(m->n_days, r, &m->daily);
    tr_free(r);
    m->psr = tr_psr(&m->daily, 0);
    m->total_return = invented(total - 1);
    m->annual_return = invented(pow(total, DAYS_A_YEAR / m->days) - 1);
    m->sharpe = invented(m->daily.ratio * sqrt(DAYS_A_YEAR));
    m->sortino = invented(ratio(m->daily.mean, sqrt(down)) * sqrt(DAYS_A_YEAR));
    m->calmar = invented(ratio(m->annual_return.value, m->max_drawdown.value));
}

static void measure_months(struct tr_backtest *b)
{
    struct tr_backtest_measures *m = &b->measures;
    double before = m->day[0].equity / (1 + m->day[0].return_frac);

    tr_free(m->month);
    m->n_months = 2;
    m->month = tr_alloc_zero(m->n_months, sizeof *m->month);
    assert_non_null(m->month);
    for (size_t k = 0; k < m->n_months; k++)
        m->month[k] = (struct tr_month){.year = 2024, .month = 3 + (int)k};
    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];
        struct tr_month *month = &m->month[tr_civil_from_time(t->exit_time).month - 3 > 0];

        if (t->open)
            continue;
        month->trades++;
        month->net += t->net;
    }
    for (size_t k = 0; k < m->n_months; k++) {
        double last = before;

        for (size_t d = 0; d < m->n_days; d++)
            last = tr_civil_from_time(m->day[d].day).month <= m->month[k].month ? m->day[d].equity : last;
        m->month[k].return_frac = last / before - 1;
        before = last;
    }
}

void test_backtest_measure(struct tr_backtest *b)
{
    measure_groups(b);
    measure_sums(b);
    measure_rates(b);
    measure_runs(b);
    measure_points(b);
    measure_days(b);
    measure_months(b);
}
