/* The store: series, bars, signals, rejections behind one vtable; models.h, ledger.h, runs.h and funding.h are its
 * further doors. Back ends: sqlite (postgres comes beside it). All pass one conformance test
 * (test/support/store_conformance.h). A store belongs to one thread at a time; each thread opens its own. Keys are
 * checked here: TR_INVALID for an empty or unterminated name.
 */
#ifndef TR_STORE_STORE_H
#define TR_STORE_STORE_H

#include "base/error.h"
#include "engine/market/bars.h"
#include "engine/market/symbol.h"
#include "engine/signal/signal.h"

#include <stdbool.h>
#include <stdint.h>

struct tr_series_key {
    char exchange[32];           /* "sandbox", "bitget", "file" */
    char symbol[TR_SYMBOL_TEXT]; /* unified form */
    enum tr_timeframe timeframe;
};

struct tr_series_info {
    struct tr_series_key key;
    size_t bars;
    tr_time_ms first, last; /* open stamps; 0 without bars */
};

/* What a put did. */
struct tr_put_report {
    size_t inserted;
    size_t identical;           /* already there with the same values */
    size_t differing;           /* already there with other values: the stored bar stays */
    tr_time_ms first_differing; /* open stamp of the first of them */
};

/* Where a stored signal comes from. */
enum tr_signal_origin {
    TR_ORIGIN_WALKFORWARD, /* a replay over history by models that never saw the bar */
    TR_ORIGIN_NEWEST       /* decided on the newest bar */
};

struct tr_stored_signal {
    struct tr_series_key series;
    enum tr_signal_origin origin;
    struct tr_signal signal;
    char status[16];      /* "active", "tp1", "tp2", "closed", "expired" */
    char exit_reason[16]; /* "", "tp3", "sl", "trailing", "time" */
    tr_time_ms closed;    /* 0 while open */
    double net_frac;      /* of the closed position; NaN while open */
};

struct tr_rejection {
    struct tr_series_key series;
    tr_time_ms time;
    enum tr_side side;
    enum tr_stage stage;
    double value, threshold, margin; /* NaN = has none */
};

struct tr_signal_query {
    const struct tr_series_key *series; /* NULL = all; exchange "" and symbol "" match any; */
    bool any_timeframe;
    bool any_origin;
    enum tr_signal_origin origin;
    bool proven_only;
    size_t limit; /* newest first; 0 = 100 */
};

struct tr_store;              /* begins with const struct tr_store_impl *impl */
struct tr_model_store_impl;   /* io/store/models.h */
struct tr_ledger_store_impl;  /* io/store/ledger.h */
struct tr_run_store_impl;     /* io/store/runs.h */
struct tr_funding_store_impl; /* io/store/funding.h */

struct tr_store_impl {
    const char *name;
    void (*close)(struct tr_store *store);
    enum tr_status (*series_list)(struct tr_store *store, struct tr_series_info **out, size_t *n, struct tr_error *err);
    enum tr_status (*bars_put)(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                               struct tr_put_report *report, struct tr_error *err);
    enum tr_status (*bars_get)(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from, tr_time_ms to,
                               struct tr_bar_list *out, struct tr_error *err);
    enum tr_status (*signals_put)(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                  struct tr_error *err);
    enum tr_status (*signals_replace)(struct tr_store *store, const struct tr_series_key *key,
                                      enum tr_signal_origin origin, const struct tr_stored_signal *signals, size_t n,
                                      struct tr_error *err);
    enum tr_status (*signals_get)(struct tr_store *store, const struct tr_signal_query *query,
                                  struct tr_stored_signal **out, size_t *n, struct tr_error *err);
    enum tr_status (*rejections_put)(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                     struct tr_error *err);
    enum tr_status (*rejections_count)(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                       struct tr_error *err);
    const struct tr_model_store_impl *models;
    const struct tr_ledger_store_impl *ledger;
    const struct tr_run_store_impl *runs;
    const struct tr_funding_store_impl *funding;
};

struct tr_store {
    const struct tr_store_impl *impl;
};

void tr_store_close(struct tr_store *store); /* NULL is legal */

/* All series in order of exchange, symbol, timeframe. *out: owned by the caller, tr_free. */
enum tr_status tr_store_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                    struct tr_error *err) TR_MUST_CHECK;

/* Resolves what a user named: symbol in any form that tr_symbol_parse accepts; exchange NULL or "" means the one series
 * of that symbol and timeframe; TR_INVALID lists the exchanges when there are several, TR_NOT_FOUND says what is stored
 * instead. */
enum tr_status tr_store_series_find(struct tr_store *store, const char *exchange, const char *symbol,
                                    enum tr_timeframe timeframe, struct tr_series_info *out,
                                    struct tr_error *err) TR_MUST_CHECK;

/* One transaction: all bars or none. Makes the series where it is new. bars: ascending, accepted by
 * tr_bar_check, else TR_INVALID names the first that is not. report: all 0 after an error. */
enum tr_status tr_store_bars_put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                                 struct tr_put_report *report, struct tr_error *err) TR_MUST_CHECK;

/* Bars with from <= time < to, ascending. out: initialised, emptied first, timeframe set. An unknown series gives none.
 */
enum tr_status tr_store_bars_get(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from,
                                 tr_time_ms to, struct tr_bar_list *out, struct tr_error *err) TR_MUST_CHECK;

/* One transaction. A signal is identified by series, time, side and origin: putting it again replaces it. */
enum tr_status tr_store_signals_put(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                    struct tr_error *err) TR_MUST_CHECK;
/* The same, and in the same transaction every other signal of that series and origin goes: what an earlier run under
 * other settings left does not stand beside what this one found. signals [n]: all of that series and origin; n = 0 is
 * legal. */
enum tr_status tr_store_signals_replace(struct tr_store *store, const struct tr_series_key *key,
                                        enum tr_signal_origin origin, const struct tr_stored_signal *signals, size_t n,
                                        struct tr_error *err) TR_MUST_CHECK;
/* Newest first; of one instant in order of exchange, symbol, timeframe, side, origin (as text). *out: owned by the
 * caller, tr_free. */
enum tr_status tr_store_signals_get(struct tr_store *store, const struct tr_signal_query *query,
                                    struct tr_stored_signal **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

/* One transaction; identified by series, time and side: putting it again replaces it. */
enum tr_status tr_store_rejections_put(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                       struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_store_rejections_count(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                         struct tr_error *err) TR_MUST_CHECK;

#endif
