/* A table of doubles, column-major: the shape in which features, scores and labels travel. */
#ifndef TR_BASE_MATRIX_H
#define TR_BASE_MATRIX_H

#include "base/error.h"

#include <stddef.h>

struct tr_matrix {
    size_t rows, cols;
    size_t stride; /* doubles from one column to the next, >= rows */
    double *data;  /* [cols * stride] */
};

/* Allocates (uninitialised); the caller frees with tr_matrix_finish. Columns start on cache lines and the stride avoids
 * multiples of 4 KiB, which would put all columns of a row into the same cache set. */
enum tr_status tr_matrix_init(struct tr_matrix *m, size_t rows, size_t cols, struct tr_error *err) TR_MUST_CHECK;
void tr_matrix_finish(struct tr_matrix *m);

/* A view on count rows from first and columns from first_col: shares memory, is not finished. */
struct tr_matrix tr_matrix_view(const struct tr_matrix *m, size_t first_row, size_t rows, size_t first_col,
                                size_t cols);

static inline double *tr_matrix_column(const struct tr_matrix *m, size_t col)
{
    return m->data + col * m->stride;
}
static inline double tr_matrix_at(const struct tr_matrix *m, size_t row, size_t col)
{
    return m->data[col * m->stride + row];
}

#endif
