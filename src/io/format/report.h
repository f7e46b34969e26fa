/* Keeps the account of an import: which rows were refused and why. */
#ifndef TR_FORMAT_REPORT_H
#define TR_FORMAT_REPORT_H

#include "io/format/bars_file.h"

#define TR_FORMAT_CLIP 48

/* The first bytes of [begin, end), made printable, with "..." where some were left off. */
void tr_format_clip(const char *begin, const char *end, char out[TR_FORMAT_CLIP]);

/* Remembers a case under its line. The cases of the lowest lines are kept, in order of their lines. */
void tr_format_report_example(struct tr_format_report *report, size_t line, const char *reason);

/* Counts a bar that tr_bar_check refuses, and remembers it with the values that are at odds. */
void tr_format_report_bar(struct tr_format_report *report, size_t line, const struct tr_bar *bar,
                          enum tr_bar_defect defect);

/* Counts a row that could not be read. */
void tr_format_report_row(struct tr_format_report *report, size_t line, enum tr_format_defect defect,
                          const char *reason);

/* Counts the row that differs from an earlier listed one of the same time, and remembers it. */
void tr_format_report_differing(struct tr_format_report *report, size_t line, const struct tr_bar *kept,
                                const struct tr_bar *dropped);

#endif
