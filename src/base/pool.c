#include "base/pool.h"

#include "base/alloc.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct tr_pool {
    pthread_mutex_t turn; /* held by whoever runs a job: callers take turns */
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t work;  /* there are tasks to take, or the end has come */
    pthread_cond_t done;  /* the last task has finished */
    tr_pool_fn fn;
    void *context;
    size_t tasks, next, finished;
    bool closing;
    size_t threads; /* with the caller; does not change after creation */
    pthread_t workers[];
};

/* Takes and runs tasks until none is left to take. Called and left with the lock held. A lock for each task costs 0.1
 * us; tasks here are folds, fits and blocks of thousands of rows. */
static void run_tasks(struct tr_pool *pool)
{
    while (pool->next < pool->tasks) {
        size_t task = pool->next++;
        tr_pool_fn fn = pool->fn;
        void *context = pool->context;
        pthread_mutex_unlock(&pool->lock);
        fn(context, task);
        pthread_mutex_lock(&pool->lock);
        if (++pool->finished == pool->tasks)
            pthread_cond_signal(&pool->done);
    }
}

static void *worker_main(void *argument)
{
    struct tr_pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (!pool->closing) {
        run_tasks(pool);
        if (!pool->closing)
            pthread_cond_wait(&pool->work, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Workers are born with all signals blocked: process signals belong to the main thread. */
static int start_workers(struct tr_pool *pool, size_t threads)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = 0;
    for (; code == 0 && pool->threads < threads; pool->threads += code == 0)
        code = pthread_create(&pool->workers[pool->threads - 1], NULL, worker_main, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

enum tr_status tr_pool_create(size_t threads, struct tr_pool **out, struct tr_error *err)
{
    *out = NULL;
    if (threads < 1 || threads > 4096)
        return tr_error_set(err, TR_INVALID, "a thread pool needs 1 to 4096 threads, not %zu", threads);
    struct tr_pool *pool = tr_alloc_zero(1, sizeof *pool + (threads - 1) * sizeof *pool->workers);
    if (!pool)
        return tr_error_nomem(err);
    pool->threads = 1;
    pthread_mutex_init(&pool->turn, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    int code = start_workers(pool, threads);
    if (code != 0) {
        tr_error_set(err, TR_IO, "cannot start thread %zu of %zu: error %d", pool->threads, threads, code);
        tr_pool_destroy(pool);
        return TR_IO;
    }
    *out = pool;
    return TR_OK;
}

void tr_pool_destroy(struct tr_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i + 1 < pool->threads; i++)
        pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->turn);
    tr_free(pool);
}

size_t tr_pool_threads(const struct tr_pool *pool)
{
    return pool ? pool->threads : 1;
}

void tr_pool_run(struct tr_pool *pool, size_t tasks, tr_pool_fn fn, void *context)
{
    if (!pool || pool->threads == 1 || tasks <= 1) {
        for (size_t task = 0; task < tasks; task++)
            fn(context, task);
        return;
    }
    pthread_mutex_lock(&pool->turn);
    pthread_mutex_lock(&pool->lock);
    pool->fn = fn;
    pool->context = context;
    pool->next = pool->finished = 0;
    pool->tasks = tasks;
    pthread_cond_broadcast(&pool->work);
    run_tasks(pool);
    while (pool->finished < tasks)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    pthread_mutex_unlock(&pool->turn);
}
