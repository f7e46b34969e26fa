/* Settled funding rates out of a CSV file (plain or gzipped, a path or standard input): a column of stamps
 * (timestamp_ms, time, fundingTime, calc_time ... in seconds, milliseconds, microseconds or as text), one of rates as
 * fractions per settlement (funding_rate, fundingRate, last_funding_rate, rate), perhaps one that names the market;
 * others are passed over. Stamps are rounded to the second, since exchanges settle some milliseconds late. What a
 * record must satisfy is engine/market's tr_funding_check. Memory is bounded by the accepted rows plus one line. */
#ifndef TR_FORMAT_FUNDING_FILE_H
#define TR_FORMAT_FUNDING_FILE_H

#include "engine/market/funding.h"
#include "io/format/bars_file.h"

/* Owned columns, each [n], ascending by time, every record accepted by tr_funding_check. */
struct tr_funding_list {
    size_t n;
    tr_time_ms *time;
    double *rate;
};

struct tr_funding_report {
    struct tr_format_report file; /* layout, timeframe, refused_bar and dates are not used; refused = sum of refused_row
                                     and of the following */
    size_t refused_record[TR_FUNDING_DEFECT_COUNT];
    size_t rounded;      /* accepted rows whose stamp was no whole second */
    int64_t interval_ms; /* the step between records met most often, the shortest of several; 0 with one record */
};

/* Bytes at the beginning of a file within which its header must stand. */
#define TR_FUNDING_HEADER_BYTES ((size_t)4096)
/* Whether a file that begins with these bytes holds funding rates, by its header. */
bool tr_format_is_funding(const char *bytes, size_t n);

/* list: zeroed, or filled by this before; finish with tr_funding_list_finish. Of options, path, strict and progress are
 * looked at. Errors as of tr_format_read_bars; the list is empty then. */
enum tr_status tr_format_read_funding(const struct tr_format_options *options, struct tr_funding_list *list,
                                      struct tr_funding_report *report, struct tr_error *err) TR_MUST_CHECK;
/* The same out of an open source (io/format/source.h), which stays the caller's; options->path is not looked at. */
struct tr_format_source;
enum tr_status tr_format_read_funding_from(struct tr_format_source *source, const struct tr_format_options *options,
                                           struct tr_funding_list *list, struct tr_funding_report *report,
                                           struct tr_error *err) TR_MUST_CHECK;
void tr_funding_list_finish(struct tr_funding_list *list);

#endif
