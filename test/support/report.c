#include "support/report.h"

#include "support/test.h"

struct test_report test_report_of(const char *id, size_t n, const double *daily)
{
    return (struct test_report){.id = id,
                                .label = "",
                                .symbol = "BTC/USDT:USDT",
                                .entries = "file",
                                .intrabar = "pessimistic",
                                .taker_fee_pct = 0.06,
                                .first_day = INT64_C(1704067200000),
                                .n = n,
                                .daily = daily};
}

void test_report_text(const struct test_report *r, struct tr_buf *out)
{
    tr_time_ms end = r->first_day + (tr_time_ms)r->n * TR_DAY_MS;

    tr_buf_init(out);
    tr_buf_printf(out,
                  "{\"id\": \"%s\", \"config\": \"%s%s%s%s\", \"label\": \"%s\", \"timeframe\": \"1h\", "
                  "\"from_timestamp\": %lld, "
                  "\"to_timestamp\": %lld,\n",
                  r->id, r->id, r->id, r->id, r->id, r->label, (long long)r->first_day, (long long)end);
    tr_buf_printf(out,
                  "\"assumptions\": {\"entries\": \"%s\", \"intrabar\": \"%s\", \"maker_fee_pct\": 0.02, "
                  "\"taker_fee_pct\": %.17g, \"slippage_pct\": 0.05, \"slippage_range_frac\": 0.1}, "
                  "\"series\": [{\"exchange\": \"sandbox\", \"symbol\": \"%s\"}],\n",
                  r->entries, r->intrabar, r->taker_fee_pct, r->symbol);
    tr_buf_text(out, "\"summary\": {\"trades\": 7, \"starting_balance_usd\": 10000, \"net_usd\": -12.5, "
                     "\"total_profit_pct\": -0.125, \"total_profit_interval_pct\": {\"lower\": -3, \"upper\": null}, "
                     "\"max_drawdown_pct\": 4, \"sharpe_ratio\": -0.5, \"win_rate\": 0.25, "
                     "\"win_rate_interval\": {\"lower\": 0.1, \"upper\": 0.5}, \"profit_factor\": null},\n");
    tr_buf_text(out, "\"costs\": {\"fees_usd\": 3.5, \"slippage_usd\": 2, \"funding_usd\": -0.25},\n"
                     "\"daily\": {\"time\": [");
    for (tr_time_ms day = r->first_day; day < end; day += TR_DAY_MS)
        tr_buf_printf(out, "%s%lld", day > r->first_day ? ", " : "", (long long)day);
    tr_buf_text(out, "], \"return\": [");
    for (size_t i = 0; i < r->n; i++)
        tr_buf_printf(out, "%s%.17g", i ? ", " : "", r->daily[i]);
    tr_buf_text(out, "]}}\n");
    assert_false(out->failed);
}
