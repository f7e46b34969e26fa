#include "base/matrix.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdint.h>

enum { LINE_DOUBLES = 64 / sizeof(double), PAGE_DOUBLES = 4096 / sizeof(double) };

enum tr_status tr_matrix_init(struct tr_matrix *m, size_t rows, size_t cols, struct tr_error *err)
{
    *m = (struct tr_matrix){0};
    if (rows > SIZE_MAX / 2)
        return tr_error_nomem(err);
    size_t stride = (rows + LINE_DOUBLES - 1) / LINE_DOUBLES * LINE_DOUBLES;
    if (stride % PAGE_DOUBLES == 0)
        stride += LINE_DOUBLES;
    if (cols > SIZE_MAX / sizeof(double) / stride)
        return tr_error_nomem(err);
    double *data = tr_alloc(cols * stride, sizeof *data);
    if (!data)
        return tr_error_nomem(err);
    *m = (struct tr_matrix){.rows = rows, .cols = cols, .stride = stride, .data = data};
    return TR_OK;
}

void tr_matrix_finish(struct tr_matrix *m)
{
    tr_free(m->data);
    *m = (struct tr_matrix){0};
}

struct tr_matrix tr_matrix_view(const struct tr_matrix *m, size_t first_row, size_t rows, size_t first_col, size_t cols)
{
    assert(first_row <= m->rows && rows <= m->rows - first_row);
    assert(first_col <= m->cols && cols <= m->cols - first_col);
    return (struct tr_matrix){
        .rows = rows,
        .cols = cols,
        .stride = m->stride,
        .data = m->data + first_col * m->stride + first_row,
    };
}
