/* The outcome kernel against a slow reference of another shape, and its laws, on random positions. */
#include "support/test.h"

#include "support/bars.h"

#include "engine/trade/outcome.h"

#include <math.h>

/* --- The reference: written from the specification's text. Every bar is turned into a list of events in the order in
 * which they count; the stop of a bar and the extremes are worked out from scratch each time. --- */

enum event_kind { BEFORE_OPEN_TIME, AT_OPEN_STOP, AT_OPEN_TARGET, AT_STOP, AT_TARGET, AT_TIME };

struct event {
    enum event_kind kind;
    size_t target;
    double price;
};

struct position {
    const struct tr_outcome_rules *rules;
    const struct tr_levels *levels;
    const struct tr_bars *bars;
    size_t decision;
};

static bool is_long(const struct position *p)
{
    return p->levels->side == TR_LONG;
}
static bool target_touched(const struct position *p, double price, size_t k)
{
    return is_long(p) ? price >= p->levels->target[k] : price <= p->levels->target[k];
}
static bool stop_touched(const struct position *p, double price, double stop)
{
    return is_long(p) ? price <= stop : price >= stop;
}

/* The stop that stands in row: unmoved until the bar after target 1 was hit. */
static double stop_in(const struct position *p, size_t row, size_t tp1_row)
{
    if (tp1_row == 0 || row <= tp1_row || p->levels->trail_distance == 0.0)
        return p->levels->stop;
    double best = p->levels->entry;
    for (size_t r = p->decision + 1; r < row; r++)
        best = is_long(p) ? fmax(best, p->bars->high[r]) : fmin(best, p->bars->low[r]);
    return is_long(p) ? fmax(p->levels->entry, best - p->levels->trail_distance)
                      : fmin(p->levels->entry, best + p->levels->trail_distance);
}

static size_t events_of(const struct position *p, size_t row, size_t next_target, double stop, struct event *event)
{
    const struct tr_bars *b = p->bars;
    double favour = is_long(p) ? b->high[row] : b->low[row], against = is_long(p) ? b->low[row] : b->high[row];
    size_t n = 0, k = next_target;
    int64_t step = tr_timeframe_ms(b->timeframe), whole_bars = (b->time[row] - b->time[p->decision]) / step - 1;
    if (whole_bars >= (int64_t)p->rules->horizon_bars) /* that fit between the decision's close and this open */
        event[n++] = (struct event){BEFORE_OPEN_TIME, 0, b->open[row]};
    if (stop_touched(p, b->open[row], stop))
        event[n++] = (struct event){AT_OPEN_STOP, 0, b->open[row]};
    for (; k < p->rules->targets && target_touched(p, b->open[row], k); k++)
        event[n++] = (struct event){AT_OPEN_TARGET, k, b->open[row]};
    if (stop_touched(p, against, stop))
        event[n++] = (struct event){AT_STOP, 0, stop};
    for (; k < p->rules->targets && target_touched(p, favour, k); k++)
        event[n++] = (struct event){AT_TARGET, k, p->levels->target[k]};
    if (whole_bars + 1 >= (int64_t)p->rules->horizon_bars)
        event[n++] = (struct event){AT_TIME, 0, b->close[row]};
    return n;
}

static void apply(const struct position *p, const struct event *event, size_t bar, struct tr_outcome *out)
{
    bool target = event->kind == AT_OPEN_TARGET || event->kind == AT_TARGET;
    double left = 1.0;
    for (size_t k = 0; k < out->fills; k++)
        left -= out->fill[k].fraction;
    struct tr_fill *fill = &out->fill[out->fills++];
    *fill = (struct tr_fill){.bar = bar, .price = event->price, .fraction = left};
    fill->at_open = event->kind <= AT_OPEN_TARGET;
    if (event->kind == AT_TIME || event->kind == BEFORE_OPEN_TIME)
        fill->kind = TR_EXIT_TIME;
    else if (target)
        fill->kind = TR_EXIT_TARGET;
    else
        fill->kind = out->targets_hit > 0 ? TR_EXIT_TRAILING : TR_EXIT_STOP;
    if (target) {
        fill->fraction = p->rules->fraction[event->target];
        out->targets_hit++;
        out->target_bar[event->target] = bar;
        out->tp1 = true;
    }
    if (out->tp1_bars == 0)
        out->tp1_bars = bar;
    if (!target || out->targets_hit == p->rules->targets)
        out->reason = fill->kind;
}

static bool contains(const struct event *event, size_t n, enum event_kind kind)
{
    for (size_t k = 0; k < n; k++)
        if (event[k].kind == kind)
            return true;
    return false;
}

static bool entry_touched(const struct position *p, size_t row)
{
    return is_long(p) ? p->bars->low[row] <= p->levels->entry : p->bars->high[row] >= p->levels->entry;
}

/* Target 1 is among the events that happen: at the open, or inside the bar with no stop before it. */
static bool reaches_tp1(const struct event *event, size_t n)
{
    for (size_t k = 0; k < n && event[k].kind != AT_STOP; k++)
        if (event[k].kind != AT_TIME && event[k].target == 0)
            return true;
    return false;
}

static bool is_ambiguous(const struct position *p, const struct event *event, size_t n, size_t row)
{
    if (event[0].kind == BEFORE_OPEN_TIME || event[0].kind == AT_OPEN_STOP)
        return false;
    if (contains(event, n, AT_STOP) && contains(event, n, AT_TARGET))
        return true;
    size_t opened = 0;
    while (opened < n && event[opened].kind == AT_OPEN_TARGET)
        opened++;
    bool all_at_open = opened > 0 && event[opened - 1].target + 1 == p->rules->targets;
    bool stop_moves = p->levels->trail_distance > 0.0 && p->rules->targets > 1;
    return !all_at_open && stop_moves && reaches_tp1(event, n) && entry_touched(p, row);
}

static void see(const struct position *p, double price, struct tr_outcome *out)
{
    bool better = is_long(p) ? price > out->best : price < out->best;
    bool worse = is_long(p) ? price < out->worst : price > out->worst;
    out->best = better ? price : out->best;
    out->worst = worse ? price : out->worst;
}

static void extremes(const struct position *p, struct tr_outcome *out)
{
    bool to_the_close = out->reason == TR_EXIT_TIME && !out->fill[out->fills - 1].at_open;
    bool certain = out->reason == TR_EXIT_OPEN || to_the_close;
    bool entered = p->decision + 1 < p->bars->n;
    out->best = out->worst = entered ? p->bars->open[p->decision + 1] : p->levels->entry;
    for (size_t bar = 1; bar <= out->bars; bar++) {
        size_t row = p->decision + bar;
        see(p, p->bars->open[row], out);
        if (certain || bar < out->bars) {
            see(p, p->bars->high[row], out);
            see(p, p->bars->low[row], out);
        }
    }
    for (size_t k = 0; k < out->fills; k++)
        see(p, out->fill[k].price, out);
}

static void reference(const struct position *p, struct tr_outcome *out)
{
    *out = (struct tr_outcome){.reason = TR_EXIT_OPEN, .average_exit = (double)NAN};
    for (size_t row = p->decision + 1; row < p->bars->n && out->reason == TR_EXIT_OPEN; row++) {
        struct event event[2 + 2 * TR_TARGETS];
        size_t tp1_row = out->targets_hit > 0 ? p->decision + out->target_bar[0] : 0;
        size_t n = events_of(p, row, out->targets_hit, stop_in(p, row, tp1_row), event);
        out->bars = row - p->decision;
        if (n > 0 && is_ambiguous(p, event, n, row))
            out->ambiguous = true;
        for (size_t k = 0; k < n && out->reason == TR_EXIT_OPEN; k++)
            apply(p, &event[k], out->bars, out);
    }
    extremes(p, out);
    if (out->reason == TR_EXIT_OPEN)
        return;
    out->average_exit = 0.0;
    for (size_t k = 0; k < out->fills; k++)
        out->average_exit += out->fill[k].fraction * out->fill[k].price;
}

/* --- Random positions --- */

struct draw {
    struct tr_outcome_rules rules;
    struct tr_levels levels;
    size_t decision;
};

static double ticks(struct tr_rng *rng, size_t from, size_t to)
{
    return 0.25 * (double)(from + tr_rng_below(rng, to - from + 1));
}

static struct draw draw_position(struct tr_rng *rng, const struct tr_bars *bars)
{
    static const double splits[TR_TARGETS][TR_TARGETS] = {{1.0, 0, 0}, {0.6, 0.4, 0}, {0.3, 0.4, 0.3}};
    struct draw d = {.decision = tr_rng_below(rng, bars->n)};
    d.rules.targets = 1 + tr_rng_below(rng, TR_TARGETS);
    for (size_t k = 0; k < TR_TARGETS; k++)
        d.rules.fraction[k] = splits[d.rules.targets - 1][k];
    d.rules.horizon_bars = 1 + tr_rng_below(rng, tr_rng_below(rng, 2) ? 60 : 6);
    d.levels.side = tr_rng_below(rng, 2) ? TR_SHORT : TR_LONG;
    double sign = tr_side_sign(d.levels.side), target = bars->close[d.decision];
    d.levels.entry = target;
    d.levels.atr = 1.0;
    d.levels.stop = d.levels.entry - sign * ticks(rng, 1, 24);
    for (size_t k = 0; k < TR_TARGETS; k++) {
        target += sign * ticks(rng, k == 0, 16); /* later targets may coincide */
        d.levels.target[k] = target;
    }
    d.levels.trail_distance = tr_rng_below(rng, 3) ? ticks(rng, 1, 20) : 0.0;
    return d;
}

/* tolerance: of what was added up in another order. */
static void assert_same_outcome(const struct tr_outcome *a, const struct tr_outcome *b, double sign, double tolerance)
{
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->bars, b->bars);
    assert_int_equal(a->fills, b->fills);
    for (size_t k = 0; k < a->fills; k++) {
        assert_int_equal(a->fill[k].bar, b->fill[k].bar);
        assert_same_bits(a->fill[k].price, sign * b->fill[k].price);
        assert_near(a->fill[k].fraction, b->fill[k].fraction, tolerance);
        assert_int_equal(a->fill[k].kind, b->fill[k].kind);
        assert_int_equal(a->fill[k].at_open, b->fill[k].at_open);
    }
    assert_int_equal(a->targets_hit, b->targets_hit);
    for (size_t k = 0; k < TR_TARGETS; k++)
        assert_int_equal(a->target_bar[k], b->target_bar[k]);
    assert_int_equal(a->tp1, b->tp1);
    assert_int_equal(a->tp1_bars, b->tp1_bars);
    assert_int_equal(a->ambiguous, b->ambiguous);
    assert_near(a->average_exit, sign * b->average_exit, 1000.0 * tolerance);
    assert_same_bits(a->best, sign * b->best);
    assert_same_bits(a->worst, sign * b->worst);
}

typedef void (*check_fn)(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out);

static void on_random_positions(uint64_t seed, size_t series, size_t each, check_fn check)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t s = 0; s < series; s++) {
        struct test_bars_options options = test_bars_defaults(400);
        options.jump_share = s % 3 ? 0.2 : 0.0;
        options.hole_share = s % 2 ? 0.05 : 0.0;
        struct test_bars bars;
        test_bars_random(&rng, &options, &bars);
        for (size_t k = 0; k < each; k++) {
            struct draw d = draw_position(&rng, &bars.view);
            struct tr_outcome out;
            tr_outcome_run(&d.rules, &d.levels, &bars.view, d.decision, &out);
            check(&bars.view, &d, &out);
        }
        test_bars_free(&bars);
    }
}

/* How often each way out was met: a reference that never sees a case proves nothing about it. */
static size_t seen[TR_EXIT_TIME + 1], seen_ambiguous, seen_at_open, seen_late, seen_late_beyond;

static void equals_reference(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    struct position p = {&d->rules, &d->levels, bars, d->decision};
    struct tr_outcome expected;
    reference(&p, &expected);
    assert_same_outcome(out, &expected, 1.0, 1e-15);
    seen[out->reason]++;
    seen_ambiguous += out->ambiguous;
    seen_at_open += out->fills > 1 && out->fill[0].at_open && out->fill[1].at_open;
    if (out->reason != TR_EXIT_TIME || !out->fill[out->fills - 1].at_open)
        return;
    double open = bars->open[d->decision + out->bars];
    seen_late++;
    seen_late_beyond += target_touched(&p, open, out->targets_hit) || stop_touched(&p, open, d->levels.stop);
}

static void the_kernel_equals_an_event_list_on_200000_positions(void **state)
{
    (void)state;
    on_random_positions(1, 200, 1000, equals_reference);
    for (int k = TR_EXIT_OPEN; k <= TR_EXIT_TIME; k++)
        assert_true(seen[k] > 1000);
    assert_true(seen_ambiguous > 1000);
    assert_true(seen_at_open > 1000);
    assert_true(seen_late > 1000);
    assert_true(seen_late_beyond > 100);
}

static void streams_alike(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    struct tr_track track, copy;
    tr_track_begin(&track, &d->rules, &d->levels, bars->time[d->decision], bars->timeframe);
    bool closed = false;
    for (size_t row = d->decision + 1; row < bars->n; row++) {
        struct tr_bar bar = tr_bars_at(bars, row);
        copy = track; /* plain data: a stored copy goes on like the original */
        closed = tr_track_step(&copy, &bar);
        track = copy;
        assert_int_equal(closed, track.outcome.reason != TR_EXIT_OPEN);
    }
    assert_int_equal(closed, out->reason != TR_EXIT_OPEN && d->decision + 1 < bars->n);
    assert_same_outcome(out, &track.outcome, 1.0, 0.0);
}

static void streaming_bar_by_bar_equals_the_run(void **state)
{
    (void)state;
    on_random_positions(2, 40, 250, streams_alike);
}

static void mirrors(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    struct test_bars other;
    struct tr_bars part = tr_bars_slice(bars, d->decision, bars->n - d->decision);
    test_bars_negate(&part, &other);
    struct tr_levels levels = d->levels;
    levels.side = d->levels.side == TR_LONG ? TR_SHORT : TR_LONG;
    levels.entry = -levels.entry;
    levels.stop = -levels.stop;
    for (size_t k = 0; k < TR_TARGETS; k++)
        levels.target[k] = -levels.target[k];
    struct tr_outcome mirrored;
    tr_outcome_run(&d->rules, &levels, &other.view, 0, &mirrored);
    assert_same_outcome(out, &mirrored, -1.0, 0.0);
    test_bars_free(&other);
}

static void long_and_short_mirror_each_other_to_the_bit(void **state)
{
    (void)state;
    on_random_positions(3, 50, 400, mirrors);
}

static void future_is_not_read(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    struct tr_outcome cut;
    struct tr_bars upto = tr_bars_slice(bars, 0, d->decision + 1 + out->bars);
    tr_outcome_run(&d->rules, &d->levels, &upto, d->decision, &cut);
    assert_same_outcome(out, &cut, 1.0, 0.0);
    if (out->bars == 0)
        return;
    upto.n--;
    tr_outcome_run(&d->rules, &d->levels, &upto, d->decision, &cut);
    assert_int_equal(cut.reason, TR_EXIT_OPEN);
}

static void truncating_the_future_after_the_exit_changes_nothing(void **state)
{
    (void)state;
    on_random_positions(4, 50, 400, future_is_not_read);
}

static void fractions_sum_to_one(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    (void)bars;
    (void)d;
    double sum = 0.0;
    for (size_t k = 0; k < out->fills; k++)
        sum += out->fill[k].fraction;
    if (out->reason != TR_EXIT_OPEN)
        assert_near(sum, 1.0, 1e-15);
    else
        assert_true(sum < 1.0);
}

static void the_fractions_of_a_closed_position_sum_to_one(void **state)
{
    (void)state;
    on_random_positions(5, 50, 400, fractions_sum_to_one);
}

static void loses_at_most(const struct tr_bars *bars, const struct draw *d, const struct tr_outcome *out)
{
    double sign = tr_side_sign(d->levels.side), floor = sign * d->levels.stop;
    if (out->reason == TR_EXIT_OPEN)
        return;
    for (size_t bar = 1; bar <= out->bars; bar++)
        floor = fmin(floor, sign * bars->open[d->decision + bar]);
    assert_true(sign * out->average_exit >= floor - 1e-12);
    bool gapped = floor < sign * d->levels.stop;
    if (!gapped)
        assert_true(sign * out->average_exit >= sign * d->levels.stop - 1e-12);
}

static void nothing_is_lost_beyond_the_stop_without_a_gap_nor_beyond_the_gap(void **state)
{
    (void)state;
    on_random_positions(6, 51, 400, loses_at_most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_equals_an_event_list_on_200000_positions),
        cmocka_unit_test(streaming_bar_by_bar_equals_the_run),
        cmocka_unit_test(long_and_short_mirror_each_other_to_the_bit),
        cmocka_unit_test(truncating_the_future_after_the_exit_changes_nothing),
        cmocka_unit_test(the_fractions_of_a_closed_position_sum_to_one),
        cmocka_unit_test(nothing_is_lost_beyond_the_stop_without_a_gap_nor_beyond_the_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
