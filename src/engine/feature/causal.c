#include "engine/feature/causal.h"

#include "base/alloc.h"
#include "engine/feature/feature.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* What stands where no bar is: a price no market has, an instant none trades at. */
static const double poison = -1e300;
static const tr_time_ms poison_time = INT64_MIN / 4;

enum {
    TAIL = 256,      /* poisoned rows behind the bars a batch sees */
    RING = 16,       /* slots that bars of a stream are put into in turn, */
    SLOT = 8,        /* each so many rows wide: the bar in the middle of poison */
    STREAM_ROWS = 64 /* of a stream, compared at a time */
};

/* The only bar that a stream can see, wherever it looks. */
struct ring {
    tr_time_ms time[RING * SLOT];
    double column[5][RING * SLOT];
};

struct probe {
    const struct tr_causal_source *source;
    struct tr_bar_list bars; /* a copy, poisoned behind its end */
    struct tr_matrix batch;  /* [n x columns] */
    struct tr_matrix rows;   /* [STREAM_ROWS x columns]: a stream's newest */
    struct ring *ring;
    size_t *last_bad; /* [columns] */
    struct tr_lookahead *out;
};

const char *tr_causal_verdict_name(enum tr_causal_verdict verdict)
{
    static const char *const names[] = {
        [TR_CAUSAL] = "causal",
        [TR_CAUSAL_AHEAD] = "look_ahead",
        [TR_CAUSAL_UNEQUAL] = "unequal",
        [TR_CAUSAL_UNSTEADY] = "unsteady",
    };
    return names[verdict];
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* The first row where two columns differ; n where none does. */
static size_t first_difference(const double *a, const double *b, size_t n)
{
    size_t i = 0;
    if (n == 0 || memcmp(a, b, n * sizeof *a) == 0)
        return n;
    while (i < n && same(a[i], b[i]))
        i++;
    return i;
}

static void blank(const struct tr_causal_source *source, const struct tr_matrix *m)
{
    for (size_t column = 0; column < m->cols; column++) {
        double *x = tr_matrix_column(m, column);
        for (size_t i = 0; i < m->rows && tr_causal_uses(source, column); i++)
            x[i] = (double)NAN;
    }
}

enum tr_status tr_causal_run(const struct tr_causal_source *source, const struct tr_bars *bars,
                             const struct tr_matrix *out, struct tr_error *err)
{
    void *stream = NULL;
    blank(source, out);
    if (source->batch)
        return source->batch(source->context, bars, out, err);
    enum tr_status status = source->create(source->context, bars->timeframe, &stream, err);
    if (status != TR_OK)
        return status;
    status = source->run(stream, bars, out, err);
    source->destroy(stream);
    return status;
}

/* --- the built-in features --- */

static const char *features_name(const void *context, size_t column)
{
    (void)context;
    return tr_feature_info(column)->name;
}

static enum tr_status features_create(const void *context, enum tr_timeframe timeframe, void **stream,
                                      struct tr_error *err)
{
    struct tr_feature_state *state = NULL;
    enum tr_status status =
        context ? tr_feature_create_subset(timeframe, context, &state, err) : tr_feature_create(timeframe, &state, err);
    *stream = state;
    return status;
}

static enum tr_status features_run(void *stream, const struct tr_bars *bars, const struct tr_matrix *out,
                                   struct tr_error *err)
{
    (void)err;
    tr_feature_run(stream, bars, out);
    return TR_OK;
}

static void features_destroy(void *stream)
{
    tr_feature_destroy(stream);
}

struct tr_causal_source tr_causal_features(const bool *wanted)
{
    return (struct tr_causal_source){.columns = TR_FEATURE_COLUMNS,
                                     .name = features_name,
                                     .create = features_create,
                                     .run = features_run,
                                     .destroy = features_destroy,
                                     .context = wanted,
                                     .used = wanted};
}

/* --- bars in memory of their own --- */

/* list: the first n bars, and poison behind them. */
static enum tr_status copy_bars(const struct tr_bars *bars, size_t n, struct tr_bar_list *list, struct tr_error *err)
{
    const double *from[] = {bars->open, bars->high, bars->low, bars->close, bars->volume};
    tr_bar_list_init(list, bars->timeframe);
    if (tr_bar_list_reserve(list, n + TAIL, err))
        return err->code;
    double *to[] = {list->open, list->high, list->low, list->close, list->volume};
    list->n = n;
    if (n > 0)
        memcpy(list->time, bars->time, n * sizeof *list->time);
    for (size_t i = n; i < n + TAIL; i++)
        list->time[i] = poison_time;
    for (size_t k = 0; k < 5; k++) {
        if (n > 0)
            memcpy(to[k], from[k], n * sizeof *to[k]);
        for (size_t i = n; i < n + TAIL; i++)
            to[k][i] = poison;
    }
    return TR_OK;
}

static void poison_ring(struct ring *ring)
{
    for (size_t i = 0; i < RING * SLOT; i++) {
        ring->time[i] = poison_time;
        for (size_t k = 0; k < 5; k++)
            ring->column[k][i] = poison;
    }
}

/* One bar alone in the ring, in another place than the ones before. */
static struct tr_bars show(struct ring *ring, const struct tr_bar_list *bars, size_t row)
{
    size_t at = row % RING * SLOT + SLOT / 2;
    const double *from[] = {bars->open, bars->high, bars->low, bars->close, bars->volume};
    ring->time[at] = bars->time[row];
    for (size_t k = 0; k < 5; k++)
        ring->column[k][at] = from[k][row];
    return (struct tr_bars){.n = 1,
                            .timeframe = bars->timeframe,
                            .time = ring->time + at,
                            .open = ring->column[0] + at,
                            .high = ring->column[1] + at,
                            .low = ring->column[2] + at,
                            .close = ring->column[3] + at,
                            .volume = ring->column[4] + at};
}

static void hide(struct ring *ring, size_t row)
{
    size_t at = row % RING * SLOT + SLOT / 2;
    ring->time[at] = poison_time;
    for (size_t k = 0; k < 5; k++)
        ring->column[k][at] = poison;
}

/* --- the stream beside the batch --- */

/* What is done with rows first .. first + n - 1 of a stream, which are in probe->rows. */
typedef void (*look_fn)(struct probe *probe, size_t first, size_t n);

static enum tr_status stream_block(struct probe *probe, void *stream, size_t first, size_t n, struct tr_error *err)
{
    blank(probe->source, &probe->rows);
    for (size_t i = 0; i < n; i++) {
        struct tr_bars bar = show(probe->ring, &probe->bars, first + i);
        struct tr_matrix row = tr_matrix_view(&probe->rows, i, 1, 0, probe->source->columns);
        enum tr_status status = probe->source->run(stream, &bar, &row, err);
        hide(probe->ring, first + i);
        if (status != TR_OK)
            return status;
    }
    return TR_OK;
}

static enum tr_status stream_all(struct probe *probe, look_fn look, struct tr_error *err)
{
    const struct tr_causal_source *source = probe->source;
    void *stream = NULL;
    enum tr_status status = source->create(source->context, probe->bars.timeframe, &stream, err);
    if (status != TR_OK)
        return status;
    poison_ring(probe->ring);
    for (size_t first = 0, n; first < probe->bars.n && status == TR_OK; first += n) {
        n = probe->bars.n - first < STREAM_ROWS ? probe->bars.n - first : STREAM_ROWS;
        status = stream_block(probe, stream, first, n, err);
        if (status == TR_OK)
            look(probe, first, n);
    }
    source->destroy(stream);
    return status;
}

static void note(struct probe *probe, size_t column, size_t row, double stream, double batch)
{
    struct tr_lookahead_column *found = &probe->out->column[column];
    if (found->rows_bad++ == 0) {
        found->verdict = TR_CAUSAL_UNEQUAL;
        found->first_bad = row;
        found->stream = stream;
        found->batch = batch;
        probe->out->bad++;
    }
    probe->last_bad[column] = row;
}

static void compare(struct probe *probe, size_t first, size_t n)
{
    for (size_t column = 0; column < probe->source->columns; column++) {
        const double *stream = tr_matrix_column(&probe->rows, column);
        const double *batch = tr_matrix_column(&probe->batch, column) + first;
        if (!tr_causal_uses(probe->source, column))
            continue;
        for (size_t i = first_difference(stream, batch, n); i < n; i++)
            if (!same(stream[i], batch[i]))
                note(probe, column, first + i, stream[i], batch[i]);
    }
}

/* --- why they differ --- */

/* A stream that does not repeat itself. */
static void compare_again(struct probe *probe, size_t first, size_t n)
{
    for (size_t column = 0; column < probe->source->columns; column++) {
        struct tr_lookahead_column *found = &probe->out->column[column];
        if (found->rows_bad > 0 && found->first_bad >= first && found->first_bad < first + n &&
            !same(found->stream, tr_matrix_at(&probe->rows, found->first_bad - first, column)))
            found->verdict = TR_CAUSAL_UNSTEADY;
    }
}

/* Differing columns whose first n rows are other ones in a batch over the bars given get the verdict. */
static enum tr_status batch_again(struct probe *probe, const struct tr_bars *bars, enum tr_causal_verdict verdict,
                                  struct tr_error *err)
{
    struct tr_matrix again;
    enum tr_status status = tr_matrix_init(&again, bars->n, probe->source->columns, err);
    if (status == TR_OK)
        status = tr_causal_run(probe->source, bars, &again, err);
    for (size_t column = 0; column < probe->source->columns && status == TR_OK; column++) {
        struct tr_lookahead_column *found = &probe->out->column[column];
        const double *a = tr_matrix_column(&probe->batch, column), *b = tr_matrix_column(&again, column);
        if (found->verdict == TR_CAUSAL_UNEQUAL && first_difference(a, b, bars->n) < bars->n)
            found->verdict = verdict;
    }
    tr_matrix_finish(&again);
    return status;
}

static enum tr_status cut_after(struct probe *probe, size_t row, struct tr_error *err)
{
    struct tr_bar_list front;
    struct tr_bars all = tr_bar_list_view(&probe->bars);
    enum tr_status status = copy_bars(&all, row + 1, &front, err);
    if (status == TR_OK) {
        struct tr_bars bars = tr_bar_list_view(&front);
        status = batch_again(probe, &bars, TR_CAUSAL_AHEAD, err);
    }
    tr_bar_list_finish(&front);
    return status;
}

static enum tr_status explain(struct probe *probe, struct tr_error *err)
{
    struct tr_bars bars = tr_bar_list_view(&probe->bars);
    enum tr_status status = batch_again(probe, &bars, TR_CAUSAL_UNSTEADY, err);
    if (status == TR_OK)
        status = stream_all(probe, compare_again, err);
    for (size_t column = 0; column < probe->source->columns && status == TR_OK; column++) {
        const struct tr_lookahead_column *found = &probe->out->column[column];
        if (found->verdict == TR_CAUSAL_UNEQUAL)
            status = cut_after(probe, found->first_bad, err);
        size_t halfway = found->first_bad + (probe->last_bad[column] - found->first_bad) / 2;
        if (status == TR_OK && found->verdict == TR_CAUSAL_UNEQUAL && halfway > found->first_bad)
            status = cut_after(probe, halfway, err);
    }
    return status;
}

/* --- all of it --- */

static enum tr_status prepare(struct probe *probe, const struct tr_bars *bars, struct tr_error *err)
{
    size_t columns = probe->source->columns;
    struct tr_lookahead *out = probe->out;
    if (copy_bars(bars, bars->n, &probe->bars, err) || tr_matrix_init(&probe->batch, bars->n, columns, err) ||
        tr_matrix_init(&probe->rows, STREAM_ROWS, columns, err))
        return err->code;
    probe->ring = tr_alloc(1, sizeof *probe->ring);
    probe->last_bad = tr_alloc_zero(columns, sizeof *probe->last_bad);
    out->column = tr_alloc_zero(columns, sizeof *out->column);
    if (!probe->ring || !probe->last_bad || !out->column)
        return tr_error_nomem(err);
    out->rows = bars->n;
    out->columns = columns;
    for (size_t column = 0; column < columns; column++)
        out->column[column] =
            (struct tr_lookahead_column){.first_bad = bars->n, .stream = (double)NAN, .batch = (double)NAN};
    return TR_OK;
}

enum tr_status tr_lookahead_check(const struct tr_causal_source *source, const struct tr_bars *bars,
                                  struct tr_lookahead *out, struct tr_error *err)
{
    struct probe probe = {.source = source, .out = out};
    *out = (struct tr_lookahead){0};
    enum tr_status status = prepare(&probe, bars, err);
    if (status == TR_OK) {
        struct tr_bars copy = tr_bar_list_view(&probe.bars);
        status = tr_causal_run(source, &copy, &probe.batch, err);
    }
    if (status == TR_OK)
        status = stream_all(&probe, compare, err);
    if (status == TR_OK && out->bad > 0)
        status = explain(&probe, err);
    tr_bar_list_finish(&probe.bars);
    tr_matrix_finish(&probe.batch);
    tr_matrix_finish(&probe.rows);
    tr_free(probe.ring);
    tr_free(probe.last_bad);
    return status;
}

void tr_lookahead_finish(struct tr_lookahead *lookahead)
{
    tr_free(lookahead->column);
    *lookahead = (struct tr_lookahead){0};
}
