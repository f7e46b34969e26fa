/* Candles from a file, a stream or the synthetic market into the store. */
#ifndef TR_USECASE_IMPORT_H
#define TR_USECASE_IMPORT_H

#include "engine/simulate/market.h"
#include "io/format/bars_file.h"
#include "io/store/store.h"

struct tr_import_options {
    struct tr_format_options file;
    struct tr_format_source *source; /* borrowed: what is read in place of file.path, which names it; NULL = that */
    const char *exchange;            /* of the series */
    const char *symbol;              /* any form; NULL = what the file names */
};

struct tr_import {
    struct tr_series_key key;
    struct tr_format_report file;
    bool synthetic;
    struct tr_put_report put;
};

/* store may be NULL: only read and check. list: initialised; holds the accepted bars afterwards. */
enum tr_status tr_import_run(const struct tr_import_options *options, struct tr_store *store, struct tr_bar_list *list,
                             struct tr_import *out, struct tr_error *err) TR_MUST_CHECK;

/* A synthetic market as a series of exchange "synthetic". */
enum tr_status tr_import_synthetic(const struct tr_simulate_options *options, struct tr_store *store,
                                   struct tr_bar_list *list, struct tr_import *out, struct tr_error *err) TR_MUST_CHECK;

#endif
