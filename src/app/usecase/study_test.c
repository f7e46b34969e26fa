#include "support/test.h"

#include "app/usecase/study.h"
#include "base/alloc.h"
#include "engine/feature/feature.h"
#include "support/chain.h"

#include <math.h>
#include <string.h>

#define N 700

static struct tr_recipe recipe;

static int set_up(void **state)
{
    (void)state;
    test_chain_recipe(&recipe);
    tr_recipe_fit_to(&recipe, TR_TIMEFRAME_1H);
    return 0;
}

static void a_study_holds_features_labels_and_targets_of_every_bar(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_study study;
    struct tr_error err = {0};
    test_chain_market(N, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    assert_ok(tr_study_init(&study, &recipe, &bars, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (size_t i = 0; i < N; i++) {
            const struct tr_barrier_labels *label = &study.barrier[side];
            int want = label->hit[i] == TR_HIT_NONE ? -1 : label->hit[i] == TR_HIT_TP;
            assert_int_equal(study.target[side].y[i], want);
            assert_int_equal(label->hit[i] == TR_HIT_NONE, i + 24 >= N);
            assert_true(study.ladder[side].tp1[i] <= 1);
        }
    }
    assert_ptr_equal(study.atr, tr_matrix_column(&study.features, tr_feature_find("atr_14")));
    assert_true(study.atr[N - 1] > 0);
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void ladder_labels_become_targets_where_they_are_asked_for(void **state)
{
    (void)state;
    struct tr_recipe other;
    struct tr_bar_list list;
    struct tr_study study;
    struct tr_error err = {0};
    tr_recipe_copy(&other, &recipe);
    other.label_kind = TR_LABEL_LADDER;
    tr_recipe_fit_to(&other, TR_TIMEFRAME_1H);
    test_chain_market(N, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    assert_ok(tr_study_init(&study, &other, &bars, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (size_t i = 0; i < N; i++)
            assert_int_equal(study.target[side].y[i], study.ladder[side].tp1[i]);
    }
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void the_share_of_bars_that_can_pass_the_filter_is_counted(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_study study;
    struct tr_error err = {0};
    size_t ready = 0, above = 0;
    test_chain_market(N, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    assert_ok(tr_study_init(&study, &recipe, &bars, &err), &err);
    assert_near(study.min_atr_frac, 0.012, 0.0005); /* at default costs: ATR/close >= 1.2 % */
    for (size_t i = 0; i < N; i++) {
        ready += study.set.ready[i];
        above += study.set.ready[i] && study.atr[i] / bars.close[i] >= study.min_atr_frac;
    }
    assert_true(ready > 0 && above > 0 && above < ready);
    assert_near(study.share_above_min_atr, (double)above / (double)ready, 1e-12);
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void a_short_series_is_a_study_without_ready_bars(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_study study;
    struct tr_error err = {0};
    test_chain_market(3, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    assert_ok(tr_study_init(&study, &recipe, &bars, &err), &err);
    assert_same_bits(study.share_above_min_atr, 0.0);
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_error err = {0};
    size_t k = 1;
    test_chain_market(300, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    for (;; k++) {
        struct tr_study study;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_study_init(&study, &recipe, &bars, &err);
        size_t calls = tr_alloc_fail_at(0);
        tr_study_finish(&study);
        if (calls < k)
            break;
        assert_int_equal(status, TR_NOMEM);
    }
    assert_true(k > 18);
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_study_holds_features_labels_and_targets_of_every_bar),
        cmocka_unit_test(ladder_labels_become_targets_where_they_are_asked_for),
        cmocka_unit_test(the_share_of_bars_that_can_pass_the_filter_is_counted),
        cmocka_unit_test(a_short_series_is_a_study_without_ready_bars),
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("usecase/study", tests, set_up, NULL);
}
