#include "io/format/report.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const layouts[] = {
    [TR_FORMAT_OWN] = "own",
    [TR_FORMAT_HEADER] = "header",
    [TR_FORMAT_CRYPTODATADOWNLOAD] = "cryptodatadownload",
    [TR_FORMAT_BINANCE_VISION] = "binance_vision",
};

static const char *const defects[TR_FORMAT_DEFECT_COUNT] = {
    [TR_FORMAT_TOO_FEW_COLUMNS] = "too_few_columns",
    [TR_FORMAT_BAD_NUMBER] = "bad_number",
    [TR_FORMAT_BAD_TIME] = "bad_time",
    [TR_FORMAT_LINE_TOO_LONG] = "line_too_long",
};

const char *tr_format_layout_name(enum tr_format_layout layout)
{
    assert(layout <= TR_FORMAT_BINANCE_VISION);
    return layouts[layout];
}

const char *tr_format_defect_name(enum tr_format_defect defect)
{
    assert(defect < TR_FORMAT_DEFECT_COUNT);
    return defects[defect];
}

void tr_format_clip(const char *begin, const char *end, char out[TR_FORMAT_CLIP])
{
    size_t n = 0, most = TR_FORMAT_CLIP - 4;
    for (; begin < end && n < most; begin++, n++)
        out[n] = (char)(*begin >= ' ' && *begin <= '~' ? *begin : '?');
    memcpy(out + n, begin < end ? "..." : "", begin < end ? 4 : 1);
}

void tr_format_report_example(struct tr_format_report *report, size_t line, const char *reason)
{
    struct tr_format_example *examples = report->example;
    size_t at = report->examples;
    while (at > 0 && examples[at - 1].line > line)
        at--;
    if (at == TR_FORMAT_EXAMPLES)
        return;
    if (report->examples < TR_FORMAT_EXAMPLES)
        report->examples++;
    memmove(examples + at + 1, examples + at, (report->examples - at - 1) * sizeof *examples);
    examples[at].line = line;
    snprintf(examples[at].reason, sizeof examples[at].reason, "%.*s", (int)sizeof examples[at].reason - 1, reason);
}

/* Whether another case of this line would still be kept: spares the printing of millions of them. */
static bool wanted(const struct tr_format_report *report, size_t line)
{
    return report->examples < TR_FORMAT_EXAMPLES || line < report->example[TR_FORMAT_EXAMPLES - 1].line;
}

static void describe(const struct tr_bar *bar, enum tr_bar_defect defect, char *out, size_t size)
{
    const char *text = tr_bar_defect_text(defect);
    char when[TR_TIME_TEXT];
    switch (defect) {
    case TR_BAR_VOLUME_NEGATIVE:
        snprintf(out, size, "%s: %.12g", text, bar->volume);
        break;
    case TR_BAR_LOW_ABOVE_BODY:
        snprintf(out, size, "%s: low %.9g, open %.9g, close %.9g", text, bar->low, bar->open, bar->close);
        break;
    case TR_BAR_HIGH_BELOW_BODY:
        snprintf(out, size, "%s: high %.9g, open %.9g, close %.9g", text, bar->high, bar->open, bar->close);
        break;
    case TR_BAR_OFF_GRID:
        if (bar->time < 0 || bar->time > INT64_C(9246182400000)) {
            snprintf(out, size, "the time is outside the years 1970 to 2262");
            break;
        }
        tr_time_format(bar->time, when);
        snprintf(out, size, "%s: %s", text, when);
        break;
    case TR_BAR_FINE:
    case TR_BAR_NOT_FINITE:
    case TR_BAR_PRICE_NOT_POSITIVE:
    case TR_BAR_TOO_LARGE:
    case TR_BAR_DEFECT_COUNT:
        snprintf(out, size, "%s: %.6g %.6g %.6g %.6g, volume %.6g", text, bar->open, bar->high, bar->low, bar->close,
                 bar->volume);
        break;
    }
}

void tr_format_report_bar(struct tr_format_report *report, size_t line, const struct tr_bar *bar,
                          enum tr_bar_defect defect)
{
    report->refused++;
    report->refused_bar[defect]++;
    if (!wanted(report, line))
        return;
    char reason[sizeof report->example[0].reason];
    describe(bar, defect, reason, sizeof reason);
    tr_format_report_example(report, line, reason);
}

void tr_format_report_row(struct tr_format_report *report, size_t line, enum tr_format_defect defect,
                          const char *reason)
{
    report->refused++;
    report->refused_row[defect]++;
    tr_format_report_example(report, line, reason);
}

void tr_format_report_differing(struct tr_format_report *report, size_t line, const struct tr_bar *kept,
                                const struct tr_bar *dropped)
{
    static const char *const names[] = {"open", "high", "low", "close", "volume"};
    const double first[] = {kept->open, kept->high, kept->low, kept->close, kept->volume};
    const double second[] = {dropped->open, dropped->high, dropped->low, dropped->close, dropped->volume};
    report->dropped_differing++;
    if (!wanted(report, line))
        return;
    size_t i = 0;
    while (i < 4 && first[i] == second[i])
        i++;
    char reason[sizeof report->example[0].reason];
    snprintf(reason, sizeof reason, "differs from the row listed before: %s %.12g, there %.12g", names[i], second[i],
             first[i]);
    tr_format_report_example(report, line, reason);
}
