/* Overlapping spans on an integer axis: how much of each is its own.
 * Average uniqueness of span i = mean over its positions of 1 / (number of spans alive there).
 * Source: Lopez de Prado, Advances in Financial Machine Learning (2018), chapter 4. */
#ifndef TR_BASE_SPAN_H
#define TR_BASE_SPAN_H

#include "base/error.h"

#include <stddef.h>

/* first [n], last [n]: span i covers positions first[i] .. last[i], both included; first[i] <= last[i]; any order.
 * weight [n] = average uniqueness, in (0, 1]; their sum is the effective number of spans.
 * Cost: O(n + (max last - min first)). Errors: TR_NOMEM. */
enum tr_status tr_span_uniqueness(size_t n, const size_t *first, const size_t *last, double *weight,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
