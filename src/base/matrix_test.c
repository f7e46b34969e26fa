#include "support/test.h"

#include "base/alloc.h"
#include "base/matrix.h"

static void columns_start_on_cache_lines_and_avoid_page_strides(void **state)
{
    (void)state;
    struct tr_error err;
    for (size_t rows = 0; rows < 3000; rows += rows < 40 ? 1 : 61) {
        struct tr_matrix m;
        assert_ok(tr_matrix_init(&m, rows, 3, &err), &err);
        assert_int_equal(m.rows, rows);
        assert_int_equal(m.cols, 3);
        assert_true(m.stride >= rows && m.stride < rows + 16);
        assert_int_not_equal(m.stride % 512, 0);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal((uintptr_t)tr_matrix_column(&m, c) % 64, 0);
        tr_matrix_finish(&m);
    }
}

static void a_power_of_two_does_not_become_the_stride(void **state)
{
    (void)state;
    struct tr_error err;
    for (size_t rows = 512; rows <= 4096; rows *= 2) {
        struct tr_matrix m;
        assert_ok(tr_matrix_init(&m, rows, 2, &err), &err);
        assert_int_equal(m.stride, rows + 8);
        tr_matrix_finish(&m);
    }
}

static void fill(const struct tr_matrix *m)
{
    for (size_t c = 0; c < m->cols; c++)
        for (size_t r = 0; r < m->rows; r++)
            tr_matrix_column(m, c)[r] = (double)(c * 1000 + r);
}

static void every_cell_keeps_its_value(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_matrix m;
    assert_ok(tr_matrix_init(&m, 13, 7, &err), &err);
    fill(&m);
    for (size_t c = 0; c < m.cols; c++)
        for (size_t r = 0; r < m.rows; r++)
            assert_same_bits(tr_matrix_at(&m, r, c), (double)(c * 1000 + r));
    tr_matrix_finish(&m);
}

static void a_view_shares_memory_and_counts_from_its_corner(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_matrix m;
    assert_ok(tr_matrix_init(&m, 20, 6, &err), &err);
    fill(&m);
    struct tr_matrix view = tr_matrix_view(&m, 5, 10, 2, 3);
    assert_int_equal(view.rows, 10);
    assert_int_equal(view.cols, 3);
    assert_same_bits(tr_matrix_at(&view, 0, 0), 2005.0);
    assert_same_bits(tr_matrix_at(&view, 9, 2), 4014.0);
    struct tr_matrix inner = tr_matrix_view(&view, 1, 2, 1, 1);
    assert_same_bits(tr_matrix_at(&inner, 1, 0), 3007.0);
    tr_matrix_column(&inner, 0)[1] = -1.0;
    assert_same_bits(tr_matrix_at(&m, 7, 3), -1.0);
    struct tr_matrix none = tr_matrix_view(&m, 20, 0, 6, 0);
    assert_int_equal(none.rows + none.cols, 0);
    tr_matrix_finish(&m);
}

static void no_memory_is_a_status_and_leaves_nothing(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_matrix m;
    tr_alloc_fail_at(1);
    assert_int_equal(tr_matrix_init(&m, 5, 5, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_null(m.data);
    assert_int_equal(m.rows, 0);
    tr_matrix_finish(&m);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    const size_t sizes[][2] = {
        {SIZE_MAX, 1}, {SIZE_MAX - 3, 1}, {1, SIZE_MAX}, {SIZE_MAX / 8 + 2, 1}, {64, SIZE_MAX / 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct tr_error err;
        struct tr_matrix m;
        assert_int_equal(tr_matrix_init(&m, sizes[i][0], sizes[i][1], &err), TR_NOMEM);
        assert_null(m.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_start_on_cache_lines_and_avoid_page_strides),
        cmocka_unit_test(a_power_of_two_does_not_become_the_stride),
        cmocka_unit_test(every_cell_keeps_its_value),
        cmocka_unit_test(a_view_shares_memory_and_counts_from_its_corner),
        cmocka_unit_test(no_memory_is_a_status_and_leaves_nothing),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests_name("base/matrix", tests, NULL, NULL);
}
