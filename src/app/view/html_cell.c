#include "app/view/html_cell.h"

static size_t column_of(const struct tr_html *page)
{
    return page->cells % page->columns;
}

void tr_html_cell_open(struct tr_html *page, const char *class)
{
    size_t column = column_of(page);
    const char *left = page->left[column] ? "l" : "", *gap = *left && *class ? " " : "";

    if (!column)
        tr_buf_text(page->out, "<tr>");
    tr_buf_text(page->out, column ? "<td" : "<th scope=\"row\"");
    if (*left || *class)
        tr_buf_printf(page->out, " class=\"%s%s%s\"", left, gap, class);
    tr_buf_char(page->out, '>');
}

void tr_html_cell_close(struct tr_html *page)
{
    size_t column = column_of(page);

    tr_buf_text(page->out, column ? "</td>" : "</th>");
    page->cells++;
    if (column + 1 == page->columns)
        tr_buf_text(page->out, "</tr>\n");
}
