/* A row as small integers. All that a node asks of a feature is where its value stands among the feature's thresholds,
 * so that place is looked up once a row and the nodes compare bytes.
 *
 * A column holds one feature under one treatment of missing values, and up to 255 of its thresholds in ascending order;
 * a feature with more has several columns. A code is the number of the column's cuts that lie below the value, less
 * 128. A node goes right where code > mark; the mark is the place of its own cut, less 128. Missing values get the code
 * that sends every node of the column the right way: -128 left, 127 right. */
#ifndef TR_FOREST_CODE_H
#define TR_FOREST_CODE_H

#include "engine/model/forest/forest.h"

#define TR_CODE_BLOCK ((size_t)256) /* rows coded at once */

struct tr_code_column {
    uint32_t below;    /* cuts of the feature in the columns before */
    uint32_t cuts;     /* 1 .. TR_SEARCH_MAX */
    int8_t nan, zero;  /* codes of NaN and of zero */
    bool zero_missing; /* zero: any value that counts as 0 */
};

/* A feature that some node asks about. Its cuts lie in slices of TR_SEARCH_MAX, each with its table (search.h). */
struct tr_code_feature {
    uint32_t feature;
    uint32_t cuts;
    size_t slices;
    const double *table; /* TR_SEARCH_TABLE from one slice to the next */
    const struct tr_code_column *column;
    uint32_t first, columns; /* numbers of its columns */
    bool zero_missing;       /* in one of its columns */
};

/* Read-only once made. */
struct tr_code {
    enum tr_forest_kind kind;
    size_t features, columns;
    struct tr_code_feature *feature; /* [features] */
    struct tr_code_column *column;   /* [columns] */
    double *table;
    uint32_t *own;    /* [forest features] its place in feature */
    size_t *entry;    /* [features] where its entries in number begin */
    uint32_t *number; /* at entry + missing * slices + slice: the column's number + 1, 0 = none */
};

/* TR_UNSUPPORTED where more than `most` columns would be needed. */
enum tr_status tr_code_create(const struct tr_forest *forest, size_t most, struct tr_code **out,
                              struct tr_error *err) TR_MUST_CHECK;
void tr_code_destroy(struct tr_code *code);

/* What an inner node asks. */
struct tr_code_node {
    uint32_t column;
    int8_t mark;
};
struct tr_code_node tr_code_node(const struct tr_code *code, const struct tr_tree *tree, size_t node);

#endif
