/* Backtests on real minute bars, CPU time of one thread, medians of the rounds.
 *
 * cross: EMA(9) crosses EMA(21) of the closes: up -> long, down -> short, only while flat; target 2 %, stop 1 % from
 * the deciding close, entered at the next open, 0.06 % of fees a fill. The averages are part of the work; the trades
 * come from the outcome kernel, their money from tr_settle. Beside it the same rules as one plain loop written here,
 * compared trade by trade, and backtesting.py.
 * ladder: the whole account: three targets, trailing, funding, slippage, equity marked at each bar; an entry is wished
 * for every few bars, so that a position is nearly always open.
 *
 * Usage: backtest_bench CSV [PEER.py]: timestamp_ms,open,high,low,close,volume of a minute series, gzipped or not.
 * BACKTESTING_PY, where set, names a checkout of backtesting.py, which PEER.py runs over the first bars of the same
 * file by PYTHON (python3). */
#include "base/alloc.h"
#include "base/rng.h"
#include "engine/backtest/account.h"
#include "engine/trade/scan.h"
#include "io/format/bars_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BARS = 1000000, ROUNDS = 9, PYTHON_BARS = 100000, ENTRY_EVERY = 4, FAST = 9, SLOW = 21 };

static const double target_frac = 0.02, stop_frac = 0.01, fee_frac = 0.0006;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void must(enum tr_status status, const struct tr_error *err)
{
    if (status == TR_OK)
        return;
    fprintf(stderr, "backtest_bench: %s\n", err->text);
    exit(1);
}

static void *room(size_t n, size_t size)
{
    void *block = tr_alloc(n, size);
    if (!block) {
        fprintf(stderr, "backtest_bench: out of memory\n");
        exit(1);
    }
    return block;
}

struct trade {
    size_t decision, exit_bar;
    enum tr_side side;
    enum tr_exit_reason reason;
    double entry, exit, net_frac;
};

typedef double pair __attribute__((vector_size(16)));

struct work {
    struct tr_bars bars;
    struct tr_funding funding;
    struct trade *trades, *plain; /* of the kernel, of the plain loop */
    struct tr_account_entry *entries;
    size_t n_trades, n_plain, n_entries;
    pair averages;
    bool follows;
    struct tr_account account;
};

/* --- EMA cross --- */

static double mean(const double *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* Both averages in one register, after row 20: each further row waits for a subtraction, a multiplication and an
 * addition. */
static pair first_averages(const double *close)
{
    pair level = {mean(close, FAST), mean(close, SLOW)};
    for (size_t i = FAST; i < SLOW; i++)
        level[0] += 2.0 / (FAST + 1.0) * (close[i] - level[0]);
    return level;
}

static pair step(pair level, double close)
{
    const pair weight = {2.0 / (FAST + 1.0), 2.0 / (SLOW + 1.0)};
    return level + weight * ((pair){close, close} - level);
}

/* Rows row .. end - 1, whatever crosses. */
static pair follow(pair level, const double *close, size_t row, size_t end)
{
    for (; row < end; row++)
        level = step(level, close[row]);
    return level;
}

/* The first row from `row` on at which the averages cross; n where none does. level: of the row before, then of that
 * row. */
static size_t find_cross(pair *level, const double *close, size_t row, size_t n, enum tr_side *side)
{
    pair last = *level, now = last;
    *side = TR_LONG;
    for (; row < n; row++, last = now) {
        now = step(last, close[row]);
        bool up = now[0] > now[1] && !(last[0] > last[1]), down = now[0] < now[1] && !(last[0] < last[1]);
        if (!up && !down)
            continue;
        *side = up ? TR_LONG : TR_SHORT;
        break;
    }
    *level = now;
    return row;
}

static void run_cross(struct work *w)
{
    const struct tr_outcome_rules rules = {.targets = 1, .fraction = {1.0}, .horizon_bars = 2 * (size_t)BARS};
    const struct tr_cost_options costs = {.maker_frac = fee_frac, .taker_frac = fee_frac};
    const struct tr_bars *bars = &w->bars;
    pair level = first_averages(bars->close);
    enum tr_side side;
    w->n_trades = 0;
    for (size_t row = SLOW; (row = find_cross(&level, bars->close, row, bars->n, &side)) + 1 < bars->n;) {
        double close = bars->close[row], sign = tr_side_sign(side);
        struct tr_levels levels = {.side = side,
                                   .entry = close,
                                   .stop = close * (1.0 - sign * stop_frac),
                                   .target = {close * (1.0 + sign * target_frac)}};
        struct tr_outcome outcome;
        struct tr_settlement money;
        tr_outcome_run(&rules, &levels, bars, row, &outcome);
        if (outcome.reason == TR_EXIT_OPEN)
            break;
        tr_settle(&costs, &w->funding, &rules, &levels, &outcome, bars, row, &money);
        size_t exit_row = row + outcome.bars;
        w->trades[w->n_trades++] = (struct trade){
            row, exit_row, side, outcome.reason, outcome.entry_price, outcome.fill[0].price, money.net_frac};
        level = follow(level, bars->close, row + 1, exit_row);
        row = exit_row;
    }
}

/* The plain loop: one pass over the bars, as a compiled research kernel has it. */
struct open_position {
    bool held;
    size_t decision;
    double sign, entry, stop, target;
};

/* The exit's price in a bar, 0 where it has none. */
static double exit_in(const struct open_position *p, double open, double high, double low, enum tr_exit_reason *reason)
{
    double against = p->sign > 0.0 ? low : high, favour = p->sign > 0.0 ? high : low;
    *reason = TR_EXIT_STOP;
    if (p->sign * open <= p->sign * p->stop)
        return open;
    *reason = TR_EXIT_TARGET;
    if (p->sign * open >= p->sign * p->target)
        return open;
    *reason = TR_EXIT_STOP;
    if (p->sign * against <= p->sign * p->stop)
        return p->stop;
    *reason = TR_EXIT_TARGET;
    return p->sign * favour >= p->sign * p->target ? p->target : 0.0;
}

static void run_plain(struct work *w)
{
    const struct tr_bars *bars = &w->bars;
    const double *close = bars->close, fast_weight = 2.0 / (FAST + 1.0), slow_weight = 2.0 / (SLOW + 1.0);
    double fast = mean(close, FAST), slow = mean(close, SLOW);
    struct open_position p = {0};
    w->n_plain = 0;
    for (size_t i = FAST; i < SLOW; i++)
        fast += fast_weight * (close[i] - fast);
    for (size_t i = SLOW; i < bars->n; i++) {
        bool was_above = fast > slow, was_below = fast < slow;
        fast += fast_weight * (close[i] - fast);
        slow += slow_weight * (close[i] - slow);
        if (p.held) {
            enum tr_exit_reason reason;
            if (i == p.decision + 1)
                p.entry = bars->open[i];
            double price = exit_in(&p, bars->open[i], bars->high[i], bars->low[i], &reason);
            if (price > 0.0) {
                double gross = p.sign * (price - p.entry) / p.entry;
                double fees = fee_frac + fee_frac * price / p.entry;
                w->plain[w->n_plain++] = (struct trade){
                    p.decision, i, p.sign > 0.0 ? TR_LONG : TR_SHORT, reason, p.entry, price, gross - fees};
                p.held = false;
            }
        }
        if (!p.held && ((fast > slow && !was_above) || (fast < slow && !was_below))) {
            p = (struct open_position){.held = true, .decision = i, .sign = fast > slow ? 1.0 : -1.0};
            p.stop = close[i] * (1.0 - p.sign * stop_frac);
            p.target = close[i] * (1.0 + p.sign * target_frac);
        }
    }
}

static void compare_trades(const struct work *w)
{
    size_t differing = w->n_trades == w->n_plain ? 0 : 1;
    for (size_t i = 0; i < w->n_trades && i < w->n_plain; i++) {
        const struct trade *a = &w->trades[i], *b = &w->plain[i];
        bool same = a->decision == b->decision && a->exit_bar == b->exit_bar && a->side == b->side &&
                    a->reason == b->reason && a->entry == b->entry && a->exit == b->exit &&
                    fabs(a->net_frac - b->net_frac) <= 1e-15;
        differing += !same;
    }
    printf("cross: %zu trades, %zu of the plain loop, %zu differ\n", w->n_trades, w->n_plain, differing);
    if (differing > 0)
        exit(1);
}

/* --- the account --- */

/* Levels from Wilder's ATR over `period` bars, near enough for a load; sides by chance. */
static void make_entries(struct work *w, double period)
{
    const struct tr_bars *bars = &w->bars;
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    double range = bars->high[0] - bars->low[0];
    w->n_entries = 0;
    for (size_t row = 1; row < bars->n; row++) {
        range += (bars->high[row] - bars->low[row] - range) / period;
        if (row % ENTRY_EVERY != 0)
            continue;
        struct tr_account_entry *entry = &w->entries[w->n_entries++];
        *entry = (struct tr_account_entry){.row = row, .targets = TR_TARGETS, .quantity = 0.01};
        enum tr_side side = tr_rng_u64(&rng) >> 63 ? TR_SHORT : TR_LONG;
        must(tr_levels_make(&ladder, side, bars->close[row], range * sqrt(period / 14.0), NULL, &entry->levels, &err),
             &err);
        for (size_t k = 0; k < TR_TARGETS; k++)
            entry->fraction[k] = ladder.fraction[k];
    }
}

static void run_account(struct work *w)
{
    struct tr_error err;
    struct tr_ladder ladder = tr_ladder_defaults();
    const struct tr_funding funding = tr_funding_none();
    const struct tr_account_series series = {.bars = &w->bars, .funding = &funding};
    struct tr_size_options size = tr_size_defaults();
    size.capital_usd = 1e6; /* enough for all of them */
    const struct tr_account_options options = {.size = size,
                                               .profile = TR_MODERATE,
                                               .compound = true,
                                               .cost = tr_cost_defaults(),
                                               .horizon_bars = tr_ladder_horizon_bars(&ladder, w->bars.timeframe),
                                               .from = w->bars.time[0],
                                               .to = w->bars.time[w->bars.n - 1] + tr_timeframe_ms(w->bars.timeframe)};
    tr_account_finish(&w->account);
    must(tr_account_run(&options, &series, 1, w->entries, w->n_entries, &w->account, &err), &err);
}

static void describe_account(const struct work *w)
{
    size_t held = 0;
    char text[TR_MONEY_TEXT];
    for (size_t i = 0; i < w->account.n_trades; i++)
        held += w->account.trades[i].outcome.bars;
    tr_money_format(w->account.final_equity, text);
    printf("ladder: %zu entries, %zu trades, a position in %.0f %% of the bars, last equity %s USD\n", w->n_entries,
           w->account.n_trades, 100.0 * (double)held / (double)w->bars.n, text);
}

/* --- timing --- */

/* Returns the median of the rounds, in seconds. */
static double measure(const char *what, void (*run)(struct work *), struct work *w)
{
    double seconds[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
        double start = cpu_seconds();
        run(w);
        if (round >= 0) /* the first touches fresh pages */
            seconds[round] = cpu_seconds() - start;
    }
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    double n = (double)w->bars.n, median = seconds[ROUNDS / 2];
    printf("%-28s %7.1f M bars/s %8.2f ns/bar (best %.2f)\n", what, 1e-6 * n / median, 1e9 * median / n,
           1e9 * seconds[0] / n);
    return median;
}

static void measure_averages(struct work *w)
{
    w->averages = follow(first_averages(w->bars.close), w->bars.close, SLOW, w->bars.n);
}

/* First touches alone, one after the other: stop and target of the cross, or a stop that follows. */
static void run_scan(struct work *w)
{
    const struct tr_bars *bars = &w->bars;
    for (size_t row = 0; row + 1 < bars->n;) {
        double close = bars->close[row];
        struct tr_scan scan = {.favour = bars->high,
                               .against = bars->low,
                               .sign = 1.0,
                               .target = close * (1.0 + target_frac),
                               .entry = close * (1.0 - stop_frac),
                               .distance = w->follows ? close * stop_frac : 0.0,
                               .stop = close * (1.0 - stop_frac),
                               .barrier = close * (1.0 - stop_frac),
                               .best = close,
                               .worst = close};
        row = tr_scan_quiet(&scan, row + 1, bars->n);
    }
}

static void measure_scans(struct work *w)
{
    w->follows = false;
    measure("scan, the stop stays", run_scan, w);
    w->follows = true;
    measure("scan, the stop follows", run_scan, w);
}

/* backtesting.py over the first bars of the file; its trades are counted beside ours. */
static void run_python(struct work *w, const char *csv, const char *script)
{
    const char *checkout = getenv("BACKTESTING_PY"), *python = getenv("PYTHON");
    char command[4096], line[256] = "";
    size_t trades;
    double seconds;
    if (!script || !checkout) {
        printf("backtesting.py: skipped, BACKTESTING_PY names no checkout\n");
        return;
    }
    snprintf(command, sizeof command, "'%s' '%s' '%s' '%s' %d", python ? python : "python3", script, checkout, csv,
             PYTHON_BARS);
    FILE *pipe = popen(command, "r");
    bool answered = pipe && fgets(line, sizeof line, pipe) && sscanf(line, "%zu %lf", &trades, &seconds) == 2;
    if (pipe)
        pclose(pipe);
    if (!answered) {
        printf("backtesting.py: did not run\n");
        return;
    }
    w->bars.n = PYTHON_BARS;
    double ours = measure("cross, its bars", run_cross, w);
    printf("%-28s %7.3f M bars/s %8.0f ns/bar, ratio %.0f; %zu trades, ours %zu\n", "backtesting.py",
           1e-6 * PYTHON_BARS / seconds, 1e9 * seconds / PYTHON_BARS, seconds / ours, trades, w->n_trades);
}

static void load(const char *path, struct tr_bar_list *list)
{
    struct tr_error err;
    struct tr_format_report report;
    struct tr_format_options options = {.path = path, .timeframe_known = true, .timeframe = TR_TIMEFRAME_1M};
    must(tr_format_read_bars(&options, list, &report, &err), &err);
    if (list->n < BARS) {
        fprintf(stderr, "backtest_bench: %s has %zu bars, %d are needed\n", path, list->n, BARS);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: backtest_bench CSV [PEER.py]\n");
        return 2;
    }
    struct tr_bar_list list;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    load(argv[1], &list);
    struct tr_bars all = tr_bar_list_view(&list);
    struct work w = {.bars = tr_bars_slice(&all, 0, BARS),
                     /* a spot market: nothing is ever due */
                     .funding = {.default_step_ms = INT64_C(1000) * 366 * TR_DAY_MS},
                     .trades = room(BARS, sizeof *w.trades),
                     .plain = room(BARS, sizeof *w.plain),
                     .entries = room(BARS / ENTRY_EVERY, sizeof *w.entries)};
    double ours = measure("cross", run_cross, &w);
    measure("  of which its averages", measure_averages, &w);
    double plain = measure("  peer: a plain loop", run_plain, &w);
    printf("ratio %.2f\n", plain / ours);
    compare_trades(&w);
    make_entries(&w, 14.0 * 60.0);
    measure("ladder, ATR of hours", run_account, &w);
    describe_account(&w);
    make_entries(&w, 14.0);
    measure("ladder, ATR of minutes", run_account, &w);
    describe_account(&w);
    measure_scans(&w);
    run_python(&w, argv[1], argc > 2 ? argv[2] : NULL);
    tr_account_finish(&w.account);
    tr_free(w.trades);
    tr_free(w.plain);
    tr_free(w.entries);
    tr_bar_list_finish(&list);
    return 0;
}
