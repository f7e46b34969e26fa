#include "engine/trade/money.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

tr_money tr_money_from_usd(double usd)
{
    return (tr_money)round(usd * (double)TR_MONEY_USD);
}

double tr_money_usd(tr_money amount)
{
    return (double)amount / (double)TR_MONEY_USD;
}

void tr_money_format(tr_money amount, char out[TR_MONEY_TEXT])
{
    const uint64_t unit = (uint64_t)TR_MONEY_USD;
    uint64_t whole = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount; /* the smallest one has no negative */
    int length =
        snprintf(out, TR_MONEY_TEXT, "%s%" PRIu64 ".%08" PRIu64, amount < 0 ? "-" : "", whole / unit, whole % unit);
    char *cents_end = strchr(out, '.') + 3;
    for (char *end = out + length; end > cents_end && end[-1] == '0'; end--)
        end[-1] = '\0';
}
