#include "io/store/models.h"

#include "io/store/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {"candidate", "champion", "archived"};
enum { STATES = sizeof state_names / sizeof *state_names };

const char *tr_model_state_name(enum tr_model_state state)
{
    return state_names[state];
}

bool tr_model_state_parse(const char *text, enum tr_model_state *out)
{
    for (int i = 0; i < STATES; i++) {
        if (strcmp(text, state_names[i]) == 0) {
            *out = (enum tr_model_state)i;
            return true;
        }
    }
    return false;
}

enum tr_status tr_store_blob_put(struct tr_store *store, const void *bytes, size_t n, char hash[TR_HASH_TEXT],
                                 struct tr_error *err)
{
    hash[0] = '\0';
    enum tr_status status = tr_store_check_size(n, "a content", err);
    if (status)
        return status;
    tr_hash_of(bytes, n, hash);
    return store->impl->models->blob_put(store, hash, bytes, n, err);
}

enum tr_status tr_store_blob_get(struct tr_store *store, const char *hash, struct tr_buf *out, struct tr_error *err)
{
    tr_buf_clear(out);
    enum tr_status status = tr_store_check_hash(hash, "the name of a content", err);
    if (!status)
        status = store->impl->models->blob_get(store, hash, out, err);
    if (!status) {
        char found[TR_HASH_TEXT];
        tr_hash_of(out->data, out->len, found);
        if (strcmp(found, hash) == 0)
            return TR_OK;
        status = tr_error_set(err, TR_CORRUPT,
                              "content %.16s is damaged (it no longer has its hash): restore a backup, or make it anew "
                              "by training that model again",
                              hash);
    }
    tr_buf_clear(out);
    return status;
}

static enum tr_status check_hashes(const struct tr_model_record *record, struct tr_error *err)
{
    enum tr_status status = tr_store_check_hash(record->manifest, "manifest", err);
    if (!status)
        status = tr_store_check_hash(record->data_hash, "data_hash", err);
    return status ? status : tr_store_check_hash(record->recipe_hash, "recipe_hash", err);
}

static enum tr_status check_record(const struct tr_model_record *record, struct tr_error *err)
{
    enum tr_status status = tr_store_check_series(&record->series, err);
    if (!status && record->parent[0] != '\0')
        status = tr_store_check_id(record->parent, "parent", err);
    if (!status)
        status = check_hashes(record, err);
    if (!status)
        status = tr_store_check_text(record->code_version, sizeof record->code_version, "code_version", err);
    if (!status)
        status = tr_store_check_count(record->folds, "folds", err);
    if (!status)
        status = tr_store_check_count(record->signals, "signals", err);
    if (status)
        return status;
    if (record->state != TR_MODEL_CANDIDATE && record->state != TR_MODEL_CHAMPION)
        return tr_error_set(err, TR_INVALID, "a model comes as candidate or champion");
    if (record->train_from > record->train_to)
        return tr_error_set(err, TR_INVALID, "the training window ends before it begins");
    return TR_OK;
}

/* Names become names of files where a model is exported. */
static bool is_artefact_name(const char *name, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return memchr(name, '\0', size) && name[0] != '\0' && name[0] != '.' && name[strspn(name, letters)] == '\0';
}

static enum tr_status check_artefacts(const struct tr_model_artefact *artefacts, size_t n, struct tr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_artefact_name(artefacts[i].name, sizeof artefacts[i].name))
            return tr_error_set(err, TR_INVALID,
                                "artefact %zu of %zu needs a name of letters, digits, dots, - and _ (at most %zu, no "
                                "dot in front)",
                                i + 1, n, sizeof artefacts[i].name - 1);
        enum tr_status status = tr_store_check_hash(artefacts[i].hash, artefacts[i].name, err);
        if (status)
            return status;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(artefacts[i].name, artefacts[j].name) == 0)
                return tr_error_set(err, TR_INVALID, "two artefacts are named %s", artefacts[i].name);
        }
    }
    return TR_OK;
}

static enum tr_status check_reason(const char *reason, struct tr_error *err)
{
    return tr_store_check_text(reason, sizeof((struct tr_model_event *)0)->reason, "the reason of a change", err);
}

enum tr_status tr_store_model_put(struct tr_store *store, const struct tr_model_record *record,
                                  const struct tr_model_artefact *artefacts, size_t n, const char *reason, bool *is_new,
                                  struct tr_error *err)
{
    *is_new = false;
    enum tr_status status = tr_store_check_id(record->id, "the id of a model", err);
    if (status)
        return status;
    status = check_record(record, err);
    if (!status)
        status = check_artefacts(artefacts, n, err);
    if (!status)
        status = check_reason(reason, err);
    if (!status)
        status = store->impl->models->put(store, record, artefacts, n, reason, is_new, err);
    return status ? tr_error_prepend(err, "model %s", record->id) : TR_OK;
}

static int compare(const void *left, const void *right)
{
    const struct tr_model_record *a = left, *b = right;
    int order = strcmp(a->series.exchange, b->series.exchange);
    if (order == 0)
        order = strcmp(a->series.symbol, b->series.symbol);
    if (order == 0)
        order = (int)a->series.timeframe - (int)b->series.timeframe;
    if (order == 0)
        order = (b->state == TR_MODEL_CHAMPION) - (a->state == TR_MODEL_CHAMPION);
    if (order == 0)
        order = (a->created < b->created) - (a->created > b->created);
    return order ? order : strcmp(a->id, b->id);
}

/* Exchange and symbol may be empty here. */
static enum tr_status check_pattern(const struct tr_series_key *series, struct tr_error *err)
{
    struct tr_series_key filled = *series;
    if (filled.exchange[0] == '\0')
        filled.exchange[0] = 'x';
    if (filled.symbol[0] == '\0')
        filled.symbol[0] = 'x';
    return tr_store_check_series(&filled, err);
}

enum tr_status tr_store_model_list(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                   struct tr_model_record **out, size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    id = id ? id : "";
    size_t digits = strnlen(id, TR_MODEL_ID);
    if (digits == TR_MODEL_ID || !tr_store_is_hex(id, digits))
        return tr_error_set(err, TR_INVALID,
                            "\"%.40s\" is not the beginning of a model's id, which has %d hexadecimal digits in lower "
                            "case",
                            id, TR_MODEL_ID - 1);
    enum tr_status status = series ? check_pattern(series, err) : TR_OK;
    if (!status)
        status = store->impl->models->list(store, series, id, out, n, err);
    /* Here, since no back end sorts timeframes by their length. */
    if (!status && *n > 1)
        qsort(*out, *n, sizeof **out, compare);
    return status;
}

enum tr_status tr_store_model_artefacts(struct tr_store *store, const char *id, struct tr_model_artefact **out,
                                        size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    enum tr_status status = tr_store_check_id(id, "the id of a model", err);
    return status ? status : store->impl->models->artefacts(store, id, out, n, err);
}

enum tr_status tr_store_model_promote(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                                      const char *reason, struct tr_error *err)
{
    enum tr_status status = tr_store_check_id(id, "the id of a model", err);
    if (!status && expected[0] != '\0')
        status = tr_store_check_id(expected, "the id of the expected champion", err);
    if (!status)
        status = check_reason(reason, err);
    if (!status)
        status = store->impl->models->promote(store, id, expected, time, reason, err);
    return status ? tr_error_prepend(err, "promoting") : TR_OK;
}

enum tr_status tr_store_model_events(struct tr_store *store, const struct tr_series_key *series,
                                     struct tr_model_event **out, size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    enum tr_status status = tr_store_check_series(series, err);
    if (!status)
        status = store->impl->models->events(store, series, out, n, err);
    return status ? tr_error_prepend(err, "events of models") : TR_OK;
}
