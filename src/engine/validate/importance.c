#include "engine/validate/importance.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/classify.h"

#include <string.h>

static void shuffle(struct tr_rng *rng, size_t n, double *x)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)tr_rng_below(rng, i);
        double swap = x[i - 1];
        x[i - 1] = x[j];
        x[j] = swap;
    }
}

static enum tr_status loss_of(const struct tr_ensemble *ensemble, const struct tr_matrix *x,
                              const struct tr_importance_rows *rows, const size_t *row, double *p, double *loss,
                              struct tr_error *err)
{
    enum tr_status status = tr_ensemble_predict(ensemble, x, rows->n, row, p, NULL, err);
    *loss = tr_log_loss(rows->n, p, rows->y, rows->weight);
    return status;
}

enum tr_status tr_permutation_importance(const struct tr_ensemble *ensemble, const struct tr_importance_rows *rows,
                                         double *out, struct tr_error *err)
{
    struct tr_matrix copy = {0};
    size_t n = rows->n;
    size_t *row = tr_alloc(n, sizeof *row);
    double *p = tr_alloc(n, sizeof *p), *kept = tr_alloc(n, sizeof *kept);
    double before, after;
    enum tr_status status = row && p && kept ? tr_matrix_init(&copy, n, rows->x->cols, err) : tr_error_nomem(err);
    if (status != TR_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        row[i] = i;
    for (size_t j = 0; j < copy.cols; j++) {
        out[j] = 0.0;
        for (size_t i = 0; i < n; i++)
            tr_matrix_column(&copy, j)[i] = tr_matrix_at(rows->x, rows->row[i], j);
    }
    status = loss_of(ensemble, &copy, rows, row, p, &before, err);
    for (size_t k = 0; k < ensemble->cols && status == TR_OK; k++) {
        double *column = tr_matrix_column(&copy, ensemble->col[k]);
        struct tr_rng rng;
        tr_rng_init(&rng, rows->seed, ensemble->col[k]);
        memcpy(kept, column, n * sizeof *kept);
        shuffle(&rng, n, column);
        status = loss_of(ensemble, &copy, rows, row, p, &after, err);
        memcpy(column, kept, n * sizeof *kept);
        out[ensemble->col[k]] = after - before;
    }
out:
    tr_matrix_finish(&copy);
    tr_free(kept);
    tr_free(p);
    tr_free(row);
    return status;
}

/* Adds a member's shares; false where it has no trees, or none that split. */
static enum tr_status add_member(const struct tr_model *member, size_t inputs, double *share, size_t *counted,
                                 struct tr_error *err)
{
    const size_t *col = NULL;
    const struct tr_forest *forest = member->impl->forest ? member->impl->forest(member, &col) : NULL;
    double total = 0.0;
    double *gain = forest ? tr_alloc(forest->features, sizeof *gain) : NULL;
    if (!forest)
        return TR_OK;
    if (!gain)
        return tr_error_nomem(err);
    tr_forest_importance(forest, gain, NULL);
    for (size_t j = 0; j < forest->features; j++)
        total += gain[j];
    for (size_t j = 0; j < forest->features && total > 0.0; j++)
        if (col[j] < inputs)
            share[col[j]] += gain[j] / total;
    *counted += total > 0.0;
    tr_free(gain);
    return TR_OK;
}

enum tr_status tr_gain_importance(const struct tr_ensemble *ensemble, size_t inputs, double *share,
                                  struct tr_error *err)
{
    size_t counted = 0;
    enum tr_status status = TR_OK;
    for (size_t j = 0; j < inputs; j++)
        share[j] = 0.0;
    for (size_t m = 0; m < ensemble->n && status == TR_OK; m++)
        status = add_member(ensemble->member[m], inputs, share, &counted, err);
    for (size_t j = 0; j < inputs && counted; j++)
        share[j] /= (double)counted;
    return status;
}
