#include "io/store/store.h"

#include "base/alloc.h"
#include "io/store/check.h"

#include <stdio.h>
#include <string.h>

void tr_store_close(struct tr_store *store)
{
    if (store)
        store->impl->close(store);
}

enum tr_status tr_store_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                    struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    return store->impl->series_list(store, out, n, err);
}

/* What is stored must be what can be read back. */
static enum tr_status check_bars(const struct tr_series_key *key, const struct tr_bars *bars, struct tr_error *err)
{
    if (bars->n > 0 && bars->timeframe != key->timeframe)
        return tr_error_set(err, TR_INVALID, "bars of %s do not belong there", tr_timeframe_name(bars->timeframe));
    for (size_t i = 0; i < bars->n; i++) {
        struct tr_bar bar = tr_bars_at(bars, i);
        enum tr_bar_defect defect = tr_bar_check(&bar, key->timeframe);
        char when[TR_TIME_TEXT];
        if (defect == TR_BAR_FINE && (i == 0 || bar.time > bars->time[i - 1]))
            continue;
        tr_time_format(bar.time, when);
        return tr_error_set(err, TR_INVALID, "bar %zu of %zu (%s): %s", i + 1, bars->n, when,
                            defect == TR_BAR_FINE ? "not later than the bar before it" : tr_bar_defect_text(defect));
    }
    return TR_OK;
}

enum tr_status tr_store_bars_put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                                 struct tr_put_report *report, struct tr_error *err)
{
    *report = (struct tr_put_report){0};
    enum tr_status status = tr_store_check_series(key, err);
    if (status || bars->n == 0)
        return status;
    status = check_bars(key, bars, err);
    if (!status)
        status = store->impl->bars_put(store, key, bars, report, err);
    return status ? tr_store_name_series(key, err) : TR_OK;
}

enum tr_status tr_store_bars_get(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from,
                                 tr_time_ms to, struct tr_bar_list *out, struct tr_error *err)
{
    out->n = 0;
    enum tr_status status = tr_store_check_series(key, err);
    if (status)
        return status;
    out->timeframe = key->timeframe;
    status = store->impl->bars_get(store, key, from, to, out, err);
    return status ? tr_store_name_series(key, err) : TR_OK;
}

static bool same_key(const struct tr_series_key *a, const struct tr_series_key *b)
{
    return strcmp(a->exchange, b->exchange) == 0 && strcmp(a->symbol, b->symbol) == 0 && a->timeframe == b->timeframe;
}

static enum tr_status check_signal(const struct tr_stored_signal *stored, struct tr_error *err)
{
    enum tr_status status = tr_store_check_series(&stored->series, err);
    if (!status)
        status = tr_store_check_text(stored->status, sizeof stored->status, "a signal's status", err);
    if (!status && !memchr(stored->exit_reason, '\0', sizeof stored->exit_reason))
        status = tr_error_set(err, TR_INVALID, "a signal's exit reason must have at most %zu characters",
                              sizeof stored->exit_reason - 1);
    return status;
}

enum tr_status tr_store_signals_put(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                    struct tr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        enum tr_status status = check_signal(&signals[i], err);
        if (status)
            return status;
    }
    return n > 0 ? store->impl->signals_put(store, signals, n, err) : TR_OK;
}

enum tr_status tr_store_signals_replace(struct tr_store *store, const struct tr_series_key *key,
                                        enum tr_signal_origin origin, const struct tr_stored_signal *signals, size_t n,
                                        struct tr_error *err)
{
    enum tr_status status = tr_store_check_series(key, err);
    for (size_t i = 0; i < n && !status; i++) {
        status = check_signal(&signals[i], err);
        if (!status && (signals[i].origin != origin || !same_key(&signals[i].series, key)))
            status = tr_error_set(err, TR_INVALID, "a signal of another series or origin among those to replace");
    }
    return status ? status : store->impl->signals_replace(store, key, origin, signals, n, err);
}

enum tr_status tr_store_signals_get(struct tr_store *store, const struct tr_signal_query *query,
                                    struct tr_stored_signal **out, size_t *n, struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    return store->impl->signals_get(store, query, out, n, err);
}

enum tr_status tr_store_rejections_put(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                       struct tr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        enum tr_status status = tr_store_check_series(&rejections[i].series, err);
        if (status)
            return status;
    }
    return n > 0 ? store->impl->rejections_put(store, rejections, n, err) : TR_OK;
}

enum tr_status tr_store_rejections_count(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                         struct tr_error *err)
{
    *n = 0;
    enum tr_status status = tr_store_check_series(key, err);
    return status ? status : store->impl->rejections_count(store, key, n, err);
}

/* What tr_store_series_find looks for. */
struct wanted {
    const char *exchange; /* "" = any */
    const char *symbol;
    enum tr_timeframe timeframe;
};

static bool is_wanted(const struct tr_series_key *key, const struct wanted *wanted)
{
    return key->timeframe == wanted->timeframe && strcmp(key->symbol, wanted->symbol) == 0 &&
           (wanted->exchange[0] == '\0' || strcmp(key->exchange, wanted->exchange) == 0);
}

/* Adds to a list in words; what does not fit is left out. Returns whether it fitted. */
static bool add_words(char *list, size_t size, const char *words)
{
    size_t len = strlen(list);
    if (len + strlen(words) + 3 > size)
        return false;
    snprintf(list + len, size - len, "%s%s", len ? ", " : "", words);
    return true;
}

static enum tr_status several(const struct tr_series_info *infos, size_t n, const struct wanted *wanted,
                              struct tr_error *err)
{
    char exchanges[200] = "";
    for (size_t i = 0; i < n; i++) {
        if (is_wanted(&infos[i].key, wanted))
            add_words(exchanges, sizeof exchanges, infos[i].key.exchange);
    }
    return tr_error_set(err, TR_INVALID, "%s %s is stored of several exchanges: name one of %s", wanted->symbol,
                        tr_timeframe_name(wanted->timeframe), exchanges);
}

/* Series of the same symbol first, then the others, as many as fit into a line. */
static enum tr_status none(const struct tr_series_info *infos, size_t n, const struct wanted *wanted,
                           struct tr_error *err)
{
    char stored[260] = "";
    size_t left_out = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            const struct tr_series_key *key = &infos[i].key;
            char words[sizeof *key + 16];
            if ((strcmp(key->symbol, wanted->symbol) == 0) == (pass == 1))
                continue;
            snprintf(words, sizeof words, "%s %s %s", key->exchange, key->symbol, tr_timeframe_name(key->timeframe));
            left_out += left_out > 0 || !add_words(stored, sizeof stored, words);
        }
    }
    const char *blank = wanted->exchange[0] ? " " : "", *timeframe = tr_timeframe_name(wanted->timeframe);
    if (n == 0)
        return tr_error_set(err, TR_NOT_FOUND, "%s%s%s %s is not stored, nothing is: import it first", wanted->exchange,
                            blank, wanted->symbol, timeframe);
    if (left_out > 0)
        return tr_error_set(err, TR_NOT_FOUND, "%s%s%s %s is not stored; what is: %s and %zu more", wanted->exchange,
                            blank, wanted->symbol, timeframe, stored, left_out);
    return tr_error_set(err, TR_NOT_FOUND, "%s%s%s %s is not stored; what is: %s", wanted->exchange, blank,
                        wanted->symbol, timeframe, stored);
}

enum tr_status tr_store_series_find(struct tr_store *store, const char *exchange, const char *symbol,
                                    enum tr_timeframe timeframe, struct tr_series_info *out, struct tr_error *err)
{
    struct tr_symbol parsed;
    enum tr_status status = tr_symbol_parse(symbol, &parsed, err);
    if (status)
        return status;
    struct wanted wanted = {.exchange = exchange ? exchange : "", .symbol = parsed.text, .timeframe = timeframe};
    struct tr_series_info *infos = NULL;
    size_t n = 0, found = 0;
    status = tr_store_series_list(store, &infos, &n, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        if (is_wanted(&infos[i].key, &wanted) && found++ == 0)
            *out = infos[i];
    }
    if (found == 0)
        status = none(infos, n, &wanted, err);
    else if (found > 1)
        status = several(infos, n, &wanted, err);
    tr_free(infos);
    return status;
}
