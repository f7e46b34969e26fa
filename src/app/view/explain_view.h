/* What moved a score: inputs and what each added to the margin (log odds). */
#ifndef TR_VIEW_EXPLAIN_VIEW_H
#define TR_VIEW_EXPLAIN_VIEW_H

#include "app/usecase/explain.h"
#include "base/buf.h"
#include "base/json.h"

/* "explanation": {...} or null as a member of the open object: all inputs that moved the margin, largest first. */
void tr_view_explanation_json(const struct tr_explanation *explanation, struct tr_json *json);
/* One line of the strongest ones: "rsi_14 0.31 (71.2), adx_14 -0.12 (18), ..."; nothing where nothing is known. */
void tr_view_explanation_text(const struct tr_explanation *explanation, size_t limit, struct tr_buf *out);

#endif
