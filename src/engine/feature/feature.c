#include "engine/feature/feature.h"

#include "base/alloc.h"
#include "engine/feature/circle.h"
#include "engine/feature/pivot.h"
#include "engine/feature/smooth.h"
#include "engine/feature/state.h"
#include "engine/feature/swing.h"

#include <assert.h>
#include <string.h>

struct tr_feature_state {
    const tr_part_fn *run;                    /* [TR_PART_COUNT] */
    tr_part_set parts;                        /* those to run */
    size_t written;                           /* how many columns these write, */
    unsigned char column[TR_FEATURE_COLUMNS]; /* and which */
    int64_t step_ms;
    tr_time_ms last_time; /* of the newest bar */
    size_t rows;          /* of the segment so far */
    size_t at;            /* where the next row goes in each series */
    struct tr_smooth smooth;
    struct tr_swing swing;
    struct tr_pivot pivot;
    struct tr_circle circle;
    _Alignas(64) double series[TR_SERIES_COUNT * TR_SERIES_STRIDE];
};

/* How far back the kernels read a series; the rows before a block that must stay. Series not named are read only within
 * their block. */
static const unsigned char reach[TR_SERIES_COUNT] = {
    [TR_S_HIGH] = 100,
    [TR_S_LOW] = 100,
    [TR_S_CLOSE] = 26,
    [TR_S_VOLUME] = 47,
    [TR_S_EMA_21] = 5,
    [TR_S_EMA_200] = 20,
    [TR_S_ATR] = 99,
    [TR_S_TRIX_3] = 1,
    [TR_S_LEAD_A] = 26,
    [TR_S_LEAD_B] = 26,
    [TR_S_RAW_K] = 2,
    [TR_S_SLOW_K] = 2,
    [TR_S_TYPICAL] = 19,
    [TR_S_FLOW_UP] = 13,
    [TR_S_FLOW_DOWN] = 13,
    [TR_S_HIGH_52] = 48,
    [TR_S_LOW_52] = 48,
    [TR_S_LN_HIGH] = 1,
    [TR_S_LN_LOW] = 1,
    [TR_S_LN_CLOSE] = 1,
    [TR_S_RETURN_SQ] = 23,
    [TR_S_RETURN_SQ_24] = 72,
    [TR_S_OPEN_RETURN] = 23,
    [TR_S_BODY_RETURN] = 23,
    [TR_S_BODY_RETURN_SQ] = 23,
    [TR_S_RANGE_SQ] = 23,
    [TR_S_ROGERS_SATCHELL] = 23,
    [TR_S_PAIR_SPREAD] = 23,
    [TR_S_ILLIQUIDITY] = 23,
    [TR_S_ILLIQUIDITY_24] = 72,
    [TR_S_TRADED] = 23,
    [TR_S_TRADED_24] = 72,
    [TR_S_OBV] = 24,
    [TR_S_INVERSE_CLOSE] = 26,
};

/* A new segment: nothing of the one before remains. */
static void start_segment(struct tr_feature_state *state)
{
    state->rows = 0;
    state->at = TR_PAST;
    memset(&state->smooth, 0, sizeof state->smooth);
    memset(&state->swing, 0, sizeof state->swing);
    state->pivot = (struct tr_pivot){.day = -1, .bars_a_day = (size_t)(TR_DAY_MS / state->step_ms)};
    for (size_t series = 0; series < TR_SERIES_COUNT; series++)
        for (size_t i = TR_PAST - reach[series]; i < TR_PAST; i++)
            state->series[series * TR_SERIES_STRIDE + i] = (double)NAN;
}

enum tr_status tr_feature_create_with(enum tr_timeframe timeframe, const tr_part_fn *run, tr_part_set parts,
                                      struct tr_feature_state **out, struct tr_error *err)
{
    struct tr_feature_state *state = tr_alloc(1, sizeof *state);
    if (!state) {
        tr_error_nomem(err);
        return TR_NOMEM;
    }
    state->run = run;
    state->parts = parts;
    state->written = tr_parts_columns(parts, state->column);
    state->step_ms = tr_timeframe_ms(timeframe);
    tr_circle_init(&state->circle);
    start_segment(state);
    *out = state;
    return TR_OK;
}

enum tr_status tr_feature_create_subset(enum tr_timeframe timeframe, const bool *wanted, struct tr_feature_state **out,
                                        struct tr_error *err)
{
    return tr_feature_create_with(timeframe, tr_parts_best(), tr_parts_for(wanted), out, err);
}

enum tr_status tr_feature_create(enum tr_timeframe timeframe, struct tr_feature_state **out, struct tr_error *err)
{
    bool wanted[TR_FEATURE_COLUMNS];
    memset(wanted, true, sizeof wanted);
    return tr_feature_create_subset(timeframe, wanted, out, err);
}

void tr_feature_destroy(struct tr_feature_state *state)
{
    tr_free(state);
}

static bool starts_segment(const struct tr_feature_state *state, tr_time_ms before, tr_time_ms time)
{
    return time - before > (TR_SEGMENT_MAX_MISSING + 1) * state->step_ms;
}

/* How many rows from `first` on form one block: at most TR_BLOCK, all in one segment. Where no more bars are missing in
 * all than one hole may have, no hole is too large. */
static size_t block_rows(const struct tr_feature_state *state, const struct tr_bars *bars, size_t first)
{
    size_t n = bars->n - first < TR_BLOCK ? bars->n - first : TR_BLOCK, i = 1;
    const tr_time_ms *time = bars->time + first;
    if (time[n - 1] - time[0] <= (TR_SEGMENT_MAX_MISSING + (int64_t)n - 1) * state->step_ms)
        return n;
    while (i < n && !starts_segment(state, time[i - 1], time[i]))
        i++;
    return i;
}

/* Makes room for n rows: what may still be read moves to the front. */
static void make_room(struct tr_feature_state *state, size_t n)
{
    if (state->at + n <= TR_PAST + TR_BLOCK)
        return;
    for (size_t series = 0; series < TR_SERIES_COUNT; series++) {
        double *to = state->series + series * TR_SERIES_STRIDE + TR_PAST - reach[series];
        memmove(to, to + (state->at - TR_PAST), reach[series] * sizeof *to);
    }
    state->at = TR_PAST;
}

static void load(struct tr_feature_state *state, const struct tr_bars *bars, size_t first, size_t n)
{
    const double *from[] = {bars->high, bars->low, bars->close};
    for (size_t k = 0; k < 3; k++)
        memmove(state->series + (TR_S_HIGH + k) * TR_SERIES_STRIDE + state->at, from[k] + first, n * sizeof(double));
}

/* Rows before a column's first one are undefined. */
static void blank_warm_up(const struct tr_feature_state *state, const struct tr_block *block)
{
    if (block->row >= TR_FEATURE_WARMUP_ROWS)
        return;
    for (size_t k = 0; k < state->written; k++) {
        double *out = tr_block_out(block, (enum tr_feature_column)state->column[k]);
        int first = tr_feature_info(state->column[k])->first;
        for (size_t i = 0; i < block->n && (int)(block->row + i) < first; i++)
            out[i] = (double)NAN;
    }
}

static void run_block(struct tr_feature_state *state, const struct tr_bars *bars, size_t first, size_t n,
                      const struct tr_matrix *out)
{
    make_room(state, n);
    load(state, bars, first, n);
    struct tr_block block = {.n = n,
                             .row = state->rows,
                             .time = bars->time + first,
                             .open = bars->open + first,
                             .volume = bars->volume + first,
                             .series = state->series + state->at,
                             .out = out->data + first,
                             .out_stride = out->stride,
                             .smooth = &state->smooth,
                             .swing = &state->swing,
                             .pivot = &state->pivot,
                             .circle = &state->circle};
    for (tr_part_set left = state->parts; left; left &= left - 1)
        state->run[__builtin_ctzll(left)](&block);
    blank_warm_up(state, &block);
    state->rows += n;
    state->at += n;
    state->last_time = bars->time[first + n - 1];
}

void tr_feature_run(struct tr_feature_state *state, const struct tr_bars *bars, const struct tr_matrix *out)
{
    assert(out->rows >= bars->n && out->cols >= TR_FEATURE_COLUMNS);
    for (size_t first = 0, n; first < bars->n; first += n) {
        if (state->rows > 0 && starts_segment(state, state->last_time, bars->time[first]))
            start_segment(state);
        n = block_rows(state, bars, first);
        run_block(state, bars, first, n, out);
    }
}

enum tr_status tr_feature_compute(const struct tr_bars *bars, const struct tr_matrix *out, struct tr_error *err)
{
    struct tr_feature_state *state;
    enum tr_status status = tr_feature_create(bars->timeframe, &state, err);
    if (status != TR_OK)
        return status;
    tr_feature_run(state, bars, out);
    tr_feature_destroy(state);
    return TR_OK;
}
