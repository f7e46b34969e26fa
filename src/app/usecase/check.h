/* Does any column know the future, and how much history does each need? The built-in features and feature plug-ins, on
 * one series. */
#ifndef TR_USECASE_CHECK_H
#define TR_USECASE_CHECK_H

#include "engine/feature/causal.h"
#include "io/store/store.h"

/* What a plug-in's calls came to. */
struct tr_check_calls {
    size_t made, failed;
    double slowest_ms;
};

/* A feature plug-in opened for the series. */
struct tr_check_plugin {
    const char *name;
    const char *path;
    struct tr_causal_source source;
    struct tr_check_calls (*calls)(const void *context);
    void *context; /* of whoever opened it */
};

struct tr_check_options {
    const struct tr_check_plugin *plugin; /* [n_plugins] */
    size_t n_plugins;
    const char *const *column; /* [n_columns]: only these, as "ema_200" or "plugin.column"; none: all */
    size_t n_columns;
};

struct tr_check_column {
    const char *plugin; /* its plug-in's name; NULL: built in */
    const char *name;
    bool input, recorded;                 /* of a built-in one: see struct tr_feature_info */
    int first;                            /* declared first row; -1 where none is */
    struct tr_lookahead_column lookahead; /* of tr_check_lookahead, */
    tr_time_ms first_bad_time;            /* and the instant of its first_bad, where there is one */
    struct tr_recursive_column recursive; /* of tr_check_recursive */
};

struct tr_check {
    size_t bars;
    tr_time_ms first, last; /* of the bars; 0 where there are none */
    size_t n;
    struct tr_check_column *column; /* [n]: built-in ones first; owned. Names are borrowed from the plug-ins */
    size_t bad;                     /* columns whose verdict is not TR_CAUSAL */
    size_t trials, longest, warmup; /* of tr_check_recursive */
};

#define TR_CHECK_LONGEST 3000 /* bars each trial of the second check is followed, at most */
#define TR_CHECK_TRIALS 5

/* The market that is checked where no series is named: 5,000 bars of a random walk from a seed. list: initialised. */
enum tr_status tr_check_market(enum tr_timeframe timeframe, struct tr_series_key *key, struct tr_bar_list *list,
                               struct tr_error *err) TR_MUST_CHECK;

/* Both: errors TR_USAGE (a column that nobody has), those of the sources, TR_NOMEM. Finish out with
 * tr_check_finish, also after an error. Memory: 8 bytes a bar and column; of built-in ones always for all 100. */
enum tr_status tr_check_lookahead(const struct tr_check_options *options, const struct tr_bars *bars,
                                  struct tr_check *out, struct tr_error *err) TR_MUST_CHECK;
/* TR_INVALID where no stretch of the series without a large hole has twice the warm-up. A trial is followed over at
 * most three fifths of the longest such stretch. */
enum tr_status tr_check_recursive(const struct tr_check_options *options, const struct tr_bars *bars,
                                  struct tr_check *out, struct tr_error *err) TR_MUST_CHECK;
void tr_check_finish(struct tr_check *check);

#endif
