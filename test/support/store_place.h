/* What tests of the store share: a folder with a database in it, and what to put there. */
#ifndef TEST_SUPPORT_STORE_PLACE_H
#define TEST_SUPPORT_STORE_PLACE_H

#include "io/store/store.h"

struct store_place {
    char dir[256];
    char path[300]; /* of the database in it */
};

void store_place_make(struct store_place *place);
void store_place_finish(struct store_place *place); /* removes all of it */
struct tr_store *store_place_open(const struct store_place *place);
/* Makes the database and puts that many bars of store_btc into it. */
void store_place_fill(const struct store_place *place, size_t bars);

extern const struct tr_series_key store_btc; /* hourly */

/* The first n bars of one long series. */
enum tr_status store_put_bars(struct tr_store *store, size_t n, struct tr_error *err);
/* The first n of them are stored, and no others. */
void store_assert_holds(struct tr_store *store, size_t n);

/* Runs in a process of its own, which may give up rights or set limits; returns its exit status. */
int store_in_child(int (*run)(const struct store_place *place), const struct store_place *place);

/* n bars from `first` on, a timeframe apart, with values that differ in every bit that a seed can change. */
void store_make_bars(struct tr_bar_list *out, enum tr_timeframe timeframe, tr_time_ms first, size_t n, unsigned seed);
/* A signal whose every number is its own. */
void store_make_signal(struct tr_stored_signal *out, const struct tr_series_key *key, tr_time_ms time,
                       enum tr_side side);

#endif
