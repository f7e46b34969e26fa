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

#endif
