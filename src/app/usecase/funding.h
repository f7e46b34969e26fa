/* The recorded funding rates that bear on a stretch of time of one market. */
#ifndef TR_USECASE_FUNDING_H
#define TR_USECASE_FUNDING_H

#include "base/error.h"
#include "base/time.h"

#include <stddef.h>

struct tr_store;

/* Settlements from TR_FUNDING_MARGIN_MS before `from` to `to`, both included: those before it tell the interval of the
 * first rate, and what an exit at the very end pays is among them. Ascending. *time [n], *rate [n] (fractions per
 * settlement): owned by the caller, tr_free; NULL where nothing is recorded. store may be NULL: nothing is. */
#define TR_FUNDING_MARGIN_MS (7 * TR_DAY_MS)
enum tr_status tr_funding_load(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                               tr_time_ms to, tr_time_ms **time, double **rate, size_t *n,
                               struct tr_error *err) TR_MUST_CHECK;

#endif
