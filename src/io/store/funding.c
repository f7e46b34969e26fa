#include "io/store/funding.h"

#include "engine/market/funding.h"
#include "io/store/check.h"

static enum tr_status check_market(const char *exchange, const char *symbol, struct tr_error *err)
{
    const struct tr_funding_info *sizes = NULL;
    enum tr_status status = tr_store_check_text(exchange, sizeof sizes->exchange, "the exchange of funding rates", err);
    return status ? status : tr_store_check_text(symbol, sizeof sizes->symbol, "the symbol of funding rates", err);
}

static enum tr_status check_records(const tr_time_ms *time, const double *rate, size_t n, struct tr_error *err)
{
    for (size_t i = 0; i < n; i++) {
        enum tr_funding_defect defect = tr_funding_check(time[i], rate[i]);
        if (defect == TR_FUNDING_FINE && (i == 0 || time[i] > time[i - 1]))
            continue;
        return tr_error_set(err, TR_INVALID, "funding record %zu of %zu (%lld ms, %.9g): %s", i + 1, n,
                            (long long)time[i], rate[i],
                            defect ? tr_funding_defect_text(defect) : "not later than the record before it");
    }
    return TR_OK;
}

enum tr_status tr_store_funding_put(struct tr_store *store, const char *exchange, const char *symbol,
                                    const tr_time_ms *time, const double *rate, size_t n, struct tr_put_report *report,
                                    struct tr_error *err)
{
    *report = (struct tr_put_report){0};
    enum tr_status status = check_market(exchange, symbol, err);
    if (status || n == 0)
        return status;
    status = check_records(time, rate, n, err);
    if (!status)
        status = store->impl->funding->put(store, exchange, symbol, time, rate, n, report, err);
    return status ? tr_error_prepend(err, "%s %s", exchange, symbol) : TR_OK;
}

enum tr_status tr_store_funding_get(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                                    tr_time_ms to, tr_time_ms **time, double **rate, size_t *n, struct tr_error *err)
{
    *time = NULL;
    *rate = NULL;
    *n = 0;
    enum tr_status status = check_market(exchange, symbol, err);
    if (status)
        return status;
    status = store->impl->funding->get(store, exchange, symbol, from, to, time, rate, n, err);
    return status ? tr_error_prepend(err, "%s %s", exchange, symbol) : TR_OK;
}

enum tr_status tr_store_funding_list(struct tr_store *store, struct tr_funding_info **out, size_t *n,
                                     struct tr_error *err)
{
    *out = NULL;
    *n = 0;
    return store->impl->funding->list(store, out, n, err);
}
