#include "support/test.h"

#include "app/view/thin.h"
#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

#define MOST 64

static void few_rows_all_stay(void **state)
{
    (void)state;
    const double y[] = {3, 1, 2, 2};
    size_t row[4];
    for (size_t n = 0; n <= 4; n++) {
        assert_true(tr_thin(n, y, 4, row) == n);
        for (size_t i = 0; i < n; i++)
            assert_true(row[i] == i);
    }
}

static void no_peak_and_no_trough_is_lost(void **state)
{
    (void)state;
    struct tr_rng rng;
    double *y = tr_alloc(20000, sizeof *y);
    assert_non_null(y);
    tr_rng_init(&rng, 1, 0);
    for (size_t round = 0; round < 400; round++) {
        size_t n = 1 + (size_t)tr_rng_below(&rng, round % 4 ? 300 : 20000), row[MOST];
        size_t most = 4 + (size_t)tr_rng_below(&rng, MOST - 3);
        double walk = 0, low = (double)INFINITY, high = -(double)INFINITY, kept_low = low, kept_high = high;
        for (size_t i = 0; i < n; i++) {
            walk += round % 3 ? tr_rng_normal(&rng) : 0;
            y[i] = walk;
            low = fmin(low, walk);
            high = fmax(high, walk);
        }
        size_t kept = tr_thin(n, y, most, row);
        assert_true(kept <= most && kept <= n && row[0] == 0 && row[kept - 1] == n - 1);
        for (size_t i = 0; i < kept; i++) {
            assert_true(i == 0 || row[i] > row[i - 1]);
            kept_low = fmin(kept_low, y[row[i]]);
            kept_high = fmax(kept_high, y[row[i]]);
        }
        assert_same_bits(kept_low, low);
        assert_same_bits(kept_high, high);
    }
    tr_free(y);
}

/* Not only of all rows: each stretch shows its own range. */
static void every_stretch_keeps_its_range(void **state)
{
    (void)state;
    double y[1000];
    size_t row[22];
    bool kept[1000] = {false};
    for (size_t i = 0; i < 1000; i++)
        y[i] = i % 100 == 37 ? 5 : i % 100 == 61 ? -5 : 0;
    size_t n = tr_thin(1000, y, 22, row);
    for (size_t i = 0; i < n; i++)
        kept[row[i]] = true;
    for (size_t i = 0; i < 1000; i += 100)
        assert_true(kept[i + 37] && kept[i + 61]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_rows_all_stay),
        cmocka_unit_test(no_peak_and_no_trough_is_lost),
        cmocka_unit_test(every_stretch_keeps_its_range),
    };
    return cmocka_run_group_tests_name("view/thin", tests, NULL, NULL);
}
