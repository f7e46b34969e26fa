/* Any bytes as a file of entries: either an error that names the file, or rows in order of time, each of its symbol,
 * time and side once, and an account that adds up. Reading it strictly gives the same rows or an error. Written anew in
 * order of time, and backwards where every symbol stays on one order, the rows come out again. */
#include "fuzz.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "io/format/entries_file.h"
#include "io/format/source.h"

#include <math.h>
#include <string.h>

static enum tr_status read_entries(const void *data, size_t size, bool strict, struct tr_entries_row **rows, size_t *n,
                                   struct tr_entries_report *report)
{
    struct tr_entries_options options = {.path = "in.csv", .strict = strict};
    struct tr_format_source *source;
    struct tr_error err = {0};
    FUZZ_CHECK(tr_format_source_memory(data, size, &source, &err) == TR_OK);
    enum tr_status status = tr_entries_read_from(source, &options, rows, n, report, &err);
    tr_format_source_close(source);
    FUZZ_CHECK(status == TR_OK || (!*rows && *n == 0 && strncmp(err.text, "in.csv:", 7) == 0));
    for (const char *p = err.text; status && *p; p++)
        FUZZ_CHECK((unsigned char)*p >= ' ');
    return status;
}

static void check_row(const struct tr_entries_row *row)
{
    struct tr_symbol symbol;
    const double numbers[] = {row->stop,     row->target[0], row->target[1], row->target[2],
                              row->quantity, row->size_usd,  row->atr};
    FUZZ_CHECK(tr_symbol_parse(row->symbol, &symbol, NULL) == TR_OK && strcmp(symbol.text, row->symbol) == 0);
    FUZZ_CHECK(memchr(row->timeframe, 0, sizeof row->timeframe));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        FUZZ_CHECK(isnan(numbers[i]) || (numbers[i] > 0 && isfinite(numbers[i])));
    FUZZ_CHECK(isnan(row->quantity) || isnan(row->size_usd));
    FUZZ_CHECK(isnan(row->target[0]) ? isnan(row->target[1]) : !isnan(row->stop));
    FUZZ_CHECK(isnan(row->target[2]) || !isnan(row->target[1]));
}

static void check(const struct tr_entries_row *rows, size_t n, const struct tr_entries_report *r)
{
    size_t refused = 0;
    for (int i = 0; i < TR_ENTRIES_DEFECT_COUNT; i++)
        refused += r->refused[i];
    FUZZ_CHECK(r->rows == n + refused && r->accepted == n && r->examples <= TR_ENTRIES_EXAMPLES);
    FUZZ_CHECK(r->examples == (refused < TR_ENTRIES_EXAMPLES ? refused : TR_ENTRIES_EXAMPLES));
    for (size_t i = 0; i < n; i++) {
        check_row(&rows[i]);
        FUZZ_CHECK(i == 0 || rows[i].time > rows[i - 1].time ||
                   (rows[i].time == rows[i - 1].time && rows[i].line > rows[i - 1].line));
        for (size_t k = i; k > 0 && rows[k - 1].time == rows[i].time; k--)
            FUZZ_CHECK(rows[k - 1].is_short != rows[i].is_short || strcmp(rows[k - 1].symbol, rows[i].symbol) != 0);
    }
}

static void check_again(const struct tr_entries_row *rows, size_t n, bool backwards)
{
    struct tr_buf text;
    struct tr_entries_row *again;
    struct tr_entries_report report;
    size_t m;
    tr_buf_init(&text);
    tr_buf_text(&text, "side;symbol;timestamp_ms\n");
    for (size_t k = 0; k < n; k++) {
        const struct tr_entries_row *row = &rows[backwards ? n - 1 - k : k];
        tr_buf_printf(&text, "%s;%s;%lld\n", row->is_short ? "SELL" : "Buy", row->symbol, (long long)row->time);
    }
    FUZZ_CHECK(read_entries(text.data, text.len, true, &again, &m, &report) == TR_OK && m == n);
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK(again[i].time == rows[i].time);
    tr_free(again);
    tr_buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_entries_row *rows, *strict;
    struct tr_entries_report report;
    size_t n, m;
    if (read_entries(data, size, false, &rows, &n, &report) != TR_OK)
        return 0;
    check(rows, n, &report);
    bool faults = report.rows > report.accepted;
    enum tr_status status = read_entries(data, size, true, &strict, &m, &report);
    FUZZ_CHECK(faults ? status == TR_INVALID : status == TR_OK && m == n);
    bool numbers = n > 0; /* milliseconds are told from other units by their size */
    for (size_t i = 0; i < n; i++)
        numbers = numbers && rows[i].time >= INT64_C(100000000000) && rows[i].time < INT64_C(100000000000000);
    if (numbers) {
        check_again(rows, n, false);
        check_again(rows, n, true);
    }
    tr_free(rows);
    tr_free(strict);
    return 0;
}
