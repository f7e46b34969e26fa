/* How long work tells where it is, and learns that it should stop. */
#ifndef TR_BASE_PROGRESS_H
#define TR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* stage: a short word or two ("import", "walk-forward"); done of total in units ("rows", "fits"); total 0 = not known.
 * Returns false to ask for a stop: the caller then ends with TR_CANCELLED. May be called from any thread, but never
 * from two at once. */
typedef bool (*tr_progress_fn)(void *context, const char *stage, size_t done, size_t total, const char *units);

struct tr_progress {
    tr_progress_fn fn; /* NULL: nobody is watching */
    void *context;
};

/* true: go on. progress may be NULL. */
static inline bool tr_progress_tell(const struct tr_progress *progress, const char *stage, size_t done, size_t total,
                                    const char *units)
{
    return !progress || !progress->fn || progress->fn(progress->context, stage, done, total, units);
}

#endif
