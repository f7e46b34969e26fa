#include "engine/simulate/market.h"

#include "base/rng.h"

#include <math.h>

/* Lengths in bars, uniform. Quiet time is as long as an episode, so that both happen about half of the time. */
#define QUIET_MIN 10
#define QUIET_SPREAD 61
#define OMEN_MIN 6
#define OMEN_SPREAD 7
#define TREND_MIN 30
#define TREND_SPREAD 31

#define TREND_DRIFT 0.5 /* of the bar's standard deviation, times edge */
#define OMEN_DRIFT 0.25
#define OMEN_VOLUME 2.0 /* the burst: 1 + this times edge */
#define TREND_VOLUME 0.5

#define NOTIONAL_PER_HOUR 5e6           /* typical turnover, in the quote coin */
#define TIME_END INT64_C(9246182400000) /* 2263-01-01: tr_bar_check's limit */

enum phase { QUIET, OMEN, TREND };

/* Every source of chance has a stream of its own: the same seed with another edge meets the same noise. */
struct market {
    struct tr_rng steps, regimes, episodes, volumes;
    const struct tr_simulate_options *options;
    double hours;   /* length of a bar */
    double calm_sd; /* of a bar's log return in the calm regime */
    double x;       /* log of price over the first open */
    double close;   /* rounded, of the bar before */
    bool wild;
    enum phase phase;
    uint64_t left; /* bars of the phase still to come */
    double sign;
};

struct tr_simulate_options tr_simulate_defaults(void)
{
    return (struct tr_simulate_options){
        .seed = 1,
        .timeframe = TR_TIMEFRAME_1H,
        .start = INT64_C(1640995200000), /* 2022-01-01 */
        .n = 10000,
        .price = 100,
        .volatility = 0.006,
        .regime_ratio = 2.5,
        .regime_hours = 120,
        .tail_degrees = 4,
        .edge = 0,
        .substeps = 12,
    };
}

static bool within(double x, double low, double high)
{
    return x >= low && x <= high;
}

static bool fits_calendar(const struct tr_simulate_options *options)
{
    int64_t step = tr_timeframe_ms(options->timeframe);
    return options->start >= 0 && options->start < TIME_END &&
           options->n <= (size_t)((TIME_END - options->start) / step);
}

/* The first option out of range, or NULL. */
static const char *wrong_option(const struct tr_simulate_options *options)
{
    const struct {
        bool fine;
        const char *text;
    } checks[] = {
        {within(options->price, 1e-6, 1e9), "price must be 1e-6 to 1e9"},
        {within(options->volatility, 1e-7, 0.2), "volatility must be 1e-7 to 0.2 an hour"},
        {within(options->regime_ratio, 1, 20), "regime_ratio must be 1 to 20"},
        {within(options->regime_hours, 0.01, 1e7), "regime_hours must be 0.01 to 1e7"},
        {within(options->tail_degrees, 2.1, 1e6), "tail_degrees must be 2.1 to 1e6"},
        {within(options->edge, 0, 4), "edge must be 0 to 4"},
        {within(options->substeps, 1, 10000), "substeps must be 1 to 10000"},
        {fits_calendar(options), "start and n must stay within the years 1970-2262"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!checks[i].fine)
            return checks[i].text;
    }
    return NULL;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWERS ((int)(sizeof powers / sizeof *powers))

/* x > 0 to so many significant digits, by exact powers of ten: the result is the double next to that decimal. Below
 * 10^(digits - 22) digits are lost, which only volumes can reach. */
static double round_digits(double x, int digits)
{
    int shift = 0; /* x * 10^shift has `digits` digits before the point */
    while (shift < POWERS - 1 && x * powers[shift] < powers[digits - 1])
        shift++;
    if (shift > 0)
        return rint(x * powers[shift]) / powers[shift];
    while (shift < POWERS - 1 && x / powers[shift] >= powers[digits])
        shift++;
    return rint(x / powers[shift]) * powers[shift];
}

static void next_regime(struct market *m)
{
    if (tr_rng_uniform(&m->regimes) * m->options->regime_hours < m->hours)
        m->wild = !m->wild;
}

static void next_phase(struct market *m)
{
    if (m->left > 0) {
        m->left--;
        return;
    }
    switch (m->phase) {
    case QUIET:
        m->phase = OMEN;
        m->sign = tr_rng_below(&m->episodes, 2) ? 1 : -1;
        m->left = OMEN_MIN - 1 + tr_rng_below(&m->episodes, OMEN_SPREAD);
        break;
    case OMEN:
        m->phase = TREND;
        m->left = TREND_MIN - 1 + tr_rng_below(&m->episodes, TREND_SPREAD);
        break;
    case TREND:
        m->phase = QUIET;
        m->left = QUIET_MIN - 1 + tr_rng_below(&m->episodes, QUIET_SPREAD);
        break;
    }
}

/* Drift of this bar's log return in units of its standard deviation, and by how much volume is raised. */
static double planted_drift(const struct market *m, double *volume_factor)
{
    double edge = m->options->edge;
    *volume_factor = 1;
    if (m->phase == QUIET)
        return 0;
    *volume_factor += edge * (m->phase == OMEN ? OMEN_VOLUME : TREND_VOLUME);
    return edge * m->sign * (m->phase == OMEN ? OMEN_DRIFT : TREND_DRIFT);
}

/* Volume knows the size of the bar's move, never its sign or what follows. */
static double draw_volume(struct market *m, double open, double sd, double move, double factor)
{
    double usual = NOTIONAL_PER_HOUR * m->hours / open,
           activity = 0.6 * sd / m->calm_sd + 0.4 * fabs(move) / m->calm_sd;
    return usual * activity * factor * exp(0.4 * tr_rng_normal(&m->volumes));
}

static double price_at(const struct market *m, double x)
{
    return round_digits(m->options->price * exp(x), 8);
}

static struct tr_bar next_bar(struct market *m, tr_time_ms time)
{
    const struct tr_simulate_options *options = m->options;
    double steps = options->substeps, factor;
    next_regime(m);
    next_phase(m);
    double sd = m->calm_sd * (m->wild ? options->regime_ratio : 1);
    double drift = planted_drift(m, &factor) * sd / steps, step_sd = sd / sqrt(steps);
    double from = m->x, low = from, high = from;
    for (int i = 0; i < options->substeps; i++) {
        m->x += drift + step_sd * tr_rng_student(&m->steps, options->tail_degrees);
        low = m->x < low ? m->x : low;
        high = m->x > high ? m->x : high;
    }
    struct tr_bar bar = {.time = time, .open = m->close};
    bar.high = price_at(m, high);
    bar.low = price_at(m, low);
    bar.close = m->close = price_at(m, m->x);
    bar.volume = round_digits(draw_volume(m, bar.open, sd, m->x - from, factor), 6);
    return bar;
}

static void start(struct market *m, const struct tr_simulate_options *options)
{
    double hours = (double)tr_timeframe_ms(options->timeframe) / (double)TR_HOUR_MS;
    *m = (struct market){
        .options = options, .hours = hours, .calm_sd = options->volatility * sqrt(hours), .phase = TREND, .sign = 1};
    tr_rng_init(&m->steps, options->seed, 1);
    tr_rng_init(&m->regimes, options->seed, 2);
    tr_rng_init(&m->episodes, options->seed, 3);
    tr_rng_init(&m->volumes, options->seed, 4);
    m->wild = tr_rng_below(&m->regimes, 2);
    m->close = price_at(m, 0);
}

enum tr_status tr_simulate_market(const struct tr_simulate_options *options, struct tr_bar_list *list,
                                  struct tr_error *err)
{
    list->n = 0;
    list->timeframe = options->timeframe;
    const char *wrong = wrong_option(options);
    if (wrong)
        return tr_error_set(err, TR_INVALID, "simulated market: %s", wrong);
    enum tr_status status = tr_bar_list_reserve(list, options->n, err);
    int64_t step = tr_timeframe_ms(options->timeframe);
    tr_time_ms time = tr_time_floor(options->start, step);
    struct market m;
    start(&m, options);
    for (size_t i = 0; i < options->n && !status; i++, time += step) {
        struct tr_bar bar = next_bar(&m, time);
        if (tr_bar_check(&bar, options->timeframe) || !within(bar.low, 1e-13, 1e18))
            status = tr_error_set(err, TR_INVALID,
                                  "simulated market: after %zu bars the walk leaves the range of "
                                  "prices; use less volatility or fewer bars",
                                  i);
        else
            status = tr_bar_list_add(list, &bar, err);
    }
    if (status)
        list->n = 0;
    return status;
}
