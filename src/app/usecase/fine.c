#include "app/usecase/fine.h"

#include <string.h>

#define LEAD_MS (2 * TR_HOUR_MS)

enum tr_status tr_fine_load(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                            struct tr_bar_list *list, struct tr_bars *fine, struct tr_error *err)
{
    static const enum tr_timeframe candidates[] = {TR_TIMEFRAME_1M, TR_TIMEFRAME_5M};

    memset(fine, 0, sizeof *fine);
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates && bars->n; i++) {
        struct tr_series_key other = *key;
        enum tr_status status;

        other.timeframe = candidates[i];
        if (key->timeframe == candidates[i]) {
            *fine = *bars;
            return TR_OK;
        }
        if (!store || key->timeframe < candidates[i])
            continue;
        status = tr_store_bars_get(store, &other, bars->time[0] - LEAD_MS,
                                   bars->time[bars->n - 1] + tr_timeframe_ms(bars->timeframe), list, err);
        if (status != TR_OK)
            return status;
        if (list->n) {
            *fine = tr_bar_list_view(list);
            return TR_OK;
        }
    }
    return TR_OK;
}
