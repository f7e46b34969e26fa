#include "app/usecase/backtest_report.h"

#include "base/alloc.h"
#include "io/store/models.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *tr_backtest_source_name(enum tr_backtest_source source)
{
    switch (source) {
    case TR_BACKTEST_WALKFORWARD:
        return "walk-forward";
    case TR_BACKTEST_STORED:
        return "stored signals";
    case TR_BACKTEST_FILE:
        break;
    }
    return "file";
}

const char *tr_backtest_intrabar_name(enum tr_backtest_intrabar intrabar)
{
    switch (intrabar) {
    case TR_BACKTEST_PESSIMISTIC:
        return "pessimistic";
    case TR_BACKTEST_OPTIMISTIC:
        return "optimistic";
    case TR_BACKTEST_DETAIL:
        break;
    }
    return "detail";
}

/* Series one after the other; what does not fit ends in "..." and a hash of all of them, so that two texts are the same
 * only where the series are. */
struct series_text {
    char *out; /* [256] */
    size_t used;
    struct tr_hash hash;
};

static void begin_series(struct series_text *text, char out[256])
{
    *text = (struct series_text){.out = out};
    out[0] = '\0';
    tr_hash_init(&text->hash);
}

static void add_series(struct series_text *text, const char *exchange, const char *symbol, const char *timeframe)
{
    size_t room = text->used < 256 ? 256 - text->used : 0;
    int length = snprintf(room ? text->out + text->used : NULL, room, "%s%s %s (%s)", text->used ? ", " : "", symbol,
                          timeframe, exchange);

    text->used += length > 0 ? (size_t)length : 0;
    tr_hash_text(&text->hash, exchange);
    tr_hash_text(&text->hash, symbol);
    tr_hash_text(&text->hash, timeframe);
}

static void end_series(struct series_text *text)
{
    char hash[TR_HASH_TEXT];

    tr_hash_end(&text->hash, hash);
    if (text->used >= 256)
        snprintf(text->out + 236, 20, "... #%.12s", hash);
}

void tr_backtest_series_text(const struct tr_backtest *backtest, char out[256])
{
    struct series_text text;

    begin_series(&text, out);
    for (size_t s = 0; s < backtest->n_series; s++) {
        const struct tr_series_key *key = &backtest->series[s].key;

        add_series(&text, key->exchange, key->symbol, tr_timeframe_name(backtest->timeframe));
    }
    end_series(&text);
}

enum tr_status tr_backtest_keep(const struct tr_backtest *backtest, const struct tr_buf *report,
                                const struct tr_world *world, struct tr_error *err)
{
    const struct tr_backtest_measures *m = &backtest->measures;
    struct tr_backtest_row row = {.created = world->now,
                                  .from = backtest->from,
                                  .to = backtest->to,
                                  .trades = m->closed,
                                  .total_return_frac = m->total_return.value,
                                  .max_drawdown_frac = m->max_drawdown.value,
                                  .sharpe = m->sharpe.value,
                                  .profit_factor = m->profit_factor.value};
    enum tr_status status = tr_store_blob_put(world->store, report->data, report->len, row.report, err);

    memcpy(row.id, backtest->id, sizeof row.id);
    tr_backtest_series_text(backtest, row.series);
    snprintf(row.entries, sizeof row.entries, "%s", tr_backtest_source_name(backtest->options.source));
    snprintf(row.label, sizeof row.label, "%s", backtest->options.label ? backtest->options.label : "");
    return status == TR_OK ? tr_store_run_put(world->store, &row, err) : status;
}

static enum tr_status not_one(const char *name, const char *what, struct tr_error *err)
{
    return tr_error_set(err, TR_INVALID, "%s: not a report of `traderai backtest --json`: %s is missing or malformed",
                        name, what);
}

static double number(const json_t *object, const char *key, double scale)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) / scale : (double)NAN;
}

static struct tr_measured measured(const json_t *summary, const char *key, const char *interval_key, double scale)
{
    const json_t *interval = json_object_get(summary, interval_key);

    return (struct tr_measured){number(summary, key, scale),
                                {number(interval, "lower", scale), number(interval, "upper", scale)}};
}

static bool text(const json_t *object, const char *key, char *out, size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));

    if (!value)
        return false;
    snprintf(out, size, "%s", value);
    return strlen(value) < size;
}

static enum tr_status read_head(const json_t *root, const char *name, struct tr_backtest_report *out,
                                struct tr_error *err)
{
    const json_t *series = json_object_get(root, "series"), *assumed = json_object_get(root, "assumptions");
    struct series_text list;
    char timeframe[8];
    size_t i;
    const json_t *one;

    if (!text(root, "id", out->id, sizeof out->id) || strlen(out->id) != TR_RUN_ID - 1)
        return not_one(name, "id", err);
    if (!text(root, "label", out->label, sizeof out->label))
        return not_one(name, "label", err);
    if (!text(root, "timeframe", timeframe, sizeof timeframe))
        return not_one(name, "timeframe", err);
    if (!text(assumed, "entries", out->entries, sizeof out->entries))
        return not_one(name, "assumptions.entries", err);
    if (!text(assumed, "intrabar", out->intrabar, sizeof out->intrabar))
        return not_one(name, "assumptions.intrabar", err);
    if (!text(root, "config", out->config, sizeof out->config))
        return not_one(name, "config", err);
    out->cost[0] = number(assumed, "maker_fee_pct", 1);
    out->cost[1] = number(assumed, "taker_fee_pct", 1);
    out->cost[2] = number(assumed, "slippage_pct", 1);
    out->cost[3] = number(assumed, "slippage_range_frac", 1);
    if (!json_array_size(series))
        return not_one(name, "series", err);
    begin_series(&list, out->series);
    json_array_foreach(series, i, one)
    {
        const char *symbol = json_string_value(json_object_get(one, "symbol"));
        const char *exchange = json_string_value(json_object_get(one, "exchange"));

        if (!symbol || !exchange)
            return not_one(name, "series.exchange or .symbol", err);
        add_series(&list, exchange, symbol, timeframe);
    }
    end_series(&list);
    out->from = json_integer_value(json_object_get(root, "from_timestamp"));
    out->to = json_integer_value(json_object_get(root, "to_timestamp"));
    return out->from < out->to ? TR_OK : not_one(name, "from and to", err);
}

static enum tr_status read_figures(const json_t *root, const char *name, struct tr_backtest_report *out,
                                   struct tr_error *err)
{
    const json_t *summary = json_object_get(root, "summary"), *costs = json_object_get(root, "costs");

    if (!json_is_object(summary) || !json_is_integer(json_object_get(summary, "trades")))
        return not_one(name, "summary", err);
    if (!json_is_object(costs))
        return not_one(name, "costs", err);
    out->trades = (size_t)json_integer_value(json_object_get(summary, "trades"));
    out->capital_usd = number(summary, "starting_balance_usd", 1);
    out->net_usd = number(summary, "net_usd", 1);
    out->fees_usd = number(costs, "fees_usd", 1);
    out->slippage_usd = number(costs, "slippage_usd", 1);
    out->funding_usd = number(costs, "funding_usd", 1);
    out->total_return = measured(summary, "total_profit_pct", "total_profit_interval_pct", 100);
    out->max_drawdown = measured(summary, "max_drawdown_pct", "max_drawdown_interval_pct", 100);
    out->sharpe = measured(summary, "sharpe_ratio", "sharpe_ratio_interval", 1);
    out->profit_factor = measured(summary, "profit_factor", "profit_factor_interval", 1);
    out->win_rate = measured(summary, "win_rate", "win_rate_interval", 1);
    out->hit_rate_tp1 = measured(summary, "hit_rate_tp1", "hit_rate_tp1_interval", 1);
    out->average_net_frac = measured(summary, "avg_net_profit_pct", "avg_net_profit_interval_pct", 100);
    return TR_OK;
}

static enum tr_status read_days(const json_t *root, const char *name, struct tr_backtest_report *out,
                                struct tr_error *err)
{
    const json_t *daily = json_object_get(root, "daily");
    const json_t *time = json_object_get(daily, "time"), *returns = json_object_get(daily, "return");
    size_t n = json_array_size(time);

    if (!json_is_array(time) || json_array_size(returns) != n)
        return not_one(name, "daily", err);
    out->day = tr_alloc(n, sizeof *out->day);
    out->daily = tr_alloc(n, sizeof *out->daily);
    if (!out->day || !out->daily)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const json_t *day = json_array_get(time, i), *value = json_array_get(returns, i);

        if (!json_is_integer(day) || !json_is_number(value))
            return not_one(name, "daily", err);
        out->day[i] = json_integer_value(day);
        out->daily[i] = json_number_value(value);
        if (i && out->day[i] <= out->day[i - 1])
            return not_one(name, "daily.time (not rising)", err);
    }
    out->n_days = n;
    return TR_OK;
}

enum tr_status tr_backtest_report_read(const char *name, const void *bytes, size_t n, struct tr_backtest_report *out,
                                       struct tr_error *err)
{
    json_error_t where;
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &where);
    enum tr_status status;

    memset(out, 0, sizeof *out);
    if (!root)
        return tr_error_set(err, TR_INVALID, "%s:%d: not JSON: %s", name, where.line, where.text);
    status = read_head(root, name, out, err);
    if (status == TR_OK)
        status = read_figures(root, name, out, err);
    if (status == TR_OK)
        status = read_days(root, name, out, err);
    json_decref(root);
    return status;
}

void tr_backtest_report_finish(struct tr_backtest_report *report)
{
    tr_free(report->day);
    tr_free(report->daily);
    memset(report, 0, sizeof *report);
}
