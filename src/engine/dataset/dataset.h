/* Features and labels joined on time: which rows a fit may use, with which weight. No feature is copied: a sample is a
 * list of row numbers. */
#ifndef TR_DATASET_DATASET_H
#define TR_DATASET_DATASET_H

#include "base/matrix.h"
#include "engine/feature/list.h"
#include "engine/market/bars.h"

#include <stdbool.h>
#include <stdint.h>

/* One head's targets over the bars: y [n] = 1, 0, or -1 for no label; span [n] = bars until the label was decided. */
struct tr_target {
    int8_t *y;
    uint16_t *span;
};

struct tr_dataset {
    const struct tr_bars *bars; /* borrowed */
    struct tr_matrix inputs;    /* view [n x TR_FEATURE_INPUTS] on the feature matrix, borrowed */
    bool *ready;                /* [n] past the warm-up of its segment; owned */
};

/* features: [n x TR_FEATURE_COLUMNS], borrowed as long as the data set lives. Finish with tr_dataset_finish. */
enum tr_status tr_dataset_init(struct tr_dataset *set, const struct tr_bars *bars, const struct tr_matrix *features,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_dataset_finish(struct tr_dataset *set);

/* Rows of a fit, or rows to be scored. Owned arrays; finish with tr_sample_finish. */
struct tr_sample {
    size_t n;
    size_t *row;    /* [n] ascending row numbers of the bars */
    double *y;      /* [n] 0 or 1; NULL for a sample without labels */
    double *weight; /* [n] average uniqueness of the label's span inside this sample, scaled to sum n; NULL likewise */
    double effective; /* sum of the weights before scaling: how many independent rows they are worth; 0 likewise */
};

/* Ready rows with from <= open time < to that have a label. */
enum tr_status tr_dataset_sample(const struct tr_dataset *set, const struct tr_target *target, tr_time_ms from,
                                 tr_time_ms to, struct tr_sample *out, struct tr_error *err) TR_MUST_CHECK;
/* Ready rows with from <= open time < to, labelled or not. */
enum tr_status tr_dataset_rows(const struct tr_dataset *set, tr_time_ms from, tr_time_ms to, struct tr_sample *out,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_sample_finish(struct tr_sample *sample);

/* Which inputs enter a fit on these rows: col [TR_FEATURE_INPUTS] receives the kept input numbers ascending; returns
 * how many. A recorded column is dropped when it has under min_share values in any of ten equal parts of the rows; a
 * column without a single value is dropped always. */
size_t tr_dataset_columns(const struct tr_dataset *set, const struct tr_sample *sample, double min_share, size_t *col);

#endif
