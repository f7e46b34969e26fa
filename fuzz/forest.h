/* What the targets of model files share: a few rows through the predictor. */
#ifndef FUZZ_FOREST_H
#define FUZZ_FOREST_H

#include "fuzz.h"

#include "base/alloc.h"
#include "engine/model/forest/predict.h"

#include <math.h>
#include <string.h>

enum { FUZZ_ROWS = 8 };

/* Row i of `features` numbers: around the thresholds that a file can easily have, and what is special. */
static inline void fuzz_row(size_t i, size_t features, double *x)
{
    static const double values[] = {0.0, -0.0, 0.5, -1.0, 1.0, 1e-35, -1e300, 7.0, (double)NAN, (double)INFINITY};
    for (size_t j = 0; j < features; j++)
        x[j] = values[(i * 7 + j * 3) % (sizeof values / sizeof values[0])];
}

/* The margins of FUZZ_ROWS rows, row by row and all at once the same; free with tr_free. */
static inline double *fuzz_margins(const struct tr_forest *forest)
{
    struct tr_predictor *predictor;
    struct tr_error err;
    struct tr_matrix x;
    FUZZ_CHECK(tr_predictor_create(forest, &predictor, &err) == TR_OK);
    FUZZ_CHECK(tr_matrix_init(&x, FUZZ_ROWS, forest->features, &err) == TR_OK);
    double *row = tr_alloc(forest->features, sizeof *row);
    double *alone = tr_alloc(FUZZ_ROWS * forest->classes, sizeof *alone);
    double *together = tr_alloc(FUZZ_ROWS * forest->classes, sizeof *together);
    FUZZ_CHECK(row && alone && together);
    for (size_t i = 0; i < FUZZ_ROWS; i++) {
        fuzz_row(i, forest->features, row);
        for (size_t j = 0; j < forest->features; j++)
            tr_matrix_column(&x, j)[i] = row[j];
        tr_predict_row(predictor, row, true, alone + i * forest->classes);
    }
    FUZZ_CHECK(tr_predict(predictor, &x, FUZZ_ROWS, NULL, NULL, true, together, &err) == TR_OK);
    FUZZ_CHECK(memcmp(alone, together, FUZZ_ROWS * forest->classes * sizeof *alone) == 0);
    tr_free(together);
    tr_free(row);
    tr_matrix_finish(&x);
    tr_predictor_destroy(predictor);
    return alone;
}

/* Two forests of which one came from the other's file. */
static inline void fuzz_same(const struct tr_forest *a, const struct tr_forest *b)
{
    FUZZ_CHECK(a->n == b->n && a->classes == b->classes && a->features == b->features && a->link == b->link);
    double *first = fuzz_margins(a), *second = fuzz_margins(b);
    FUZZ_CHECK(memcmp(first, second, FUZZ_ROWS * a->classes * sizeof *first) == 0);
    tr_free(second);
    tr_free(first);
}

/* What is refused says why, in one printable line. */
static inline void fuzz_refused(enum tr_status status, const struct tr_error *err)
{
    FUZZ_CHECK(status == TR_CORRUPT || status == TR_UNSUPPORTED);
    FUZZ_CHECK(err->text[0]);
    for (const char *p = err->text; *p; p++)
        FUZZ_CHECK((unsigned char)*p >= ' ');
}

#endif
