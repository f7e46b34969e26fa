#include "support/test.h"

#include "base/order.h"
#include "engine/backtest/measure_test.h"
#include "engine/score/bootstrap.h"
#include "engine/score/performance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Between every two points. */
static void drawdown_and_points_equal_a_slow_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        enum { N = 300 };
        make_random(seed, 1, N, START);
        struct tr_backtest_measures m = measure(0, 1);
        double worst = 0.0, lowest = 1e300, highest = 0.0, exposure = 0.0, in_market = 0.0;
        size_t peak = 0, trough = 0;
        for (size_t t = 0; t < N; t++) {
            for (size_t s = 0; s < t; s++) {
                if (1.0 - made.equity[t] / made.equity[s] > worst + 1e-14) {
                    worst = 1.0 - made.equity[t] / made.equity[s];
                    peak = s;
                    trough = t;
                }
            }
            lowest = fmin(lowest, made.equity[t]);
            highest = fmax(highest, made.equity[t]);
            exposure += made.exposure[t] / made.equity[t] / N;
            in_market += made.exposure[t] > 0.0 ? 1.0 / N : 0.0;
        }
        assert_near(m.max_drawdown.value, worst, 1e-12);
        assert_near(m.max_drawdown_usd, made.equity[peak] - made.equity[trough], 1e-9);
        assert_true(m.drawdown_from == made.time[peak] && m.drawdown_to == made.time[trough]);
        assert_true(m.min_equity == lowest && m.max_equity == highest);
        assert_near(m.average_exposure, exposure, 1e-12);
        assert_near(m.time_in_market, in_market, 1e-12);
        tr_measures_finish(&m);
    }
}

/* For each day all points are looked through. The grid starts at odd hours and has holes of days. */
static void days_equal_a_slow_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        enum { N = 500 };
        make_random(seed, 1, N, START + (tr_time_ms)seed * TR_HOUR_MS - (seed % 2 ? TR_HOUR_MS * 24 * 365 * 60 : 0));
        for (size_t i = 200; i < N; i++)
            made.time[i] += (tr_time_ms)(seed % 5) * 30 * TR_HOUR_MS;
        struct tr_backtest_measures m = measure(0, 1);
        assert_near(m.days, (double)(made.time[N - 1] - made.time[0]) / 86400000.0, 1e-12);
        double best = -1.0, worst = 1.0, before = made.equity[0], growth = 1.0, r[64];
        size_t won = 0, lost = 0;
        assert_true(m.n_days < 64 && m.day[0].day <= made.time[0] && made.time[0] < m.day[0].day + TR_DAY_MS);
        for (size_t d = 0; d < m.n_days; d++) {
            double last = made.equity[0];
            for (size_t i = 0; i < N; i++)
                last = made.time[i] <= m.day[d].day + TR_DAY_MS ? made.equity[i] : last;
            assert_true(m.day[d].day == m.day[0].day + (tr_time_ms)d * TR_DAY_MS && m.day[d].day % TR_DAY_MS == 0);
            assert_true(m.day[d].equity == last);
            r[d] = last / before - 1.0;
            assert_near(m.day[d].return_frac, r[d], 1e-15);
            best = fmax(best, r[d]);
            worst = fmin(worst, r[d]);
            won += r[d] > 0.0;
            lost += r[d] < 0.0;
            growth *= 1.0 + m.day[d].return_frac;
            before = last;
        }
        assert_true(before == made.equity[N - 1] && m.day[m.n_days - 1].day < made.time[N - 1]);
        assert_near(growth - 1.0, m.total_return.value, 1e-9);
        assert_true(m.best_day == best && m.worst_day == worst && m.days_won == won && m.days_lost == lost);
        assert_int_equal(m.days_won + m.days_drawn + m.days_lost, m.n_days);
        struct tr_performance p;
        tr_performance_measure(m.n_days, r, 365.0, &p);
        assert_near(m.sharpe.value, p.mean / p.sd * sqrt(365.0), 1e-9);
        assert_near(m.sortino.value, p.sortino, 1e-9);
        assert_near(m.annual_return.value, pow(1.0 + m.total_return.value, 365.0 / m.days) - 1.0, 1e-9);
        assert_near(m.calmar.value, m.annual_return.value / m.max_drawdown.value, 1e-9);
        assert_near(m.psr, tr_psr(&m.daily, 0.0), 0);
        tr_measures_finish(&m);
    }
}

/* Months by the text of the instant before: what happens at midnight of the first is the old month's. */
static void months_equal_a_slow_reference_and_add_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 12; seed++) {
        enum { N = 24 * 148 }; /* some trades close in a month behind the points */
        make_random(seed, 90, N, START + (tr_time_ms)seed * 13 * TR_HOUR_MS);
        struct tr_backtest_measures m = measure(0, 1);
        tr_money net = 0;
        double growth = 1.0, before = made.equity[0];
        size_t trades = 0;
        for (size_t k = 0; k < m.n_months; k++) {
            char month[16], text[TR_TIME_TEXT];
            (void)snprintf(month, sizeof month, "%04d-%02d", m.month[k].year, m.month[k].month);
            tr_money sum = 0;
            for (size_t i = 0; i < 90; i++) {
                tr_time_format(made.trades[i].exit_time - 1, text);
                sum += is_closed(i) && strncmp(text, month, 7) == 0 ? made.trades[i].net : 0;
            }
            assert_true(sum == m.month[k].net);
            double last = (double)NAN;
            for (size_t i = 0; i < N; i++) {
                tr_time_format(made.time[i] - 1, text);
                last = i > 0 && strncmp(text, month, 7) == 0 ? made.equity[i] : last;
            }
            assert_near(m.month[k].return_frac, last / before - 1.0, 1e-12);
            before = isnan(last) ? before : last;
            growth *= isnan(last) ? 1.0 : 1.0 + m.month[k].return_frac;
            net += m.month[k].net;
            trades += m.month[k].trades;
        }
        assert_true(net == m.all.net && trades == m.closed);
        assert_near(growth - 1.0, m.total_return.value, 1e-9);
        tr_measures_finish(&m);
    }
}

static void the_first_of_equal_peaks_begins_the_drawdown(void **state)
{
    (void)state;
    begin(0, 6);
    const double equity[] = {CAPITAL, 10100.0, 10050.0, 10100.0, 9999.0, 9999.0};
    memcpy(made.equity, equity, sizeof equity);
    struct tr_backtest_measures m = measure(0, 1);
    assert_true(m.drawdown_from == made.time[1] && m.drawdown_to == made.time[4] && m.max_drawdown_usd == 101.0);
    tr_measures_finish(&m);
}

static void an_exit_at_midnight_belongs_to_the_day_and_month_that_end(void **state)
{
    (void)state;
    begin(2, 24 * 31 + 2); /* up to 01:00 of 1 February */
    made.trades[0].exit_time = START + 31 * TR_DAY_MS;
    made.trades[1].exit_time = START + 31 * TR_DAY_MS + 1;
    set_money(&made.trades[0], 5.0, 0.0, 0.0, 0.0);
    set_money(&made.trades[1], 7.0, 0.0, 0.0, 0.0);
    made.equity[24 * 31] = CAPITAL + 5.0;
    made.equity[24 * 31 + 1] = CAPITAL + 12.0;
    struct tr_backtest_measures m = measure(0, 1);
    assert_true(m.n_days == 32 && m.n_months == 2);
    assert_true(m.day[30].equity == CAPITAL + 5.0 && m.day[31].equity == CAPITAL + 12.0);
    assert_true(m.month[0].net == money(5.0) && m.month[1].net == money(7.0));
    assert_near(m.month[0].return_frac, 5.0 / CAPITAL, 1e-15);
    tr_measures_finish(&m);
}

static void the_annual_interval_is_the_total_one_seen_through_the_same_power(void **state)
{
    (void)state;
    make_random(5, 100, 24 * 100 + 1, START);
    struct tr_backtest_measures m = measure(DRAWS, 2);
    double power = 365.0 / m.days;
    assert_near(m.annual_return.interval.lower, pow(1.0 + m.total_return.interval.lower, power) - 1.0, 1e-9);
    assert_near(m.annual_return.interval.upper, pow(1.0 + m.total_return.interval.upper, power) - 1.0, 1e-9);
    tr_measures_finish(&m);
}

enum { FIGURES = 5 };

/* Each draw is written out as a series of its own and measured by what measures any series. */
static void draw_slowly(const struct tr_backtest_measures *m, size_t draws, uint64_t seed, double drawn[FIGURES][DRAWS])
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t d = 0; d < draws; d++) {
        size_t row[300];
        double r[300];
        struct tr_performance p;
        assert_true(m->n_days <= 300);
        tr_stationary_rows(m->n_days, fmax(3.0, pow((double)m->n_days, 1.0 / 3.0)), &rng, row);
        for (size_t i = 0; i < m->n_days; i++)
            r[i] = m->day[row[i]].return_frac;
        tr_performance_measure(m->n_days, r, 365.0 * (double)m->n_days / m->days, &p);
        drawn[0][d] = p.total_return;
        drawn[1][d] = p.max_drawdown;
        drawn[4][d] = p.calmar;
        tr_performance_measure(m->n_days, r, 365.0, &p);
        drawn[2][d] = p.sharpe;
        drawn[3][d] = p.sortino;
    }
}

static void intervals_over_days_equal_a_slow_reference(void **state)
{
    (void)state;
    static double drawn[FIGURES][DRAWS];
    make_random(9, 1, 24 * 150 + 7, START + 5 * TR_HOUR_MS);
    struct tr_backtest_measures m = measure(DRAWS, 40);
    const struct tr_measured *figure[FIGURES] = {&m.total_return, &m.max_drawdown, &m.sharpe, &m.sortino, &m.calmar};
    draw_slowly(&m, DRAWS, 41, drawn);
    double level = tr_bootstrap_level((double)m.n_days / fmax(3.0, pow((double)m.n_days, 1.0 / 3.0)), 0.05);
    for (size_t k = 0; k < FIGURES; k++) {
        tr_sort_doubles(DRAWS, drawn[k]);
        double lower = tr_quantile_sorted(DRAWS, drawn[k], 0.5 * level);
        double upper = tr_quantile_sorted(DRAWS, drawn[k], 1.0 - 0.5 * level);
        assert_near(figure[k]->interval.lower, lower, 1e-9 * (1.0 + fabs(lower)));
        assert_near(figure[k]->interval.upper, upper, 1e-9 * (1.0 + fabs(upper)));
    }
    tr_measures_finish(&m);
}

static void draws_in_which_nothing_moves_have_no_ratio(void **state)
{
    (void)state;
    begin(0, 24 * 100 + 1);
    for (size_t i = 24 * 50; i < made.account.points; i++)
        made.equity[i] = CAPITAL * 1.013;
    made.account.final_equity = money(CAPITAL * 1.013);
    struct tr_backtest_measures m = measure(DRAWS, 2);
    /* Of 100 days one moved: once in a draw or more, the ratio is sqrt(365 k / 100) or a little above. */
    assert_near(m.sharpe.value, 1.9, 0.02);
    assert_near(m.sharpe.interval.lower, 1.9, 0.02);
    assert_true(isnan(m.sortino.value) && isnan(m.sortino.interval.lower) && isnan(m.calmar.interval.upper));
    assert_true(m.max_drawdown.interval.lower == 0.0 && m.max_drawdown.interval.upper == 0.0);
    assert_true(m.days_drawn == 99 && m.total_return.interval.lower == 0.0);
    tr_measures_finish(&m);
}

static void an_account_that_is_lost_stays_lost(void **state)
{
    (void)state;
    const double ends[] = {0.0, -500.0};
    for (int k = 0; k < 2; k++) {
        make_random(4, 100, 24 * 80 + 1, START);
        for (size_t i = 24 * 70 + 5; i < made.account.points; i++)
            made.equity[i] = ends[k];
        made.account.final_equity = money(ends[k]);
        struct tr_backtest_measures m = measure(DRAWS, 1);
        assert_near(m.total_return.value, ends[k] / CAPITAL - 1.0, 1e-12);
        assert_true(m.annual_return.value == -1.0 && m.max_drawdown.value >= 1.0 && m.min_equity == ends[k]);
        assert_true(m.worst_day <= -1.0 && m.day[75].return_frac == 0.0 && m.day[75].equity == ends[k]);
        assert_true(isfinite(m.sharpe.value) && isfinite(m.average_exposure) && isfinite(m.calmar.value));
        assert_true(m.total_return.interval.lower == -1.0 && m.max_drawdown.interval.upper == 1.0);
        assert_true(m.fan.steps > 0 && m.fan.loss_chance > 0.4);
        tr_measures_finish(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawdown_and_points_equal_a_slow_reference),
        cmocka_unit_test(days_equal_a_slow_reference),
        cmocka_unit_test(months_equal_a_slow_reference_and_add_up),
        cmocka_unit_test(the_first_of_equal_peaks_begins_the_drawdown),
        cmocka_unit_test(an_exit_at_midnight_belongs_to_the_day_and_month_that_end),
        cmocka_unit_test(the_annual_interval_is_the_total_one_seen_through_the_same_power),
        cmocka_unit_test(intervals_over_days_equal_a_slow_reference),
        cmocka_unit_test(draws_in_which_nothing_moves_have_no_ratio),
        cmocka_unit_test(an_account_that_is_lost_stays_lost),
    };
    return cmocka_run_group_tests_name("engine/backtest/measure_days", tests, NULL, NULL);
}
