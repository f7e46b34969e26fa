/* What a backtest says in words: its assumptions and refusals, one wording for text, JSON and HTML; and the few figures
 * of a trade that every format shows. */
#ifndef TR_VIEW_ACCOUNT_WORDS_H
#define TR_VIEW_ACCOUNT_WORDS_H

#include "app/usecase/backtest.h"

#define TR_VIEW_ASSUMPTIONS 14
#define TR_VIEW_LINE_TEXT 400

struct tr_view_line {
    const char *name; /* "Fees" */
    char text[TR_VIEW_LINE_TEXT];
};

/* In the order in which they are shown; returns how many. */
size_t tr_view_account_assumptions(const struct tr_backtest *backtest, struct tr_view_line line[TR_VIEW_ASSUMPTIONS]);

/* Why the account refused an entry: "a position of its series was open". */
const char *tr_view_refusal_text(enum tr_refusal refusal);
/* Why a row of an entries file was refused: "no time that can be read". */
const char *tr_view_entries_defect_text(enum tr_entries_defect defect);

/* Why a figure of the luck block is not known, as a clause; NULL where it is. */
const char *tr_view_psr_unknown(const struct tr_backtest *backtest);
const char *tr_view_deflated_unknown(const struct tr_backtest *backtest);
const char *tr_view_pbo_unknown(const struct tr_backtest *backtest);

/* How many columns the look-ahead check was about: of signals the ATR and the model inputs, of other entries the ATR
 * (the others are listed too, and hold nothing); 0 where none was checked. */
size_t tr_view_columns_checked(const struct tr_backtest *backtest);
/* Of a column of the feature list, by its number. */
const char *tr_view_column_name(size_t column);

/* The furthest the market went against and in favour of a trade while it lasted, as fractions of the undisturbed entry
 * price: mae <= 0 <= mfe. */
double tr_view_trade_mae(const struct tr_account_trade *trade);
double tr_view_trade_mfe(const struct tr_account_trade *trade);
double tr_view_trade_net_pct(const struct tr_account_trade *trade);

#endif
