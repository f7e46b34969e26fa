/* Cells of a table that hold more than plain text: a link, a class. Between open and close anything may be written; the
 * cell counts as one of tr_html_cell. */
#ifndef TR_VIEW_HTML_CELL_H
#define TR_VIEW_HTML_CELL_H

#include "app/view/html.h"

/* class: "" = none. */
void tr_html_cell_open(struct tr_html *page, const char *class);
void tr_html_cell_close(struct tr_html *page);

#endif
