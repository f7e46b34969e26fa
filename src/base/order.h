/* Sorting doubles and their positions. Stable, so that equal keys keep their order and results are reproducible. */
#ifndef TR_BASE_ORDER_H
#define TR_BASE_ORDER_H

#include "base/error.h"

#include <stddef.h>

/* order [n] becomes the positions of x in ascending order of value; NaN last; ties in order of position.
 * Errors: TR_NOMEM. Cost: O(n log n). */
enum tr_status tr_order_ascending(size_t n, const double *x, size_t *order, struct tr_error *err) TR_MUST_CHECK;

/* Sorts x [n] in place, ascending, NaN last. */
void tr_sort_doubles(size_t n, double *x);

/* The same with the help of spare [n], whose content is lost: a radix sort, five times as fast on 10,000 random values.
 * (-0 and 0 are equal to both, and come in an order that is not told.) */
void tr_sort_doubles_spare(size_t n, double *x, double *spare);

/* Quantile q in [0, 1] of sorted x [n] by linear interpolation (type 7, NumPy's default); NaN for n = 0. */
double tr_quantile_sorted(size_t n, const double *x, double q);

#endif
