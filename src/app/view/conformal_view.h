/* Conformal sets: what the newest one holds, and how those of the replay did. Where sets are off there is nothing:
 * null, no text. */
#ifndef TR_VIEW_CONFORMAL_VIEW_H
#define TR_VIEW_CONFORMAL_VIEW_H

#include "app/usecase/run.h"
#include "base/buf.h"
#include "base/json.h"

/* A member "conformal": kind, alpha, rows, sets by kind, coverage over all, by outcome and by regime, each with its
 * interval, and how often the sets with target 1 alone reached it, with the base rate beside it. */
void tr_view_conformal_json(const struct tr_run *run, enum tr_side side, struct tr_json *json);
void tr_view_conformal_text(const struct tr_run *run, enum tr_side side, struct tr_buf *out);
/* What the promise is about, and what not; once under the sides. */
void tr_view_conformal_note(const struct tr_run *run, struct tr_buf *out);

/* A member "conformal_set" of a decision: tp1, none, both, empty, or null. */
void tr_view_set_json(const struct tr_run *run, enum tr_side side, struct tr_json *json);
/* "90 % set: target 1 reached or not, neither can be ruled out"; "" where there is none. */
void tr_view_set_text(const struct tr_run *run, enum tr_side side, char *out, size_t size);

/* "marginal", "class", "regime"; of a volatility regime "low", "middle", "high", "unknown". */
const char *tr_view_set_kind(enum tr_set_kind kind);
const char *tr_view_regime(size_t regime);
/* How many independent rows a row of the side's replay is worth. */
double tr_view_uniqueness(const struct tr_run *run, enum tr_side side);

#endif
