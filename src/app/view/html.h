/* Building blocks of self-contained HTML reports: one file, no script, no resource from outside (its policy forbids
 * them), light or dark as the reader's system is, fit for print. Every text is escaped; invalid UTF-8 and control
 * characters become U+FFFD. The markup is well-formed XML but for the doctype, so that any parser reads it.
 * Failure shows in the buffer (tr_buf_status). */
#ifndef TR_VIEW_HTML_H
#define TR_VIEW_HTML_H

#include "base/buf.h"

#include <stdbool.h>

#define TR_HTML_COLUMNS 16

struct tr_html {
    struct tr_buf *out; /* borrowed */
    size_t figures;     /* charts so far: numbers their ids */
    size_t columns;     /* of the open table; 0 = none is open */
    size_t cells;       /* of its body so far */
    bool left[TR_HTML_COLUMNS];
};

/* Doctype, head with styles, and the open <main>. */
void tr_html_begin(struct tr_html *page, struct tr_buf *out, const char *title);
void tr_html_end(struct tr_html *page);

/* Appends text as content or as the value of an attribute. */
void tr_html_escape(struct tr_buf *out, const char *text);
/* <tag>text</tag>; tag may carry a class: "p.note" -> <p class="note">. Not for void elements. */
void tr_html_element(struct tr_html *page, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Opens an element; tag as above. Close with tr_html_close, tag without its class. */
void tr_html_open(struct tr_html *page, const char *tag);
void tr_html_close(struct tr_html *page, const char *tag);
/* Text inside an open element. */
void tr_html_text(struct tr_html *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A section with its heading; id is a word of our own and the target of links. Close with tr_html_close "section". */
void tr_html_section(struct tr_html *page, const char *id, const char *heading);
/* A link inside the page. */
void tr_html_link(struct tr_html *page, const char *id, const char *text);

/* A <div> that scrolls sideways where the page is too narrow for what is in it; it takes the focus, so that keys scroll
 * it as well. label says what it holds. Close with tr_html_close "div". */
void tr_html_open_scroll(struct tr_html *page, const char *label);

/* A table with its caption, inside a box that scrolls. header as for tr_table_create:
 * names separated by '|', '<' in front of left-aligned ones (at most TR_HTML_COLUMNS). Cells come row by row; the
 * first of each row is its heading. */
void tr_html_table(struct tr_html *page, const char *caption, const char *header);
void tr_html_cell(struct tr_html *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A row of one cell over all columns. */
void tr_html_wide_row(struct tr_html *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tr_html_table_end(struct tr_html *page);

#endif
