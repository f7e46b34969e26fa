#include "support/test.h"

#include "engine/model/forest/stop.h"

#include <math.h>

/* Feeds the losses until the rule has seen enough; how many rounds that took, all of them where it never had. */
static size_t feed(struct tr_stop *stop, const double *loss, size_t n)
{
    size_t round = 0;
    while (round < n && !tr_stop_note(stop, round + 1, loss[round]))
        round++;
    return round < n ? round + 1 : n;
}

static void the_best_round_is_kept_after_patience_runs_out(void **state)
{
    static const double loss[] = {0.69, 0.60, 0.61, 0.60, 0.62, 0.50};
    struct tr_stop stop;
    (void)state;
    tr_stop_init(&stop, 3, 1);
    assert_true(feed(&stop, loss, 6) == 5);
    assert_true(tr_stop_kept(&stop, 5) == 2); /* an equal loss is not a better one */
}

static void nothing_before_the_least_rounds_counts(void **state)
{
    static const double loss[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    struct tr_stop stop;
    (void)state;
    tr_stop_init(&stop, 2, 4);
    assert_true(feed(&stop, loss, 7) == 6);
    assert_true(tr_stop_kept(&stop, 6) == 4);
    tr_stop_init(&stop, 50, 50);
    assert_true(feed(&stop, loss, 7) == 7);
    assert_true(tr_stop_kept(&stop, 7) == 7); /* a shorter fit stays whole */
}

static void a_loss_that_is_no_number_is_never_the_best(void **state)
{
    static const double loss[] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    struct tr_stop stop;
    (void)state;
    tr_stop_init(&stop, 3, 2);
    assert_true(feed(&stop, loss, 4) == 3);
    assert_true(tr_stop_kept(&stop, 3) == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_round_is_kept_after_patience_runs_out),
        cmocka_unit_test(nothing_before_the_least_rounds_counts),
        cmocka_unit_test(a_loss_that_is_no_number_is_never_the_best),
    };
    return cmocka_run_group_tests_name("engine/model/forest/stop", tests, NULL, NULL);
}
