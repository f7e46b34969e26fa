#include "app/usecase/adopt_model.h"

#include "base/alloc.h"
#include "engine/validate/importance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* col [forest->features]: the input each feature is, by its name. */
static enum tr_status map_features(const struct tr_forest *forest, size_t *col, struct tr_error *err)
{
    for (size_t j = 0; j < forest->features; j++) {
        const char *name = forest->feature_name ? forest->feature_name[j] : NULL;
        size_t column = name ? tr_feature_find(name) : TR_FEATURE_COLUMNS;

        if (!name)
            return tr_error_set(err, TR_INVALID,
                                "the model does not name its features; train it with the names that \"traderai "
                                "features\" prints");
        if (column < TR_FEATURE_OVERLAYS || column >= TR_FEATURE_COLUMNS)
            return tr_error_set(err, TR_INVALID,
                                "feature %zu of the model, \"%.40s\", is none of the inputs that \"traderai features\" "
                                "prints",
                                j, name);
        col[j] = column - TR_FEATURE_OVERLAYS;
        if (j > 0 && col[j] <= col[j - 1])
            return tr_error_set(err, TR_INVALID,
                                "feature %zu of the model, \"%.40s\", is out of order: columns stand as \"traderai "
                                "features\" prints them",
                                j, name);
    }
    return forest->features ? TR_OK : tr_error_set(err, TR_INVALID, "the model has no features");
}

/* The file as a member whose columns are our inputs. */
static enum tr_status load_member(const struct tr_model_impl *impl, const void *bytes, size_t n,
                                  struct tr_walk_fit *fit, struct tr_error *err)
{
    struct tr_ensemble *ensemble = &fit->model;
    struct tr_model *plain = NULL;
    const size_t *own;
    enum tr_status status = impl->load(bytes, n, 0, NULL, &plain, err);

    if (status != TR_OK)
        return status;
    const struct tr_forest *forest = impl->forest(plain, &own);
    ensemble->cols = forest->features;
    ensemble->col = tr_alloc(forest->features, sizeof *ensemble->col);
    status = ensemble->col ? map_features(forest, ensemble->col, err) : tr_error_nomem(err);
    if (status == TR_OK)
        status = impl->load(bytes, n, ensemble->cols, ensemble->col, &ensemble->member[0], err);
    ensemble->n = status == TR_OK;
    fit->trees[0] = forest->n;
    impl->destroy(plain);
    for (size_t j = 0; j < ensemble->cols && status == TR_OK; j++)
        fit->used[ensemble->col[j]] = true;
    return status;
}

static enum tr_status score_reference(const struct tr_study *study, const struct tr_fold *fold, struct tr_walk_fit *fit,
                                      struct tr_error *err)
{
    struct tr_sample rows = {0};
    enum tr_status status = tr_dataset_rows(&study->set, fold->reference_from, fold->train_to, &rows, err);

    fit->reference_score = tr_alloc(rows.n, sizeof *fit->reference_score);
    if (status == TR_OK && !fit->reference_score)
        status = tr_error_nomem(err);
    if (status == TR_OK && !rows.n)
        status = tr_error_set(err, TR_INVALID, "the stored series is too short to rank the model's scores on");
    fit->reference_rows = rows.n;
    if (status == TR_OK)
        status =
            tr_ensemble_predict(&fit->model, &study->set.inputs, rows.n, rows.row, fit->reference_score, NULL, err);
    if (status == TR_OK) {
        fit->reference_row = rows.row;
        rows.row = NULL;
    }
    tr_sample_finish(&rows);
    return status;
}

/* A run that holds nothing but this model: what the registry takes models from. */
static enum tr_status make_run(const struct tr_adopt_options *options, const void *bytes, size_t n,
                               const struct tr_bars *bars, const struct tr_recipe *recipe, struct tr_run *run,
                               struct tr_error *err)
{
    struct tr_walk_fit *fit;
    enum tr_status status;

    tr_recipe_copy(&run->recipe, recipe);
    tr_recipe_fit_to(&run->recipe, run->key.timeframe);
    run->recipe.side[TR_LONG] = options->side == TR_LONG;
    run->recipe.side[TR_SHORT] = options->side == TR_SHORT;
    status = tr_study_init(&run->study, &run->recipe, bars, err);
    if (status != TR_OK)
        return status;
    run->newest.fold = tr_plan_newest(&run->recipe.plan, tr_study_first_ready(&run->study), bars->time[bars->n - 1]);
    run->newest.walk.n_folds = 1;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        run->newest.walk.fit[side] = tr_alloc_zero(1, sizeof **run->newest.walk.fit);
        if (!run->newest.walk.fit[side])
            return tr_error_nomem(err);
    }
    fit = run->newest.walk.fit[options->side];
    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
        fit->permutation[j] = (double)NAN;
    fit->fit_positive = fit->fit_n = (double)NAN;
    status = load_member(options->impl, bytes, n, fit, err);
    if (status == TR_OK)
        status = score_reference(&run->study, &run->newest.fold, fit, err);
    if (status == TR_OK)
        status = tr_gain_importance(&fit->model, TR_FEATURE_INPUTS, fit->gain, err);
    fit->cols = fit->model.cols;
    fit->members = 1;
    fit->trained = status == TR_OK;
    return status;
}

enum tr_status tr_adopt_model(const struct tr_adopt_options *options, const void *bytes, size_t n,
                              const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, const struct tr_world *world, struct tr_model_record *out,
                              bool *is_new, struct tr_error *err)
{
    struct tr_run run = {.key = *key};
    enum tr_status status;

    if (!bars->n)
        return tr_error_set(err, TR_NOT_FOUND, "%s %s: no bars are stored to rank the model's scores on", key->symbol,
                            tr_timeframe_name(key->timeframe));
    status = make_run(options, bytes, n, bars, recipe, &run, err);
    if (status == TR_OK)
        status =
            tr_registry_add(&run, world, "imported; what it was trained on is not known here", true, out, is_new, err);
    tr_run_finish(&run);
    return status;
}
