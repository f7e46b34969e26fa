#include "support/test.h"

#include "base/alloc.h"
#include "engine/feature/smooth.h"

#include <math.h>
#include <string.h>

struct fixture {
    double *series; /* [TR_SERIES_COUNT * TR_SERIES_STRIDE] */
    struct tr_smooth smooth;
};

static struct tr_block block_at(struct fixture *f, size_t row, size_t n)
{
    return (struct tr_block){.n = n, .row = row, .series = f->series + TR_PAST + row, .smooth = &f->smooth};
}

static void start(struct fixture *f)
{
    memset(&f->smooth, 0, sizeof f->smooth);
    f->series = tr_alloc_zero(TR_SERIES_COUNT * TR_SERIES_STRIDE, sizeof *f->series);
    assert_non_null(f->series);
}

static void test_an_average_is_seeded_with_the_mean_and_then_steps(void **unused)
{
    (void)unused;
    struct fixture f;
    start(&f);
    double *close = f.series + TR_S_CLOSE * TR_SERIES_STRIDE + TR_PAST, e = 0;
    for (size_t i = 0; i < 40; i++)
        close[i] = (double)(i * i);
    struct tr_block block = block_at(&f, 0, 40);
    tr_smooth_averages(&block);
    const double *ema_9 = tr_block_series(&block, TR_S_EMA_9), *fast = tr_block_series(&block, TR_S_FAST);
    assert_near(ema_9[8], 204.0 / 9, 1e-12); /* 0 + 1 + 4 + ... + 64 = 204 */
    assert_near(ema_9[9], 204.0 / 9 + 0.2 * (81 - 204.0 / 9), 1e-12);
    for (size_t i = 14; i < 26; i++)
        e += close[i] / 12;
    assert_near(fast[25], e, 1e-10); /* not seeded on row 11 */
    tr_free(f.series);
}

static void test_cutting_the_warm_up_does_not_change_a_bit(void **unused)
{
    (void)unused;
    struct fixture whole, parts;
    start(&whole);
    start(&parts);
    for (size_t i = 0; i < TR_BLOCK; i++)
        for (int s = TR_S_CLOSE; s <= TR_S_MINUS_DM; s++) {
            double x = (double)((i * 37 + (size_t)s * 11) % 101);
            whole.series[(size_t)s * TR_SERIES_STRIDE + TR_PAST + i] = x;
            parts.series[(size_t)s * TR_SERIES_STRIDE + TR_PAST + i] = x;
        }
    struct tr_block block = block_at(&whole, 0, TR_BLOCK);
    tr_smooth_averages(&block);
    for (size_t row = 0; row < TR_BLOCK; row += 8) {
        struct tr_block part = block_at(&parts, row, 8);
        tr_smooth_averages(&part);
    }
    for (size_t i = 0; i < TR_SERIES_COUNT * TR_SERIES_STRIDE; i++)
        assert_same_bits(whole.series[i], parts.series[i]);
    tr_free(whole.series);
    tr_free(parts.series);
}

static void test_adx_stands_still_where_there_is_no_direction(void **unused)
{
    (void)unused;
    struct fixture f;
    start(&f);
    double dx[60], adx[60];
    for (size_t i = 0; i < 60; i++)
        dx[i] = i == 20 || i >= 50 ? (double)NAN : 28;
    struct tr_block block = block_at(&f, 0, 60);
    tr_smooth_adx(&block, dx, adx);
    assert_near(adx[27], 26, 1e-12); /* one of the 14 counts as 0 */
    assert_near(adx[28], 26 + 2.0 / 14, 1e-12);
    assert_true(adx[59] == adx[49]);
    tr_free(f.series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_average_is_seeded_with_the_mean_and_then_steps),
        cmocka_unit_test(test_cutting_the_warm_up_does_not_change_a_bit),
        cmocka_unit_test(test_adx_stands_still_where_there_is_no_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
