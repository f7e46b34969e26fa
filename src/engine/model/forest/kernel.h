/* The inner loops of prediction, in variants by instruction set: rows into codes, codes into leaves. Comparisons and
 * sums of integers only, so all variants agree to the bit. */
#ifndef TR_FOREST_KERNEL_H
#define TR_FOREST_KERNEL_H

#include "base/matrix.h"
#include "engine/model/forest/code.h"

/* Which rows: row [first ...] and col of x, as of tr_predict. */
struct tr_kernel_rows {
    const struct tr_matrix *x;
    const size_t *row, *col; /* or NULL */
    size_t first, n;         /* n <= TR_CODE_BLOCK */
};

/* A node of a tree whose leaves are found for a block of rows (block.h); four equal bytes each, as registers are
 * filled. */
struct tr_kernel_node {
    uint32_t column;
    uint32_t mark, first, step;
};

struct tr_kernel {
    const char *name;
    int (*supported)(void); /* by this CPU */
    /* x [features] -> codes [columns] */
    void (*code_row)(const struct tr_code *code, const double *x, int8_t *codes);
    /* codes [columns * TR_CODE_BLOCK], a column's side by side; those of rows beyond n are not written */
    void (*code_block)(const struct tr_code *code, const struct tr_kernel_rows *rows, int8_t *codes);
    /* a tree of n nodes -> leaf [TR_CODE_BLOCK], the number of each row's leaf */
    void (*leaves)(size_t n, const struct tr_kernel_node *node, const int8_t *codes, uint8_t *leaf);
};

extern const struct tr_kernel tr_kernel_plain;
extern const struct tr_kernel tr_kernel_avx2;

/* Fastest first; the last is the plain one, which every CPU runs. */
extern const struct tr_kernel *const tr_kernels[];
extern const size_t tr_kernel_count;

/* The fastest that this CPU has. */
const struct tr_kernel *tr_kernel_best(void);

#endif
