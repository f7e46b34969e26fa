/* A thread pool for CPU work: independent tasks 0..n-1, whose results must not depend on who ran them. */
#ifndef TR_BASE_POOL_H
#define TR_BASE_POOL_H

#include "base/error.h"

#include <stddef.h>

struct tr_pool;

typedef void (*tr_pool_fn)(void *context, size_t task);

/* threads >= 1 counts the caller, who works too: threads - 1 are started. Destroy with tr_pool_destroy. */
enum tr_status tr_pool_create(size_t threads, struct tr_pool **out, struct tr_error *err) TR_MUST_CHECK;
void tr_pool_destroy(struct tr_pool *pool);
size_t tr_pool_threads(const struct tr_pool *pool); /* 1 for NULL */

/* Runs fn for every task and returns when all are done. Tasks are handed out in order of their numbers. pool may be
 * NULL: all in the calling thread. Not to be called from inside a task. Several threads may share a pool: they take
 * turns. */
void tr_pool_run(struct tr_pool *pool, size_t tasks, tr_pool_fn fn, void *context);

#endif
