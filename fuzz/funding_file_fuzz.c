/* Any bytes as a file of funding rates: either an error and no records, or records in order, each accepted, with an
 * account that adds up. Reading it strictly gives the same records or an error. Looking first changes nothing. */
#include "fuzz.h"

#include "io/format/funding_file.h"
#include "io/format/source.h"

#include <string.h>

static enum tr_status import(const uint8_t *data, size_t size, bool strict, struct tr_funding_list *list,
                             struct tr_funding_report *report)
{
    struct tr_format_options options = {.path = "-", .strict = strict};
    struct tr_format_source *source;
    struct tr_error err = {0};
    const char *bytes;
    size_t n;
    FUZZ_CHECK(tr_format_source_memory(data, size, &source, &err) == TR_OK);
    if (strict && tr_format_source_peek(source, TR_FUNDING_HEADER_BYTES, &bytes, &n, &err) == TR_OK)
        (void)tr_format_is_funding(bytes, n);
    enum tr_status status = tr_format_read_funding_from(source, &options, list, report, &err);
    tr_format_source_close(source);
    FUZZ_CHECK(status == TR_OK || (list->n == 0 && err.text[0] && memchr(err.text, 0, sizeof err.text)));
    for (const char *p = err.text; status && *p; p++)
        FUZZ_CHECK((unsigned char)*p >= ' ');
    return status;
}

static void check(const struct tr_funding_list *list, const struct tr_funding_report *r)
{
    size_t refused = 0;
    for (int i = 0; i < TR_FUNDING_DEFECT_COUNT; i++)
        refused += r->refused_record[i];
    for (int i = 0; i < TR_FORMAT_DEFECT_COUNT; i++)
        refused += r->file.refused_row[i];
    FUZZ_CHECK(r->file.refused == refused && r->file.accepted == list->n && list->n > 0);
    FUZZ_CHECK(r->file.rows == list->n + refused + r->file.merged_identical + r->file.dropped_differing);
    FUZZ_CHECK(r->file.rows <= r->file.lines && r->file.examples <= TR_FORMAT_EXAMPLES);
    for (size_t i = 0; i < list->n; i++) {
        FUZZ_CHECK(tr_funding_check(list->time[i], list->rate[i]) == TR_FUNDING_FINE);
        FUZZ_CHECK(i == 0 || list->time[i] > list->time[i - 1]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_funding_list list = {0}, strict = {0};
    struct tr_funding_report report;
    if (import(data, size, false, &list, &report) == TR_OK) {
        check(&list, &report);
        size_t faults = report.file.refused + report.file.dropped_differing;
        enum tr_status status = import(data, size, true, &strict, &report);
        FUZZ_CHECK(faults > 0 ? status == TR_INVALID : status == TR_OK && strict.n == list.n);
        FUZZ_CHECK(status || memcmp(strict.rate, list.rate, list.n * sizeof *list.rate) == 0);
    }
    tr_funding_list_finish(&list);
    tr_funding_list_finish(&strict);
    return 0;
}
