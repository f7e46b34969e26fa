/* Market names. Inside the program always ccxt's unified form: "BTC/USDT" (spot), "BTC/USDT:USDT" (linear swap),
 * "BTC/USD:BTC" (inverse swap). */
#ifndef TR_MARKET_SYMBOL_H
#define TR_MARKET_SYMBOL_H

#include "base/error.h"

#include <stddef.h>

#define TR_SYMBOL_TEXT 64

struct tr_symbol {
    char text[TR_SYMBOL_TEXT]; /* the unified form */
    char base[24], quote[24];
    char settle[24]; /* "" for spot */
};

/* Accepts the unified form, and what other programs write: BTCUSDT, BTC-USDT, BTC_USDT, BTC_USDT_USDT,
 * BTC-USDT-SWAP, BINANCE:BTCUSDT.P, any case. Undivided names are split at a known quote coin (USDT, USDC, BUSD, FDUSD,
 * TUSD, DAI, USD, EUR, BTC, ETH, BNB). TR_INVALID says what was wrong and shows the form. */
enum tr_status tr_symbol_parse(const char *text, struct tr_symbol *out, struct tr_error *err) TR_MUST_CHECK;

#endif
