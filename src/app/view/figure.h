/* Numbers as people read them: the same in text tables and in reports, whatever the locale. What is not finite is a
 * dash, what rounds to nothing has no sign. */
#ifndef TR_VIEW_FIGURE_H
#define TR_VIEW_FIGURE_H

#include "engine/score/interval.h"

#define TR_FIGURE_TEXT 352 /* the longest double with a few decimals has 310 places */

struct tr_figure {
    char text[TR_FIGURE_TEXT];
};

/* `digits` decimals (0 to 15): "0.512", "-". */
struct tr_figure tr_figure_number(double value, int digits);
/* With its sign: "+0.12", "-0.30", "0.00". */
struct tr_figure tr_figure_signed(double value, int digits);
/* A fraction as percent: 0.575 -> "57.5 %" with digits 1; signed: "+57.5 %". */
struct tr_figure tr_figure_percent(double frac, int digits);
struct tr_figure tr_figure_signed_percent(double frac, int digits);
/* "[0.487, 0.532]", "-" where a bound is not known. */
struct tr_figure tr_figure_interval(struct tr_interval interval, int digits);
/* A fraction with its interval: "57.5 % [50.1, 64.2]", "-" without a value, "57.5 % [not known]" without an interval.
 */
struct tr_figure tr_figure_rate(double rate, struct tr_interval interval, int digits);
struct tr_figure tr_figure_signed_rate(double rate, struct tr_interval interval, int digits);
/* A p-value: "0.031", and "under 0.001" where three decimals would say 0. */
struct tr_figure tr_figure_p_value(double p);
/* A probability that was computed, hence never certain: "87 %", "under 1 %", "over 99 %". */
struct tr_figure tr_figure_chance(double p);

#define TR_FIGURE_PX 24
/* A coordinate of a drawing to a tenth, without a needless zero: "12.5", "-3", "0". Quicker than the others, for there
 * are very many. px: finite; beyond +-1e9 it is that. */
void tr_figure_px(double px, char out[TR_FIGURE_PX]);

#endif
