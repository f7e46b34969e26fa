#include "support/test.h"

#include "engine/feature/circle.h"

#include <math.h>

static void test_points_lie_within_rounding_of_the_library_functions(void **unused)
{
    (void)unused;
    static const unsigned wholes[] = {1, 4, 7, 24, 60, 1440};
    for (unsigned k = 0; k < 6; k++)
        for (unsigned part = 0; part < wholes[k]; part++) {
            long double angle = 6.283185307179586476925286766559L * part / wholes[k];
            struct tr_circle_point p = tr_circle_point(part, wholes[k]);
            assert_near(p.sin, (double)sinl(angle), 0x1p-52);
            assert_near(p.cos, (double)cosl(angle), 0x1p-52);
        }
}

static void test_quarters_and_mirrored_points_are_exact(void **unused)
{
    (void)unused;
    assert_true(tr_circle_point(0, 24).sin == 0 && tr_circle_point(0, 24).cos == 1);
    assert_true(tr_circle_point(6, 24).sin == 1 && tr_circle_point(6, 24).cos == 0);
    assert_true(tr_circle_point(12, 24).sin == 0 && tr_circle_point(12, 24).cos == -1);
    assert_true(tr_circle_point(18, 24).sin == -1 && tr_circle_point(18, 24).cos == 0);
    for (unsigned part = 1; part < 1440; part++) {
        struct tr_circle_point p = tr_circle_point(part, 1440), mirror = tr_circle_point(1440 - part, 1440);
        assert_true(p.sin == -mirror.sin && p.cos == mirror.cos);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_lie_within_rounding_of_the_library_functions),
        cmocka_unit_test(test_quarters_and_mirrored_points_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
