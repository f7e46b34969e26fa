#include "app/view/account_trade_chart.h"

#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/html_shape.h"
#include "app/view/signal_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABELS (TR_TARGETS + 2)
#define LINE_PX 14.0     /* between two labels */
#define LABEL_SHARE 0.16 /* of the time shown, left free at the right for the labels */
#define WIDEST 1.0       /* a level farther off than so many heights of the candles is not drawn */

struct label {
    const char *name;
    double price, y; /* y: px */
};

struct candle_columns {
    size_t n;
    double from[TR_TRADE_CANDLES], to[TR_TRADE_CANDLES];
    double open[TR_TRADE_CANDLES], high[TR_TRADE_CANDLES], low[TR_TRADE_CANDLES], close[TR_TRADE_CANDLES];
};

/* What one chart is drawn from. */
struct scene {
    const struct tr_account_trade *trade;
    const struct tr_account_entry *entry;
    const struct tr_bars *bars;
    size_t number;
    size_t first, end, step; /* rows shown, and bars a candle */
    size_t entered, left;    /* rows */
    double length;           /* of a bar, ms */
    struct candle_columns candle;
    double stop_x[TR_TRADE_CANDLES + 1], stop[TR_TRADE_CANDLES];
    size_t stops;
    double low, high;
    size_t labels;
    struct label label[LABELS];
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void set_rows(const struct tr_backtest *b, size_t number, struct scene *s)
{
    const struct tr_account_trade *t = &b->account.trades[number];
    size_t last;

    s->number = number;
    s->trade = t;
    s->entry = &b->entries[t->entry];
    s->bars = &b->series[t->series].bars;
    s->length = (double)tr_timeframe_ms(s->bars->timeframe);
    s->entered = least(s->entry->row + 1, s->bars->n - 1);
    s->left = least(s->entry->row + (t->outcome.bars ? t->outcome.bars : 1), s->bars->n - 1);
    s->first = s->entered > TR_TRADE_BARS_BEFORE ? s->entered - TR_TRADE_BARS_BEFORE : 0;
    last = least(s->left + TR_TRADE_BARS_AFTER, s->bars->n - 1);
    s->end = last + 1;
    s->step = (s->end - s->first + TR_TRADE_CANDLES - 1) / TR_TRADE_CANDLES;
}

static void set_candles(struct scene *s)
{
    struct candle_columns *c = &s->candle;
    const struct tr_bars *bars = s->bars;

    s->low = bars->low[s->first];
    s->high = bars->high[s->first];
    for (size_t row = s->first; row < s->end; row += s->step) {
        size_t end = least(row + s->step, s->end), k = c->n++;

        c->from[k] = (double)bars->time[row];
        c->to[k] = (double)bars->time[end - 1] + s->length;
        c->open[k] = bars->open[row];
        c->close[k] = bars->close[end - 1];
        c->high[k] = bars->high[row];
        c->low[k] = bars->low[row];
        for (size_t i = row + 1; i < end; i++) {
            c->high[k] = fmax(c->high[k], bars->high[i]);
            c->low[k] = fmin(c->low[k], bars->low[i]);
        }
        s->low = fmin(s->low, c->low[k]);
        s->high = fmax(s->high, c->high[k]);
    }
}

/* The stop as it stands for the next bar, and what it depends on. */
struct trail {
    double best, stop;
};

static struct trail trail_begin(const struct tr_account_trade *t, const struct tr_account_entry *e)
{
    return (struct trail){t->outcome.entry_price, e->levels.stop};
}

/* The furthest price in favour that counts of a bar: of one inside which a limit order was filled only what certainly
 * came after, unless the reading is the optimist's. */
static double reach(const struct tr_backtest *b, const struct tr_account_trade *t, const struct tr_account_entry *e,
                    const struct tr_bars *bars, size_t row)
{
    if (t->outcome.entry_inside && row == e->row + 1 && b->options.intrabar != TR_BACKTEST_OPTIMISTIC)
        return bars->close[row];
    return e->levels.side == TR_LONG ? bars->high[row] : bars->low[row];
}

static void trail_step(struct trail *trail, const struct tr_backtest *b, const struct tr_account_trade *t, size_t row)
{
    const struct tr_account_entry *e = &b->entries[t->entry];
    const struct tr_levels *l = &e->levels;
    double sign = tr_side_sign(l->side);
    size_t bar = row - e->row;

    trail->best = sign * fmax(sign * trail->best, sign * reach(b, t, e, &b->series[t->series].bars, row));
    if (t->outcome.target_bar[0] && bar >= t->outcome.target_bar[0] && l->trail_distance > 0)
        trail->stop = sign * fmax(sign * l->entry, sign * trail->best - l->trail_distance);
}

double tr_trade_stop_at(const struct tr_backtest *b, size_t number, size_t bar)
{
    const struct tr_account_trade *t = &b->account.trades[number];
    const struct tr_account_entry *e = &b->entries[t->entry];
    const struct tr_bars *bars = &b->series[t->series].bars;
    struct trail trail = trail_begin(t, e);

    for (size_t row = e->row + 1; row < e->row + bar && row < bars->n; row++)
        trail_step(&trail, b, t, row);
    return trail.stop;
}

/* One level a candle that the trade lasted through: the stop at its first bar. */
static void set_stops(const struct tr_backtest *b, struct scene *s)
{
    struct trail trail = trail_begin(s->trade, s->entry);

    for (size_t row = s->entered; row <= s->left; row++) {
        if (row == s->entered || (row - s->first) % s->step == 0) {
            s->stop_x[s->stops] = (double)s->bars->time[row];
            s->stop[s->stops++] = trail.stop;
        }
        trail_step(&trail, b, s->trade, row);
    }
    s->stop_x[s->stops] = (double)s->bars->time[s->left] + s->length;
}

static void add_label(struct scene *s, const char *name, double price, double low, double high)
{
    double height = WIDEST * (high - low);

    if (!(price >= low - height && price <= high + height))
        return;
    s->label[s->labels++] = (struct label){name, price, 0};
    s->low = fmin(s->low, price);
    s->high = fmax(s->high, price);
}

static void set_labels(struct scene *s)
{
    static const char *const targets[TR_TARGETS] = {"target 1", "target 2", "target 3"};
    double low = s->low, high = s->high;

    add_label(s, "entry", s->trade->outcome.entry_price, low, high);
    add_label(s, "stop", s->stop[s->stops - 1], low, high);
    for (size_t i = 0; i < TR_TARGETS && i < s->entry->targets; i++)
        add_label(s, targets[i], s->entry->levels.target[i], low, high);
}

static void sort_labels(struct scene *s, const struct tr_chart *chart)
{
    for (size_t i = 0; i < s->labels; i++) {
        struct label moved = s->label[i];
        size_t k = i;

        moved.y = tr_chart_y(chart, moved.price);
        for (; k > 0 && s->label[k - 1].y > moved.y; k--)
            s->label[k] = s->label[k - 1];
        s->label[k] = moved;
    }
}

/* Neighbours that overlap give way by halves, over and over, so that a heap of labels stays around its levels. */
static void spread_labels(struct scene *s, const struct tr_chart *chart)
{
    sort_labels(s, chart);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 1; i < s->labels; i++) {
            double lacking = LINE_PX - (s->label[i].y - s->label[i - 1].y);

            if (lacking > 0) {
                s->label[i - 1].y -= lacking / 2;
                s->label[i].y += lacking / 2;
            }
        }
    }
}

static void draw_levels(struct scene *s, struct tr_chart *chart, double shown_to)
{
    double from = (double)s->bars->time[s->entered];

    for (size_t i = 0; i < s->labels; i++) {
        bool is_entry = !strcmp(s->label[i].name, "entry");

        if (strcmp(s->label[i].name, "stop") != 0)
            tr_chart_line(chart, is_entry ? TR_MARK_LINE : TR_MARK_GUIDE, 2, (const double[]){from, shown_to},
                          (const double[]){s->label[i].price, s->label[i].price});
    }
    tr_chart_steps(chart, TR_MARK_STEP, s->stops, s->stop_x, s->stop);
    spread_labels(s, chart);
    for (size_t i = 0; i < s->labels; i++) {
        double share = (chart->bottom - s->label[i].y) / (chart->bottom - chart->top);
        char price[TR_VIEW_PRICE], text[64];

        tr_view_price(s->label[i].price, price);
        snprintf(text, sizeof text, "%s %.40s", s->label[i].name, price);
        tr_chart_text(chart, shown_to, chart->y.from + share * (chart->y.to - chart->y.from), 6, text);
    }
}

/* Where in its bar something was filled is known only of opens and of leaving at the close. */
static double fill_time(const struct scene *s, size_t bar, bool at_open, bool at_close)
{
    size_t row = least(s->entry->row + bar, s->bars->n - 1);

    return (double)s->bars->time[row] + (at_open ? 0 : at_close ? s->length : s->length / 2);
}

static void draw_fills(const struct scene *s, struct tr_chart *chart)
{
    const struct tr_outcome *o = &s->trade->outcome;
    char tip[96], price[TR_VIEW_PRICE];

    tr_view_price(o->entry_price, price);
    snprintf(tip, sizeof tip, "entry %.40s", price);
    tr_chart_point(chart, s->trade->side == TR_LONG ? TR_MARK_UP : TR_MARK_DOWN,
                   fill_time(s, 1, !o->entry_inside, false), o->entry_price, tip);
    for (size_t i = 0; i < o->fills; i++) {
        const struct tr_fill *f = &o->fill[i];
        bool target = f->kind == TR_EXIT_TARGET, at_close = f->kind == TR_EXIT_TIME || f->kind == TR_EXIT_OPEN;

        tr_view_price(f->price, price);
        snprintf(tip, sizeof tip, "%s: %.12s left at %.40s", target ? "target" : tr_exit_reason_name(f->kind),
                 tr_figure_percent(f->fraction, 0).text, price);
        tr_chart_point(chart, target ? TR_MARK_DOT : TR_MARK_RING, fill_time(s, f->bar, f->at_open, at_close), f->price,
                       tip);
    }
}

#define TITLE 256
#define TEXT 512

static void frame_texts(const struct tr_backtest *b, const struct scene *s, char title[TITLE], char text[TEXT])
{
    const struct tr_account_trade *t = s->trade;
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT], entry[TR_VIEW_PRICE], stop[TR_VIEW_PRICE], candle[48] = "";

    tr_time_format(t->entry_time, from);
    tr_time_format(t->exit_time, to);
    from[10] = to[10] = ' ';
    snprintf(title, TITLE, "Trade %zu: %s %s, %.16s to %.16s, %s, net %.30s %%", s->number + 1, tr_side_name(t->side),
             b->series[t->series].key.symbol, from, to, t->open ? "still open" : tr_exit_reason_name(t->outcome.reason),
             tr_figure_signed(tr_view_trade_net_pct(t), 2).text);
    tr_view_price(t->outcome.entry_price, entry);
    tr_view_price(s->entry->levels.stop, stop);
    if (s->step > 1)
        snprintf(candle, sizeof candle, " of %zu bars each", s->step);
    snprintf(text, TEXT,
             "Candles%s around the trade. A triangle where it was entered at %.40s, a stepped line for the stop, at "
             "first %.40s, dashed lines for the targets, dots where a target was filled, a square where the rest "
             "left.%s",
             candle, entry, stop, t->outcome.ambiguous ? " A bar of it could be read another way." : "");
}

void tr_trade_chart_write(const struct tr_backtest *b, size_t trade, struct tr_html *page)
{
    struct scene s = {0};
    char title[TITLE], text[TEXT];
    struct tr_chart_frame frame = {title, text, TR_CHART_FULL, 340, 0};
    struct tr_axis x, y;
    struct tr_chart chart;
    double shown_to;

    set_rows(b, trade, &s);
    set_candles(&s);
    set_stops(b, &s);
    set_labels(&s);
    shown_to = s.candle.to[s.candle.n - 1];
    x = tr_axis_times((tr_time_ms)s.candle.from[0], (tr_time_ms)shown_to, 7);
    x.to += LABEL_SHARE * (x.to - x.from);
    y = tr_axis_nice(TR_AXIS_NUMBER, s.low, s.high, 6);
    frame_texts(b, &s, title, text);
    tr_chart_begin(&chart, page, &frame, &x, &y);
    tr_chart_candles(&chart, &(const struct tr_candles){s.candle.n, s.candle.from, s.candle.to, s.candle.open,
                                                        s.candle.high, s.candle.low, s.candle.close});
    draw_levels(&s, &chart, shown_to);
    draw_fills(&s, &chart);
    tr_chart_end(&chart);
    tr_html_close(page, "figure");
}
