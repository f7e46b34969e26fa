/* Live against backtest: what differs, and what is behind. */
#ifndef TR_VIEW_PARITY_VIEW_H
#define TR_VIEW_PARITY_VIEW_H

#include "app/usecase/parity.h"
#include "base/buf.h"
#include "base/json.h"

/* Members of the open object: origin, series, signals, compared, values, differing, differences, behind. */
void tr_view_parity_json(const struct tr_parity *parity, struct tr_json *json);
/* A sentence, the table of differences (at most so many; 0 = all) and how to mend what is behind. */
void tr_view_parity_text(const struct tr_parity *parity, size_t most, struct tr_buf *out);

#endif
