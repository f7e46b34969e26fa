#include "support/test.h"

#include "base/alloc.h"
#include "engine/score/classify.h"
#include "support/walk.h"

#include <math.h>
#include <string.h>

/* The long head of the first fold of a world. */
static struct tr_walk_fit_input request(const struct test_walk_world *w)
{
    return (struct tr_walk_fit_input){
        .set = &w->set,
        .target = w->target[0],
        .fold = &w->folds[0],
        .plan = &test_spy_plan,
        .min_share = 0.8,
        .min_fit_rows = 100,
        .seed = 3,
    };
}

static struct tr_walk_fit run(const struct tr_walk_fit_input *input)
{
    struct tr_walk_fit fit;
    struct tr_error err;
    assert_ok(tr_walk_fit_run(input, &fit, &err), &err);
    return fit;
}

static void what_is_held_back_lies_one_purge_behind_every_row_of_the_fit(void **state)
{
    struct test_walk_world w;
    struct tr_walk_fit fit;
    size_t row[2000];
    (void)state;
    test_walk_world_init(&w, 1400);
    struct tr_walk_fit_input input = request(&w);
    input.tail = (struct tr_tail){.share = 0.25, .purge_ms = tr_plan_purge_ms(&w.options)};
    const struct tr_fold *f = input.fold;
    tr_time_ms tail_from = f->fit_to - (int64_t)(0.25 * (double)(f->fit_to - f->train_from));
    test_spy_reset(true);
    fit = run(&input);
    assert_true(fit.trained);
    const struct test_sighting *seen = &test_spy.train[0];
    assert_true(seen->n == test_walk_rows(&w, &w.target[0], f->train_from, tail_from - input.tail.purge_ms, row));
    assert_memory_equal(seen->row, row, seen->n * sizeof *row);
    for (size_t i = 0; i < seen->n; i++)
        assert_true(w.time[seen->row[i] + TEST_WALK_HORIZON] < tail_from);
    assert_true(fit.tail_rows == test_walk_rows(&w, &w.target[0], tail_from, f->fit_to, row));
    tr_walk_fit_finish(&fit);
    test_walk_world_finish(&w);
}

static void the_tail_is_judged_by_the_weighted_log_loss(void **state)
{
    struct test_walk_world w;
    struct tr_walk_fit fit;
    struct tr_sample tail;
    struct tr_error err;
    double p[2000];
    (void)state;
    test_walk_world_init(&w, 1400);
    struct tr_walk_fit_input input = request(&w);
    input.tail = (struct tr_tail){.share = 0.25, .purge_ms = tr_plan_purge_ms(&w.options)};
    input.keep_model = true;
    fit = run(&input);
    const struct tr_fold *f = input.fold;
    tr_time_ms tail_from = f->fit_to - (int64_t)(0.25 * (double)(f->fit_to - f->train_from));
    assert_ok(tr_dataset_sample(&w.set, &w.target[0], tail_from, f->fit_to, &tail, &err), &err);
    assert_ok(tr_ensemble_predict(&fit.model, &w.set.inputs, tail.n, tail.row, p, NULL, &err), &err);
    assert_same_bits(fit.tail_loss, tr_log_loss(tail.n, p, tail.y, tail.weight));
    tr_sample_finish(&tail);
    tr_walk_fit_finish(&fit);
    input.tail.share = 0;
    fit = run(&input);
    assert_true(isnan(fit.tail_loss) && fit.tail_rows == 0);
    tr_walk_fit_finish(&fit);
    test_walk_world_finish(&w);
}

static void member_scores_average_to_the_score(void **state)
{
    struct test_walk_world w;
    struct tr_walk_fit fit;
    struct tr_ensemble_plan two = {.n = 2, .member = {{.impl = &test_spy_impl}, {.impl = &test_spy_impl}}};
    (void)state;
    test_walk_world_init(&w, 1400);
    struct tr_walk_fit_input input = request(&w);
    input.plan = &two;
    fit = run(&input);
    assert_true(fit.members == 2 && fit.test_rows > 50);
    for (size_t i = 0; i < fit.test_rows; i++)
        assert_same_bits(fit.test_score[i], (0.0 + fit.member_score[i] + fit.member_score[fit.test_rows + i]) / 2.0);
    tr_walk_fit_finish(&fit);
    test_walk_world_finish(&w);
}

static void assert_same(const struct tr_walk_fit *a, const struct tr_walk_fit *b)
{
    struct tr_buf first, second;
    tr_buf_init(&first);
    tr_buf_init(&second);
    tr_walk_fit_pack(a, &first);
    tr_walk_fit_pack(b, &second);
    assert_true(first.len == second.len);
    assert_true(a->trained == b->trained && a->test_rows == b->test_rows);
    assert_string_equal(a->reason, b->reason);
    for (size_t i = 0; i < a->test_rows && a->trained; i++) {
        assert_true(a->test_row[i] == b->test_row[i]);
        assert_same_bits(a->test_score[i], b->test_score[i]);
        assert_same_bits(a->test_rank[i], b->test_rank[i]);
    }
    for (size_t i = 0; i < a->reference_rows && a->trained; i++)
        assert_same_bits(a->reference_rank[i], b->reference_rank[i]);
    tr_buf_finish(&second);
    tr_buf_finish(&first);
}

static void a_packed_fit_reads_back_to_the_bit_and_damage_is_noticed(void **state)
{
    struct test_walk_world w;
    struct tr_walk_fit fit, again;
    struct tr_buf bytes;
    struct tr_error err;
    (void)state;
    test_walk_world_init(&w, 1400);
    struct tr_walk_fit_input input = request(&w);
    for (int trained = 0; trained < 2; trained++) {
        input.min_fit_rows = trained ? 100 : 100000;
        fit = run(&input);
        tr_buf_init(&bytes);
        tr_walk_fit_pack(&fit, &bytes);
        assert_ok(tr_walk_fit_unpack(bytes.data, bytes.len, w.n, &again, &err), &err);
        assert_same(&fit, &again);
        tr_walk_fit_finish(&again);
        for (size_t cut = 0; cut < bytes.len; cut += 1 + bytes.len / 97) {
            assert_true(tr_walk_fit_unpack(bytes.data, cut, w.n, &again, &err) == TR_CORRUPT);
            tr_walk_fit_finish(&again);
        }
        if (trained) { /* other, fewer bars */
            assert_true(tr_walk_fit_unpack(bytes.data, bytes.len, 700, &again, &err) == TR_CORRUPT);
            tr_walk_fit_finish(&again);
        }
        bytes.data[0]++;
        assert_true(tr_walk_fit_unpack(bytes.data, bytes.len, w.n, &again, &err) == TR_CORRUPT);
        tr_walk_fit_finish(&again);
        tr_buf_finish(&bytes);
        tr_walk_fit_finish(&fit);
    }
    test_walk_world_finish(&w);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct test_walk_world w;
    struct tr_walk_fit fit;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    (void)state;
    test_walk_world_init(&w, 1000);
    struct tr_walk_fit_input input = request(&w);
    input.importance = true;
    input.tail = (struct tr_tail){.share = 0.2, .purge_ms = tr_plan_purge_ms(&w.options)};
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_walk_fit_run(&input, &fit, &err);
        tr_alloc_fail_at(0);
        tr_walk_fit_finish(&fit);
        assert_true(k < 500);
    }
    assert_ok(status, &err);
    test_walk_world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_back_lies_one_purge_behind_every_row_of_the_fit),
        cmocka_unit_test(the_tail_is_judged_by_the_weighted_log_loss),
        cmocka_unit_test(member_scores_average_to_the_score),
        cmocka_unit_test(a_packed_fit_reads_back_to_the_bit_and_damage_is_noticed),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
