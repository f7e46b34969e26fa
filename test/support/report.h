/* A report as `traderai backtest --json` prints it, with no more in it than reading one back needs. */
#ifndef TEST_SUPPORT_REPORT_H
#define TEST_SUPPORT_REPORT_H

#include "base/buf.h"
#include "base/time.h"

struct test_report {
    const char *id; /* 16 digits; four times they make its configuration's hash */
    const char *label, *symbol, *entries;
    const char *intrabar;
    double taker_fee_pct;
    tr_time_ms first_day;
    size_t n;
    const double *daily; /* [n] returns of days in a row */
};

/* "BTC/USDT:USDT" on 1h with entries of a file over n days from 2024-01-01; pessimistic, at the default costs. */
struct test_report test_report_of(const char *id, size_t n, const double *daily);
/* Initialises out; the caller finishes it. */
void test_report_text(const struct test_report *report, struct tr_buf *out);

#endif
