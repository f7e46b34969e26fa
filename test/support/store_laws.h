/* The parts of the store's conformance test (support/store_conformance.h), and what they share. */
#ifndef TEST_SUPPORT_STORE_LAWS_H
#define TEST_SUPPORT_STORE_LAWS_H

#include "io/store/models.h"

struct store_law {
    const char *name;
    void (*run)(void **state);
};

#define STORE_LAW(test)                                                                                                \
    {                                                                                                                  \
#test, test                                                                                                    \
    }

extern const struct store_law store_model_laws[], store_ledger_laws[], store_run_laws[];
extern const size_t store_model_law_count, store_ledger_law_count, store_run_law_count;

/* state: of the running test. The first gives an empty store, the second closes and opens it again. */
struct tr_store *store_open_empty(void **state);
struct tr_store *store_open_again(void **state, struct tr_store *store);

/* Stores a text under its hash. */
void store_put_blob(struct tr_store *store, const char *text, char hash[TR_HASH_TEXT]);
/* A candidate whose every number is its own, k = 0, 1, ...; its manifest is stored. */
void store_make_model(struct tr_store *store, struct tr_model_record *out, const struct tr_series_key *key, unsigned k);
/* The same, put without artefacts. */
void store_add_model(struct tr_store *store, struct tr_model_record *out, const struct tr_series_key *key, unsigned k);

#endif
