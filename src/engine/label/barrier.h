/* Triple-barrier labels: which of take-profit, stop and time comes first after the close of each bar. The one folder
 * that looks ahead.
 * Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapter 3. */
#ifndef TR_LABEL_BARRIER_H
#define TR_LABEL_BARRIER_H

#include "engine/market/bars.h"
#include "engine/trade/levels.h"

#include <stdint.h>

struct tr_barrier_options {
    double take_profit_frac; /* 0.02 */
    double stop_frac;        /* 0.01 */
    size_t horizon_bars;     /* 24; 1 .. 255 */
};

struct tr_barrier_options tr_barrier_defaults(void);
enum tr_status tr_barrier_check(const struct tr_barrier_options *options, struct tr_error *err) TR_MUST_CHECK;

enum tr_barrier_hit { TR_HIT_NONE, TR_HIT_TP, TR_HIT_SL, TR_HIT_TIME };
const char *tr_barrier_hit_name(enum tr_barrier_hit hit); /* "", "tp", "sl", "time" */

/* Columns over the bars, the caller's memory, each [n]. A row without label (some of its following horizon bars is
 * missing or not consecutive) has hit TR_HIT_NONE, bars 0, NaN. */
struct tr_barrier_labels {
    uint8_t *hit;        /* enum tr_barrier_hit */
    uint8_t *bars;       /* bars to the hit, 1 .. horizon */
    double *return_frac; /* of the position, signed so that profit is positive */
};

/* Entry at close[t], bars t+1 .. t+horizon, both touched: the stop; a bar opening beyond a barrier fills at its open.
 * Equal in every field to the outcome kernel with one target (tested). Cost: O(n * horizon / lanes). No allocation. */
void tr_barrier_label(const struct tr_bars *bars, const struct tr_barrier_options *options, enum tr_side side,
                      const struct tr_barrier_labels *out);

#endif
