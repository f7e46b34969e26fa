#include "support/test.h"

#include "base/alloc.h"
#include "base/pool.h"
#include "base/rng.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static struct tr_pool *make_pool(size_t threads)
{
    struct tr_error err;
    struct tr_pool *pool;
    assert_ok(tr_pool_create(threads, &pool, &err), &err);
    assert_int_equal(tr_pool_threads(pool), threads);
    return pool;
}

static void count_run(void *context, size_t task)
{
    atomic_fetch_add((atomic_int *)context + task, 1);
}

static void every_task_runs_exactly_once(void **state)
{
    (void)state;
    enum { TASKS = 10000 };
    static atomic_int runs[TASKS];
    for (size_t threads = 1; threads <= 8; threads++) {
        struct tr_pool *pool = make_pool(threads);
        memset(runs, 0, sizeof runs);
        tr_pool_run(pool, TASKS, count_run, runs);
        for (size_t i = 0; i < TASKS; i++)
            assert_int_equal(runs[i], 1);
        tr_pool_destroy(pool);
    }
}

static void many_runs_in_a_row_neither_lose_nor_mix_tasks(void **state)
{
    (void)state;
    enum { RUNS = 3000 };
    struct tr_pool *pool = make_pool(4);
    for (size_t run = 0; run < RUNS; run++) {
        atomic_int runs[17] = {0};
        size_t tasks = run % 18;
        tr_pool_run(pool, tasks, count_run, runs);
        for (size_t i = 0; i < 17; i++)
            assert_int_equal(runs[i], i < tasks);
    }
    tr_pool_destroy(pool);
}

struct walk {
    double *result;
};

static void random_walk(void *context, size_t task)
{
    const struct walk *walk = context;
    struct tr_rng rng;
    tr_rng_init(&rng, 99, task);
    double place = 0.0;
    for (size_t i = 0; i < 50 + task % 100; i++)
        place += tr_rng_normal(&rng);
    walk->result[task] = place;
}

static void results_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    enum { TASKS = 500 };
    static double expected[TASKS], result[TASKS];
    tr_pool_run(NULL, TASKS, random_walk, &(struct walk){expected});
    for (size_t threads = 1; threads <= 6; threads++) {
        struct tr_pool *pool = make_pool(threads);
        for (int repeat = 0; repeat < 5; repeat++) {
            memset(result, 0, sizeof result);
            tr_pool_run(pool, TASKS, random_walk, &(struct walk){result});
            assert_memory_equal(result, expected, sizeof result);
        }
        tr_pool_destroy(pool);
    }
}

struct record {
    pthread_t caller;
    size_t next;
    bool in_order, by_caller;
};

static void note_order(void *context, size_t task)
{
    struct record *record = context;
    record->in_order = record->in_order && task == record->next++;
    record->by_caller = record->by_caller && pthread_equal(pthread_self(), record->caller);
}

static void without_other_threads_the_caller_works_in_order(void **state)
{
    (void)state;
    struct tr_pool *one = make_pool(1), *none = NULL;
    struct tr_pool *pools[] = {one, none};
    for (int i = 0; i < 2; i++) {
        struct record record = {.caller = pthread_self(), .in_order = true, .by_caller = true};
        tr_pool_run(pools[i], 100, note_order, &record);
        assert_int_equal(record.next, 100);
        assert_true(record.in_order && record.by_caller);
    }
    assert_int_equal(tr_pool_threads(NULL), 1);
    tr_pool_destroy(one);
    tr_pool_destroy(NULL);
}

struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t arrived, expected;
};

/* Returns only when all the others are inside, too: ends the program by the test's time limit where they are not. */
static void meet(void *context, size_t task)
{
    (void)task;
    struct meeting *meeting = context;
    pthread_mutex_lock(&meeting->lock);
    meeting->arrived++;
    pthread_cond_broadcast(&meeting->changed);
    while (meeting->arrived < meeting->expected)
        pthread_cond_wait(&meeting->changed, &meeting->lock);
    pthread_mutex_unlock(&meeting->lock);
}

static void all_threads_work_at_the_same_time(void **state)
{
    (void)state;
    for (size_t threads = 2; threads <= 5; threads++) {
        struct tr_pool *pool = make_pool(threads);
        struct meeting meeting = {.expected = threads};
        pthread_mutex_init(&meeting.lock, NULL);
        pthread_cond_init(&meeting.changed, NULL);
        tr_pool_run(pool, threads, meet, &meeting);
        assert_int_equal(meeting.arrived, threads);
        tr_pool_destroy(pool);
        pthread_cond_destroy(&meeting.changed);
        pthread_mutex_destroy(&meeting.lock);
    }
}

struct sharer {
    struct tr_pool *pool;
    atomic_int runs[50];
};

static void *share_pool(void *argument)
{
    struct sharer *sharer = argument;
    for (int i = 0; i < 200; i++)
        tr_pool_run(sharer->pool, 50, count_run, sharer->runs);
    return NULL;
}

static void callers_that_share_a_pool_take_turns(void **state)
{
    (void)state;
    enum { CALLERS = 3 };
    static struct sharer sharers[CALLERS];
    pthread_t threads[CALLERS];
    struct tr_pool *pool = make_pool(3);
    for (size_t i = 0; i < CALLERS; i++) {
        sharers[i].pool = pool;
        assert_int_equal(pthread_create(&threads[i], NULL, share_pool, &sharers[i]), 0);
    }
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < CALLERS; i++)
        for (size_t task = 0; task < 50; task++)
            assert_int_equal(sharers[i].runs[task], 200);
    tr_pool_destroy(pool);
}

struct mask_check {
    struct meeting meeting;
    pthread_t caller;
    atomic_int blocked, open;
};

static void look_at_mask(void *context, size_t task)
{
    struct mask_check *check = context;
    meet(&check->meeting, task); /* one task for each thread */
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    bool blocked = sigismember(&mask, SIGTERM) && sigismember(&mask, SIGINT);
    if (!pthread_equal(pthread_self(), check->caller))
        atomic_fetch_add(blocked ? &check->blocked : &check->open, 1);
}

static void workers_leave_process_signals_to_the_main_thread(void **state)
{
    (void)state;
    struct mask_check check = {.caller = pthread_self(), .meeting.expected = 3};
    pthread_mutex_init(&check.meeting.lock, NULL);
    pthread_cond_init(&check.meeting.changed, NULL);
    struct tr_pool *pool = make_pool(3);
    tr_pool_run(pool, 3, look_at_mask, &check);
    assert_int_equal(check.blocked, 2);
    assert_int_equal(check.open, 0);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_false(sigismember(&mask, SIGTERM)); /* and the caller's own mask is as before */
    tr_pool_destroy(pool);
    pthread_cond_destroy(&check.meeting.changed);
    pthread_mutex_destroy(&check.meeting.lock);
}

static void an_unused_pool_can_be_destroyed(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        tr_pool_destroy(make_pool(3));
}

static void bad_sizes_and_no_memory_are_reported(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_pool *pool;
    assert_int_equal(tr_pool_create(0, &pool, &err), TR_INVALID);
    assert_null(pool);
    assert_int_equal(tr_pool_create(SIZE_MAX, &pool, &err), TR_INVALID);
    assert_null(pool);
    tr_alloc_fail_at(1);
    assert_int_equal(tr_pool_create(2, &pool, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_null(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_exactly_once),
        cmocka_unit_test(many_runs_in_a_row_neither_lose_nor_mix_tasks),
        cmocka_unit_test(results_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(without_other_threads_the_caller_works_in_order),
        cmocka_unit_test(all_threads_work_at_the_same_time),
        cmocka_unit_test(callers_that_share_a_pool_take_turns),
        cmocka_unit_test(workers_leave_process_signals_to_the_main_thread),
        cmocka_unit_test(an_unused_pool_can_be_destroyed),
        cmocka_unit_test(bad_sizes_and_no_memory_are_reported),
    };
    return cmocka_run_group_tests_name("base/pool", tests, NULL, NULL);
}
