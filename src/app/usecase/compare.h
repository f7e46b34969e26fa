/* Two registered models of one series on the bars that neither has seen. */
#ifndef TR_USECASE_COMPARE_H
#define TR_USECASE_COMPARE_H

#include "app/usecase/registry.h"
#include "engine/score/paired.h"

struct tr_compare_side {
    bool possible;                 /* both heads are trained and there are rows */
    size_t rows;                   /* labelled bars */
    struct tr_paired loss;         /* log loss of the label, a less b, 90 % */
    double auc_a, auc_b;           /* of the scores for the label */
    size_t top_rows_a, top_rows_b; /* bars that each ranks in its upper fifth ... */
    double top_gain_a, top_gain_b; /* ... and the mean gross gain of their ladder outcomes, in ATR */
};

struct tr_compare {
    struct tr_model_record a, b;
    tr_time_ms from, to; /* open stamps: bars behind both training windows and one gap; to = behind the last bar */
    bool same_data, same_recipe; /* false where one was imported: nobody knows */
    bool imported_a, imported_b;
    char label[TR_MANIFEST_LABEL]; /* what both learnt, and are judged by */
    struct tr_compare_side side[TR_SIDE_COUNT];
};

/* Both models belong to one series and learnt the label that the recipe describes (TR_INVALID otherwise); bars as
 * stored now; recipe: labels and ladder by which both are judged. No bar behind both windows: every side is impossible,
 * a value, not an error. */
enum tr_status tr_compare_models(struct tr_store *store, const struct tr_model_record *a,
                                 const struct tr_model_record *b, const struct tr_bars *bars,
                                 const struct tr_recipe *recipe, struct tr_compare *out,
                                 struct tr_error *err) TR_MUST_CHECK;

#endif
