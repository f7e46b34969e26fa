#include "io/format/table.h"

#include "base/alloc.h"
#include "base/text.h"
#include "io/format/header.h"
#include "io/format/lines.h"
#include "io/format/report.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE SIZE_MAX

struct tr_format_table {
    struct tr_format_table_options options; /* path and names are borrowed while the table is opened only */
    char *path;
    struct tr_format_source *opened; /* to be closed */
    struct tr_format_lines lines;
    char separator;
    bool by_name;
    size_t width;                /* columns of the file */
    size_t *target;              /* [width] where a column's numbers go, or NOWHERE */
    struct tr_format_line first; /* without a header: the first row, which the next read begins with */
};

/* --- cells --- */

static bool is_word(const char *begin, const char *end, const char *const *words)
{
    size_t n = (size_t)(end - begin);
    char text[16];
    if (n >= sizeof text)
        return false;
    memcpy(text, begin, n);
    text[n] = '\0';
    if (strlen(text) != n)
        return false;
    for (; *words; words++) {
        if (tr_text_equal_nocase(text, *words))
            return true;
    }
    return false;
}

static bool cell_read(const char *begin, const char *end, double *out)
{
    static const char *const missing[] = {"nan", "-nan", "+nan", "na", "n/a", "null", "none", NULL};
    static const char *const above[] = {"inf", "+inf", "infinity", "+infinity", NULL};
    static const char *const below[] = {"-inf", "-infinity", NULL};
    if (tr_text_to_double(begin, end, out))
        return true;
    if (begin == end || is_word(begin, end, missing))
        *out = (double)NAN;
    else if (is_word(begin, end, above))
        *out = (double)INFINITY;
    else if (is_word(begin, end, below))
        *out = (double)-INFINITY;
    else
        return false;
    return true;
}

static size_t count_columns(const struct tr_format_table *table, const struct tr_format_line *line)
{
    size_t n = 0;
    for (const char *cursor = line->begin; cursor; n++)
        tr_format_field_next(&cursor, line->end, table->separator);
    return n;
}

/* --- the first line --- */

/* Every cell a number or missing, and at least one a number. */
static bool holds_numbers(const struct tr_format_table *table, const struct tr_format_line *line)
{
    bool some = false;
    for (const char *cursor = line->begin; cursor;) {
        struct tr_format_field field = tr_format_field_next(&cursor, line->end, table->separator);
        double x;
        if (!cell_read(field.begin, field.end, &x))
            return false;
        some = some || !isnan(x);
    }
    return some;
}

struct name {
    const char *text;
    size_t index;
};

static int compare_names(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* A column's name in the header as model files write it. */
static unsigned char letter_of(const char *p)
{
    return (unsigned char)*p <= ' ' || *p == 0x7f ? '_' : (unsigned char)*p;
}

static int compare_field(const void *key, const void *entry)
{
    const struct tr_format_field *field = key;
    const unsigned char *name = (const unsigned char *)((const struct name *)entry)->text;
    for (const char *p = field->begin; p < field->end; p++, name++) {
        unsigned char c = letter_of(p);
        if (c != *name) /* also where the name ends, as c is never 0 */
            return c < *name ? -1 : 1;
    }
    return *name ? -1 : 0;
}

/* Fills target by the names; *found receives how many of them stand in the header. sorted [cols]; seen [cols]: zero. */
static enum tr_status match_names(struct tr_format_table *table, const struct tr_format_line *line,
                                  const struct name *sorted, bool *seen, size_t *found, struct tr_error *err)
{
    size_t i = 0;
    *found = 0;
    for (const char *cursor = line->begin; cursor; i++) {
        struct tr_format_field field = tr_format_field_next(&cursor, line->end, table->separator);
        const struct name *name = bsearch(&field, sorted, table->options.cols, sizeof *sorted, compare_field);
        table->target[i] = name ? name->index : NOWHERE;
        if (!name)
            continue;
        if (seen[name->index])
            return tr_error_set(err, TR_INVALID,
                                "column '%.64s' stands twice in the header: which one is meant? Leave one out",
                                name->text);
        seen[name->index] = true;
        ++*found;
    }
    return TR_OK;
}

static enum tr_status missing_name(const struct tr_format_table *table, const bool *seen, size_t found,
                                   struct tr_error *err)
{
    size_t i = 0;
    while (i + 1 < table->options.cols && seen[i])
        i++;
    return tr_error_set(err, TR_INVALID,
                        "the header names %zu of %zu features, but not '%.64s': add that column, or give no header and "
                        "the features alone, in order",
                        found, table->options.cols, table->options.names[i]);
}

static enum tr_status find_names(struct tr_format_table *table, const struct tr_format_line *line, struct tr_error *err)
{
    size_t n = table->options.cols, found;
    struct name *sorted = tr_alloc(n, sizeof *sorted);
    bool *seen = tr_alloc_zero(n, sizeof *seen);
    enum tr_status status = TR_NOMEM;
    if (!sorted || !seen) {
        tr_error_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct name){table->options.names[i], i};
    qsort(sorted, n, sizeof *sorted, compare_names);
    status = match_names(table, line, sorted, seen, &found, err);
    if (!status && found > 0 && found < n)
        status = missing_name(table, seen, found, err);
    table->by_name = !status && found == n;
out:
    tr_free(sorted);
    tr_free(seen);
    return status;
}

static enum tr_status wrong_width(const struct tr_format_table *table, struct tr_error *err)
{
    size_t n = table->options.cols;
    const char *plural = n == 1 ? "" : "s";
    if (table->options.header && table->options.names)
        return tr_error_set(err, TR_INVALID,
                            "%zu column%s, none named as a feature is ('%.64s'); without names there must be exactly "
                            "the %zu feature%s, in order (separated by comma, semicolon or tab)",
                            table->width, table->width == 1 ? "" : "s", table->options.names[0], n, plural);
    return tr_error_set(err, TR_INVALID, "%zu column%s instead of %zu feature%s%s", table->width,
                        table->width == 1 ? "" : "s", n, plural,
                        table->width > n ? ": leave out what is no feature (a label in front?), or name the columns in "
                                           "a header"
                                         : " (separated by comma, semicolon or tab)");
}

/* Which column goes where. */
static enum tr_status understand(struct tr_format_table *table, const struct tr_format_line *line, struct tr_error *err)
{
    const struct tr_format_table_options *options = &table->options;
    size_t len = (size_t)(line->end - line->begin);
    if (line->too_long)
        return tr_error_set(err, TR_INVALID, "longer than %zu bytes", TR_FORMAT_MAX_LINE);
    if (memchr(line->begin, '\0', len))
        return tr_error_set(err, TR_INVALID, "holds a zero byte: this is no CSV text (save it as UTF-8, unpack it)");
    table->separator = (char)(memchr(line->begin, '\t', len) ? '\t' : memchr(line->begin, ';', len) ? ';' : ',');
    table->width = count_columns(table, line);
    table->target = tr_alloc(table->width, sizeof *table->target);
    if (!table->target)
        return tr_error_nomem(err);
    if (options->header && options->names && find_names(table, line, err))
        return err->code;
    if (table->by_name)
        return TR_OK;
    if (options->header && holds_numbers(table, line))
        return tr_error_set(err, TR_INVALID, "holds numbers, not names: where there is no header, say --no-header");
    if (table->width != options->cols)
        return wrong_width(table, err);
    for (size_t i = 0; i < table->width; i++)
        table->target[i] = i;
    return TR_OK;
}

/* The next line that is not empty; its begin is NULL at the end. */
static enum tr_status next_line(struct tr_format_table *table, struct tr_format_line *line, struct tr_error *err)
{
    do {
        enum tr_status status = tr_format_lines_next(&table->lines, line, err);
        if (status)
            return status;
        if (table->lines.number == 1 && line->begin && line->end - line->begin >= 3 &&
            memcmp(line->begin, "\xef\xbb\xbf", 3) == 0)
            line->begin += 3;
    } while (line->begin && line->begin == line->end && !line->too_long);
    return TR_OK;
}

static enum tr_status begin(struct tr_format_table *table, struct tr_error *err)
{
    struct tr_format_line line;
    struct tr_format_source *source = table->options.source;
    enum tr_status status = source ? TR_OK : tr_format_source_open(table->path, &table->opened, err);
    if (!status)
        status = tr_format_lines_init(&table->lines, source ? source : table->opened, err);
    if (!status)
        status = next_line(table, &line, err);
    if (status)
        return status;
    if (!line.begin)
        return tr_error_set(err, TR_INVALID, "empty: is it the file you meant?");
    if (understand(table, &line, err))
        return tr_error_prepend(err, "line %zu", table->lines.number);
    if (!table->options.header)
        table->first = line;
    return TR_OK;
}

enum tr_status tr_format_table_open(const struct tr_format_table_options *options, struct tr_format_table **out,
                                    struct tr_error *err)
{
    bool standard_input = strcmp(options->path, "-") == 0;
    struct tr_format_table *table = tr_alloc_zero(1, sizeof *table);
    if (!table)
        return tr_error_nomem(err);
    table->options = *options;
    table->path = tr_alloc_string(options->path);
    if (!table->path) {
        tr_format_table_close(table);
        return tr_error_nomem(err);
    }
    if (begin(table, err)) {
        tr_format_table_close(table);
        return tr_error_prepend(err, "%s", standard_input ? "standard input" : options->path);
    }
    table->options.names = NULL;
    *out = table;
    return TR_OK;
}

void tr_format_table_close(struct tr_format_table *table)
{
    if (!table)
        return;
    tr_format_lines_finish(&table->lines);
    tr_format_source_close(table->opened);
    tr_free(table->target);
    tr_free(table->path);
    tr_free(table);
}

bool tr_format_table_by_name(const struct tr_format_table *table)
{
    return table->by_name;
}

/* --- rows --- */

static enum tr_status bad_row(const struct tr_format_table *table, const struct tr_format_line *line, size_t column,
                              struct tr_format_field field, struct tr_error *err)
{
    size_t n = count_columns(table, line);
    char text[TR_FORMAT_CLIP];
    if (line->too_long)
        return tr_error_set(err, TR_INVALID, "longer than %zu bytes", TR_FORMAT_MAX_LINE);
    if (n != table->width) /* where cells have moved, a cell that cannot be read only follows from it */
        return tr_error_set(err, TR_INVALID, "%zu column%s instead of %zu", n, n == 1 ? "" : "s", table->width);
    tr_format_clip(field.begin, field.end, text);
    return tr_error_set(
        err, TR_INVALID, "column %zu: '%s' is no number (or too large for one); a missing value is empty, nan or NA%s",
        column + 1, text, !table->options.header && table->lines.number == 1 ? "; is this line a header?" : "");
}

static enum tr_status read_row(struct tr_format_table *table, const struct tr_format_line *line,
                               const struct tr_matrix *block, size_t row, struct tr_error *err)
{
    struct tr_format_field field = {0};
    size_t i = 0;
    if (line->too_long)
        return bad_row(table, line, 0, field, err);
    for (const char *cursor = line->begin; cursor; i++) {
        double x;
        field = tr_format_field_next(&cursor, line->end, table->separator);
        if (i >= table->width)
            return bad_row(table, line, i, field, err);
        if (table->target[i] == NOWHERE)
            continue;
        if (!cell_read(field.begin, field.end, &x))
            return bad_row(table, line, i, field, err);
        tr_matrix_column(block, table->target[i])[row] = x;
    }
    return i == table->width ? TR_OK : bad_row(table, line, i, field, err);
}

enum tr_status tr_format_table_read(struct tr_format_table *table, const struct tr_matrix *block, size_t *got,
                                    struct tr_error *err)
{
    const char *path = strcmp(table->path, "-") == 0 ? "standard input" : table->path;
    for (*got = 0; *got < block->rows; ++*got) {
        struct tr_format_line line = table->first;
        table->first = (struct tr_format_line){0};
        if (!line.begin && next_line(table, &line, err))
            return tr_error_prepend(err, "%s", path);
        if (!line.begin)
            return TR_OK;
        if (read_row(table, &line, block, *got, err))
            return tr_error_prepend(err, "%s: line %zu", path, table->lines.number);
    }
    return TR_OK;
}
