/* From the rows of a file, in the order listed, to a series: sorted, each instant once, on the timeframe's grid. */
#ifndef TR_FORMAT_TIDY_H
#define TR_FORMAT_TIDY_H

#include "io/format/bars_file.h"

/* origin [list->n]: the line of each row, carried along. Fills report's timeframe, merged, dropped, refused for being
 * off the grid, accepted; list->timeframe becomes the series'. Errors: TR_NOMEM; TR_INVALID (a timeframe that cannot be
 * told or is not known, rows that are another timeframe's). */
enum tr_status tr_format_tidy(const struct tr_format_options *options, struct tr_bar_list *list, size_t *origin,
                              struct tr_format_report *report, struct tr_error *err) TR_MUST_CHECK;

#endif
