#include "io/format/entries_file.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const defect_names[TR_ENTRIES_DEFECT_COUNT] = {
    [TR_ENTRIES_TOO_FEW_COLUMNS] = "too_few_columns",
    [TR_ENTRIES_TOO_MANY_COLUMNS] = "too_many_columns",
    [TR_ENTRIES_LINE_TOO_LONG] = "line_too_long",
    [TR_ENTRIES_BAD_TIME] = "bad_time",
    [TR_ENTRIES_BAD_SYMBOL] = "bad_symbol",
    [TR_ENTRIES_BAD_SIDE] = "bad_side",
    [TR_ENTRIES_BAD_NUMBER] = "bad_number",
    [TR_ENTRIES_BAD_SIZE] = "bad_size",
    [TR_ENTRIES_BAD_TARGETS] = "bad_targets",
    [TR_ENTRIES_OUT_OF_ORDER] = "out_of_order",
    [TR_ENTRIES_DUPLICATE] = "duplicate",
    [TR_ENTRIES_UNKNOWN_SYMBOL] = "unknown_symbol",
    [TR_ENTRIES_OTHER_TIMEFRAME] = "other_timeframe",
    [TR_ENTRIES_OUTSIDE] = "outside",
    [TR_ENTRIES_NO_ATR] = "no_atr",
    [TR_ENTRIES_WRONG_SIDE] = "wrong_side",
};

const char *tr_entries_defect_name(enum tr_entries_defect defect)
{
    assert(defect < TR_ENTRIES_DEFECT_COUNT);
    return defect_names[defect];
}

enum tr_status tr_entries_refuse(const struct tr_entries_options *options, struct tr_entries_report *report,
                                 size_t line, enum tr_entries_defect defect, struct tr_error *err, const char *format,
                                 ...)
{
    size_t refused = 0;
    report->refused[defect]++;
    for (int i = 0; i < TR_ENTRIES_DEFECT_COUNT; i++)
        refused += report->refused[i];
    report->accepted = report->rows - refused;
    if (report->examples == TR_ENTRIES_EXAMPLES && !options->strict)
        return TR_OK;

    struct tr_entries_example example = {.line = line, .defect = defect};
    va_list args;
    va_start(args, format);
    vsnprintf(example.reason, sizeof example.reason, format, args);
    va_end(args);
    if (report->examples < TR_ENTRIES_EXAMPLES)
        report->example[report->examples++] = example;
    if (!options->strict)
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "%s:%zu: %s",
                        strcmp(options->path, "-") == 0 ? "standard input" : options->path, line, example.reason);
}
