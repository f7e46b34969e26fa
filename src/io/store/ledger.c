#include "io/store/ledger.h"

#include "io/store/check.h"

#include <string.h>

enum { DEFAULT_LIMIT = 100, KEY_LENGTH = 160 };

static enum tr_status check_trial(const struct tr_trial *trial, struct tr_error *err)
{
    enum tr_status status = tr_store_check_hash(trial->config_hash, "config_hash", err);
    if (!status)
        status = tr_store_check_text(trial->label, sizeof trial->label, "the label of a trial", err);
    if (!status)
        status = tr_store_check_count(trial->days, "days", err);
    if (!status && trial->first > trial->last)
        status = tr_error_set(err, TR_INVALID, "a trial ends before it begins");
    return status;
}

enum tr_status tr_store_trial_put(struct tr_store *store, const struct tr_trial *trial, struct tr_error *err)
{
    enum tr_status status = tr_store_check_series(&trial->series, err);
    if (status)
        return status;
    status = check_trial(trial, err);
    if (!status)
        status = store->impl->ledger->trial_put(store, trial, err);
    return status ? tr_store_name_series(&trial->series, err) : TR_OK;
}

enum tr_status tr_store_trial_list(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                   size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    enum tr_status status = series ? tr_store_check_series(series, err) : TR_OK;
    return status ? status : store->impl->ledger->trial_list(store, series, out, n, err);
}

enum tr_status tr_store_drift_put(struct tr_store *store, const struct tr_drift_record *record, struct tr_error *err)
{
    enum tr_status status = tr_store_check_series(&record->series, err);
    if (status)
        return status;
    status = tr_store_check_id(record->model, "the model of a drift report", err);
    if (!status)
        status = tr_store_check_text(record->verdict, sizeof record->verdict, "the verdict of a drift report", err);
    if (!status)
        status = tr_store_check_hash(record->report, "report", err);
    if (!status)
        status = store->impl->ledger->drift_put(store, record, err);
    return status ? tr_store_name_series(&record->series, err) : TR_OK;
}

enum tr_status tr_store_drift_list(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                   struct tr_drift_record **out, size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    limit = limit ? limit : DEFAULT_LIMIT;
    limit = limit < INT64_MAX ? limit : INT64_MAX;
    enum tr_status status = series ? tr_store_check_series(series, err) : TR_OK;
    return status ? status : store->impl->ledger->drift_list(store, series, limit, out, n, err);
}

static enum tr_status check_key(const char *key, struct tr_error *err)
{
    return tr_store_check_text(key, KEY_LENGTH + 1, "the key of a step", err);
}

enum tr_status tr_store_step_put(struct tr_store *store, const char *key, const void *bytes, size_t n, tr_time_ms time,
                                 struct tr_error *err)
{
    enum tr_status status = check_key(key, err);
    if (!status)
        status = tr_store_check_size(n, "a step", err);
    return status ? status : store->impl->ledger->step_put(store, key, bytes, n, time, err);
}

enum tr_status tr_store_step_get(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                                 struct tr_error *err)
{
    tr_buf_clear(out);
    *found = false;
    enum tr_status status = check_key(key, err);
    if (!status)
        status = store->impl->ledger->step_get(store, key, out, found, err);
    if (status || !*found)
        tr_buf_clear(out);
    return status;
}

enum tr_status tr_store_step_forget(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                    struct tr_error *err)
{
    *n = 0;
    enum tr_status status = prefix[0] != '\0' ? check_key(prefix, err) : TR_OK;
    return status ? status : store->impl->ledger->step_forget(store, prefix, before, n, err);
}
