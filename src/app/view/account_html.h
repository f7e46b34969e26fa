/* The report of a backtest as one self-contained HTML page: what was assumed, what came out and what speaks against
 * believing it, then all figures, estimates with intervals, each trade with a chart, and how to read all this. The same
 * backtest gives the same bytes: no clock is read. */
#ifndef TR_VIEW_ACCOUNT_HTML_H
#define TR_VIEW_ACCOUNT_HTML_H

#include "app/usecase/backtest.h"
#include "base/buf.h"

/* Under 3 MB whatever the number of trades and bars: of very many the first and the last trades are listed, and lines
 * are thinned. Failure shows in the buffer. */
void tr_view_account_html(const struct tr_backtest *backtest, struct tr_buf *out);

#endif
