#include "app/usecase/manifest.h"

#include "app/usecase/identity.h"
#include "app/usecase/version.h"
#include "engine/feature/list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KIND "traderai model"

static const char *input_name(size_t input)
{
    return tr_feature_info(TR_FEATURE_OVERLAYS + input)->name;
}

static void json_window(const struct tr_fold *fold, struct tr_json *json)
{
    tr_json_object(json, "window");
    tr_json_time(json, "train_from", fold->train_from);
    tr_json_time(json, "fit_to", fold->fit_to);
    tr_json_time(json, "reference_from", fold->reference_from);
    tr_json_time(json, "train_to", fold->train_to);
    tr_json_time(json, "test_from", fold->test_from);
    tr_json_time(json, "test_to", fold->test_to);
    tr_json_object_end(json);
}

static void json_inputs(const struct tr_walk_fit *fit, struct tr_json *json)
{
    tr_json_array(json, "inputs");
    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
        if (!fit->used[j])
            continue;
        tr_json_object(json, NULL);
        tr_json_string(json, "name", input_name(j));
        tr_json_number(json, "gain", fit->gain[j]);
        tr_json_number(json, "permutation", fit->permutation[j]);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_head(const struct tr_walk_fit *fit, char (*artefact)[TR_HASH_TEXT], struct tr_json *json)
{
    tr_json_bool(json, "trained", fit->trained);
    if (!fit->trained) {
        tr_json_string(json, "reason", fit->reason);
        return;
    }
    tr_json_int(json, "fit_rows", (int64_t)fit->fit_rows);
    tr_json_number(json, "fit_effective_n", fit->fit_n);
    tr_json_number(json, "fit_positive", fit->fit_positive);
    json_inputs(fit, json);
    tr_json_array(json, "members");
    for (size_t m = 0; m < fit->model.n; m++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "name", fit->model.member[m]->impl->name);
        tr_json_int(json, "trees", (int64_t)fit->trees[m]);
        tr_json_string(json, "artefact", artefact[m]);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_array(json, "reference_scores");
    for (size_t i = 0; i < fit->reference_rows; i++)
        tr_json_number(json, NULL, fit->reference_score[i]);
    tr_json_array_end(json);
}

static void json_score(const struct tr_head_score *s, struct tr_json *json)
{
    tr_json_int(json, "rows", (int64_t)s->rows);
    tr_json_number(json, "effective_n", s->n);
    tr_json_number(json, "base_rate", s->base_rate);
    tr_json_number(json, "auc", s->auc.auc);
    tr_json_number(json, "log_loss", s->log_loss);
    tr_json_number(json, "base_log_loss", s->base_log_loss);
    tr_json_number(json, "brier", s->brier);
    tr_json_number(json, "calibration_error", s->calibration_error);
    tr_json_number(json, "top_rate", s->top_rate);
    tr_json_int(json, "signals", (int64_t)s->signals);
    tr_json_int(json, "signals_closed", (int64_t)s->signals_closed);
    tr_json_number(json, "hit_rate_tp1",
                   s->signals_closed ? (double)s->signals_tp1 / (double)s->signals_closed : (double)NAN);
}

static void json_folds(const struct tr_run *run, struct tr_json *json)
{
    tr_json_array(json, "folds");
    for (size_t k = 0; k < run->wf.n_folds; k++) {
        tr_json_object(json, NULL);
        tr_json_time(json, "test_from", run->wf.folds[k].test_from);
        tr_json_time(json, "test_to", run->wf.folds[k].test_to);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            if (!run->recipe.side[side])
                continue;
            tr_json_object(json, tr_side_name((enum tr_side)side));
            json_score(&run->wf.score[side][k], json);
            tr_json_object_end(json);
        }
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static enum tr_status json_origin(const struct tr_run *run, struct tr_json *json, struct tr_error *err)
{
    char hash[TR_HASH_TEXT];
    struct tr_version_info version;
    enum tr_status status;

    tr_version_describe(&version);
    tr_identity_data(&run->study.bars, &run->recipe.funding, hash);
    tr_json_string(json, "data", hash);
    status = tr_identity_recipe(&run->recipe, hash, err);
    tr_json_string(json, "recipe_hash", hash);
    tr_json_string(json, "code", version.program);
    tr_json_object(json, "libraries");
    for (size_t i = 0; i < version.n_linked; i++)
        tr_json_string(json, version.linked[i].name, version.linked[i].version);
    tr_json_object_end(json);
    tr_json_int(json, "seed", (int64_t)run->recipe.seed);
    return status;
}

void tr_manifest_label(const struct tr_recipe *recipe, char out[TR_MANIFEST_LABEL])
{
    const struct tr_barrier_options *barrier = &recipe->barrier;
    const struct tr_ladder *ladder = &recipe->gate.ladder;

    if (recipe->label_kind == TR_LABEL_LADDER)
        snprintf(out, TR_MANIFEST_LABEL, "ladder: target %g ATR before a stop of %g ATR within %g h",
                 ladder->target_atr[0], ladder->stop_atr, ladder->horizon_hours);
    else
        snprintf(out, TR_MANIFEST_LABEL, "triple barrier: %g %% before a stop of %g %% within %zu bars",
                 barrier->take_profit_frac * 100, barrier->stop_frac * 100, barrier->horizon_bars);
}

enum tr_status tr_manifest_write(const struct tr_run *run, char (*artefact)[TR_HASH_TEXT], const char *drift,
                                 bool imported, struct tr_buf *out, struct tr_error *err)
{
    char label[TR_MANIFEST_LABEL];
    struct tr_json json;
    enum tr_status status;

    tr_json_init(&json, out, 1);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "kind", KIND);
    tr_json_int(&json, "version", 1);
    tr_json_string(&json, "exchange", run->key.exchange);
    tr_json_string(&json, "symbol", run->key.symbol);
    tr_json_string(&json, "timeframe", tr_timeframe_name(run->key.timeframe));
    tr_manifest_label(&run->recipe, label);
    tr_json_string(&json, "learns", label);
    tr_json_bool(&json, "imported", imported);
    status = json_origin(run, &json, err);
    json_window(&run->newest.fold, &json);
    tr_json_object(&json, "recipe");
    tr_recipe_json(&run->recipe, &json);
    tr_json_object_end(&json);
    tr_json_object(&json, "heads");
    for (size_t side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side])
            continue;
        tr_json_object(&json, tr_side_name((enum tr_side)side));
        json_head(&run->newest.walk.fit[side][0], artefact + side * TR_ENSEMBLE_MEMBERS, &json);
        tr_json_object_end(&json);
    }
    tr_json_object_end(&json);
    tr_json_string(&json, "drift", drift[0] ? drift : NULL);
    json_folds(run, &json);
    tr_json_object_end(&json);
    tr_buf_char(out, '\n');
    return status == TR_OK ? tr_buf_status(out, err) : status;
}
