#include "app/view/rows_csv.h"

#include "base/text.h"
#include "engine/feature/list.h"

#include <math.h>

static void add_time(struct tr_buf *out, tr_time_ms time)
{
    tr_buf_printf(out, "%lld", (long long)time);
}

static void add_number(struct tr_buf *out, double value)
{
    char *to = tr_buf_reserve(out, TR_NUMBER_TEXT + 1);

    if (!to)
        return;
    to[0] = ',';
    out->len += 1 + (isnan(value) ? 0 : tr_text_from_double17(value, to + 1));
}

static void add_int(struct tr_buf *out, long value, bool known)
{
    tr_buf_char(out, ',');
    if (known)
        tr_buf_printf(out, "%ld", value);
}

void tr_view_features_csv_header(struct tr_buf *out)
{
    tr_buf_text(out, "timestamp_ms");
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        tr_buf_char(out, ',');
        tr_buf_text(out, tr_feature_info(column)->name);
    }
    tr_buf_char(out, '\n');
}

void tr_view_features_csv(const struct tr_bars *bars, const struct tr_matrix *features, struct tr_buf *out)
{
    for (size_t row = 0; row < bars->n; row++) {
        add_time(out, bars->time[row]);
        for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
            add_number(out, tr_matrix_at(features, row, column));
        tr_buf_char(out, '\n');
    }
}

void tr_view_labels_csv_header(struct tr_buf *out)
{
    tr_buf_text(out, "timestamp_ms,long_hit_barrier,long_bars_to_hit,long_return_pct,"
                     "short_hit_barrier,short_bars_to_hit,short_return_pct\n");
}

void tr_view_labels_csv(const struct tr_bars *bars, const struct tr_barrier_labels labels[TR_SIDE_COUNT],
                        struct tr_buf *out)
{
    for (size_t row = 0; row < bars->n; row++) {
        add_time(out, bars->time[row]);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_barrier_labels *l = &labels[side];
            bool known = l->hit[row] != TR_HIT_NONE;

            tr_buf_char(out, ',');
            tr_buf_text(out, tr_barrier_hit_name((enum tr_barrier_hit)l->hit[row]));
            add_int(out, l->bars[row], known);
            add_number(out, l->return_frac[row] * 100);
        }
        tr_buf_char(out, '\n');
    }
}

void tr_view_ladder_csv_header(struct tr_buf *out)
{
    tr_buf_text(out, "timestamp_ms,long_tp1,long_tp1_bars,long_exit_bars,long_gain_atr,"
                     "short_tp1,short_tp1_bars,short_exit_bars,short_gain_atr\n");
}

void tr_view_ladder_csv(const struct tr_bars *bars, const struct tr_ladder_labels labels[TR_SIDE_COUNT],
                        struct tr_buf *out)
{
    for (size_t row = 0; row < bars->n; row++) {
        add_time(out, bars->time[row]);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_ladder_labels *l = &labels[side];
            bool known = l->tp1[row] >= 0;

            add_int(out, l->tp1[row], known);
            add_int(out, l->tp1_bars[row], known);
            add_int(out, l->exit_bars[row], known);
            add_number(out, l->gain_atr[row]);
        }
        tr_buf_char(out, '\n');
    }
}
