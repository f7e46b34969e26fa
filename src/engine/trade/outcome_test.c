#include "support/test.h"

#include "support/bars.h"

#include "engine/trade/outcome.h"

#include <math.h>

/* Entry 100, ATR 4: stop 94, targets 104, 108, 112, trailing by 6. Row 0 is the decision bar, closing at 100. */
static struct tr_levels levels_of(enum tr_side side)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(&ladder, side, 100.0, 4.0, NULL, &levels, &err), &err);
    return levels;
}

static struct tr_outcome run(enum tr_side side, size_t targets, size_t horizon, size_t n, const double rows[][4])
{
    struct tr_outcome_rules rules = {.targets = targets, .fraction = {0.3, 0.4, 0.3}, .horizon_bars = horizon};
    if (targets == 1)
        rules.fraction[0] = 1.0;
    struct tr_levels levels = levels_of(side);
    struct test_bars bars;
    struct tr_outcome out;
    test_bars_rows(n, rows, &bars);
    tr_outcome_run(&rules, &levels, &bars.view, 0, &out);
    test_bars_free(&bars);
    return out;
}

static void assert_fill(const struct tr_outcome *out, size_t k, size_t bar, double price, double fraction,
                        enum tr_exit_reason kind, bool at_open)
{
    assert_true(k < out->fills);
    assert_int_equal(out->fill[k].bar, bar);
    assert_same_bits(out->fill[k].price, price);
    assert_near(out->fill[k].fraction, fraction, 1e-15);
    assert_int_equal(out->fill[k].kind, kind);
    assert_int_equal(out->fill[k].at_open, at_open);
}

static void three_targets_in_three_bars_leave_in_thirds(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 104, 100.5, 103}, {103, 108, 102.5, 107}, {107, 113, 106, 112}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 4, rows);
    assert_int_equal(out.reason, TR_EXIT_TARGET);
    assert_int_equal(out.fills, 3);
    assert_fill(&out, 0, 1, 104, 0.3, TR_EXIT_TARGET, false);
    assert_fill(&out, 1, 2, 108, 0.4, TR_EXIT_TARGET, false);
    assert_fill(&out, 2, 3, 112, 0.3, TR_EXIT_TARGET, false);
    assert_true(out.tp1);
    assert_int_equal(out.tp1_bars, 1);
    assert_int_equal(out.bars, 3);
    assert_near(out.average_exit, 108, 1e-12);
    assert_false(out.ambiguous);
    assert_same_bits(out.best, 112); /* 113 may have come after the exit */
    assert_same_bits(out.worst, 100);
}

static void touching_the_stop_is_enough(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 101, 94, 97}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 2, rows);
    assert_int_equal(out.reason, TR_EXIT_STOP);
    assert_fill(&out, 0, 1, 94, 1.0, TR_EXIT_STOP, false);
    assert_false(out.tp1);
    assert_int_equal(out.tp1_bars, 1);
    assert_same_bits(out.worst, 94);
    assert_same_bits(out.best, 100);
}

static void a_bar_that_touches_stop_and_target_is_a_stop_and_ambiguous(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 104, 94, 100}};
    const double mirrored[][4] = {{101, 101, 99, 100}, {100, 106, 96, 100}};
    for (int k = 0; k < 2; k++) {
        struct tr_outcome out = run(k ? TR_SHORT : TR_LONG, 3, 48, 2, k ? mirrored : rows);
        assert_int_equal(out.reason, TR_EXIT_STOP);
        assert_true(out.ambiguous);
        assert_false(out.tp1);
    }
}

static void a_gap_beyond_the_stop_fills_at_the_open(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {90, 105, 88, 104}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 2, rows);
    assert_fill(&out, 0, 1, 90, 1.0, TR_EXIT_STOP, true);
    assert_same_bits(out.average_exit, 90);
    assert_false(out.ambiguous); /* the open decided */
    assert_same_bits(out.worst, 90);
    assert_same_bits(out.best, 90);
}

static void several_targets_fill_at_one_open(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {109, 111, 107, 110}, {110, 111, 109, 110}};
    struct tr_outcome out = run(TR_LONG, 3, 2, 3, rows);
    assert_int_equal(out.fills, 3);
    assert_fill(&out, 0, 1, 109, 0.3, TR_EXIT_TARGET, true);
    assert_fill(&out, 1, 1, 109, 0.4, TR_EXIT_TARGET, true);
    assert_fill(&out, 2, 2, 110, 0.3, TR_EXIT_TIME, false);
    assert_int_equal(out.targets_hit, 2);
    assert_int_equal(out.target_bar[1], 1);
    assert_int_equal(out.target_bar[2], 0);
}

static void the_stop_moves_only_from_the_next_bar_on(void **state)
{
    (void)state;
    /* Bar 1 reaches target 1 and falls back below the entry: still open, but ambiguous. Bar 2 meets the moved stop. */
    const double rows[][4] = {{99, 101, 99, 100}, {100, 105, 97, 101}, {101, 102, 99.5, 101}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 3, rows);
    assert_true(out.ambiguous);
    assert_int_equal(out.reason, TR_EXIT_TRAILING);
    assert_fill(&out, 1, 2, 100, 0.7, TR_EXIT_TRAILING, false);
    assert_near(out.average_exit, 0.3 * 104 + 0.7 * 100, 1e-12);
}

static void the_trailing_stop_follows_the_best_price_at_a_distance(void **state)
{
    (void)state;
    const double rows[][4] = {
        {99, 101, 99, 100}, {101, 107.5, 101, 107}, {107, 107.75, 106, 107}, {107, 107, 101.75, 102}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 4, rows);
    assert_fill(&out, 1, 3, 101.75, 0.7, TR_EXIT_TRAILING, false);
    assert_false(out.ambiguous);
}

static void a_stop_after_target_one_is_called_trailing_even_in_the_same_bar(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {105, 106, 93, 95}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 2, rows);
    assert_fill(&out, 0, 1, 105, 0.3, TR_EXIT_TARGET, true);
    assert_fill(&out, 1, 1, 94, 0.7, TR_EXIT_TRAILING, false);
    assert_true(out.tp1);
    assert_int_equal(out.reason, TR_EXIT_TRAILING);
}

static void one_target_and_touched_entry_is_not_ambiguous(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 104, 99, 103}};
    struct tr_outcome out = run(TR_LONG, 1, 24, 2, rows);
    assert_int_equal(out.reason, TR_EXIT_TARGET);
    assert_false(out.ambiguous);
    assert_same_bits(out.average_exit, 104);
}

static void time_is_up_at_the_close_of_the_last_bar_of_the_horizon(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 101, 99, 100}, {100, 102, 98, 101}, {101, 120, 90, 101}};
    struct tr_outcome out = run(TR_LONG, 3, 2, 4, rows);
    assert_int_equal(out.reason, TR_EXIT_TIME);
    assert_fill(&out, 0, 2, 101, 1.0, TR_EXIT_TIME, false);
    assert_false(out.tp1);
    assert_int_equal(out.tp1_bars, 2);
    assert_same_bits(out.best, 102);
    assert_same_bits(out.worst, 98);
}

/* Decided at 10:00 and closed at 11:00, so that a horizon of 3 ends at 14:00; one quiet bar has passed. */
static struct tr_track three_hours_of(enum tr_side side)
{
    struct tr_outcome_rules rules = {.targets = 3, .fraction = {0.3, 0.4, 0.3}, .horizon_bars = 3};
    struct tr_levels levels = levels_of(side);
    struct tr_track track;
    tr_track_begin(&track, &rules, &levels, 10 * TR_HOUR_MS, TR_TIMEFRAME_1H);
    assert_int_equal(track.deadline, 14 * TR_HOUR_MS);
    struct tr_bar bar = {.time = 11 * TR_HOUR_MS, .open = 100, .high = 101, .low = 99, .close = 100};
    assert_false(tr_track_step(&track, &bar));
    return track;
}

static void a_hole_that_ends_within_the_horizon_leaves_its_last_bar_whole(void **state)
{
    (void)state;
    struct tr_track track = three_hours_of(TR_LONG);
    struct tr_bar bar = {.time = 13 * TR_HOUR_MS, .open = 105, .high = 106, .low = 99, .close = 100.5};
    assert_true(tr_track_step(&track, &bar));
    assert_int_equal(track.outcome.fills, 2);
    assert_fill(&track.outcome, 0, 2, 105, 0.3, TR_EXIT_TARGET, true);
    assert_fill(&track.outcome, 1, 2, 100.5, 0.7, TR_EXIT_TIME, false);
    assert_true(track.outcome.tp1);
    assert_same_bits(track.outcome.best, 106);
}

static void a_bar_that_opens_at_the_deadline_or_later_closes_it_at_its_open(void **state)
{
    (void)state;
    const double opens[] = {113, 101, 90}; /* beyond every target, between the levels, beyond the stop */
    for (int k = 0; k < 6; k++) {
        double open = k % 2 ? 200 - opens[k / 2] : opens[k / 2];
        struct tr_track track = three_hours_of(k % 2 ? TR_SHORT : TR_LONG);
        struct tr_bar bar = {.time = (14 + k) * TR_HOUR_MS, .open = open, .high = 120, .low = 80, .close = 100};
        assert_true(tr_track_step(&track, &bar));
        const struct tr_outcome *out = &track.outcome;
        assert_int_equal(out->reason, TR_EXIT_TIME);
        assert_int_equal(out->fills, 1);
        assert_fill(out, 0, 2, open, 1.0, TR_EXIT_TIME, true);
        assert_same_bits(out->average_exit, open);
        assert_int_equal(out->targets_hit, 0);
        assert_false(out->tp1);
        assert_int_equal(out->tp1_bars, 2);
        assert_false(out->ambiguous);
        assert_same_bits(out->best, k % 2 ? fmin(99, open) : fmax(101, open));
        assert_same_bits(out->worst, k % 2 ? fmax(101, open) : fmin(99, open));
        assert_false(tr_outcome_expired(out)); /* it had been entered */
    }
}

static void targets_hit_before_a_hole_stay_hit_after_the_deadline(void **state)
{
    (void)state;
    struct tr_track track = three_hours_of(TR_LONG);
    struct tr_bar bar = {.time = 12 * TR_HOUR_MS, .open = 100, .high = 105, .low = 100.5, .close = 104};
    assert_false(tr_track_step(&track, &bar));
    bar = (struct tr_bar){.time = 20 * TR_HOUR_MS, .open = 109, .high = 113, .low = 90, .close = 91};
    assert_true(tr_track_step(&track, &bar));
    assert_int_equal(track.outcome.fills, 2);
    assert_fill(&track.outcome, 1, 3, 109, 0.7, TR_EXIT_TIME, true);
    assert_int_equal(track.outcome.targets_hit, 1);
    assert_true(track.outcome.tp1);
    assert_int_equal(track.outcome.tp1_bars, 2);
}

static void without_a_bar_to_enter_at_before_the_deadline_it_has_expired(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {105, 106, 100, 101}};
    struct tr_levels levels = levels_of(TR_LONG);
    struct tr_outcome_rules rules = {.targets = 3, .fraction = {0.3, 0.4, 0.3}, .horizon_bars = 1};
    struct tr_outcome out;
    struct test_bars bars;
    test_bars_rows(2, rows, &bars);
    tr_time_ms time[2] = {0, TR_HOUR_MS};
    struct tr_bars view = bars.view;
    view.time = time;
    tr_outcome_run(&rules, &levels, &view, 0, &out);
    assert_fill(&out, 0, 1, 105, 0.3, TR_EXIT_TARGET, true);
    assert_fill(&out, 1, 1, 101, 0.7, TR_EXIT_TIME, false);
    assert_false(tr_outcome_expired(&out));
    time[1] = 2 * TR_HOUR_MS;
    tr_outcome_run(&rules, &levels, &view, 0, &out);
    assert_fill(&out, 0, 1, 105, 1.0, TR_EXIT_TIME, true);
    assert_true(tr_outcome_expired(&out));
    rules.horizon_bars = 2; /* late, but in time */
    tr_outcome_run(&rules, &levels, &view, 0, &out);
    assert_true(out.tp1);
    assert_false(tr_outcome_expired(&out));
    view.n = 1; /* nothing is known yet */
    tr_outcome_run(&rules, &levels, &view, 0, &out);
    assert_false(tr_outcome_expired(&out));
    test_bars_free(&bars);
}

static void bars_after_the_last_fill_are_ignored(void **state)
{
    (void)state;
    struct tr_track track = three_hours_of(TR_LONG);
    struct tr_bar bar = {.time = 20 * TR_HOUR_MS, .open = 100.5, .high = 101, .low = 99, .close = 100};
    assert_true(tr_track_step(&track, &bar));
    assert_int_equal(track.outcome.bars, 2);
    bar.time = 21 * TR_HOUR_MS;
    bar.low = 1;
    assert_true(tr_track_step(&track, &bar));
    assert_int_equal(track.outcome.bars, 2);
    assert_same_bits(track.outcome.average_exit, 100.5);
}

static void without_further_bars_it_stays_open(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 104, 100.5, 103}};
    struct tr_outcome out = run(TR_LONG, 3, 48, 2, rows);
    assert_int_equal(out.reason, TR_EXIT_OPEN);
    assert_int_equal(out.fills, 1);
    assert_true(out.tp1);
    assert_true(isnan(out.average_exit));
    struct tr_outcome none = run(TR_SHORT, 3, 48, 1, rows);
    assert_int_equal(none.reason, TR_EXIT_OPEN);
    assert_int_equal(none.bars, 0);
    assert_int_equal(none.tp1_bars, 0);
}

static void the_ladder_takes_48_hours_on_every_timeframe(void **state)
{
    (void)state;
    struct tr_ladder ladder = tr_ladder_defaults();
    assert_int_equal(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1M).horizon_bars, 2880);
    assert_int_equal(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1H).horizon_bars, 48);
    assert_int_equal(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_12H).horizon_bars, 4);
    assert_int_equal(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1D).horizon_bars, 2);
    assert_int_equal(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1H).targets, 3);
    assert_same_bits(tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1H).fraction[1], 0.4);
}

static void exit_reasons_have_the_names_of_the_store(void **state)
{
    (void)state;
    static const char *const names[] = {"open", "tp3", "sl", "trailing", "time"};
    for (int k = TR_EXIT_OPEN; k <= TR_EXIT_TIME; k++)
        assert_string_equal(tr_exit_reason_name((enum tr_exit_reason)k), names[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_targets_in_three_bars_leave_in_thirds),
        cmocka_unit_test(touching_the_stop_is_enough),
        cmocka_unit_test(a_bar_that_touches_stop_and_target_is_a_stop_and_ambiguous),
        cmocka_unit_test(a_gap_beyond_the_stop_fills_at_the_open),
        cmocka_unit_test(several_targets_fill_at_one_open),
        cmocka_unit_test(the_stop_moves_only_from_the_next_bar_on),
        cmocka_unit_test(the_trailing_stop_follows_the_best_price_at_a_distance),
        cmocka_unit_test(a_stop_after_target_one_is_called_trailing_even_in_the_same_bar),
        cmocka_unit_test(one_target_and_touched_entry_is_not_ambiguous),
        cmocka_unit_test(time_is_up_at_the_close_of_the_last_bar_of_the_horizon),
        cmocka_unit_test(a_hole_that_ends_within_the_horizon_leaves_its_last_bar_whole),
        cmocka_unit_test(a_bar_that_opens_at_the_deadline_or_later_closes_it_at_its_open),
        cmocka_unit_test(targets_hit_before_a_hole_stay_hit_after_the_deadline),
        cmocka_unit_test(without_a_bar_to_enter_at_before_the_deadline_it_has_expired),
        cmocka_unit_test(bars_after_the_last_fill_are_ignored),
        cmocka_unit_test(without_further_bars_it_stays_open),
        cmocka_unit_test(the_ladder_takes_48_hours_on_every_timeframe),
        cmocka_unit_test(exit_reasons_have_the_names_of_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
