/* Features and labels as CSV rows: header `timestamp_ms` then the column names, 17 significant digits, empty for NaN,
 * one row a bar. */
#ifndef TR_VIEW_ROWS_CSV_H
#define TR_VIEW_ROWS_CSV_H

#include "app/usecase/study.h"
#include "base/buf.h"

void tr_view_features_csv_header(struct tr_buf *out);
/* One block: bars->n rows of features [bars->n x TR_FEATURE_COLUMNS]. */
void tr_view_features_csv(const struct tr_bars *bars, const struct tr_matrix *features, struct tr_buf *out);

/* long_hit_barrier,long_bars_to_hit,long_return_pct,short_...; hit_barrier is tp, sl, time or empty. */
void tr_view_labels_csv_header(struct tr_buf *out);
void tr_view_labels_csv(const struct tr_bars *bars, const struct tr_barrier_labels labels[TR_SIDE_COUNT],
                        struct tr_buf *out);

/* Ladder labels: long_tp1,long_tp1_bars,long_exit_bars,long_gain_atr,short_... */
void tr_view_ladder_csv_header(struct tr_buf *out);
void tr_view_ladder_csv(const struct tr_bars *bars, const struct tr_ladder_labels labels[TR_SIDE_COUNT],
                        struct tr_buf *out);

#endif
