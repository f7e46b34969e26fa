/* The drift check of a registered model: its frozen reference is read from the store, the report is kept there. */
#ifndef TR_USECASE_DRIFT_CHECK_H
#define TR_USECASE_DRIFT_CHECK_H

#include "app/usecase/drift.h"
#include "app/usecase/registry.h"

/* Checks a registered model against the newest bars of its series and stores the report. Errors: TR_NOT_FOUND where
 * the model was registered without a reference, TR_CORRUPT where that is damaged; nothing is stored then. */
enum tr_status tr_drift_check(const struct tr_study *study, const struct tr_registered *model,
                              const struct tr_drift_options *options, const struct tr_world *world,
                              struct tr_drift *out, struct tr_error *err) TR_MUST_CHECK;

#endif
