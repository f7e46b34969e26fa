#include "engine/calibrate/conformal.h"

#include "base/alloc.h"
#include "base/order.h"

#include <float.h>
#include <math.h>

struct tr_conformal {
    size_t classes, categories;
    struct tr_conformal_cell *cell; /* [(categories + 1) x classes], the last category standing for unknown ones */
};

/* Rows and quantile of each cell of one partition of the calibration rows. */
struct partition {
    size_t cells;
    size_t *rows;     /* [cells] */
    double *quantile; /* [cells] */
};

size_t tr_conformal_rank(size_t n, double alpha)
{
    double product = ((double)n + 1.0) * (1.0 - alpha), whole = rint(product);
    double blur = fmax(0.5e-10, 4.0 * DBL_EPSILON * product); /* what rounding may have done to a whole number */
    return (size_t)(fabs(product - whole) <= blur ? whole : ceil(product));
}

static enum tr_status check(const struct tr_conformal_options *options, const struct tr_conformal_rows *rows,
                            struct tr_error *err)
{
    if (!(options->alpha > 0.0 && options->alpha < 1.0))
        return tr_error_set(err, TR_INVALID, "a miscoverage of %g is not between 0 and 1", options->alpha);
    if (rows->p.cols < 2 || rows->p.cols > TR_CONFORMAL_MOST_CLASSES)
        return tr_error_set(err, TR_INVALID, "%zu classes are not 2 to %d", rows->p.cols, TR_CONFORMAL_MOST_CLASSES);
    if (options->categories > TR_CONFORMAL_MOST_CATEGORIES)
        return tr_error_set(err, TR_INVALID, "%zu categories are more than %d", options->categories,
                            TR_CONFORMAL_MOST_CATEGORIES);
    for (size_t i = 0; i < rows->p.rows; i++) {
        if (rows->label[i] >= rows->p.cols)
            return tr_error_set(err, TR_INVALID, "row %zu has the unknown class %zu", i, rows->label[i]);
        if (options->categories > 0 && rows->category[i] >= options->categories)
            return tr_error_set(err, TR_INVALID, "row %zu has the unknown category %zu", i, rows->category[i]);
        double p = tr_matrix_at(&rows->p, i, rows->label[i]);
        if (!(p >= 0.0 && p <= 1.0))
            return tr_error_set(err, TR_INVALID, "row %zu has a probability outside 0 to 1", i);
    }
    return TR_OK;
}

static bool is_enough(size_t rows, const struct tr_conformal_options *options)
{
    return rows >= options->min_rows && tr_conformal_rank(rows, options->alpha) <= rows;
}

/* score, cell_of_row [n]; room [2 n] for the scores cell by cell, and for sorting them. */
static enum tr_status find_quantiles(size_t n, const double *score, const size_t *cell_of_row, double alpha,
                                     double *room, const struct partition *part, struct tr_error *err)
{
    size_t *next = tr_alloc_zero(part->cells, sizeof *next);
    if (!next)
        return tr_error_nomem(err);
    for (size_t c = 0; c < part->cells; c++)
        part->rows[c] = 0;
    for (size_t i = 0; i < n; i++)
        part->rows[cell_of_row[i]]++;
    for (size_t c = 1; c < part->cells; c++)
        next[c] = next[c - 1] + part->rows[c - 1];
    for (size_t i = 0; i < n; i++)
        room[next[cell_of_row[i]]++] = score[i];
    for (size_t c = 0; c < part->cells; c++) {
        double *scores = room + (next[c] - part->rows[c]);
        size_t k = tr_conformal_rank(part->rows[c], alpha);
        tr_sort_doubles_spare(part->rows[c], scores, room + n);
        part->quantile[c] = k <= part->rows[c] ? scores[k - 1] : (double)INFINITY;
    }
    tr_free(next);
    return TR_OK;
}

/* What a cell uses: its own rows, or the first of its parents that has enough of them. */
static struct tr_conformal_cell choose(const struct tr_conformal_options *options, const struct partition parts[3],
                                       size_t cell, size_t class)
{
    const struct partition *own = &parts[TR_CONFORMAL_CELL], *by_class = &parts[TR_CONFORMAL_CLASS];
    struct tr_conformal_cell chosen = {.own_rows = cell < own->cells ? own->rows[cell] : 0};
    enum tr_conformal_source source = TR_CONFORMAL_ALL;
    size_t at = 0;
    if (cell < own->cells && is_enough(own->rows[cell], options)) {
        source = TR_CONFORMAL_CELL;
        at = cell;
    } else if (options->by_class && is_enough(by_class->rows[class], options)) {
        source = TR_CONFORMAL_CLASS;
        at = class;
    }
    chosen.source = source;
    chosen.rows = parts[source].rows[at];
    chosen.quantile = parts[source].quantile[at];
    return chosen;
}

/* Of a partition with as many cells as the one above it: it is the same. */
static void copy_partition(const struct partition *from, const struct partition *to)
{
    for (size_t c = 0; c < from->cells; c++) {
        to->rows[c] = from->rows[c];
        to->quantile[c] = from->quantile[c];
    }
}

/* The three partitions, in one block each of counts and quantiles. */
static enum tr_status find_all_quantiles(const struct tr_conformal_options *options,
                                         const struct tr_conformal_rows *rows, const struct partition parts[3],
                                         struct tr_error *err)
{
    const size_t n = rows->p.rows, width = options->by_class ? rows->p.cols : 1;
    enum tr_status status = TR_OK;
    double *score = tr_alloc(n, 3 * sizeof *score);
    size_t *cell_of_row = tr_alloc(n, sizeof *cell_of_row);
    if (!score || !cell_of_row) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        score[i] = 1.0 - tr_matrix_at(&rows->p, i, rows->label[i]);
    for (int source = TR_CONFORMAL_ALL; source <= TR_CONFORMAL_CELL && status == TR_OK; source++) {
        if (source > TR_CONFORMAL_ALL && parts[source].cells == parts[source - 1].cells) {
            copy_partition(&parts[source - 1], &parts[source]);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            size_t class = options->by_class ? rows->label[i] : 0;
            size_t category = options->categories > 0 ? rows->category[i] : 0;
            cell_of_row[i] = source == TR_CONFORMAL_ALL     ? 0
                             : source == TR_CONFORMAL_CLASS ? class
                                                            : category * width + class;
        }
        status = find_quantiles(n, score, cell_of_row, options->alpha, score + n, &parts[source], err);
    }
out:
    tr_free(cell_of_row);
    tr_free(score);
    return status;
}

static void fill_cells(const struct tr_conformal_options *options, const struct partition parts[3],
                       struct tr_conformal *conformal)
{
    const size_t width = options->by_class ? conformal->classes : 1;
    for (size_t g = 0; g <= conformal->categories; g++) {
        for (size_t y = 0; y < conformal->classes; y++) {
            size_t class = options->by_class ? y : 0;
            bool known = g < conformal->categories || conformal->categories == 0;
            size_t cell = known ? g * width + class : SIZE_MAX;
            conformal->cell[g * conformal->classes + y] = choose(options, parts, cell, class);
        }
    }
}

enum tr_status tr_conformal_create(const struct tr_conformal_options *options, const struct tr_conformal_rows *rows,
                                   struct tr_conformal **out, struct tr_error *err)
{
    *out = NULL;
    enum tr_status status = check(options, rows, err);
    if (status != TR_OK)
        return status;
    const size_t classes = rows->p.cols, categories = options->categories;
    const size_t width = options->by_class ? classes : 1, own = (categories > 0 ? categories : 1) * width;
    const size_t cells = 1 + width + own;
    struct tr_conformal *conformal = tr_alloc(1, sizeof *conformal);
    struct tr_conformal_cell *cell = tr_alloc((categories + 1) * classes, sizeof *cell);
    size_t *counts = tr_alloc(cells, sizeof *counts);
    double *quantiles = tr_alloc(cells, sizeof *quantiles);
    if (!conformal || !cell || !counts || !quantiles) {
        status = tr_error_nomem(err);
        goto out;
    }
    const struct partition parts[3] = {[TR_CONFORMAL_ALL] = {1, counts, quantiles},
                                       [TR_CONFORMAL_CLASS] = {width, counts + 1, quantiles + 1},
                                       [TR_CONFORMAL_CELL] = {own, counts + 1 + width, quantiles + 1 + width}};
    status = find_all_quantiles(options, rows, parts, err);
    if (status != TR_OK)
        goto out;
    *conformal = (struct tr_conformal){classes, categories, cell};
    fill_cells(options, parts, conformal);
    *out = conformal;
    conformal = NULL;
    cell = NULL;
out:
    tr_free(quantiles);
    tr_free(counts);
    tr_free(cell);
    tr_free(conformal);
    return status;
}

void tr_conformal_destroy(struct tr_conformal *conformal)
{
    if (!conformal)
        return;
    tr_free(conformal->cell);
    tr_free(conformal);
}

static const struct tr_conformal_cell *cells_of(const struct tr_conformal *conformal, size_t category)
{
    size_t g = category < conformal->categories ? category : conformal->categories;
    return conformal->cell + g * conformal->classes;
}

uint32_t tr_conformal_set(const struct tr_conformal *conformal, const double *p, size_t category)
{
    const struct tr_conformal_cell *cell = cells_of(conformal, category);
    uint32_t set = 0;
    for (size_t y = 0; y < conformal->classes; y++)
        if (!(1.0 - p[y] > cell[y].quantile))
            set |= UINT32_C(1) << y;
    return set;
}

struct tr_conformal_cell tr_conformal_cell(const struct tr_conformal *conformal, size_t class, size_t category)
{
    return cells_of(conformal, category)[class];
}
