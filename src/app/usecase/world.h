/* What a use case works with: where things are kept, who computes, who watches, what time it is. Everything borrowed.
 */
#ifndef TR_USECASE_WORLD_H
#define TR_USECASE_WORLD_H

#include "base/pool.h"
#include "base/progress.h"
#include "base/time.h"
#include "io/store/store.h"

#include <stdbool.h>

struct tr_world {
    struct tr_store *store;             /* NULL: nothing is read or written */
    bool keep_steps;                    /* finished fits stay in the store also when the walk they are of is done */
    bool keep_signals;                  /* what was signalled and refused goes into the store */
    struct tr_pool *pool;               /* NULL: one thread */
    const struct tr_progress *progress; /* NULL: nobody watches */
    tr_time_ms now;                     /* by the wall clock: stamps of what is recorded, never part of a result */
};

#endif
