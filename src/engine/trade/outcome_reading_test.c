/* Readings of a bar, limit entries, liquidation, finer bars: positions small enough to follow by eye. Entry 100, ATR 4:
 * stop 94, targets 104, 108, 112. */
#include "engine/trade/outcome.h"
#include "support/bars.h"
#include "support/test.h"

#include <math.h>

static const double first_row[4] = {99, 101, 99, 100};

static struct tr_levels levels_of(enum tr_side side)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(&ladder, side, 100.0, 4.0, NULL, &levels, &err), &err);
    return levels;
}

static struct tr_outcome_rules plain_rules(void)
{
    return (struct tr_outcome_rules){.targets = 3, .fraction = {0.3, 0.4, 0.3}, .horizon_bars = 48};
}

/* rows [n] of a long after the decision's own; a short sees them mirrored about 100. */
static struct tr_outcome play(enum tr_side side, const struct tr_outcome_rules *rules, size_t n, const double rows[][4],
                              const struct tr_detail *detail)
{
    double all[16][4];
    struct test_bars bars;
    struct tr_outcome out;
    struct tr_error err;
    struct tr_levels levels = levels_of(side);
    for (size_t i = 0; i <= n; i++) {
        const double *row = i ? rows[i - 1] : first_row;
        bool is_long = side == TR_LONG;
        all[i][0] = is_long ? row[0] : 200 - row[0];
        all[i][1] = is_long ? row[1] : 200 - row[2];
        all[i][2] = is_long ? row[2] : 200 - row[1];
        all[i][3] = is_long ? row[3] : 200 - row[3];
    }
    test_bars_rows(n + 1, (const double(*)[4])all, &bars);
    assert_ok(tr_outcome_run_detail(rules, &levels, &bars.view, 0, detail, &out, &err), &err);
    test_bars_free(&bars);
    return out;
}

static void an_optimist_takes_the_targets_first(void **state)
{
    (void)state;
    const double rows[][4] = {{100, 109, 93, 95}};
    struct tr_outcome_rules rules = plain_rules();
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        double sign = tr_side_sign((enum tr_side)side);
        rules.intrabar = TR_INTRABAR_PESSIMISTIC;
        struct tr_outcome dark = play((enum tr_side)side, &rules, 1, rows, NULL);
        assert_int_equal(dark.reason, TR_EXIT_STOP);
        assert_near(sign * (dark.average_exit - 100), -6, 1e-12);
        rules.intrabar = TR_INTRABAR_OPTIMISTIC;
        struct tr_outcome bright = play((enum tr_side)side, &rules, 1, rows, NULL);
        /* 0.3 * 4 + 0.4 * 8 = 4.4 at the targets, then 0.3 * -6 = -1.8 at the stop */
        assert_int_equal(bright.reason, TR_EXIT_TRAILING);
        assert_int_equal(bright.targets_hit, 2);
        assert_near(sign * (bright.average_exit - 100), 4.4 - 1.8, 1e-12);
        assert_true(dark.ambiguous && bright.ambiguous);
    }
}

static void a_thin_margin_is_gone_before_the_stop(void **state)
{
    (void)state;
    /* Margin 1/25 and maintenance 0.005 of a size entered at 99: liquidated at 99 (1 - 0.04 + 0.005) = 95.535. */
    const double rows[][4] = {{99, 100, 96, 97}, {97, 98, 95, 97}}, gap[][4] = {{99, 100, 96, 97}, {90, 91, 89, 90}};
    struct tr_outcome_rules rules = plain_rules();
    rules.margin_frac = 0.04;
    rules.maintenance_frac = 0.005;
    struct tr_outcome out = play(TR_LONG, &rules, 2, rows, NULL);
    assert_int_equal(out.reason, TR_EXIT_LIQUIDATION);
    assert_near(out.liquidation_price, 95.535, 1e-12);
    assert_near(out.fill[0].price, 95.535, 1e-12);
    assert_false(out.fill[0].at_open);
    assert_int_equal(out.bars, 2);
    assert_false(out.tp1);
    out = play(TR_LONG, &rules, 2, gap, NULL); /* whatever the open, the margin is all that is lost */
    assert_int_equal(out.reason, TR_EXIT_LIQUIDATION);
    assert_near(out.fill[0].price, 95.535, 1e-12);
    assert_true(out.fill[0].at_open);
    /* A wide margin: the stop comes first, inside a bar; a gap beyond both is a liquidation. */
    rules.margin_frac = 0.1;
    const double deep[][4] = {{99, 100, 88, 97}}, deep_gap[][4] = {{99, 100, 96, 97}, {85, 86, 84, 85}};
    assert_int_equal(play(TR_LONG, &rules, 1, deep, NULL).reason, TR_EXIT_STOP);
    assert_int_equal(play(TR_LONG, &rules, 2, deep_gap, NULL).reason, TR_EXIT_LIQUIDATION);
}

static void a_limit_order_fills_where_it_is_touched(void **state)
{
    (void)state;
    struct tr_outcome_rules rules = plain_rules();
    rules.entry = TR_ENTRY_LIMIT;
    const double above[][4] = {{101, 105, 100.5, 104}};
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct tr_outcome out = play((enum tr_side)side, &rules, 1, above, NULL);
        assert_int_equal(out.reason, TR_EXIT_UNFILLED);
        assert_int_equal(out.fills, 0);
        assert_same_bits(out.entry_price, 0.0);
        assert_false(tr_outcome_expired(&out));

        const double better[][4] = {{99, 105, 98, 101}}; /* takes at the open; target 1 is reached after it */
        out = play((enum tr_side)side, &rules, 1, better, NULL);
        assert_same_bits(out.entry_price, side == TR_LONG ? 99 : 101);
        assert_false(out.entry_inside);
        assert_int_equal(out.targets_hit, 1);

        const double inside[][4] = {{101, 105, 99, 103}}; /* 105 may have come before 100: only 103 is sure */
        out = play((enum tr_side)side, &rules, 1, inside, NULL);
        assert_same_bits(out.entry_price, 100);
        assert_true(out.entry_inside);
        assert_int_equal(out.targets_hit, 0);
        assert_true(out.ambiguous);
        assert_same_bits(out.best, side == TR_LONG ? 103 : 97);
        rules.intrabar = TR_INTRABAR_OPTIMISTIC;
        assert_int_equal(play((enum tr_side)side, &rules, 1, inside, NULL).targets_hit, 1);
        rules.intrabar = TR_INTRABAR_PESSIMISTIC;

        const double sure[][4] = {{101, 106, 99, 105}}; /* the close lies beyond target 1 */
        out = play((enum tr_side)side, &rules, 1, sure, NULL);
        assert_int_equal(out.targets_hit, 1);
        const double stopped[][4] = {{101, 102, 93, 95}}; /* 100 lies on the way to 94 */
        assert_int_equal(play((enum tr_side)side, &rules, 1, stopped, NULL).reason, TR_EXIT_STOP);
    }
}

struct finer {
    size_t n, asked;
    const double (*rows)[4];
    struct test_bars bars;
    tr_time_ms time[8];
};

/* Bars of 15 minutes in the hour that is asked for; n of them, 4 is whole. */
static enum tr_status give_finer(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                 struct tr_error *err)
{
    struct finer *finer = context;
    (void)err;
    assert_true(to - from == TR_HOUR_MS);
    finer->asked++;
    if (finer->asked > 1)
        test_bars_free(&finer->bars);
    test_bars_rows(finer->n, finer->rows, &finer->bars);
    *out = finer->bars.view;
    out->timeframe = TR_TIMEFRAME_15M;
    for (size_t i = 0; i < finer->n; i++)
        finer->time[i] = from + (tr_time_ms)i * 15 * TR_MINUTE_MS;
    out->time = finer->time;
    return TR_OK;
}

static struct tr_outcome decide_finer(const struct tr_outcome_rules *rules, const double row[4], size_t n,
                                      const double rows[][4], size_t *asked)
{
    struct finer finer = {.n = n, .rows = rows};
    struct tr_detail detail = {give_finer, &finer};
    double all[1][4] = {{row[0], row[1], row[2], row[3]}};
    struct tr_outcome out = play(TR_LONG, rules, 1, (const double(*)[4])all, &detail);
    *asked = finer.asked;
    if (finer.asked)
        test_bars_free(&finer.bars);
    return out;
}

static void finer_bars_decide_either_way(void **state)
{
    (void)state;
    const double row[4] = {100, 105, 93, 95};
    const double up_first[][4] = {{100, 102, 99, 101}, {101, 105, 101, 102}, {102, 102, 95, 96}, {96, 96, 93, 95}};
    const double down_first[][4] = {{100, 100, 95, 95}, {95, 95, 93, 94}, {94, 105, 94, 104}, {104, 104, 95, 95}};
    const double both[][4] = {{100, 102, 99, 101}, {101, 105, 93, 102}, {102, 102, 95, 96}, {96, 96, 95, 95}};
    struct tr_outcome_rules rules = plain_rules();
    size_t asked;
    struct tr_outcome out = decide_finer(&rules, row, 4, up_first, &asked);
    assert_int_equal(out.targets_hit, 1); /* the stop stays at 94 until the hour is over */
    assert_int_equal(out.reason, TR_EXIT_TRAILING);
    assert_near(out.average_exit, 0.3 * 104 + 0.7 * 94, 1e-12);
    assert_true(out.ambiguous && !out.order_unclear); /* a stop moved at once would have been met at 100 */
    assert_true(out.resolved == 1 && asked == 1);
    out = decide_finer(&rules, row, 4, down_first, &asked);
    assert_int_equal(out.reason, TR_EXIT_STOP);
    assert_int_equal(out.targets_hit, 0);
    assert_false(out.ambiguous);
    out = decide_finer(&rules, row, 4, both, &asked); /* as unclear as before, and read as dark */
    assert_int_equal(out.reason, TR_EXIT_STOP);
    assert_true(out.ambiguous);
    out = decide_finer(&rules, row, 3, up_first, &asked); /* not whole: of no use */
    assert_int_equal(out.reason, TR_EXIT_STOP);
    assert_true(out.ambiguous && asked == 1 && out.resolved == 0);
    const double flat[][4] = {{100, 102, 99, 101}, {101, 102, 99, 101}, {101, 102, 99, 101}, {101, 102, 99, 101}};
    out = decide_finer(&rules, row, 4, flat, &asked); /* other prices than the bar's: of no use */
    assert_true(out.ambiguous && out.resolved == 0);
    const double clear[4] = {100, 103, 93, 95};
    out = decide_finer(&rules, clear, 4, up_first, &asked);
    assert_true(asked == 0 && out.reason == TR_EXIT_STOP);
}

static void a_gap_between_finer_bars_fills_at_their_open(void **state)
{
    (void)state;
    const double row[4] = {100, 105, 90, 95};
    const double gap[][4] = {{100, 102, 99, 101}, {92, 93, 90, 92}, {92, 105, 92, 104}, {104, 104, 95, 95}};
    struct tr_outcome_rules rules = plain_rules();
    size_t asked;
    struct tr_outcome out = decide_finer(&rules, row, 4, gap, &asked);
    assert_int_equal(out.reason, TR_EXIT_STOP);
    assert_same_bits(out.fill[0].price, 92);
    assert_false(out.fill[0].at_open); /* not the hour's own open: funding and time are those of its inside */
}

static void finer_bars_say_when_a_limit_order_filled(void **state)
{
    (void)state;
    const double row[4] = {101, 105, 99, 101};
    const double before[][4] = {{101, 105, 101, 104}, {104, 104, 101, 102}, {102, 102, 99, 100}, {100, 101, 99, 101}};
    const double after[][4] = {{101, 101, 99, 100}, {100, 102, 99.5, 101}, {101, 105, 101, 102}, {102, 102, 101, 101}};
    struct tr_outcome_rules rules = plain_rules();
    rules.entry = TR_ENTRY_LIMIT;
    size_t asked;
    struct tr_outcome out = decide_finer(&rules, row, 4, before, &asked);
    assert_int_equal(out.targets_hit, 0);
    assert_false(out.ambiguous);
    out = decide_finer(&rules, row, 4, after, &asked);
    assert_int_equal(out.targets_hit, 1);
    assert_false(out.ambiguous);
    assert_same_bits(out.entry_price, 100);
}

static void what_is_open_at_the_end_is_worth_the_last_close(void **state)
{
    (void)state;
    const double rows[][4] = {{100, 104, 100.5, 103}, {103, 104, 102, 102.5}};
    double all[3][4];
    struct test_bars bars;
    struct tr_outcome out;
    struct tr_outcome_rules rules = plain_rules();
    struct tr_levels levels = levels_of(TR_LONG);
    for (int i = 0; i < 4; i++) {
        all[0][i] = first_row[i];
        all[1][i] = rows[0][i];
        all[2][i] = rows[1][i];
    }
    test_bars_rows(3, (const double(*)[4])all, &bars);
    tr_outcome_run(&rules, &levels, &bars.view, 0, &out);
    assert_int_equal(out.reason, TR_EXIT_OPEN);
    tr_outcome_value_at_end(&rules, &bars.view, 0, &out);
    assert_int_equal(out.reason, TR_EXIT_OPEN);
    assert_int_equal(out.fills, 2);
    assert_near(out.average_exit, 0.3 * 104 + 0.7 * 102.5, 1e-12);
    test_bars_free(&bars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_optimist_takes_the_targets_first),
        cmocka_unit_test(a_thin_margin_is_gone_before_the_stop),
        cmocka_unit_test(a_limit_order_fills_where_it_is_touched),
        cmocka_unit_test(finer_bars_decide_either_way),
        cmocka_unit_test(a_gap_between_finer_bars_fills_at_their_open),
        cmocka_unit_test(finer_bars_say_when_a_limit_order_filled),
        cmocka_unit_test(what_is_open_at_the_end_is_worth_the_last_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
