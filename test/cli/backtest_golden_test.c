/* The backtest beside an independent engine: an EMA cross on real bars, trade by trade as backtesting.py made them
 * (test/golden/backtest/README.md). Everything but fills and money is computed here, by plain means. */
#include "cli/answer.h"
#include "cli/backtest.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAST 9
#define SLOW 21
#define HOUR 3600000
#define TOLERANCE 1e-6

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

struct golden {
    bool is_long;
    int64_t entry_time, exit_time; /* opens of their bars */
    double entry, exit, commission, pnl;
};

static struct golden *read_golden(size_t *n)
{
    char path[600], side[8];
    const char *source = getenv("TRADERAI_SOURCE");
    struct golden *rows = tr_alloc_zero(2000, sizeof *rows);
    FILE *file;

    snprintf(path, sizeof path, "%s/test/golden/backtest/ema-cross-okx-ETHUSDT-perp-1h.csv", source ? source : ".");
    file = fopen(path, "r");
    assert_true(file && rows);
    assert_int_equal(fscanf(file, "side,entry_time,entry,exit_time,exit,commission,pnl\n"), 0);
    for (*n = 0; *n < 2000; ++*n) {
        struct golden *g = &rows[*n];
        long long from, to;

        if (fscanf(file, "%7[a-z],%lld,%lf,%lld,%lf,%lf,%lf\n", side, &from, &g->entry, &to, &g->exit, &g->commission,
                   &g->pnl) != 7)
            break;
        g->is_long = strcmp(side, "long") == 0;
        g->entry_time = from;
        g->exit_time = to;
    }
    assert_true(feof(file));
    assert_int_equal(fclose(file), 0);
    return rows;
}

/* Begins with the mean of the first `period` closes; NaN before. */
static void ema(size_t n, const double *close, size_t period, double *out)
{
    double value = 0;

    for (size_t i = 0; i < n; i++) {
        if (i < period)
            value += close[i] / (double)period;
        else
            value += (close[i] - value) * 2 / ((double)period + 1);
        out[i] = i + 1 < period ? (double)NAN : value;
    }
}

/* Every cross, whatever position is open: the account has to pass by those it cannot take. */
static size_t write_crosses(const struct test_table *bars, const char *name)
{
    const double *time = test_table_column(bars, "timestamp_ms"), *close = test_table_column(bars, "close");
    double *fast = tr_alloc(bars->rows, sizeof *fast), *slow = tr_alloc(bars->rows, sizeof *slow);
    FILE *file = fopen(world_path(&world, name), "wb");
    size_t n = 0;

    assert_true(fast && slow && file);
    ema(bars->rows, close, FAST, fast);
    ema(bars->rows, close, SLOW, slow);
    fputs("time,symbol,side,sl,tp1,qty\n", file);
    for (size_t i = 1; i < bars->rows; i++) {
        bool up = fast[i] > slow[i] && fast[i - 1] <= slow[i - 1];
        bool down = fast[i] < slow[i] && fast[i - 1] >= slow[i - 1];
        double sign = up ? 1 : -1;

        if (!up && !down)
            continue;
        fprintf(file, "%.0f,ETH/USDT:USDT,%s,%.17g,%.17g,1\n", time[i], up ? "long" : "short",
                close[i] * (1 - sign * 0.01), close[i] * (1 + sign * 0.02));
        n++;
    }
    assert_int_equal(fclose(file), 0);
    tr_free(fast);
    tr_free(slow);
    return n;
}

static void compare_trade(const struct trade_row *ours, const struct golden *theirs)
{
    int64_t exit_bar = ours->entry_time + ((int64_t)ours->bars - 1) * HOUR;
    double net = (double)ours->net / 1e8, fees = (double)ours->fees / 1e8;

    if (ours->entry_time != theirs->entry_time || exit_bar != theirs->exit_time ||
        (strcmp(ours->side, "long") == 0) != theirs->is_long || fabs(ours->exit - theirs->exit) > TOLERANCE)
        fail_msg("%s of %lld: out in bar %lld at %.10g; the golden one is of %lld, out in bar %lld at %.10g",
                 ours->side, (long long)ours->entry_time, (long long)exit_bar, ours->exit,
                 (long long)theirs->entry_time, (long long)theirs->exit_time, theirs->exit);
    assert_true(ours->exit_time == exit_bar || ours->exit_time == exit_bar + HOUR);
    assert_near(ours->entry, theirs->entry, TOLERANCE);
    assert_near(fees, theirs->commission, TOLERANCE);
    assert_near(net, theirs->pnl, TOLERANCE);
    assert_true(ours->slippage == 0 && ours->funding == 0);
}

static void an_ema_cross_on_recorded_ether_makes_the_trades_that_backtesting_py_makes(void **state)
{
    (void)state;
    struct test_table bars;
    size_t n_golden, n;
    char shared[128];

    snprintf(shared, sizeof shared, "%s", world_borrow(&world, "data/okx-ETHUSDT-perp-1h.csv.gz"));
    struct golden *golden = read_golden(&n_golden);
    assert_int_equal(n_golden, 1082);
    test_table_read(world_path(&world, shared), &bars);
    size_t crosses = write_crosses(&bars, "cross.csv");
    tr_free(output_of(&world, "import %s --symbol ETH/USDT:USDT --timeframe 1h --exchange okx --home home", shared));
    json_t *value = json_of(&world, 0,
                            "backtest ETH/USDT:USDT --timeframe 1h --entries cross.csv --trades-csv trades.csv "
                            "--set ladder.horizon_hours=1000 --set ladder.trail_atr=0 --set cost.maker=0.0006 "
                            "--set cost.taker=0.0006 --set cost.slippage=0 --set cost.funding_default=0 "
                            "--capital 1000000 --json --home home");
    struct trade_row *ours = trades_of(&world, "trades.csv", &n);

    /* The position that is open when the bars end: backtesting.py leaves it out, here it is valued at the last close.
     */
    if (n == n_golden + 1)
        assert_string_equal(ours[--n].reason, "open");
    for (size_t i = 0; i < n && i < n_golden; i++)
        compare_trade(&ours[i], &golden[i]);
    assert_int_equal(n, n_golden);
    assert_int_equal(test_integer(value, "entries.read.accepted"), (long long)crosses);
    assert_int_equal(test_integer(value, "entries.taken") + test_integer(value, "entries.refused"), (long long)crosses);
    assert_int_equal(test_integer(value, "summary.trades"), 1082);
    json_decref(value);
    test_table_free(&bars);
    tr_free(ours);
    tr_free(golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ema_cross_on_recorded_ether_makes_the_trades_that_backtesting_py_makes),
    };
    return cmocka_run_group_tests_name("cli/backtest_golden", tests, set_up, tear_down);
}
