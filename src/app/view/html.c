#include "app/view/html.h"

#include "app/view/html_cell.h"
#include "app/view/html_style.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void escape_char(struct tr_buf *out, char c)
{
    if (c == '&')
        tr_buf_text(out, "&amp;");
    else if (c == '<')
        tr_buf_text(out, "&lt;");
    else if (c == '>')
        tr_buf_text(out, "&gt;");
    else if (c == '"')
        tr_buf_text(out, "&quot;");
    else if (c == '\'')
        tr_buf_text(out, "&#39;");
    else if ((unsigned char)c < 0x20 && c != '\n' && c != '\t')
        tr_buf_text(out, "\xef\xbf\xbd");
    else
        tr_buf_char(out, c);
}

void tr_html_escape(struct tr_buf *out, const char *text)
{
    while (*text) {
        size_t bad, n = tr_text_utf8_length(text, &bad);

        if (n == 1 && *text != 0x7f)
            escape_char(out, *text);
        else if (n > 1)
            tr_buf_add(out, text, n);
        else
            tr_buf_text(out, "\xef\xbf\xbd");
        text += n ? n : bad;
    }
}

__attribute__((format(printf, 2, 0))) static void escape_format(struct tr_buf *out, const char *format, va_list args)
{
    struct tr_buf text;
    va_list again;
    char *room = NULL;
    int n;

    tr_buf_init(&text);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n >= 0)
        room = tr_buf_reserve(&text, (size_t)n + 1);
    if (room) {
        vsnprintf(room, (size_t)n + 1, format, args);
        tr_html_escape(out, room);
    } else {
        out->failed = true;
    }
    tr_buf_finish(&text);
}

static void tag(struct tr_html *page, const char *name, const char *end)
{
    const char *dot = strchr(name, '.');

    tr_buf_char(page->out, '<');
    tr_buf_add(page->out, name, dot ? (size_t)(dot - name) : strlen(name));
    if (dot) {
        tr_buf_text(page->out, " class=\"");
        tr_html_escape(page->out, dot + 1);
        tr_buf_char(page->out, '"');
    }
    tr_buf_text(page->out, end);
}

void tr_html_close(struct tr_html *page, const char *name)
{
    tr_buf_text(page->out, "</");
    tr_buf_add(page->out, name, strcspn(name, "."));
    tr_buf_text(page->out, ">\n");
}

void tr_html_open(struct tr_html *page, const char *name)
{
    tag(page, name, ">\n");
}

void tr_html_element(struct tr_html *page, const char *name, const char *format, ...)
{
    va_list args;

    tag(page, name, ">");
    va_start(args, format);
    escape_format(page->out, format, args);
    va_end(args);
    tr_html_close(page, name);
}

void tr_html_text(struct tr_html *page, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    escape_format(page->out, format, args);
    va_end(args);
}

void tr_html_begin(struct tr_html *page, struct tr_buf *out, const char *title)
{
    *page = (struct tr_html){.out = out};
    tr_buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                     "<meta name=\"referrer\" content=\"no-referrer\"/>\n");
    tr_html_element(page, "title", "%s", title);
    tr_buf_text(out, "<style>\n");
    for (size_t i = 0; tr_html_style[i]; i++)
        tr_buf_text(out, tr_html_style[i]);
    /* one pattern that all charts share: a second kind of bar that needs no colour to be told apart */
    tr_buf_text(out, "</style>\n</head>\n<body>\n<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\">"
                     "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
                     "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\"/>"
                     "</pattern></defs></svg>\n<main>\n");
}

void tr_html_end(struct tr_html *page)
{
    tr_buf_text(page->out, "</main>\n</body>\n</html>\n");
}

void tr_html_section(struct tr_html *page, const char *id, const char *heading)
{
    tr_buf_printf(page->out, "<section id=\"%s\" aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">", id, id, id);
    tr_html_escape(page->out, heading);
    tr_buf_text(page->out, "</h2>\n");
}

void tr_html_link(struct tr_html *page, const char *id, const char *text)
{
    tr_buf_printf(page->out, "<a href=\"#%s\">", id);
    tr_html_escape(page->out, text);
    tr_buf_text(page->out, "</a>");
}

void tr_html_open_scroll(struct tr_html *page, const char *label)
{
    tr_buf_text(page->out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
    tr_html_escape(page->out, label);
    tr_buf_text(page->out, "\">\n");
}

void tr_html_table(struct tr_html *page, const char *caption, const char *header)
{
    char name[96];

    assert(!page->columns);
    page->cells = 0;
    tr_html_open_scroll(page, caption);
    tr_buf_text(page->out, "<table>\n");
    tr_html_element(page, "caption", "%s", caption);
    tr_buf_text(page->out, "<thead><tr>");
    for (bool more = true; more; page->columns++) {
        size_t len = strcspn(header, "|");
        bool left = header[0] == '<';

        assert(page->columns < TR_HTML_COLUMNS);
        page->left[page->columns] = left;
        snprintf(name, sizeof name, "%.*s", (int)(len - left), header + left);
        tr_buf_printf(page->out, "<th scope=\"col\"%s>", left ? " class=\"l\"" : "");
        tr_html_escape(page->out, name);
        tr_buf_text(page->out, "</th>");
        more = header[len] == '|';
        header += len + more;
    }
    tr_buf_text(page->out, "</tr></thead>\n<tbody>\n");
}

void tr_html_cell(struct tr_html *page, const char *format, ...)
{
    va_list args;

    tr_html_cell_open(page, "");
    va_start(args, format);
    escape_format(page->out, format, args);
    va_end(args);
    tr_html_cell_close(page);
}

void tr_html_wide_row(struct tr_html *page, const char *format, ...)
{
    va_list args;

    assert(page->cells % page->columns == 0);
    tr_buf_printf(page->out, "<tr><td class=\"wide\" colspan=\"%zu\">", page->columns);
    va_start(args, format);
    escape_format(page->out, format, args);
    va_end(args);
    tr_buf_text(page->out, "</td></tr>\n");
}

void tr_html_table_end(struct tr_html *page)
{
    assert(page->columns && page->cells % page->columns == 0);
    page->columns = 0;
    tr_buf_text(page->out, "</tbody>\n</table>\n</div>\n");
}
