/* The styles of a report. Colours: blue and orange keep apart for every kind of colour sight, and shapes, patterns and
 * words say the same again. All texts have a contrast of 4.5 or more on their grounds in both themes. */
#ifndef TR_VIEW_HTML_STYLE_H
#define TR_VIEW_HTML_STYLE_H

extern const char *const tr_html_style[]; /* pieces in order, then NULL */

#endif
