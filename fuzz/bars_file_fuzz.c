/* Any bytes as a candle file: either an error and no bars, or a series in order whose every bar is accepted and whose
 * account adds up. Reading it strictly gives the same series or an error. */
#include "fuzz.h"

#include "io/format/bars_file.h"
#include "io/format/source.h"

#include <string.h>

static enum tr_status import(const uint8_t *data, size_t size, bool strict, struct tr_bar_list *list,
                             struct tr_format_report *report)
{
    struct tr_format_options options = {.path = "-", .strict = strict};
    struct tr_format_source *source;
    struct tr_error err = {0};
    FUZZ_CHECK(tr_format_source_memory(data, size, &source, &err) == TR_OK);
    enum tr_status status = tr_format_read_bars_from(source, &options, list, report, &err);
    tr_format_source_close(source);
    FUZZ_CHECK(status == TR_OK || (list->n == 0 && err.text[0] && memchr(err.text, 0, sizeof err.text)));
    for (const char *p = err.text; status && *p; p++)
        FUZZ_CHECK((unsigned char)*p >= ' ');
    return status;
}

static void check(const struct tr_bar_list *list, const struct tr_format_report *r)
{
    struct tr_bars bars = tr_bar_list_view(list);
    size_t refused = 0;
    for (int i = 0; i < TR_BAR_DEFECT_COUNT; i++)
        refused += r->refused_bar[i];
    for (int i = 0; i < TR_FORMAT_DEFECT_COUNT; i++)
        refused += r->refused_row[i];
    FUZZ_CHECK(r->refused == refused && r->accepted == list->n && list->n > 0);
    FUZZ_CHECK(r->rows == r->accepted + r->refused + r->merged_identical + r->dropped_differing);
    FUZZ_CHECK(r->rows <= r->lines && r->examples <= TR_FORMAT_EXAMPLES);
    for (size_t i = 0; i < bars.n; i++) {
        struct tr_bar bar = tr_bars_at(&bars, i);
        FUZZ_CHECK(tr_bar_check(&bar, list->timeframe) == TR_BAR_FINE);
        FUZZ_CHECK(i == 0 || bar.time > bars.time[i - 1]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_bar_list list, strict;
    struct tr_format_report report;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    tr_bar_list_init(&strict, TR_TIMEFRAME_1M);
    if (import(data, size, false, &list, &report) == TR_OK) {
        check(&list, &report);
        size_t faults = report.refused + report.dropped_differing;
        enum tr_status status = import(data, size, true, &strict, &report);
        FUZZ_CHECK(faults > 0 ? status == TR_INVALID : status == TR_OK && strict.n == list.n);
    }
    tr_bar_list_finish(&list);
    tr_bar_list_finish(&strict);
    return 0;
}
