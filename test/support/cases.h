/* Golden statistics: expected results in JSON, and the words of a CSV column that say which case a row belongs to. */
#ifndef TEST_SUPPORT_CASES_H
#define TEST_SUPPORT_CASES_H

#include "support/test.h"

#include <jansson.h>

/* A JSON file below the shared folder; the caller decrefs. Skips the test where it is absent. */
json_t *test_golden(const char *relative);

/* The cells of one column as text, in the rows' order. */
struct test_words {
    size_t rows;
    const char **cell; /* [rows] */
    char *text;        /* what the cells point into */
};
void test_words_read(const char *path, const char *column, struct test_words *words);
void test_words_free(struct test_words *words);

/* Copies values [rows] of the rows whose word is `word` (and whose second word, where given, is `second`) to out, which
 * has room for all; returns how many. */
size_t test_words_pick(const struct test_words *words, const char *word, const struct test_words *second_words,
                       const char *second, const double *values, double *out);

#endif
