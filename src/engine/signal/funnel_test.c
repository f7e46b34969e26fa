#include "support/test.h"

#include "engine/signal/funnel.h"

#include <math.h>

static struct tr_decision decision_of(enum tr_side side, enum tr_stage stage, double margin, bool proven)
{
    struct tr_decision d = {.stage = stage, .margin = margin};
    d.signal.side = side;
    d.signal.evidence.proven = proven;
    return d;
}

static void an_empty_funnel_has_counted_nothing_and_knows_no_margin(void **state)
{
    (void)state;
    struct tr_funnel f;
    tr_funnel_init(&f);
    assert_int_equal(f.bars + f.candidates, 0);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        assert_int_equal(f.signals[side] + f.proven[side], 0);
        for (int stage = 0; stage < TR_STAGE_COUNT; stage++) {
            assert_int_equal(f.refused[side][stage], 0);
            assert_true(isnan(f.best_margin[side][stage]));
        }
    }
}

static void refusals_are_counted_by_side_and_stage_with_the_closest_miss(void **state)
{
    (void)state;
    struct tr_funnel f;
    tr_funnel_init(&f);
    const struct tr_decision d[] = {
        decision_of(TR_LONG, TR_STAGE_CONFIDENCE, -0.07, false),
        decision_of(TR_LONG, TR_STAGE_CONFIDENCE, -0.02, false),
        decision_of(TR_LONG, TR_STAGE_CONFIDENCE, -0.05, false),
        decision_of(TR_SHORT, TR_STAGE_CONFIDENCE, (double)NAN, false),
        decision_of(TR_SHORT, TR_STAGE_NO_MODEL, (double)NAN, true),
    };
    for (size_t i = 0; i < sizeof d / sizeof *d; i++)
        tr_funnel_count(&f, &d[i]);
    assert_int_equal(f.candidates, 5);
    assert_int_equal(f.refused[TR_LONG][TR_STAGE_CONFIDENCE], 3);
    assert_int_equal(f.refused[TR_SHORT][TR_STAGE_CONFIDENCE], 1);
    assert_int_equal(f.refused[TR_SHORT][TR_STAGE_NO_MODEL], 1);
    assert_near(f.best_margin[TR_LONG][TR_STAGE_CONFIDENCE], -0.02, 0);
    assert_true(isnan(f.best_margin[TR_SHORT][TR_STAGE_CONFIDENCE]));
    assert_int_equal(f.signals[TR_SHORT] + f.proven[TR_SHORT], 0);
}

static void what_went_in_comes_out_as_refusals_or_signals(void **state)
{
    (void)state;
    struct tr_funnel f;
    tr_funnel_init(&f);
    for (int i = 0; i < 1000; i++) {
        enum tr_side side = i % 3 ? TR_LONG : TR_SHORT;
        struct tr_decision d = decision_of(side, (enum tr_stage)(i % (TR_STAGE_COUNT + 1)), -0.1, i % 4 == 1);
        tr_funnel_count(&f, &d);
    }
    size_t out = 0;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        out += f.signals[side];
        assert_true(f.proven[side] <= f.signals[side]);
        for (int stage = 0; stage < TR_STAGE_COUNT; stage++)
            out += f.refused[side][stage];
    }
    assert_int_equal(f.candidates, 1000);
    assert_int_equal(out, 1000);
    assert_int_equal(f.signals[TR_LONG] + f.signals[TR_SHORT], 100);
    assert_int_equal(f.proven[TR_LONG] + f.proven[TR_SHORT], 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_funnel_has_counted_nothing_and_knows_no_margin),
        cmocka_unit_test(refusals_are_counted_by_side_and_stage_with_the_closest_miss),
        cmocka_unit_test(what_went_in_comes_out_as_refusals_or_signals),
    };
    return cmocka_run_group_tests_name("signal/funnel", tests, NULL, NULL);
}
