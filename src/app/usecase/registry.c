#include "app/usecase/registry.h"

#include "app/usecase/drift_reference.h"
#include "app/usecase/identity.h"
#include "app/usecase/version.h"
#include "base/alloc.h"
#include "engine/model/lightgbm.h"
#include "engine/model/xgboost.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ARTEFACTS = TR_SIDE_COUNT * TR_ENSEMBLE_MEMBERS + 2 };

/* What one registration gathers before its row is written. */
struct parts {
    char member[TR_SIDE_COUNT * TR_ENSEMBLE_MEMBERS][TR_HASH_TEXT];
    char drift[TR_HASH_TEXT];
    struct tr_model_artefact artefact[ARTEFACTS];
    size_t n;
};

static void list_artefact(struct parts *parts, const char *hash, const char *name)
{
    struct tr_model_artefact *a = &parts->artefact[parts->n++];
    snprintf(a->name, sizeof a->name, "%s", name);
    snprintf(a->hash, sizeof a->hash, "%s", hash);
}

static enum tr_status put_member(const struct tr_model *member, struct tr_store *store, char hash[TR_HASH_TEXT],
                                 struct tr_error *err)
{
    struct tr_buf bytes;
    tr_buf_init(&bytes);
    enum tr_status status = member->impl->save(member, &bytes, err);
    if (status == TR_OK)
        status = tr_store_blob_put(store, bytes.data, bytes.len, hash, err);
    tr_buf_finish(&bytes);
    return status;
}

static enum tr_status put_members(const struct tr_run *run, struct tr_store *store, struct parts *parts,
                                  struct tr_error *err)
{
    enum tr_status status = TR_OK;
    for (size_t side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = run->newest.walk.fit[side];
        for (size_t m = 0; fit->trained && m < fit->model.n && status == TR_OK; m++) {
            char *hash = parts->member[side * TR_ENSEMBLE_MEMBERS + m];
            char name[48];
            status = put_member(fit->model.member[m], store, hash, err);
            snprintf(name, sizeof name, "%s.%s", tr_side_name((enum tr_side)side), fit->model.member[m]->impl->name);
            if (status == TR_OK)
                list_artefact(parts, hash, name);
        }
    }
    return status;
}

static enum tr_status put_drift(const struct tr_run *run, struct tr_store *store, struct parts *parts,
                                struct tr_error *err)
{
    struct tr_buf text;
    tr_buf_init(&text);
    enum tr_status status = tr_drift_reference_make(run, &text, err);
    if (status == TR_OK)
        status = tr_store_blob_put(store, text.data, text.len, parts->drift, err);
    if (status == TR_OK)
        list_artefact(parts, parts->drift, "drift");
    tr_buf_finish(&text);
    return status;
}

/* Out-of-sample figures over both sides: rates over all signals, scores as the mean of the sides weighted by rows. */
static void fill_metrics(const struct tr_run *run, struct tr_model_record *out)
{
    const struct tr_walkforward *wf = &run->wf;
    double rows = 0.0, closed = 0.0, tp1 = 0.0;
    double auc = 0.0, log_loss = 0.0, brier = 0.0, error = 0.0;
    out->folds = wf->n_folds;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_head_score *s = &wf->total[side];
        double n = (double)s->rows;
        if (!run->recipe.side[side] || !s->rows)
            continue;
        rows += n;
        auc += n * s->auc.auc;
        log_loss += n * s->log_loss;
        brier += n * s->brier;
        error += n * s->calibration_error;
        out->signals += s->signals;
        closed += (double)s->signals_closed;
        tp1 += (double)s->signals_tp1;
    }
    out->auc = rows > 0.0 ? auc / rows : (double)NAN;
    out->log_loss = rows > 0.0 ? log_loss / rows : (double)NAN;
    out->brier = rows > 0.0 ? brier / rows : (double)NAN;
    out->calibration_error = rows > 0.0 ? error / rows : (double)NAN;
    out->hit_rate_tp1 = closed > 0.0 ? tp1 / closed : (double)NAN;
    out->avg_net_profit_frac = wf->backtest.closed ? wf->backtest.average_net_frac : (double)NAN;
}

static enum tr_status fill_record(const struct tr_run *run, const struct tr_world *world, struct tr_model_record *out,
                                  struct tr_error *err)
{
    struct tr_version_info version;
    tr_version_describe(&version);
    *out = (struct tr_model_record){
        .series = run->key,
        .created = world->now,
        .train_from = run->newest.fold.train_from,
        .train_to = run->newest.fold.train_to,
        .seed = (int64_t)run->recipe.seed,
    };
    snprintf(out->code_version, sizeof out->code_version, "%s", version.program);
    tr_identity_data(&run->study.bars, &run->recipe.funding, out->data_hash);
    fill_metrics(run, out);
    return tr_identity_recipe(&run->recipe, out->recipe_hash, err);
}

/* Id, parent and state: the first of its series leads it. */
static enum tr_status place(struct tr_store *store, struct tr_model_record *record, struct tr_error *err)
{
    struct tr_model_record champion;
    enum tr_status status = tr_registry_find(store, &record->series, "", &champion, err);
    snprintf(record->id, sizeof record->id, "%.*s", TR_MODEL_ID - 1, record->manifest);
    if (status == TR_OK)
        memcpy(record->parent, champion.id, sizeof record->parent);
    record->state = status == TR_OK ? TR_MODEL_CANDIDATE : TR_MODEL_CHAMPION;
    return status == TR_NOT_FOUND ? TR_OK : status;
}

enum tr_status tr_registry_add(const struct tr_run *run, const struct tr_world *world, const char *reason,
                               bool imported, struct tr_model_record *out, bool *is_new, struct tr_error *err)
{
    struct parts parts = {0};
    struct tr_buf manifest;
    bool trained = run->newest.walk.fit[TR_LONG]->trained || run->newest.walk.fit[TR_SHORT]->trained;
    enum tr_status status;
    if (!trained)
        return tr_error_set(err, TR_INVALID, "%s %s: no head could be trained, so there is no model to register",
                            run->key.symbol, tr_timeframe_name(run->key.timeframe));
    tr_buf_init(&manifest);
    status = fill_record(run, world, out, err);
    if (status == TR_OK)
        status = put_members(run, world->store, &parts, err);
    if (status == TR_OK)
        status = put_drift(run, world->store, &parts, err);
    if (status == TR_OK)
        status = tr_manifest_write(run, parts.member, parts.drift, imported, &manifest, err);
    if (status == TR_OK)
        status = tr_store_blob_put(world->store, manifest.data, manifest.len, out->manifest, err);
    tr_buf_finish(&manifest);
    if (status != TR_OK)
        return status;
    list_artefact(&parts, out->manifest, "manifest");
    status = place(world->store, out, err);
    if (status == TR_OK)
        status = tr_store_model_put(world->store, out, parts.artefact, parts.n, reason, is_new, err);
    return status == TR_OK && !*is_new ? tr_registry_find(world->store, NULL, out->id, out, err) : status;
}

enum tr_status tr_registry_find(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                struct tr_model_record *out, struct tr_error *err)
{
    struct tr_model_record *list = NULL;
    bool champion = !id || !id[0];
    size_t n = 0;
    if (champion && !series)
        return tr_error_set(err, TR_INVALID, "the id of a model is empty; models list shows them");
    enum tr_status status = tr_store_model_list(store, series, id, &list, &n, err);
    if (status != TR_OK)
        return status;
    if (champion && (!n || list[0].state != TR_MODEL_CHAMPION))
        status = tr_error_set(err, TR_NOT_FOUND, "%s %s has no champion yet: train one first", series->symbol,
                              tr_timeframe_name(series->timeframe));
    else if (!n)
        status = tr_error_set(err, TR_NOT_FOUND, "model %s: there is none of that id; models list shows them", id);
    else if (!champion && n > 1)
        status = tr_error_set(err, TR_INVALID, "model %s: %zu ids begin so (%s, %s ...); give more digits", id, n,
                              list[0].id, list[1].id);
    else
        *out = list[0];
    tr_free(list);
    return status;
}

static enum tr_status load_member(struct tr_store *store, const struct tr_manifest_head *head, size_t m,
                                  struct tr_ensemble *out, struct tr_error *err)
{
    static const struct tr_model_impl *const kinds[] = {&tr_model_lightgbm, &tr_model_xgboost};
    struct tr_buf bytes;
    enum tr_status status = TR_UNSUPPORTED;
    tr_buf_init(&bytes);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i]->name, head->member[m]) != 0)
            continue;
        status = tr_store_blob_get(store, head->artefact[m], &bytes, err);
        if (status == TR_OK)
            status = kinds[i]->load(bytes.data, bytes.len, head->cols, head->col, &out->member[out->n], err);
        out->n += status == TR_OK;
        tr_buf_finish(&bytes);
        return status;
    }
    return tr_error_set(err, TR_UNSUPPORTED, "member \"%s\" is of a kind this program does not know", head->member[m]);
}

static enum tr_status load_head(struct tr_store *store, const struct tr_manifest_head *head, struct tr_ensemble *out,
                                struct tr_error *err)
{
    enum tr_status status = TR_OK;
    if (!head->trained)
        return TR_OK;
    out->col = tr_alloc(head->cols, sizeof *out->col);
    if (!out->col)
        return tr_error_nomem(err);
    memcpy(out->col, head->col, head->cols * sizeof *out->col);
    out->cols = head->cols;
    for (size_t m = 0; m < head->members && status == TR_OK; m++)
        status = load_member(store, head, m, out, err);
    return status;
}

/* Nothing here reads it, but a model without it cannot be watched. */
static enum tr_status check_drift(struct tr_store *store, const struct tr_manifest *manifest, struct tr_error *err)
{
    struct tr_buf bytes;
    tr_buf_init(&bytes);
    enum tr_status status = manifest->drift[0] ? tr_store_blob_get(store, manifest->drift, &bytes, err) : TR_OK;
    tr_buf_finish(&bytes);
    return status;
}

enum tr_status tr_registry_load(struct tr_store *store, const struct tr_model_record *record, struct tr_registered *out,
                                struct tr_error *err)
{
    struct tr_buf text;
    memset(out, 0, sizeof *out);
    out->record = *record;
    tr_buf_init(&text);
    enum tr_status status = tr_store_blob_get(store, record->manifest, &text, err);
    if (status == TR_OK)
        status = tr_manifest_read(tr_buf_string(&text), text.len, &out->manifest, err);
    tr_buf_finish(&text);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++)
        status = load_head(store, &out->manifest.head[side], &out->ensemble[side], err);
    if (status == TR_OK)
        status = check_drift(store, &out->manifest, err);
    if (status != TR_OK && status != TR_NOMEM)
        tr_error_prepend(err, "model %s", record->id);
    return status;
}

void tr_registered_finish(struct tr_registered *model)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_ensemble_finish(&model->ensemble[side]);
    tr_manifest_finish(&model->manifest);
}

/* Whole and sound, or not at all. */
static enum tr_status check_whole(struct tr_store *store, const struct tr_model_record *record, struct tr_error *err)
{
    struct tr_registered whole;
    enum tr_status status = tr_registry_load(store, record, &whole, err);
    tr_registered_finish(&whole);
    return status;
}

enum tr_status tr_registry_promote(struct tr_store *store, const struct tr_model_record *record, tr_time_ms now,
                                   const char *reason, char before[TR_MODEL_ID], struct tr_error *err)
{
    struct tr_model_record champion;
    enum tr_status status;
    before[0] = '\0';
    if (strcmp(reason, TR_REGISTRY_ROLLBACK) == 0)
        return tr_error_set(err, TR_INVALID, "reason \"%s\": is what the log says of roll-backs; give another", reason);
    status = check_whole(store, record, err);
    if (status != TR_OK)
        return status;
    status = tr_registry_find(store, &record->series, "", &champion, err);
    if (status == TR_OK)
        memcpy(before, champion.id, TR_MODEL_ID);
    if (status != TR_OK && status != TR_NOT_FOUND)
        return status;
    return tr_store_model_promote(store, record->id, before, now, reason, err);
}

/* The champion before the present one. The log is read as a stack: a promotion puts a model on top, a roll-back takes
 * one off, so that rolling back twice goes back two steps. NULL where there was none. */
static const char *predecessor(const struct tr_model_event *event, size_t n, const char **stack)
{
    size_t height = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(event[i].to, "champion") != 0)
            continue;
        if (strcmp(event[i].reason, TR_REGISTRY_ROLLBACK) == 0 && height > 1 &&
            strcmp(stack[height - 2], event[i].id) == 0)
            height--;
        else
            stack[height++] = event[i].id;
    }
    return height > 1 ? stack[height - 2] : NULL;
}

enum tr_status tr_registry_rollback(struct tr_store *store, const struct tr_series_key *series, tr_time_ms now,
                                    struct tr_model_record *to, struct tr_error *err)
{
    const char **stack = NULL;
    struct tr_model_record champion;
    struct tr_model_event *event = NULL;
    size_t n = 0;
    enum tr_status status = tr_registry_find(store, series, "", &champion, err);
    if (status == TR_OK)
        status = tr_store_model_events(store, series, &event, &n, err);
    if (status != TR_OK)
        return status;
    stack = tr_alloc(n, sizeof *stack);
    const char *id = stack ? predecessor(event, n, stack) : NULL;
    if (!stack)
        status = tr_error_nomem(err);
    else if (!id)
        status = tr_error_set(err, TR_NOT_FOUND, "%s %s: there was no champion before %s", series->symbol,
                              tr_timeframe_name(series->timeframe), champion.id);
    else
        status = tr_registry_find(store, NULL, id, to, err);
    if (status == TR_OK)
        status = check_whole(store, to, err);
    if (status == TR_OK)
        status = tr_store_model_promote(store, to->id, champion.id, now, TR_REGISTRY_ROLLBACK, err);
    if (status == TR_OK)
        to->state = TR_MODEL_CHAMPION;
    tr_free(stack);
    tr_free(event);
    return status;
}
