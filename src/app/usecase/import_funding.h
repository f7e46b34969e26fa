/* Recorded funding rates from a file or a stream into the store. */
#ifndef TR_USECASE_IMPORT_FUNDING_H
#define TR_USECASE_IMPORT_FUNDING_H

#include "io/format/funding_file.h"
#include "io/store/store.h"

struct tr_import_funding_options {
    struct tr_format_source *source; /* borrowed: what is read */
    struct tr_format_options file;   /* path names the source in errors; strict and progress are looked at */
    const char *exchange;            /* of the market */
    const char *symbol;              /* any form; NULL = what the file names */
};

struct tr_import_funding {
    char exchange[32];
    char symbol[TR_SYMBOL_TEXT];
    struct tr_funding_report file;
    tr_time_ms first, last;
    struct tr_put_report put;
    size_t series; /* stored series of that exchange and symbol: what the rates are for */
};

/* Opens path ("-" = standard input) and looks at its header: *funding says whether it holds funding rates. Nothing is
 * read away. *source: tr_format_source_close, NULL after an error. Errors: as of reading, with the path. */
enum tr_status tr_import_open(const char *path, struct tr_format_source **source, bool *funding,
                              struct tr_error *err) TR_MUST_CHECK;

/* One transaction: all records or none. What is stored already stays. */
enum tr_status tr_import_funding_run(const struct tr_import_funding_options *options, struct tr_store *store,
                                     struct tr_import_funding *out, struct tr_error *err) TR_MUST_CHECK;

#endif
