/* Money of an account: whole hundred-millionths of a dollar, so that sums are exact whatever their order, and what a
 * file says in decimals adds up to the last digit. */
#ifndef TR_TRADE_MONEY_H
#define TR_TRADE_MONEY_H

#include <stdint.h>

typedef int64_t tr_money; /* 1e-8 USD */

#define TR_MONEY_USD INT64_C(100000000)
#define TR_MONEY_MOST_USD 1e10 /* what an account may hold or turn over in one position */

/* The nearest amount, halves away from zero; usd: finite, within +-TR_MONEY_MOST_USD. */
tr_money tr_money_from_usd(double usd);
double tr_money_usd(tr_money amount);

#define TR_MONEY_TEXT 32
/* Exact decimals without trailing zeros but at least two: "-12.50", "0.00", "3.00000001". */
void tr_money_format(tr_money amount, char out[TR_MONEY_TEXT]);

#endif
