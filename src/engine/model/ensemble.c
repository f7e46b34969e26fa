#include "engine/model/ensemble.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

enum tr_status tr_ensemble_train(const struct tr_ensemble_plan *plan, const struct tr_fit *fit, struct tr_ensemble *out,
                                 struct tr_error *err)
{
    assert(plan->n >= 1 && plan->n <= TR_ENSEMBLE_MEMBERS);
    *out = (struct tr_ensemble){.cols = fit->cols};
    enum tr_status status = TR_OK;
    out->col = tr_alloc(fit->cols, sizeof *out->col);
    if (!out->col) {
        status = tr_error_nomem(err);
        goto out;
    }
    if (fit->cols > 0)
        memcpy(out->col, fit->col, fit->cols * sizeof *out->col);
    for (; out->n < plan->n; out->n++) {
        const struct tr_member *member = &plan->member[out->n];
        struct tr_fit own = *fit;
        own.params = member->params;
        own.n_params = member->n_params;
        own.rounds = member->rounds;
        own.context = member->context;
        status = member->impl->train(&own, &out->member[out->n], err);
        if (status != TR_OK)
            goto out;
    }
out:
    if (status != TR_OK)
        tr_ensemble_finish(out);
    return status;
}

enum tr_status tr_ensemble_predict(const struct tr_ensemble *ensemble, const struct tr_matrix *x, size_t n,
                                   const size_t *row, double *out, double *member_out, struct tr_error *err)
{
    assert(ensemble->n >= 1);
    double *own = NULL;
    if (!member_out && !(own = tr_alloc(n, sizeof *own)))
        return tr_error_nomem(err);
    enum tr_status status = TR_OK;
    for (size_t i = 0; i < n; i++)
        out[i] = 0.0;
    for (size_t m = 0; m < ensemble->n; m++) {
        double *p = member_out ? member_out + m * n : own;
        status = ensemble->member[m]->impl->predict(ensemble->member[m], x, n, row, p, err);
        if (status != TR_OK)
            goto out;
        for (size_t i = 0; i < n; i++)
            out[i] += p[i];
    }
    for (size_t i = 0; i < n; i++)
        out[i] /= (double)ensemble->n;
out:
    tr_free(own);
    return status;
}

void tr_ensemble_finish(struct tr_ensemble *ensemble)
{
    for (size_t m = 0; m < ensemble->n; m++)
        ensemble->member[m]->impl->destroy(ensemble->member[m]);
    tr_free(ensemble->col);
    *ensemble = (struct tr_ensemble){0};
}
