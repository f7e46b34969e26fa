/* What the checks of the columns found: for people, as JSON members and as CSV rows. */
#ifndef TR_VIEW_CHECK_VIEW_H
#define TR_VIEW_CHECK_VIEW_H

#include "app/usecase/check.h"
#include "base/buf.h"
#include "base/json.h"

/* The series that was checked; both checks begin with it. */
void tr_view_checked_text(const struct tr_series_key *key, const struct tr_check *check, struct tr_buf *out);
void tr_view_checked_json(const struct tr_series_key *key, const struct tr_check *check, struct tr_json *json);

/* Only columns that are not causal are named one by one. */
void tr_view_lookahead_text(const struct tr_check *check, struct tr_buf *out);
void tr_view_lookahead_json(const struct tr_check *check, struct tr_json *json);
void tr_view_lookahead_csv(const struct tr_check *check, struct tr_buf *out);
/* TR_INVALID with one line about the columns that are not causal; TR_OK where all are. */
enum tr_status tr_view_lookahead_verdict(const struct tr_check *check, struct tr_error *err) TR_MUST_CHECK;

/* Sorted by need; all: also those that are exact from their first row on, and those without values. */
void tr_view_recursive_text(const struct tr_check *check, bool all, struct tr_buf *out);
void tr_view_recursive_json(const struct tr_check *check, struct tr_json *json);
void tr_view_recursive_csv(const struct tr_check *check, struct tr_buf *out);

/* What the calls of a plug-in came to, where some failed. */
void tr_view_plugin_text(const struct tr_check_plugin *plugin, size_t n, struct tr_buf *out);
void tr_view_plugin_json(const struct tr_check_plugin *plugin, size_t n, struct tr_json *json);

#endif
