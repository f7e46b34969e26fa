/* Imports of funding rates, and the rates that are stored, for people and for programs. Text goes to a buffer; JSON
 * members are written into the object the caller has open. */
#ifndef TR_VIEW_FUNDING_VIEW_H
#define TR_VIEW_FUNDING_VIEW_H

#include "app/usecase/import_funding.h"
#include "base/buf.h"
#include "base/json.h"
#include "io/store/funding.h"

/* Members of the open object: market, rows, accepted, refused with counts by kind, merged, dropped, examples, interval,
 * stored. */
void tr_view_import_funding_json(const struct tr_import_funding *import, struct tr_json *json);
void tr_view_import_funding_text(const struct tr_import_funding *import, struct tr_buf *out);

/* Markets [n] with recorded rates: the array "funding" of the open object, or a table. */
void tr_view_funding_json(const struct tr_funding_info *markets, size_t n, struct tr_json *json);
void tr_view_funding_text(const struct tr_funding_info *markets, size_t n, struct tr_buf *out);

#endif
