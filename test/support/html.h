/* HTML under test: is it well-formed, and whole in itself? */
#ifndef TEST_SUPPORT_HTML_H
#define TEST_SUPPORT_HTML_H

#include "support/test.h"

/* What is wrong with a page or a piece of one: tags that do not balance, void elements that are not closed, attributes
 * without quotes or twice, raw '<' or '&', unknown entities, ids that stand twice, links and labels to ids that are not
 * there. NULL = nothing; else the reason, and where is set to the place. */
const char *test_html_fault(const char *html, const char **where);
/* Fails the test where there is a fault, or where the page would fetch anything or run a script. */
void test_html_check(const char *html);
/* How often a piece of text stands in another. */
size_t test_count(const char *text, const char *piece);

#endif
