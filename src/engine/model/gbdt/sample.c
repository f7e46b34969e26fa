#include "engine/model/gbdt/sample.h"

#include "base/alloc.h"

enum { ROW_STREAM = 1, COLUMN_STREAM = 2 };

enum tr_status tr_gbdt_sample_init(struct tr_gbdt_sample *out, size_t n, size_t used, uint64_t seed,
                                   struct tr_error *err)
{
    *out = (struct tr_gbdt_sample){.n = n, .used = used, .bag = n};
    tr_rng_init(&out->rows, seed, ROW_STREAM);
    tr_rng_init(&out->columns, seed, COLUMN_STREAM);
    out->row = tr_alloc(n, sizeof *out->row);
    out->open = tr_alloc(used, sizeof *out->open);
    out->draw = tr_alloc(used, sizeof *out->draw);
    if (!out->row || !out->open || !out->draw)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        out->row[i] = (uint32_t)i;
    for (size_t u = 0; u < used; u++)
        out->open[u] = true;
    return TR_OK;
}

void tr_gbdt_sample_finish(struct tr_gbdt_sample *sample)
{
    tr_free(sample->row);
    tr_free(sample->open);
    tr_free(sample->draw);
    *sample = (struct tr_gbdt_sample){0};
}

void tr_gbdt_sample_rows(struct tr_gbdt_sample *sample, const struct tr_gbdt_params *params,
                         const struct tr_gbdt_target *target, size_t round)
{
    bool by_label = target->classes == 1 && (params->pos_bagging_fraction < 1.0 || params->neg_bagging_fraction < 1.0);
    if (params->bagging_freq == 0 || round % params->bagging_freq != 0 ||
        (!by_label && params->bagging_fraction >= 1.0))
        return;
    double share[2] = {params->bagging_fraction, params->bagging_fraction};
    if (by_label) {
        share[0] = params->neg_bagging_fraction;
        share[1] = params->pos_bagging_fraction;
    }
    size_t bag = 0, out = sample->n;
    for (size_t i = 0; i < sample->n; i++) {
        bool in = tr_rng_uniform(&sample->rows) < share[by_label && target->label[i]];
        if (in)
            sample->row[bag++] = (uint32_t)i;
        else
            sample->row[--out] = (uint32_t)i;
    }
    for (size_t a = out, b = sample->n; a + 1 < b; a++, b--) {
        uint32_t moved = sample->row[a];
        sample->row[a] = sample->row[b - 1];
        sample->row[b - 1] = moved;
    }
    sample->bag = bag > 0 ? bag : sample->n;
    sample->out = sample->n - sample->bag;
}

void tr_gbdt_sample_columns(struct tr_gbdt_sample *sample, const struct tr_gbdt_params *params)
{
    if (params->feature_fraction >= 1.0)
        return;
    size_t want = (size_t)((double)sample->used * params->feature_fraction + 0.5);
    for (size_t u = 0; u < sample->used; u++) {
        sample->open[u] = false;
        sample->draw[u] = (uint32_t)u;
    }
    for (size_t i = 0; i < (want > 0 ? want : 1) && i < sample->used; i++) {
        size_t at = i + (size_t)tr_rng_below(&sample->columns, sample->used - i);
        uint32_t chosen = sample->draw[at];
        sample->draw[at] = sample->draw[i];
        sample->open[chosen] = true;
    }
}
