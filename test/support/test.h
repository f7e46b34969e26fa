/* What every test uses: cmocka, array and bit comparisons, and the shared real data.
 * Include this first in a *_test.c; it brings cmocka with its required headers. */
#ifndef TEST_SUPPORT_TEST_H
#define TEST_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

#include <stdbool.h>

/* Fails with the error's text where status is not TR_OK. */
#define assert_ok(status, err) test_assert_ok((status), (err), __FILE__, __LINE__)
void test_assert_ok(enum tr_status status, const struct tr_error *err, const char *file, int line);

/* |a - b| <= tolerance; NaN equals NaN. */
#define assert_near(a, b, tolerance) test_assert_near((a), (b), (tolerance), __FILE__, __LINE__)
void test_assert_near(double a, double b, double tolerance, const char *file, int line);

/* Same 64 bits (any NaN equals any NaN). */
#define assert_same_bits(a, b) test_assert_same_bits((a), (b), __FILE__, __LINE__)
void test_assert_same_bits(double a, double b, const char *file, int line);
bool test_same_bits(double a, double b);

/* Path of a file below the shared folder (environment TRADERAI_SHARED, default ../shared beside the source root).
 * Skips the running test, naming the file, where it is absent; fails instead where CI=true. The string lives until the
 * next call. Example: test_shared("data/okx-ETHUSDT-perp-1h.csv.gz"). */
const char *test_shared(const char *relative);

/* A fresh directory for this test, removed with all it holds by test_remove_dir. */
void test_make_dir(char path[256]);
void test_remove_dir(const char *path);

/* A whole gz or plain file as text; the caller frees with tr_free. Fails the test where it cannot be read. */
char *test_read_file(const char *path, size_t *len);

/* A CSV table of doubles with a header line; empty cells are NaN; text columns are NaN too. */
struct test_table {
    size_t rows, cols;
    char **names;   /* [cols] */
    double *values; /* [cols * rows], column-major */
};
void test_table_read(const char *path, struct test_table *table);
void test_table_free(struct test_table *table);
/* The column of that name; fails the test where there is none. */
const double *test_table_column(const struct test_table *table, const char *name);

#endif
