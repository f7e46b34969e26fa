/* Are live decisions and the backtest the same? Each stored signal is made again from the stored bars alone and played
 * through the backtester's account (engine/backtest/account.h); what differs from its record is listed field by field.
 *
 * Made again by the current settings: the bar's close as entry, ATR(14) by the feature kernel over all stored bars up
 * to it, levels, the sizes of all three profiles, costs, expected net, profit filter, instants. Of the record itself
 * only series, time, side and origin are taken, and for the expected value the evidence, which a model gave and bars
 * cannot give again. Then the outcome: one account for each signal, with more capital than it can use, without
 * liquidation and finer bars, as the record has neither: status, exit reason, instant and net.
 *
 * Equal means the same number: no field has a tolerance, since prices, fractions and instants come out of the same
 * kernels from the same bars (0 and -0 are one number, NaN equals NaN: the store tells neither pair apart). Two things
 * may differ though nothing is wrong: a last bit of the ATR where older bars were imported since, as it remembers where
 * it began; and funding where rates were recorded since for which the default had stood in.
 *
 * A record that says less than is known by now (it stands at an earlier stage that the replay went through) was not
 * followed since bars came in. That is no difference; such signals are counted apart as behind. */
#ifndef TR_USECASE_PARITY_H
#define TR_USECASE_PARITY_H

#include "app/usecase/recipe.h"
#include "base/progress.h"
#include "io/store/store.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_parity_options {
    const struct tr_series_key *series; /* NULL: all that have signals */
    bool any_origin;
    enum tr_signal_origin origin;
};

enum tr_parity_kind {
    TR_PARITY_NUMBER,
    TR_PARITY_FLAG,
    TR_PARITY_TIME, /* 0 = none */
    TR_PARITY_WORD,
    TR_PARITY_NO_BAR /* the signal's bar is not stored (any more): nothing else of it was compared */
};

/* The member that the kind names; a flag is a number. */
struct tr_parity_value {
    double number;
    tr_time_ms time;
    char word[16];
};

struct tr_parity_difference {
    size_t signal; /* which of the signals */
    enum tr_parity_kind kind;
    char field[48]; /* "stop_loss", "aggressive.leverage", ...; "bar" where it is missing */
    struct tr_parity_value stored, replayed;
};

struct tr_parity_behind {
    size_t signal;
    char replayed[16]; /* its status by now */
};

struct tr_parity {
    bool any_origin;
    enum tr_signal_origin origin;
    /* [n_signals] as stored, in order of exchange, symbol, timeframe, time, side, origin; owned, as all below */
    struct tr_stored_signal *signals;
    size_t n_signals;
    size_t n_series;                           /* they are of */
    size_t compared;                           /* signals whose bar is there */
    size_t values;                             /* compared, over all of them */
    size_t differing;                          /* signals with a difference, those without a bar among them */
    struct tr_parity_difference *differences;  /* [n_differences] in order of the signals */
    size_t n_differences, difference_capacity; /* 0: live and backtest are the same */
    struct tr_parity_behind *behind;           /* [n_behind] in order of the signals */
    size_t n_behind, behind_capacity;
};

/* recipe: as configured; of its funding the default, beside what the store has recorded. No signals is a value
 * (n_signals 0). Errors: the store's, TR_NOMEM, TR_CANCELLED. Finish with tr_parity_finish, also after an error. Cost:
 * the ATR of each series, and the bars of each signal's life. */
enum tr_status tr_parity_run(struct tr_store *store, const struct tr_parity_options *options,
                             const struct tr_recipe *recipe, const struct tr_progress *progress, struct tr_parity *out,
                             struct tr_error *err) TR_MUST_CHECK;
void tr_parity_finish(struct tr_parity *parity);

#endif
