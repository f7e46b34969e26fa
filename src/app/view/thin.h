/* Fewer points for a chart: of very many values in a row those that its line would show anyway. */
#ifndef TR_VIEW_THIN_H
#define TR_VIEW_THIN_H

#include <stddef.h>

/* Writes ascending rows of y [n] to row [room for most], at most `most` (>= 4) of them, and returns how many: all where
 * they are few enough; else the first, the last, and the least and the greatest value of each of (most - 2) / 2
 * stretches of equal length, so that no peak and no trough is lost. y: finite. Cost: O(n). */
size_t tr_thin(size_t n, const double *y, size_t most, size_t *row);

#endif
