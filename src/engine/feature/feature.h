/* Bars in, feature columns out: the same code in batch and live.
 * A state holds everything the columns of one segment remember; tr_feature_run moves it on by any number of bars.
 * However the bars are cut into calls, the results are the same bits. Formulas, units and undefined cases:
 * docs/features.md. */
#ifndef TR_FEATURE_FEATURE_H
#define TR_FEATURE_FEATURE_H

#include "base/error.h"
#include "base/matrix.h"
#include "engine/feature/list.h"
#include "engine/market/bars.h"
#include "engine/market/gaps.h"

struct tr_feature_state;

/* A state before its first bar. Destroy with tr_feature_destroy. Errors: TR_NOMEM. */
enum tr_status tr_feature_create(enum tr_timeframe timeframe, struct tr_feature_state **out,
                                 struct tr_error *err) TR_MUST_CHECK;
/* The same for the columns marked in wanted [TR_FEATURE_COLUMNS], with the same bits as in a full run. Columns that are
 * computed along with them are written too, all others in `out` are left alone. */
enum tr_status tr_feature_create_subset(enum tr_timeframe timeframe, const bool *wanted, struct tr_feature_state **out,
                                        struct tr_error *err) TR_MUST_CHECK;
void tr_feature_destroy(struct tr_feature_state *state);

/* Feeds the next bars (ascending, later than all before) and writes one row per bar: out [bars->n x
 * TR_FEATURE_COLUMNS]. A hole of more than TR_SEGMENT_MAX_MISSING bars before a bar starts a new segment by itself.
 * Undefined values are NaN. Does not allocate. */
void tr_feature_run(struct tr_feature_state *state, const struct tr_bars *bars, const struct tr_matrix *out);

/* All columns of a whole series: create, run in blocks, destroy. out: [bars->n x TR_FEATURE_COLUMNS], the caller's.
 * Errors: TR_NOMEM. */
enum tr_status tr_feature_compute(const struct tr_bars *bars, const struct tr_matrix *out,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
