#include "app/view/table.h"

#include "app/view/figure.h"
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 24

struct tr_table {
    size_t columns;
    bool left[COLUMNS_MAX];
    size_t width[COLUMNS_MAX];
    struct tr_buf text; /* all cells, each followed by a 0 */
    size_t cells;       /* header included */
};

static void add_cell(struct tr_table *table, const char *text)
{
    size_t column = table->cells % table->columns, len = strlen(text);

    tr_buf_add(&table->text, text, len + 1);
    table->cells++;
    if (len > table->width[column])
        table->width[column] = len;
}

struct tr_table *tr_table_create(const char *header)
{
    struct tr_table *table = tr_alloc_zero(1, sizeof *table);
    char name[64];

    if (!table)
        return NULL;
    tr_buf_init(&table->text);
    table->columns = 1;
    for (const char *c = header; *c; c++)
        table->columns += *c == '|';
    for (size_t i = 0; i < table->columns; i++) {
        size_t len = strcspn(header, "|");

        table->left[i] = header[0] == '<';
        snprintf(name, sizeof name, "%.*s", (int)(len - table->left[i]), header + table->left[i]);
        add_cell(table, name);
        header += len + 1;
    }
    return table;
}

void tr_table_destroy(struct tr_table *table)
{
    if (!table)
        return;
    tr_buf_finish(&table->text);
    tr_free(table);
}

void tr_table_cell(struct tr_table *table, const char *format, ...)
{
    char text[160];
    va_list args;

    if (!table)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_cell(table, text);
}

void tr_table_number(struct tr_table *table, double value, int digits)
{
    tr_table_cell(table, "%s", tr_figure_number(value, digits).text);
}

void tr_table_percent(struct tr_table *table, double frac, int digits)
{
    tr_table_cell(table, "%s", tr_figure_percent(frac, digits).text);
}

static void print_cell(const struct tr_table *table, size_t column, const char *text, struct tr_buf *out)
{
    int width = (int)table->width[column];
    bool last = column + 1 == table->columns;

    if (table->left[column] && last)
        tr_buf_text(out, text); /* no trailing blanks */
    else
        tr_buf_printf(out, table->left[column] ? "%-*s" : "%*s", width, text);
    tr_buf_text(out, last ? "\n" : "  ");
}

static void print_rule(const struct tr_table *table, struct tr_buf *out)
{
    for (size_t column = 0; column < table->columns; column++) {
        for (size_t i = 0; i < table->width[column]; i++)
            tr_buf_char(out, '-');
        tr_buf_text(out, column + 1 == table->columns ? "\n" : "  ");
    }
}

void tr_table_print(const struct tr_table *table, struct tr_buf *out)
{
    const char *text;

    if (!table || table->text.failed) {
        out->failed = true;
        return;
    }
    text = table->text.data;
    for (size_t cell = 0; cell < table->cells; cell++) {
        print_cell(table, cell % table->columns, text, out);
        text += strlen(text) + 1;
        if (cell + 1 == table->columns)
            print_rule(table, out);
    }
}
