/* What every back end of the store must do. A back end's test says how to open one and runs these. */
#ifndef TEST_SUPPORT_STORE_CONFORMANCE_H
#define TEST_SUPPORT_STORE_CONFORMANCE_H

#include "io/store/store.h"

struct store_door {
    /* Opens the same store each time; the first time after clear it is empty. */
    enum tr_status (*open)(void *context, struct tr_store **out, struct tr_error *err);
    void (*clear)(void *context);
    void *context;
};

/* Runs all tests as one group; returns how many failed. */
int store_conformance_run(const char *name, struct store_door *door);

/* n bars from `first` on, a timeframe apart, with values that differ in every bit that a seed can change. */
void store_make_bars(struct tr_bar_list *out, enum tr_timeframe timeframe, tr_time_ms first, size_t n, unsigned seed);
/* A signal whose every number is its own. */
void store_make_signal(struct tr_stored_signal *out, const struct tr_series_key *key, tr_time_ms time,
                       enum tr_side side);

#endif
