#include "engine/backtest/account_curve.h"

#include "base/alloc.h"
#include "base/order.h"

#include <math.h>
#include <string.h>

/* Where a series' rows stand on the grid. */
struct axis {
    const struct tr_bars *bars;
    size_t first, last; /* rows first .. last - 1 close inside the grid */
    size_t *place;      /* [last - first] points of these rows; NULL: all series have the same rows, from point 1 on */
};

struct curve {
    struct axis *axis; /* [n_series] */
    size_t n_series;
    struct tr_account *account;
};

/* What a booking moves, and the point that shows it first. */
struct event {
    size_t place;
    tr_money net;
};

/* So much of a position stands at points begin .. end - 1; row: whose close is the first of them. */
struct stretch {
    const struct axis *axis;
    double units, entry;
    size_t row, begin, end;
};

/* All bookings that the grid shows, in order of the trades, and the stretches between them: what is drawn from, so that
 * the trades, which are large, are gone through once. */
struct script {
    struct event *events;
    struct stretch *stretches;
    size_t n_events, n_stretches;
    bool sorted; /* the events by place as well */
};

/* The point at which a row's close stands: 0 for those up to `from`, points for those behind `to`. */
static size_t place_of(const struct curve *curve, const struct axis *axis, size_t row)
{
    if (row < axis->first)
        return 0;
    if (row >= axis->last)
        return curve->account->points;
    return axis->place ? axis->place[row - axis->first] : row - axis->first + 1;
}

static bool same_rows(const struct axis *a, const struct axis *b)
{
    size_t n = a->last - a->first;
    return b->last - b->first == n &&
           (n == 0 || memcmp(a->bars->time + a->first, b->bars->time + b->first, n * sizeof *a->bars->time) == 0);
}

static bool all_same_rows(const struct curve *curve)
{
    for (size_t s = 1; s < curve->n_series; s++)
        if (!same_rows(&curve->axis[0], &curve->axis[s]))
            return false;
    return true;
}

static enum tr_status use_rows_of_one(struct curve *curve, tr_time_ms from, struct tr_error *err)
{
    struct tr_account *account = curve->account;
    size_t n = 0;
    account->time =
        tr_alloc(curve->n_series > 0 ? curve->axis[0].last - curve->axis[0].first + 1 : 1, sizeof(tr_time_ms));
    if (!account->time)
        return tr_error_nomem(err);
    account->time[n++] = from;
    if (curve->n_series > 0) {
        const struct axis *axis = &curve->axis[0];
        int64_t step = tr_timeframe_ms(axis->bars->timeframe);
        for (size_t row = axis->first; row < axis->last; row++)
            account->time[n++] = axis->bars->time[row] + step;
    }
    account->points = n;
    return TR_OK;
}

static enum tr_status add_point(struct tr_account *account, size_t *capacity, tr_time_ms time, struct tr_error *err)
{
    if (account->points == *capacity) {
        size_t wider = *capacity + *capacity / 2 + 64;
        tr_time_ms *grown = tr_alloc_grow(account->time, account->points * sizeof *grown, wider, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        account->time = grown;
        *capacity = wider;
    }
    account->time[account->points++] = time;
    return TR_OK;
}

/* Moves the rows at `stamp` on; returns the earliest stamp that is still to come, INT64_MAX for none. */
static tr_time_ms pass(struct curve *curve, size_t *cursor, tr_time_ms stamp, size_t point)
{
    tr_time_ms next = INT64_MAX;
    for (size_t s = 0; s < curve->n_series; s++) {
        struct axis *axis = &curve->axis[s];
        size_t row = cursor[s];
        if (row < axis->last && axis->bars->time[row] == stamp) {
            axis->place[row - axis->first] = point;
            cursor[s] = ++row;
        }
        if (row < axis->last && axis->bars->time[row] < next)
            next = axis->bars->time[row];
    }
    return next;
}

static enum tr_status merge_rows(struct curve *curve, tr_time_ms from, struct tr_error *err)
{
    size_t capacity = 0;
    enum tr_status status = add_point(curve->account, &capacity, from, err);
    size_t *cursor = tr_alloc(curve->n_series, sizeof *cursor);
    if (status == TR_OK && !cursor)
        status = tr_error_nomem(err);
    for (size_t s = 0; s < curve->n_series && status == TR_OK; s++) {
        struct axis *axis = &curve->axis[s];
        cursor[s] = axis->first;
        axis->place = tr_alloc(axis->last - axis->first, sizeof *axis->place);
        if (!axis->place)
            status = tr_error_nomem(err);
    }
    if (status != TR_OK)
        goto out;
    int64_t step = tr_timeframe_ms(curve->axis[0].bars->timeframe);
    tr_time_ms stamp = pass(curve, cursor, INT64_MIN, 0);
    while (stamp != INT64_MAX && status == TR_OK) {
        status = add_point(curve->account, &capacity, stamp + step, err);
        stamp = pass(curve, cursor, stamp, curve->account->points - 1);
    }
out:
    tr_free(cursor);
    return status;
}

static enum tr_status make_grid(struct curve *curve, const struct tr_account_options *options,
                                const struct tr_account_series *series, struct tr_error *err)
{
    curve->axis = tr_alloc_zero(curve->n_series, sizeof *curve->axis);
    if (!curve->axis)
        return tr_error_nomem(err);
    for (size_t s = 0; s < curve->n_series; s++) {
        struct axis *axis = &curve->axis[s];
        axis->bars = series[s].bars;
        int64_t step = tr_timeframe_ms(axis->bars->timeframe);
        axis->first = tr_bars_find(axis->bars, options->from - step + 1);
        axis->last = tr_bars_find(axis->bars, options->to - step + 1);
        if (axis->last < axis->first)
            axis->last = axis->first;
    }
    if (all_same_rows(curve))
        return use_rows_of_one(curve, options->from, err);
    return merge_rows(curve, options->from, err);
}

static void mark(struct curve *curve, const struct stretch *stretch)
{
    const struct axis *axis = stretch->axis;
    double units = stretch->units, entry = stretch->entry, size = fabs(units);
    double *equity = curve->account->equity, *exposure = curve->account->exposure;
    size_t begin = stretch->begin, end = stretch->end, row = stretch->row;
    if (begin == 0) {
        begin = 1;
        row = axis->first;
    }
    if (!axis->place) {
        const double *close = axis->bars->close + row;
        for (size_t i = begin; i < end; i++) {
            equity[i] += units * (close[i - begin] - entry);
            exposure[i] += size * close[i - begin];
        }
        return;
    }
    for (size_t i = begin; i < end; row++) {
        double close = axis->bars->close[row], value = units * (close - entry);
        size_t next = place_of(curve, axis, row + 1), stop = next < end ? next : end;
        for (; i < stop; i++) {
            equity[i] += value;
            exposure[i] += size * close;
        }
    }
}

/* Where booking k shows, and its row. What only the end of the bars brought about shows at the last point, where the
 * grid reaches that end, or never. */
static size_t booking_place(const struct curve *curve, const struct tr_account_trade *trade, size_t decision, size_t k,
                            size_t *row)
{
    const struct axis *axis = &curve->axis[trade->series];
    size_t points = curve->account->points;
    *row = decision + (k == 0 ? 1 : trade->outcome.fill[k - 1].bar);
    if (trade->open && k + 1 == trade->money.bookings)
        return axis->last == axis->bars->n && points > 1 ? points - 1 : points;
    return place_of(curve, axis, *row);
}

static void add_trade(const struct curve *curve, const struct tr_account_trade *trade, size_t decision,
                      struct script *script)
{
    size_t begin = 0, begin_row = 0;
    for (size_t k = 0; k < trade->money.bookings; k++) {
        size_t row, place = booking_place(curve, trade, decision, k, &row);
        if (k > 0 && begin < place)
            script->stretches[script->n_stretches++] =
                (struct stretch){.axis = &curve->axis[trade->series],
                                 .units = tr_account_units(trade, tr_account_left_after(&trade->outcome, k - 1)),
                                 .entry = trade->outcome.entry_price,
                                 .row = begin_row,
                                 .begin = begin,
                                 .end = place};
        begin = place;
        begin_row = row;
        if (place == curve->account->points)
            continue;
        struct tr_account_amounts amounts = tr_account_amounts_of(trade, k);
        script->sorted =
            script->sorted && (script->n_events == 0 || script->events[script->n_events - 1].place <= place);
        script->events[script->n_events++] = (struct event){place, tr_account_net_of(&amounts)};
    }
}

static enum tr_status make_script(const struct curve *curve, const struct tr_account_entry *entries,
                                  struct script *script, struct tr_error *err)
{
    const struct tr_account *account = curve->account;
    *script = (struct script){.events = tr_alloc(account->n_trades, (TR_FILLS + 1) * sizeof *script->events),
                              .stretches = tr_alloc(account->n_trades, TR_FILLS * sizeof *script->stretches),
                              .sorted = true};
    if (!script->events || !script->stretches)
        return tr_error_nomem(err);
    for (size_t i = 0; i < account->n_trades; i++)
        add_trade(curve, &account->trades[i], entries[account->trades[i].entry].row, script);
    return TR_OK;
}

static enum tr_status sort_events(size_t n, struct event *events, struct tr_error *err)
{
    double *place = tr_alloc(n, sizeof *place);
    size_t *order = tr_alloc(n, sizeof *order);
    struct event *unsorted = tr_alloc(n, sizeof *unsorted);
    enum tr_status status = place && order && unsorted ? TR_OK : tr_error_nomem(err);
    for (size_t i = 0; i < n && status == TR_OK; i++) {
        place[i] = (double)events[i].place;
        unsorted[i] = events[i];
    }
    if (status == TR_OK)
        status = tr_order_ascending(n, place, order, err);
    for (size_t i = 0; i < n && status == TR_OK; i++)
        events[i] = unsorted[order[i]];
    tr_free(unsorted);
    tr_free(order);
    tr_free(place);
    return status;
}

static void fill(double *out, size_t begin, size_t end, double value)
{
    for (size_t i = begin; i < end; i++)
        out[i] = value;
}

/* The equity without what is open: a staircase. */
static void draw_booked(struct curve *curve, const struct script *script)
{
    struct tr_account *account = curve->account;
    tr_money cash = account->capital;
    size_t point = 0;
    for (size_t i = 0; i < script->n_events; i++) {
        const struct event *event = &script->events[i];
        fill(account->equity, point, event->place, tr_money_usd(cash));
        point = event->place;
        cash += event->net;
    }
    fill(account->equity, point, account->points, tr_money_usd(cash));
}

static enum tr_status draw(struct curve *curve, const struct tr_account_entry *entries, struct tr_error *err)
{
    struct tr_account *account = curve->account;
    struct script script = {0};
    account->equity = tr_alloc(account->points, sizeof *account->equity);
    account->exposure = tr_alloc_zero(account->points, sizeof *account->exposure);
    enum tr_status status =
        account->equity && account->exposure ? make_script(curve, entries, &script, err) : tr_error_nomem(err);
    if (status == TR_OK && !script.sorted)
        status = sort_events(script.n_events, script.events, err);
    if (status == TR_OK) {
        draw_booked(curve, &script);
        for (size_t i = 0; i < script.n_stretches; i++)
            mark(curve, &script.stretches[i]);
    }
    tr_free(script.stretches);
    tr_free(script.events);
    return status;
}

enum tr_status tr_account_draw(const struct tr_account_options *options, const struct tr_account_series *series,
                               size_t n_series, const struct tr_account_entry *entries, struct tr_account *account,
                               struct tr_error *err)
{
    struct curve curve = {.n_series = n_series, .account = account};
    enum tr_status status = make_grid(&curve, options, series, err);
    if (status == TR_OK)
        status = draw(&curve, entries, err);
    for (size_t s = 0; curve.axis && s < n_series; s++)
        tr_free(curve.axis[s].place);
    tr_free(curve.axis);
    return status;
}
