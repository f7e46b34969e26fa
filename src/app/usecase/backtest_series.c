#include "app/usecase/backtest_series.h"

#include "app/usecase/funding.h"
#include "app/usecase/identity.h"
#include "base/alloc.h"
#include "engine/feature/column.h"
#include "engine/feature/feature.h"

#include <string.h>

#define BLOCK ((size_t)512) /* rows of features at a time: only one column of them is kept */

static enum tr_status compute_atr(struct tr_backtest_series *series, struct tr_error *err)
{
    bool wanted[TR_FEATURE_COLUMNS] = {false};
    struct tr_feature_state *state = NULL;
    struct tr_matrix block = {0};
    enum tr_status status;

    wanted[TR_ATR_14] = true;
    series->atr = tr_alloc(series->bars.n, sizeof *series->atr);
    if (!series->atr)
        return tr_error_nomem(err);
    status = tr_matrix_init(&block, BLOCK, TR_FEATURE_COLUMNS, err);
    if (status == TR_OK)
        status = tr_feature_create_subset(series->bars.timeframe, wanted, &state, err);
    for (size_t row = 0; row < series->bars.n && status == TR_OK; row += BLOCK) {
        size_t n = series->bars.n - row < BLOCK ? series->bars.n - row : BLOCK;
        struct tr_bars bars = tr_bars_slice(&series->bars, row, n);
        struct tr_matrix view = tr_matrix_view(&block, 0, n, 0, TR_FEATURE_COLUMNS);

        tr_feature_run(state, &bars, &view);
        memcpy(series->atr + row, tr_matrix_column(&view, TR_ATR_14), n * sizeof *series->atr);
    }
    tr_feature_destroy(state);
    tr_matrix_finish(&block);
    return status;
}

enum tr_status tr_backtest_series_load(struct tr_store *store, const struct tr_series_key *key,
                                       const struct tr_funding *defaults, tr_time_ms to, struct tr_backtest_series *out,
                                       struct tr_error *err)
{
    int64_t step = tr_timeframe_ms(key->timeframe);
    enum tr_status status;

    memset(out, 0, sizeof *out);
    out->key = *key;
    out->funding = *defaults;
    tr_bar_list_init(&out->list, key->timeframe);
    tr_bar_list_init(&out->fine_list, TR_TIMEFRAME_1M);
    status = tr_store_bars_get(store, key, 0, to > 0 ? to - step + 1 : INT64_MAX, &out->list, err);
    if (status != TR_OK)
        return status;
    if (!out->list.n)
        return tr_error_set(err, TR_NOT_FOUND, "%s %s: no bars are stored%s; import some first", key->symbol,
                            tr_timeframe_name(key->timeframe), to > 0 ? " before the end of the tested time" : "");
    out->bars = tr_bar_list_view(&out->list);
    status =
        tr_funding_load(store, key->exchange, key->symbol, out->bars.time[0], out->bars.time[out->bars.n - 1] + step,
                        &out->funding_time, &out->funding_rate, &out->funding.n, err);
    out->funding.time = out->funding_time;
    out->funding.rate = out->funding_rate;
    return status == TR_OK ? compute_atr(out, err) : status;
}

void tr_backtest_series_finish(struct tr_backtest_series *series)
{
    if (series->run)
        tr_run_finish(series->run);
    tr_free(series->run);
    tr_lookahead_finish(&series->lookahead);
    tr_recursive_finish(&series->recursive);
    tr_free(series->atr);
    tr_free(series->funding_rate);
    tr_free(series->funding_time);
    tr_bar_list_finish(&series->fine_list);
    tr_bar_list_finish(&series->list);
}

static enum tr_status find_finest(struct tr_backtest_detail *detail, struct tr_error *err)
{
    struct tr_backtest_series *series = detail->series;
    struct tr_series_info *info = NULL;
    size_t n = 0;
    enum tr_status status = tr_store_series_list(detail->store, &info, &n, err);

    for (size_t i = 0; i < n && status == TR_OK; i++) {
        const struct tr_series_key *key = &info[i].key;
        bool same = strcmp(key->symbol, series->key.symbol) == 0 && strcmp(key->exchange, series->key.exchange) == 0;
        bool finer = key->timeframe < (series->has_detail ? series->detail_timeframe : series->key.timeframe);
        bool divides = tr_timeframe_ms(series->key.timeframe) % tr_timeframe_ms(key->timeframe) == 0;

        if (!same || !finer || !divides || !info[i].bars)
            continue;
        detail->key = *key;
        series->has_detail = true;
        series->detail_timeframe = key->timeframe;
    }
    tr_free(info);
    return status;
}

enum tr_status tr_backtest_detail_init(struct tr_backtest_detail *detail, struct tr_store *store,
                                       struct tr_backtest_series *series, struct tr_error *err)
{
    *detail = (struct tr_backtest_detail){.store = store, .series = series};
    tr_bar_list_init(&detail->list, series->key.timeframe);
    tr_hash_init(&detail->read);
    return find_finest(detail, err);
}

void tr_backtest_detail_finish(struct tr_backtest_detail *detail)
{
    if (detail->series->detail_asked)
        tr_hash_end(&detail->read, detail->series->detail_read);
    tr_bar_list_finish(&detail->list);
}

static enum tr_status read_fine(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                struct tr_error *err)
{
    struct tr_backtest_detail *detail = context;
    struct tr_backtest_series *series = detail->series;
    char text[TR_HASH_TEXT];
    enum tr_status status = tr_store_bars_get(detail->store, &detail->key, from, to, &detail->list, err);

    if (status != TR_OK)
        return status;
    *out = tr_bar_list_view(&detail->list);
    if (detail->silent)
        return TR_OK;
    series->detail_asked++;
    tr_identity_bars(out, text);
    tr_hash_text(&detail->read, text);
    tr_hash_u64(&detail->read, (uint64_t)from);
    return TR_OK;
}

struct tr_detail tr_backtest_detail_source(struct tr_backtest_detail *detail)
{
    return (struct tr_detail){detail->series->has_detail ? read_fine : NULL, detail};
}
