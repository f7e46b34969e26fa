#include "app/usecase/funding.h"

#include "io/store/funding.h"

enum tr_status tr_funding_load(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                               tr_time_ms to, tr_time_ms **time, double **rate, size_t *n, struct tr_error *err)
{
    tr_time_ms begin = from < INT64_MIN + TR_FUNDING_MARGIN_MS ? INT64_MIN : from - TR_FUNDING_MARGIN_MS;
    tr_time_ms end = to == INT64_MAX ? to : to + 1;

    *time = NULL;
    *rate = NULL;
    *n = 0;
    return store ? tr_store_funding_get(store, exchange, symbol, begin, end, time, rate, n, err) : TR_OK;
}
