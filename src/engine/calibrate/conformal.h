/* Split conformal sets for classification: which classes cannot be ruled out at a miscoverage of alpha.
 *
 * The promise: if calibration rows and the new one are exchangeable, P(label in set) >= 1 - alpha, on average over rows
 * and calibration samples, or within each cell (class, category or both) where the quantiles are by cell. It is none on
 * single rows, none on P(label = y | set = {y}), and none under drift or with overlapping labels counted as rows.
 *
 * Source: Vovk, Gammerman and Shafer (2005), "Algorithmic Learning in a Random World", for split and Mondrian
 * prediction; Sadinle, Lei and Wasserman (2019) for the score 1 - p (LAC). */
#ifndef TR_CALIBRATE_CONFORMAL_H
#define TR_CALIBRATE_CONFORMAL_H

#include "base/error.h"
#include "base/matrix.h"

#include <stdbool.h>
#include <stdint.h>

#define TR_CONFORMAL_MOST_CLASSES 32
#define TR_CONFORMAL_MOST_CATEGORIES 4096

struct tr_conformal_options {
    double alpha;      /* 0 < alpha < 1 */
    bool by_class;     /* a quantile for each class, from the rows with that label: coverage within each class */
    size_t categories; /* 0: none; else a quantile for each category of the row (regime, symbol ...) */
    size_t min_rows;   /* of a cell with its own quantile; 0 = ceil(1 / alpha) - 1, the fewest with a finite one;
                          from some 200 on the coverage of one calibration sample is near its mean */
};

/* Calibration rows in any order, borrowed. */
struct tr_conformal_rows {
    struct tr_matrix p;     /* [n x K] probabilities of the classes 0 .. K - 1 */
    const size_t *label;    /* [n] 0 .. K - 1 */
    const size_t *category; /* [n] 0 .. categories - 1; NULL without categories */
};

/* Whose rows a cell's quantile comes from. */
enum tr_conformal_source {
    TR_CONFORMAL_ALL,   /* all calibration rows */
    TR_CONFORMAL_CLASS, /* the rows of the class in every category */
    TR_CONFORMAL_CELL   /* the cell's own */
};

struct tr_conformal_cell {
    size_t own_rows; /* calibration rows of the cell itself */
    size_t rows;     /* behind the quantile */
    enum tr_conformal_source source;
    double quantile; /* classes with 1 - p <= quantile are in the set; +infinity: every class is */
};

struct tr_conformal; /* read-only once made */

/* k = ceil((n + 1) (1 - alpha)): the quantile is the k-th smallest of n scores, +infinity for k > n. The product is
 * rounded to 10 decimals first: 100 (1 - 0.45) is 55.00000000000001 in doubles. */
size_t tr_conformal_rank(size_t n, double alpha);

/* Scores 1 - p of the rows' labels, quantiles by cell. A cell with fewer than min_rows rows is merged with its parent:
 * cell of class and category -> class -> all rows, class -> all rows, category -> all rows. Its coverage is then the
 * parent's. Without calibration rows every class is in every set.
 * Errors: TR_INVALID for alpha, 2 .. TR_CONFORMAL_MOST_CLASSES classes or the number of categories out of range, a
 * probability outside [0, 1], a label or category out of range; TR_NOMEM. Destroy with tr_conformal_destroy.
 * Cost: O(n log n). */
enum tr_status tr_conformal_create(const struct tr_conformal_options *options, const struct tr_conformal_rows *rows,
                                   struct tr_conformal **out, struct tr_error *err) TR_MUST_CHECK;
void tr_conformal_destroy(struct tr_conformal *conformal);

/* Bit y is set where class y is in the set; p [K] of a new row. Empty sets are possible: no class fits the row as well
 * as it should. A class whose p is NaN cannot be ruled out. A category unknown to calibration gets the parents'
 * quantiles; without categories it is ignored. */
uint32_t tr_conformal_set(const struct tr_conformal *conformal, const double *p, size_t category);

/* The cell of a class and category, with the same rules. */
struct tr_conformal_cell tr_conformal_cell(const struct tr_conformal *conformal, size_t class, size_t category);

#endif
