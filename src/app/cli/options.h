/* Options that several verbs share, each written once. */
#ifndef TR_CLI_OPTIONS_H
#define TR_CLI_OPTIONS_H

#define TR_OPT_TIMEFRAME                                                                                               \
    {                                                                                                                  \
        "timeframe", 'i', "TF", "length of a bar: 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d", false                          \
    }
#define TR_OPT_EXCHANGE                                                                                                \
    {                                                                                                                  \
        "exchange", 0, "NAME", "exchange of the series, where a symbol is stored under several", false                 \
    }
#define TR_OPT_SYMBOL                                                                                                  \
    {                                                                                                                  \
        "symbol", 's', "SYMBOL", "market the file holds, as BTC/USDT:USDT", false                                      \
    }
#define TR_OPT_STRICT                                                                                                  \
    {                                                                                                                  \
        "strict", 0, NULL, "fail at the first refused row instead of counting it", false                               \
    }
#define TR_OPT_SIDE                                                                                                    \
    {                                                                                                                  \
        "side", 0, "SIDE", "long, short or both (default)", false                                                      \
    }
#define TR_OPT_FOLDS                                                                                                   \
    {                                                                                                                  \
        "folds", 0, "N", "only the newest N walk-forward folds; 0 = all (default)", false                              \
    }
#define TR_OPT_HTML                                                                                                    \
    {                                                                                                                  \
        "html", 0, "FILE", "also write the results there as one page with charts", false                               \
    }

#endif
