#include "support/test.h"

#include "app/view/account_trade_chart.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "engine/simulate/market.h"
#include "support/bars.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One series of random bars, and one trade at a time that the kernel plays on them. */
struct scene {
    struct tr_bar_list list;
    struct tr_backtest_series series;
    struct tr_account_entry entry;
    struct tr_account_trade trade;
    struct tr_backtest b;
};

static void begin(struct scene *s, size_t n, enum tr_timeframe timeframe, uint64_t seed)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_error err = {0};

    memset(s, 0, sizeof *s);
    options.n = n;
    options.seed = seed;
    options.timeframe = timeframe;
    tr_bar_list_init(&s->list, timeframe);
    assert_ok(tr_simulate_market(&options, &s->list, &err), &err);
    s->series.bars = tr_bar_list_view(&s->list);
    snprintf(s->series.key.symbol, sizeof s->series.key.symbol, "TEST/USDT:USDT");
    s->series.key.timeframe = timeframe;
    s->b.timeframe = timeframe;
    s->b.series = &s->series;
    s->b.n_series = 1;
    s->b.entries = &s->entry;
    s->b.n_entries = 1;
    s->b.account.trades = &s->trade;
    s->b.account.n_trades = 1;
}

/* rules as the trade was played; false where it was not entered. */
static bool play(struct scene *s, size_t row, enum tr_side side, double atr_frac, struct tr_outcome_rules *rules)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_error err = {0};

    *rules = tr_outcome_rules_ladder(&ladder, s->b.timeframe);
    rules->entry = s->b.options.account.entry;
    rules->intrabar =
        s->b.options.intrabar == TR_BACKTEST_OPTIMISTIC ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC;
    s->entry = (struct tr_account_entry){.row = row, .targets = rules->targets};
    memcpy(s->entry.fraction, rules->fraction, sizeof s->entry.fraction);
    assert_ok(tr_levels_make(&ladder, side, s->series.bars.close[row], atr_frac * s->series.bars.close[row], NULL,
                             &s->entry.levels, &err),
              &err);
    s->trade = (struct tr_account_trade){.side = side, .size_usd = 1000};
    tr_outcome_run(rules, &s->entry.levels, &s->series.bars, row, &s->trade.outcome);
    if (s->trade.outcome.reason == TR_EXIT_UNFILLED || tr_outcome_expired(&s->trade.outcome))
        return false;
    s->trade.entry_time = s->series.bars.time[row + 1];
    s->trade.exit_time = s->series.bars.time[row + s->trade.outcome.bars] + tr_timeframe_ms(s->b.timeframe);
    return true;
}

static void the_stop_is_where_the_kernel_has_it(void **state)
{
    (void)state;
    struct scene s;
    struct tr_rng rng;
    struct test_bars_options options = test_bars_defaults(3000);
    struct test_bars jumping; /* opens away from the close before: limit orders fill inside their bars */
    size_t moved = 0, inside = 0;
    begin(&s, 3000, TR_TIMEFRAME_1H, 2);
    tr_rng_init(&rng, 8, 0);
    options.jump_share = 0.5;
    test_bars_random(&rng, &options, &jumping);
    s.series.bars = jumping.view;
    for (size_t round = 0; round < 9000; round++) {
        struct tr_outcome_rules rules;
        struct tr_track track;
        s.b.options.account.entry = round % 2 ? TR_ENTRY_LIMIT : TR_ENTRY_MARKET;
        s.b.options.intrabar = round % 3 ? TR_BACKTEST_PESSIMISTIC : TR_BACKTEST_OPTIMISTIC;
        if (!play(&s, (size_t)tr_rng_below(&rng, 2900), tr_rng_below(&rng, 2) ? TR_LONG : TR_SHORT,
                  0.002 + 0.02 * tr_rng_uniform(&rng), &rules))
            continue;
        tr_track_begin(&track, &rules, &s.entry.levels, s.series.bars.time[s.entry.row], TR_TIMEFRAME_1H);
        for (size_t bar = 1; bar <= s.trade.outcome.bars; bar++) {
            struct tr_bar next = tr_bars_at(&s.series.bars, s.entry.row + bar);
            assert_same_bits(tr_trade_stop_at(&s.b, 0, bar), track.stop);
            moved += track.stop < s.entry.levels.stop || track.stop > s.entry.levels.stop;
            assert_true(tr_track_step(&track, &next) == (bar == s.trade.outcome.bars));
        }
        inside += s.trade.outcome.entry_inside;
    }
    assert_true(moved > 2000 && inside > 200);
    test_bars_free(&jumping);
    tr_bar_list_finish(&s.list);
}

static const char *draw(const struct scene *s, struct tr_buf *out)
{
    struct tr_html page = {.out = out};
    tr_buf_init(out);
    tr_trade_chart_write(&s->b, 0, &page);
    assert_false(out->failed);
    test_html_check(tr_buf_string(out));
    assert_null(strstr(tr_buf_string(out), "nan"));
    return tr_buf_string(out);
}

/* Each candle begins its body by one "h". */
static size_t candles(const char *text)
{
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        const char *path = strstr(text, i ? "class=\"fall\"" : "class=\"rise\"");
        for (const char *end = path ? strstr(path, "/>") : NULL; path && path < end; path++)
            n += path[0] == 'M';
    }
    return n; /* strokes: one to three a candle */
}

static void a_chart_shows_the_bars_before_and_after(void **state)
{
    (void)state;
    struct scene s;
    struct tr_outcome_rules rules;
    struct tr_buf out;
    begin(&s, 400, TR_TIMEFRAME_1H, 3);
    assert_true(play(&s, 100, TR_LONG, 0.01, &rules));
    const char *text = draw(&s, &out);
    size_t shown = TR_TRADE_BARS_BEFORE + s.trade.outcome.bars + TR_TRADE_BARS_AFTER;
    assert_true(candles(text) >= shown && candles(text) <= 3 * shown);
    assert_true(test_count(text, "class=\"tri\"") == 1);
    assert_true(test_count(text, "class=\"dot\"") == s.trade.outcome.targets_hit);
    assert_true(test_count(text, "class=\"ring\"") == s.trade.outcome.fills - s.trade.outcome.targets_hit);
    assert_true(test_count(text, "class=\"step\"") == 1);
    assert_non_null(strstr(text, "<figcaption>Trade 1: long TEST/USDT:USDT, "));
    assert_non_null(strstr(text, ">entry "));
    assert_non_null(strstr(text, ">stop "));
    tr_buf_finish(&out);
    tr_bar_list_finish(&s.list);
}

static void trades_at_the_ends_of_the_bars_are_drawn(void **state)
{
    (void)state;
    struct scene s;
    struct tr_outcome_rules rules;
    struct tr_buf out;
    begin(&s, 200, TR_TIMEFRAME_1H, 4);
    assert_true(play(&s, 0, TR_SHORT, 0.01, &rules));
    assert_true(candles(draw(&s, &out)) >= s.trade.outcome.bars);
    tr_buf_finish(&out);
    assert_true(play(&s, 198, TR_LONG, 0.05, &rules) && s.trade.outcome.reason == TR_EXIT_OPEN);
    tr_outcome_value_at_end(&rules, &s.series.bars, 198, &s.trade.outcome);
    s.trade.open = true;
    assert_non_null(strstr(draw(&s, &out), "still open"));
    assert_true(test_count(tr_buf_string(&out), "class=\"ring\"") == 1);
    tr_buf_finish(&out);
    tr_bar_list_finish(&s.list);
}

static void a_long_trade_has_wider_candles(void **state)
{
    (void)state;
    struct scene s;
    struct tr_outcome_rules rules;
    struct tr_buf out;
    begin(&s, 6000, TR_TIMEFRAME_1M, 5);
    assert_true(play(&s, 1000, TR_LONG, 0.2, &rules)); /* nothing is reached: it lasts 2,880 bars */
    assert_true(s.trade.outcome.bars == 2880);
    const char *text = draw(&s, &out);
    assert_true(candles(text) <= 3 * TR_TRADE_CANDLES && candles(text) >= TR_TRADE_CANDLES / 2);
    assert_non_null(strstr(text, "Candles of 19 bars each")); /* (24 + 2,880 + 12) / 160, rounded up */
    assert_true(out.len < 20000);
    tr_buf_finish(&out);
    tr_bar_list_finish(&s.list);
}

static void labels_do_not_overlap(void **state)
{
    (void)state;
    struct scene s;
    struct tr_outcome_rules rules;
    struct tr_buf out;
    begin(&s, 400, TR_TIMEFRAME_1H, 6);
    for (size_t row = 40; row < 300; row += 10) {
        double y[8];
        size_t n = 0;
        assert_true(play(&s, row, row % 20 ? TR_LONG : TR_SHORT, 0.004, &rules));
        for (const char *at = draw(&s, &out); (at = strstr(at, "class=\"word\"")) != NULL; at++) {
            assert_true(n < 8);
            y[n++] = strtod(strstr(at, " y=\"") + 4, NULL);
        }
        assert_true(n >= 2);
        for (size_t i = 1; i < n; i++)
            assert_true(y[i] - y[i - 1] > 13);
        tr_buf_finish(&out);
    }
    tr_bar_list_finish(&s.list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stop_is_where_the_kernel_has_it),
        cmocka_unit_test(a_chart_shows_the_bars_before_and_after),
        cmocka_unit_test(trades_at_the_ends_of_the_bars_are_drawn),
        cmocka_unit_test(a_long_trade_has_wider_candles),
        cmocka_unit_test(labels_do_not_overlap),
    };
    return cmocka_run_group_tests_name("view/account_trade_chart", tests, NULL, NULL);
}
