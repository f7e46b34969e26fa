#include "app/usecase/member_score.h"

#include "base/alloc.h"
#include "engine/score/classify.h"

#include <string.h>

/* p and y of one member (or, beyond the last, of the ensemble) over all test rows with a label. */
static size_t gather(const struct tr_study *study, const struct tr_walk *walk, enum tr_side side, size_t member,
                     bool ensemble, double *p, double *y)
{
    size_t n = 0;

    for (size_t k = 0; k < walk->n_folds; k++) {
        const struct tr_walk_fit *fit = &walk->fit[side][k];

        for (size_t i = 0; fit->trained && i < fit->test_rows; i++) {
            int8_t label = study->target[side].y[fit->test_row[i]];

            if (label < 0)
                continue;
            p[n] = ensemble ? fit->test_score[i] : fit->member_score[member * fit->test_rows + i];
            y[n++] = label;
        }
    }
    return n;
}

static double mean_trees(const struct tr_walk *walk, enum tr_side side, size_t member)
{
    double sum = 0, fits = 0;

    for (size_t k = 0; k < walk->n_folds; k++) {
        sum += walk->fit[side][k].trained ? (double)walk->fit[side][k].trees[member] : 0.0;
        fits += walk->fit[side][k].trained;
    }
    return fits > 0 ? sum / fits : 0.0;
}

enum tr_status tr_member_scores(const struct tr_study *study, const struct tr_recipe *recipe,
                                const struct tr_walk *walk, enum tr_side side,
                                struct tr_member_score out[TR_MEMBER_SCORES], size_t *n, struct tr_error *err)
{
    double *p = tr_alloc(study->bars.n, sizeof *p), *y = tr_alloc(study->bars.n, sizeof *y);
    enum tr_status status = p && y ? TR_OK : tr_error_nomem(err);

    *n = 0;
    memset(out, 0, TR_MEMBER_SCORES * sizeof *out);
    for (size_t m = 0; m <= recipe->ensemble.n && status == TR_OK; m++) {
        bool ensemble = m == recipe->ensemble.n;
        struct tr_member_score *score = &out[(*n)++];

        score->name = ensemble ? "ensemble" : recipe->ensemble.member[m].impl->name;
        score->rows = gather(study, walk, side, m, ensemble, p, y);
        score->log_loss = tr_log_loss(score->rows, p, y, NULL);
        score->mean_trees = ensemble ? 0.0 : mean_trees(walk, side, m);
        status = tr_auc(score->rows, p, y, NULL, &score->auc, err);
    }
    tr_free(y);
    tr_free(p);
    return status;
}
