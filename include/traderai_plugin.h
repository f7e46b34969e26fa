/* TraderAI feature plug-ins: the whole of what a plug-in and the program know of each other.
 *
 * Copyright the TraderAI authors. Licensed under the Apache License, Version 2.0: you may obtain a copy at
 * http://www.apache.org/licenses/LICENSE-2.0. Distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY
 * KIND, either express or implied. SPDX-License-Identifier: Apache-2.0
 *
 * A plug-in is a shared library that exports one function, traderai_plugin(). It turns closed bars into columns of
 * numbers, one row a bar. Build one with: cc -shared -fPIC -O2 -o mood.so mood.c
 * Look whether it knows the future or forgets to be reproducible with: traderai check lookahead --plugin ./mood.so
 *
 * What a plug-in has to keep to:
 * - A row depends on nothing but the bars handed to its instance so far, in their order, and on config. No clock, no
 *   random numbers, no state outside the instance: the same bars give the same bits, in training and live.
 *   Data of its own (a file of sentiment values, say) it may join by time; a value counts from the instant on at which
 *   it was published, which nobody but the plug-in knows: the check cannot see into its files.
 * - Missing is NaN. The row is NaN throughout before value() is called; what is left so stays missing. Infinite values
 *   are taken as missing.
 * - Threads: an instance is used by one thread at a time, though not always by the same one. Several instances, of
 *   other series or of the same, exist at once and are used by several threads at once. traderai_plugin() may be
 *   called at any time by any thread.
 * - Time: value() has 10 ms, open() one second. Nothing interrupts a call, so that one which waits holds up all that
 *   needs the row; what takes longer (a download) belongs in a thread that the plug-in starts in open() and ends in
 *   close(). `traderai check` with -v names the slowest call.
 * - Errors: value() returning another number than 0 means a row without values; open() says why it failed. A plug-in
 *   does not exit, abort, raise signals, change the locale or the floating-point environment, or write to standard
 *   output.
 * - Memory: each side frees what it allocated. Pointers handed in are valid during the call only. */
#ifndef TRADERAI_PLUGIN_H
#define TRADERAI_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this page. The program takes plug-ins of exactly its own version and refuses others with a clear line;
 * it grows by one whenever anything below changes its meaning or its layout. */
#define TRADERAI_PLUGIN_ABI 1u

#define TRADERAI_PLUGIN_COLUMNS_MAX 64u /* columns of one plug-in */
#define TRADERAI_PLUGIN_NAME_MAX 48u    /* characters of a name, without the final 0 */

/* A closed bar. */
struct traderai_bar {
    int64_t open_time_ms;  /* of its open, milliseconds since 1970-01-01 UTC */
    int64_t close_time_ms; /* the first instant that no longer belongs to it: the row is known from here on */
    double open, high, low, close;
    double volume; /* base coin */
};

struct traderai_column {
    const char *name; /* a-z, 0-9, _; begins with a letter; unlike every built-in column and the plug-in's others */
    const char *text; /* one line: what it is and in which unit; may be NULL */
};

struct traderai_plugin {
    uint32_t abi;                          /* TRADERAI_PLUGIN_ABI; stays the first member in every version */
    uint32_t n_columns;                    /* 1 to TRADERAI_PLUGIN_COLUMNS_MAX */
    const char *name;                      /* a-z, 0-9, _; begins with a letter */
    const struct traderai_column *columns; /* [n_columns] */

    /* An instance for one series, before its first bar. symbol: "BTC/USDT:USDT"; timeframe: "1h"; config: what the
     * user wrote for this plug-in, "" where nothing. NULL where it cannot work: then error [error_size] holds one line
     * that says why, ended by 0. A hole of more than 24 missing bars in a series goes on in the same instance. */
    void *(*open)(const char *symbol, const char *timeframe, const char *config, char *error, size_t error_size);
    /* The next bar, later than all before: its row into out [n_columns]. 0, or another number where there is none. */
    int (*value)(void *instance, const struct traderai_bar *bar, double *out);
    /* Nothing of the instance is used after this. */
    void (*close)(void *instance);
};

/* What the shared library exports. The record and all it points to stay as they are for as long as the library is
 * loaded. */
const struct traderai_plugin *traderai_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
