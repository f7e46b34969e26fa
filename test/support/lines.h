/* Text under test, as people read it: sentences that may be wrapped, rows of tables, the width of lines. */
#ifndef TEST_SUPPORT_LINES_H
#define TEST_SUPPORT_LINES_H

/* A copy in which blanks and line ends in a row are one blank: a wrapped sentence can be looked for. tr_free. */
char *test_flat(const char *text);
/* Fail the test, showing the text, where the piece is not there, or is. */
void test_says(const char *text, const char *piece);
void test_says_not(const char *text, const char *piece);
/* The first line that begins with a name and two blanks, as rows of tables do; fails where there is none. tr_free. */
char *test_row(const char *text, const char *name);
void test_row_says(const char *text, const char *name, const char *value);
/* Fails where a line has more than 100 columns, or ends in a blank. */
void test_narrow(const char *text);

#endif
