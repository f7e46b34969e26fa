/* Small markets, entries and options at random, once as the account takes them and once as the reference does. Prices
 * are whole multiples of a tick and so are the levels: prices that lie exactly on a level are frequent. */
#ifndef TEST_ACCOUNT_MARKET_H
#define TEST_ACCOUNT_MARKET_H

#include "account/reference.h"

#include "base/rng.h"
#include "engine/backtest/account.h"

#define MARKET_SERIES 3
#define MARKET_BARS 400
#define MARKET_FINE (MARKET_BARS * 6)
#define MARKET_ENTRIES 48
#define MARKET_RATES 1600

struct market_columns {
    tr_time_ms time[MARKET_FINE];
    double open[MARKET_FINE], high[MARKET_FINE], low[MARKET_FINE], close[MARKET_FINE], volume[MARKET_FINE];
    struct ref_bar bar[MARKET_FINE];
};

struct market_series {
    struct market_columns coarse, fine;
    struct tr_bars bars, fine_bars;
    double tick;
    unsigned moves; /* largest move of a fine bar, in ticks */
    tr_time_ms rate_time[MARKET_RATES];
    double rate[MARKET_RATES];
    struct ref_rate ref_rate[MARKET_RATES];
    struct tr_funding funding;
    struct tr_market_limits limits;
    struct tr_detail detail;
};

struct market {
    size_t n_series, n;
    struct market_series own[MARKET_SERIES];
    struct tr_account_series series[MARKET_SERIES];
    struct ref_series ref_series[MARKET_SERIES];
    struct tr_account_entry entry[MARKET_ENTRIES];
    struct ref_entry ref_entry[MARKET_ENTRIES];
    struct tr_account_options options;
    struct ref_options ref_options;
};

/* Borrowed by itself: may not be moved. */
void market_make(struct market *market, uint64_t seed);

#endif
