/* Feature columns under test: markets made to be awkward, and a comparison of a column with its plain definition. */
#ifndef TEST_SUPPORT_FEATURE_H
#define TEST_SUPPORT_FEATURE_H

#include "base/matrix.h"
#include "engine/feature/column.h"
#include "engine/market/bars.h"

#include <stdint.h>

/* Random bars of one kind. */
struct test_market {
    const char *name;
    enum tr_timeframe timeframe;
    size_t n;
    double price;       /* of the first bar */
    double move;        /* standard deviation of a bar's log return */
    double volume;      /* mean */
    double flat_share;  /* of the bars start a stretch of 1 to 40 flat bars without volume */
    double tick;        /* prices are rounded to multiples of it; 0: not rounded */
    double hole_share;  /* of the bars are followed by 1 to 24 missing ones */
    double break_share; /* of the bars are followed by 25 to 300 missing ones */
    tr_time_ms start;
};

/* The kinds every law is tested on; the first is clean. */
#define TEST_MARKETS 10
const struct test_market *test_market(size_t kind);
/* The caller ends it with tr_bar_list_finish. */
void test_market_bars(const struct test_market *market, uint64_t seed, struct tr_bar_list *out);

/* All columns; the caller ends it with tr_matrix_finish. */
void test_feature_all(const struct tr_bars *bars, struct tr_matrix *out);

/* What a column should hold at row t of a segment, straight from its definition; NaN where undefined. */
typedef double (*test_feature_fn)(const struct tr_bars *segment, size_t t);
/* Compares the column with the reference on every row of every market, within 1e-9 of the largest magnitude. */
void test_feature_against(enum tr_feature_column column, test_feature_fn reference);
/* The same on one series. */
void test_feature_against_on(const struct tr_bars *bars, const char *name, enum tr_feature_column column,
                             test_feature_fn reference);
/* A column of the series whose rows are open, high, low, close, volume, one hour apart from 1970-01-01; the caller
 * frees it with tr_free. */
double *test_feature_of_rows(size_t n, double (*rows)[5], enum tr_feature_column column);
/* The newest value of a column on 260 flat bars at price 7 without volume. */
double test_feature_of_flat(enum tr_feature_column column);

/* Highest, lowest, mean, population standard deviation of x over the n rows that end at t, in extended precision. */
double test_highest(const double *x, size_t t, size_t n);
double test_lowest(const double *x, size_t t, size_t n);
double test_mean(const double *x, size_t t, size_t n);
double test_deviation(const double *x, size_t t, size_t n);

#endif
