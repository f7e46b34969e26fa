#include "app/cli/backtest.h"
#include "app/cli/options.h"
#include "app/usecase/backtest.h"

#include <string.h>

static const struct tr_backtest_verb *const verbs[] = {&tr_backtest_verb_run, &tr_backtest_verb_compare,
                                                       &tr_backtest_verb_list, &tr_backtest_verb_show,
                                                       &tr_backtest_verb_remove};

#define VERBS (sizeof verbs / sizeof *verbs)

/* Options of all of them; each says which it takes. */
static const struct tr_option options[] = {
    TR_OPT_TIMEFRAME,
    TR_OPT_EXCHANGE,
    {"entries", 0, "FILE", "enter what a CSV file says: time,symbol,side[,sl,tp1,tp2,tp3,qty,...]", false},
    {"signals", 0, "ORIGIN", "enter stored signals: walkforward, or newest (those decided on newest bars)", false},
    {"proven", 0, "WHICH", "all (default), or only: proven signals alone", false},
    {"strict", 0, NULL, "with --entries: fail at the first refused row instead of counting it", false},
    {"since", 0, "TIME", "decide from here on (ISO 8601 or epoch ms)", false},
    {"until", 0, "TIME", "as if the data ended here", false},
    {"intrabar", 0, "READING", "bars that touch stop and target: pessimistic (default), optimistic, detail", false},
    {"entry", 0, "KIND", "market (default): the next bar's open; limit: at the close, if touched", false},
    TR_OPT_SIDE,
    TR_OPT_FOLDS,
    {"capital", 0, "USD", "of the account (default risk.capital_usd)", false},
    {"no-compound", 0, NULL, "size always by the capital, not by the equity of the moment", false},
    {"leverage", 0, "X", "of the margin (default: size over equity, at least 1)", false},
    {"max-open", 0, "N", "most positions at a time", false},
    {"trades-csv", 0, "FILE", "also write the trades there", false},
    {"equity-csv", 0, "FILE", "also write the equity there, bar by bar", false},
    TR_OPT_HTML,
    {"label", 0, "TEXT", "a name of your own for the run", false},
    {"limit", 'n', "N", "list: at most so many runs (default 50)", false},
};

#define OPTIONS (sizeof options / sizeof *options)

static bool takes(const struct tr_backtest_verb *verb, const char *option)
{
    for (const char *const *name = verb->takes; *name; name++) {
        if (strcmp(*name, option) == 0)
            return true;
    }
    return false;
}

static enum tr_status check(const struct tr_cli *cli, const struct tr_backtest_verb *verb, struct tr_error *err)
{
    size_t operands = cli->args.operands - 1;

    if (operands < verb->min_operands)
        return tr_error_set(err, TR_USAGE, "backtest %s: something is missing; usage: traderai backtest %s %s",
                            verb->name, verb->name, verb->usage);
    if (operands > verb->max_operands)
        return tr_error_set(err, TR_USAGE, "backtest %s: \"%s\" is too much; usage: traderai backtest %s %s",
                            verb->name, cli->args.operand[verb->max_operands + 1], verb->name, verb->usage);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (tr_args_has(&cli->args, options[i].name) && !takes(verb, options[i].name))
            return tr_error_set(err, TR_USAGE, "backtest %s: --%s means nothing here; usage: traderai backtest %s %s",
                                verb->name, options[i].name, verb->name, verb->usage);
    }
    if (cli->csv && !verb->csv)
        return tr_error_set(err, TR_USAGE, "backtest %s has no rows to print as CSV; use table or json", verb->name);
    return TR_OK;
}

/* Operand 0 becomes the name of a verb: "run" is put in front of a symbol. */
static const struct tr_backtest_verb *find_verb(struct tr_cli *cli)
{
    struct tr_args *args = &cli->args;

    for (size_t i = 0; i < VERBS && args->operands; i++) {
        if (strcmp(verbs[i]->name, args->operand[0]) == 0)
            return verbs[i];
    }
    for (size_t i = args->operands; i > 0; i--)
        args->operand[i] = args->operand[i - 1];
    args->operand[0] = tr_backtest_verb_run.name;
    args->operands++;
    return &tr_backtest_verb_run;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const struct tr_backtest_verb *verb = find_verb(cli);
    enum tr_status status = check(cli, verb, err);

    return status == TR_OK ? verb->run(cli, nothing, err) : status;
}

const struct tr_command tr_command_backtest = {
    .name = "backtest",
    .synopsis = "backtest [run] SYMBOL... --timeframe TF [--entries FILE | --signals ORIGIN] | compare A B",
    .summary = "entries over history through one account, every cost charged, estimates with intervals",
    .help = "backtest SYMBOL...: trades the signals of walk-forward models (none saw the bar it decides), stored\n"
            "signals (--signals), or what a CSV file asks for (--entries), on one account over all the series named.\n"
            "Decided at a bar's close, entered at the next bar's open with slippage; fees, funding, margin and\n"
            "liquidation are charged. What was assumed stands on top of the report. A bar that touches stop and\n"
            "target is read as the stop (pessimistic), the target (optimistic), or as finer stored bars say\n"
            "(detail); both bounds are always printed. A time in --entries is the open of the bar whose close\n"
            "decides. --until cuts the data there. Costs, caps and the market's steps are settings (cost.*,\n"
            "backtest.*, market.*). Every run is kept.\n"
            "backtest list: the runs that were kept, the newest first.\n"
            "backtest show ID: one of them again (an ID may be cut short as long as it is clear).\n"
            "backtest remove ID: forgets one and its report; the ledger keeps its trial.\n"
            "backtest compare A B [C...]: figures side by side, the difference of their days with its interval, and\n"
            "the probability that the best of them is overfit; each an ID or a file that --json wrote.\n"
            "\n"
            "A backtest is a trial: each configuration is counted in the ledger, and the deflated Sharpe ratio\n"
            "asks whether this one beats the best of as many without skill.\n",
    .options = options,
    .n_options = OPTIONS,
    .max_operands = 1 + TR_BACKTEST_SERIES,
    .csv = true,
    .run = run,
};
