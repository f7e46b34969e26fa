/* Does a column at bar k know anything of later bars? The proof goes over every truncation point at once.
 *
 * Look-ahead: a stream that is handed one bar at a time, each in memory of its own, has seen nothing but the first k +
 * 1 bars when it writes row k; so its row k is what a computation over the series cut after k gives. Where the batch,
 * which sees all bars, gives the same bits in every row, no row of it depends on a later bar, whatever the cut.
 * A difference is looked into by running both again, which must repeat themselves, and the batch over the series cut
 * there: this tells the column that knows the future from a stream and a batch that merely disagree.
 *
 * Recursion: how many bars before a row must be there until a column is what the whole history makes it, since sums
 * with fading memory (EMAs) depend on where they began. */
#ifndef TR_FEATURE_CAUSAL_H
#define TR_FEATURE_CAUSAL_H

#include "base/error.h"
#include "base/matrix.h"
#include "engine/market/bars.h"

#include <stdbool.h>
#include <stddef.h>

/* Anything that turns bars into columns: the built-in feature set, a plug-in, a test's own. */
struct tr_causal_source {
    size_t columns;
    const char *(*name)(const void *context, size_t column);
    /* A stream before its first bar. */
    enum tr_status (*create)(const void *context, enum tr_timeframe timeframe, void **stream, struct tr_error *err);
    /* The next bars, ascending: one row each into out [bars->n x columns]. The bars are borrowed for the call. */
    enum tr_status (*run)(void *stream, const struct tr_bars *bars, const struct tr_matrix *out, struct tr_error *err);
    void (*destroy)(void *stream);
    /* All rows of a series in one go: out [bars->n x columns]; NULL: create, run over all, destroy. */
    enum tr_status (*batch)(const void *context, const struct tr_bars *bars, const struct tr_matrix *out,
                            struct tr_error *err);
    const void *context;
    const bool *used; /* [columns] NULL: all. The others stand for nothing, whatever is written there */
};

static inline bool tr_causal_uses(const struct tr_causal_source *source, size_t column)
{
    return !source->used || source->used[column];
}

/* All rows of a series, by batch or by a stream of its own: out [bars->n x columns], the caller's; what the source
 * leaves unwritten is NaN, in the columns that it uses. Errors: the source's. */
enum tr_status tr_causal_run(const struct tr_causal_source *source, const struct tr_bars *bars,
                             const struct tr_matrix *out, struct tr_error *err) TR_MUST_CHECK;

/* The built-in features marked in wanted [TR_FEATURE_COLUMNS]; columns keep their numbers (TR_FEATURE_COLUMNS of them),
 * those not wanted are not used. wanted is borrowed; NULL = all. */
struct tr_causal_source tr_causal_features(const bool *wanted);

enum tr_causal_verdict {
    TR_CAUSAL,         /* every row stands without the later bars */
    TR_CAUSAL_AHEAD,   /* a row changes when later bars are cut off */
    TR_CAUSAL_UNEQUAL, /* stream and batch differ, though the batch does not change by cutting */
    TR_CAUSAL_UNSTEADY /* two runs over the same bars differ: nothing can be said */
};
const char *tr_causal_verdict_name(enum tr_causal_verdict verdict); /* "causal", "look_ahead", "unequal", "unsteady" */

struct tr_lookahead_column {
    enum tr_causal_verdict verdict;
    size_t rows_bad;      /* rows whose stream and batch differ */
    size_t first_bad;     /* the first of them; bars->n where there is none */
    double stream, batch; /* its two values */
};

struct tr_lookahead {
    size_t rows;                        /* truncation points proven: all bars */
    size_t columns;                     /* of the source */
    size_t bad;                         /* columns whose verdict is not TR_CAUSAL */
    struct tr_lookahead_column *column; /* [columns]; owned */
};

/* Equal means: the same bits, or both NaN. Where columns differ, both runs are repeated, and each such column costs at
 * most two batches over the series cut at its first differing row and half-way to its last one; a verdict of
 * TR_CAUSAL_UNEQUAL so says that nothing was seen to change in front of these two cuts. The batch is given a copy of
 * the bars behind which no further bar stands, so that reading past the end finds nothing.
 * Errors: the source's, TR_NOMEM. Cost: two runs of the source where all is well; the built-in columns of 17,520 bars
 * take 30 ms, one of them 8 ms. Finish with tr_lookahead_finish, also after an error. */
enum tr_status tr_lookahead_check(const struct tr_causal_source *source, const struct tr_bars *bars,
                                  struct tr_lookahead *out, struct tr_error *err) TR_MUST_CHECK;
void tr_lookahead_finish(struct tr_lookahead *lookahead);

#define TR_RECURSIVE_LEVELS 4
extern const double tr_recursive_level[TR_RECURSIVE_LEVELS]; /* 1e-2, 1e-3, 1e-6, 0 (the same bits) */

struct tr_recursive_column {
    size_t bars[TR_RECURSIVE_LEVELS]; /* before a row, from which number on all rows of every trial are within the
                                         level; SIZE_MAX = not within the bars looked at */
    double error_at_warmup;           /* the largest difference at and after the declared warm-up, infinite where only
                                         one of the two values is defined; NaN where none ever is */
};

struct tr_recursive {
    size_t trials;  /* places where the history was begun anew */
    size_t longest; /* bars each trial was followed */
    size_t columns;
    struct tr_recursive_column *column; /* [columns]; owned */
};

/* trials places, spread over the series; from each the source runs `longest` bars as if nothing came before, and is
 * compared with the run over all bars: |a - b| / max(|a|, |b|, scale), scale = the column's median magnitude. A place
 * has `longest` bars behind it and at least one before it without a hole that starts a segment. warmup: rows after
 * which a column counts as defined (TR_FEATURE_WARMUP_ROWS). Fewer places than trials: all of them; none: trials 0.
 * Errors: the source's, TR_NOMEM. Finish with tr_recursive_finish, also after an error. */
enum tr_status tr_recursive_check(const struct tr_causal_source *source, const struct tr_bars *bars, size_t trials,
                                  size_t longest, size_t warmup, struct tr_recursive *out,
                                  struct tr_error *err) TR_MUST_CHECK;
void tr_recursive_finish(struct tr_recursive *recursive);

#endif
