/* The bins of one column: up to 255 ranges of values, cut as LightGBM 4 cuts them, so that trees have its thresholds.
 *
 * The values within 1e-35 of zero are a bin of their own; what is below and above is cut in parts of equal count,
 * values that are very frequent alone; a bound lies just above the middle between two neighbours. Missing values have
 * the last bin (NaN) or share zero's (zero_as_missing). Source: LightGBM 4.6, BinMapper::FindBin, read and written
 * anew. */
#ifndef TR_GBDT_BIN_H
#define TR_GBDT_BIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_GBDT_BINS 255
#define TR_GBDT_ZERO ((double)1e-35F) /* what is not farther from 0 counts as 0 */

enum tr_gbdt_missing { TR_GBDT_MISSING_NONE, TR_GBDT_MISSING_ZERO, TR_GBDT_MISSING_NAN };

struct tr_gbdt_bins {
    size_t n; /* 1 .. TR_GBDT_BINS */
    enum tr_gbdt_missing missing;
    uint8_t zero;               /* the bin of 0 */
    bool trivial;               /* nothing to split: one bin, or no cut leaves enough rows on both sides */
    double min, max;            /* of the values seen; 0 where there were none */
    double upper[TR_GBDT_BINS]; /* [n] bin b holds upper[b - 1] < x <= upper[b]; the last is infinite, NaN's is NaN */
};

struct tr_gbdt_bin_options {
    size_t max_bin, min_data_in_bin;
    bool use_missing, zero_as_missing;
    bool filter;         /* call a column trivial where no cut leaves at least ... */
    size_t filter_count; /* ... this many of the values on both sides */
};

/* value [n]: destroyed. distinct, count [n + 1]: scratch. */
void tr_gbdt_bins_find(const struct tr_gbdt_bin_options *options, size_t n, double *value, double *distinct,
                       size_t *count, struct tr_gbdt_bins *out);

/* The bin of a value; NaN is 0 unless the column has a bin for it. */
uint8_t tr_gbdt_bins_of(const struct tr_gbdt_bins *bins, double value);

/* What a model says for "bins up to this one go left": finite unless infinite values were seen. */
double tr_gbdt_bins_threshold(const struct tr_gbdt_bins *bins, size_t bin);

#endif
