/* The state with the choice of kernels in the open, for tests and benchmarks. Inner header of engine/feature. */
#ifndef TR_FEATURE_STATE_H
#define TR_FEATURE_STATE_H

#include "engine/feature/feature.h"
#include "engine/feature/parts.h"

/* A state that runs `parts` by the functions of table run [TR_PART_COUNT]. Errors: TR_NOMEM. */
enum tr_status tr_feature_create_with(enum tr_timeframe timeframe, const tr_part_fn *run, tr_part_set parts,
                                      struct tr_feature_state **out, struct tr_error *err) TR_MUST_CHECK;

#endif
