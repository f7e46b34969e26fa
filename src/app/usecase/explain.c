#include "app/usecase/explain.h"

#include "base/alloc.h"
#include "engine/model/forest/shap.h"

#include <math.h>
#include <string.h>

static enum tr_status add_member(const struct tr_forest *forest, const size_t *col, const struct tr_matrix *x,
                                 size_t row, struct tr_explanation *out, struct tr_error *err)
{
    size_t n = forest->features, m = out->members;
    double *cell = tr_alloc(n, sizeof *cell), *phi = tr_alloc(n + 1, sizeof *phi);
    enum tr_status status = cell && phi ? TR_OK : tr_error_nomem(err);

    for (size_t j = 0; j < n && status == TR_OK; j++)
        cell[j] = tr_matrix_at(x, row, col[j]);
    if (status == TR_OK)
        status = tr_shap(forest, cell, phi, err);
    if (status == TR_OK) {
        out->member_base[m] = out->member_margin[m] = phi[n];
        for (size_t j = 0; j < n; j++) {
            out->phi[col[j]] += phi[j];
            out->member_margin[m] += phi[j];
        }
        out->members++;
    }
    tr_free(phi);
    tr_free(cell);
    return status;
}

enum tr_status tr_explain(const struct tr_ensemble *ensemble, const struct tr_matrix *x, size_t row,
                          struct tr_explanation *out, struct tr_error *err)
{
    enum tr_status status = TR_OK;

    memset(out, 0, sizeof *out);
    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
        out->value[j] = tr_matrix_at(x, row, j);
    for (size_t m = 0; m < ensemble->n && status == TR_OK; m++) {
        const struct tr_model *member = ensemble->member[m];
        const size_t *col = NULL;
        const struct tr_forest *forest = member->impl->forest ? member->impl->forest(member, &col) : NULL;

        if (forest)
            status = add_member(forest, col, x, row, out, err);
    }
    for (size_t m = 0; m < out->members; m++) {
        out->base += out->member_base[m] / (double)out->members;
        out->margin += out->member_margin[m] / (double)out->members;
    }
    for (size_t j = 0; j < TR_FEATURE_INPUTS && out->members; j++)
        out->phi[j] /= (double)out->members;
    return status;
}

size_t tr_explanation_order(const struct tr_explanation *explanation, size_t *order)
{
    size_t moved = 0;

    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
        size_t at = j;

        while (at > 0 && fabs(explanation->phi[order[at - 1]]) < fabs(explanation->phi[j])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = j;
        moved += explanation->phi[j] != 0.0;
    }
    return moved;
}
