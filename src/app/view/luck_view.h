/* The members beside the ensemble, and how much of a walk-forward result may be luck. JSON: one member of the open
 * object. */
#ifndef TR_VIEW_LUCK_VIEW_H
#define TR_VIEW_LUCK_VIEW_H

#include "app/usecase/run.h"
#include "base/buf.h"
#include "base/json.h"

/* "members": [...] of one side. */
void tr_view_members_json(const struct tr_walkforward *wf, enum tr_side side, struct tr_json *json);
void tr_view_members_text(const struct tr_walkforward *wf, enum tr_side side, struct tr_buf *out);

/* "luck": {...} */
void tr_view_luck_json(const struct tr_luck *luck, struct tr_json *json);
void tr_view_luck_text(const struct tr_luck *luck, struct tr_buf *out);

#endif
