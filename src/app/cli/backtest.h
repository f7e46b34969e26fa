/* The words that may follow `backtest`: one file each, one table of them in cmd_backtest.c. Any other first word is a
 * symbol: `backtest BTC/USDT:USDT` is `backtest run BTC/USDT:USDT`. */
#ifndef TR_CLI_BACKTEST_H
#define TR_CLI_BACKTEST_H

#include "app/cli/command.h"

struct tr_backtest_verb {
    const char *name;                  /* "run" */
    const char *usage;                 /* what follows the name: "SYMBOL... --timeframe TF" */
    size_t min_operands, max_operands; /* that follow the name */
    const char *const *takes;          /* long names of the options that mean something here, up to a NULL */
    bool csv;                          /* --format csv is possible */
    /* As a command's. Operand 0 is the name itself, its own operands follow. */
    enum tr_status (*run)(struct tr_cli *cli, bool *nothing, struct tr_error *err);
};

extern const struct tr_backtest_verb tr_backtest_verb_run, tr_backtest_verb_compare, tr_backtest_verb_list,
    tr_backtest_verb_show, tr_backtest_verb_remove;

#endif
