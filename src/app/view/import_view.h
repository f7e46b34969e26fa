/* Imports and stored series, for people and for programs. Text goes to a buffer; JSON members are written into the
 * object (or array) the caller has open. */
#ifndef TR_VIEW_IMPORT_VIEW_H
#define TR_VIEW_IMPORT_VIEW_H

#include "app/usecase/import.h"
#include "base/buf.h"
#include "base/json.h"
#include "engine/market/gaps.h"

/* Members of the open object: series, rows, accepted, refused with counts by kind, merged, dropped, gaps, examples. */
void tr_view_import_json(const struct tr_import *import, const struct tr_bars *bars, struct tr_json *json);
void tr_view_import_text(const struct tr_import *import, const struct tr_bars *bars, struct tr_buf *out);

/* A series as members of the open object: exchange, symbol, timeframe, bars, first, last. */
void tr_view_series_json(const struct tr_series_info *series, struct tr_json *json);
/* Table of all stored series. */
void tr_view_series_text(const struct tr_series_info *series, size_t n, struct tr_buf *out);
void tr_view_series_csv(const struct tr_series_info *series, size_t n, struct tr_buf *out);

/* gaps [n] of one series. */
void tr_view_gaps_json(const struct tr_gap *gaps, size_t n, struct tr_json *json);
void tr_view_gaps_text(const struct tr_gap *gaps, size_t n, struct tr_buf *out);
void tr_view_gaps_csv(const struct tr_gap *gaps, size_t n, struct tr_buf *out);

#endif
