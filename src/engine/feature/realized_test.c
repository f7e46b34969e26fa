#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/feature/realized.h"

#include <math.h>
#include <string.h>

enum { FINE = 6000, COARSE = 400 };

/* A finer series with holes, and hourly bars over the same time (only their stamps matter). */
struct pair {
    struct tr_bars fine, coarse;
    tr_time_ms fine_time[FINE], coarse_time[COARSE];
    double close[FINE], flat[COARSE];
};

static void make(struct pair *p, enum tr_timeframe timeframe, size_t one_hole_in)
{
    int64_t step = tr_timeframe_ms(timeframe);
    struct tr_rng rng;
    tr_time_ms time = 1000 * TR_DAY_MS;
    double price = 100.0;
    tr_rng_init(&rng, 5, (uint64_t)timeframe);
    for (size_t i = 0; i < FINE; i++) {
        time += step;
        if (one_hole_in && tr_rng_below(&rng, one_hole_in) == 0)
            time += step;
        price *= exp(0.001 * tr_rng_normal(&rng));
        p->fine_time[i] = time;
        p->close[i] = price;
    }
    for (size_t i = 0; i < COARSE; i++) {
        p->coarse_time[i] = 1000 * TR_DAY_MS + (tr_time_ms)i * TR_HOUR_MS;
        p->flat[i] = 1.0;
    }
    p->fine = (struct tr_bars){FINE, timeframe, p->fine_time, p->close, p->close, p->close, p->close, p->close};
    p->coarse = (struct tr_bars){COARSE, TR_TIMEFRAME_1H, p->coarse_time, p->flat, p->flat, p->flat, p->flat, p->flat};
}

/* Straight from the sentence: look every close up by its stamp. */
static double reference(const struct tr_bars *fine, tr_time_ms close_instant)
{
    int64_t step = tr_timeframe_ms(fine->timeframe);
    int64_t returns = TR_HOUR_MS / step;
    double closes[64], sum = 0.0;
    for (int64_t k = 0; k <= returns; k++) {
        bool found = false;
        for (size_t i = 0; i < fine->n; i++) {
            if (fine->time[i] + step == close_instant - k * step) {
                closes[k] = fine->close[i];
                found = true;
            }
        }
        if (!found)
            return (double)NAN;
    }
    for (int64_t k = 0; k < returns; k++)
        sum += pow(log(closes[k] / closes[k + 1]), 2);
    return sqrt(sum);
}

static void compare(enum tr_timeframe timeframe, size_t one_hole_in, size_t least)
{
    static struct pair p;
    double out[COARSE];
    size_t values = 0, holes = 0;
    struct tr_error err;
    make(&p, timeframe, one_hole_in);
    assert_ok(tr_realized_vol(&p.coarse, &p.fine, out, &err), &err);
    for (size_t i = 0; i < COARSE; i++) {
        double expected = reference(&p.fine, p.coarse_time[i] + TR_HOUR_MS);
        assert_near(out[i], expected, 1e-14);
        values += isnan(expected) ? 0 : 1;
        holes += isnan(expected) && p.coarse_time[i] + TR_HOUR_MS < p.fine_time[FINE - 1] ? 1 : 0;
    }
    assert_true(values >= least);
    assert_true(!one_hole_in || holes > 0);
}

static void sixty_returns_of_one_minute_are_summed(void **state)
{
    (void)state;
    compare(TR_TIMEFRAME_1M, 0, 90);
    compare(TR_TIMEFRAME_1M, 200, 20);
}

static void twelve_returns_of_five_minutes_are_summed(void **state)
{
    (void)state;
    compare(TR_TIMEFRAME_5M, 0, 390);
    compare(TR_TIMEFRAME_5M, 100, 100);
}

static void a_fine_series_is_its_own_finer_one(void **state)
{
    static struct pair p;
    double *out = tr_alloc(FINE, sizeof *out);
    struct tr_error err;
    (void)state;
    assert_non_null(out);
    make(&p, TR_TIMEFRAME_1M, 500);
    assert_ok(tr_realized_vol(&p.fine, &p.fine, out, &err), &err);
    for (size_t i = 0; i < FINE; i += 97)
        assert_near(out[i], reference(&p.fine, p.fine_time[i] + TR_MINUTE_MS), 1e-14);
    tr_free(out);
}

static void bars_that_close_later_change_nothing(void **state)
{
    static struct pair p;
    double before[COARSE], after[COARSE];
    size_t cut = 50;
    struct tr_error err;
    (void)state;
    make(&p, TR_TIMEFRAME_1M, 0);
    assert_ok(tr_realized_vol(&p.coarse, &p.fine, before, &err), &err);
    for (size_t i = 0; i < FINE; i++)
        if (p.fine_time[i] + TR_MINUTE_MS > p.coarse_time[cut] + TR_HOUR_MS)
            p.close[i] *= 1.5 + (double)(i % 7);
    assert_ok(tr_realized_vol(&p.coarse, &p.fine, after, &err), &err);
    for (size_t i = 0; i <= cut; i++)
        assert_same_bits(before[i], after[i]);
    assert_true(before[cut + 1] != after[cut + 1]);
}

static void one_bar_alone_gives_the_same_bits(void **state)
{
    static struct pair p;
    double all[COARSE], one;
    struct tr_error err;
    (void)state;
    make(&p, TR_TIMEFRAME_5M, 300);
    assert_ok(tr_realized_vol(&p.coarse, &p.fine, all, &err), &err);
    for (size_t i = 0; i < COARSE; i++) {
        struct tr_bars bar = tr_bars_slice(&p.coarse, i, 1);
        assert_ok(tr_realized_vol(&bar, &p.fine, &one, &err), &err);
        assert_same_bits(one, all[i]);
    }
}

static void without_a_finer_series_nothing_is_known(void **state)
{
    static struct pair p;
    double out[COARSE];
    struct tr_bars none = {0};
    struct tr_error err;
    (void)state;
    make(&p, TR_TIMEFRAME_1M, 0);
    assert_ok(tr_realized_vol(&p.coarse, &none, out, &err), &err);
    for (size_t i = 0; i < COARSE; i++) {
        bool unknown = isnan(out[i]);
        assert_true(unknown);
    }
    assert_ok(tr_realized_vol(&p.coarse, &p.coarse, out, &err), &err); /* hourly bars are no finer series */
    for (size_t i = 0; i < COARSE; i++) {
        bool unknown = isnan(out[i]);
        assert_true(unknown);
    }
    tr_alloc_fail_at(1);
    assert_int_equal(tr_realized_vol(&p.coarse, &p.fine, out, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_returns_of_one_minute_are_summed),
        cmocka_unit_test(twelve_returns_of_five_minutes_are_summed),
        cmocka_unit_test(a_fine_series_is_its_own_finer_one),
        cmocka_unit_test(bars_that_close_later_change_nothing),
        cmocka_unit_test(one_bar_alone_gives_the_same_bits),
        cmocka_unit_test(without_a_finer_series_nothing_is_known),
    };
    return cmocka_run_group_tests_name("feature/realized", tests, NULL, NULL);
}
