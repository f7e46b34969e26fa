#include "support/test.h"

#include "base/alloc.h"
#include "base/pool.h"

#include <stdatomic.h>
#include <string.h>

static bool is_aligned(const void *block)
{
    return (uintptr_t)block % 64 == 0;
}

static void every_block_starts_on_a_cache_line(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < 300; bytes += 7) {
        char *block = tr_alloc(bytes, 1);
        assert_non_null(block);
        assert_true(is_aligned(block));
        memset(block, 0x5a, bytes);
        tr_free(block);
    }
}

static void a_product_that_overflows_is_refused(void **state)
{
    (void)state;
    assert_null(tr_alloc(SIZE_MAX / 2, 3));
    assert_null(tr_alloc(SIZE_MAX / 8 + 2, 8)); /* wraps to a small number */
    assert_null(tr_alloc(SIZE_MAX - 1, 1));     /* wraps when rounded up */
    assert_null(tr_alloc_zero(SIZE_MAX / 2, 3));
    char *block = tr_alloc(4, 1);
    assert_non_null(block);
    assert_null(tr_alloc_grow(block, 4, SIZE_MAX / 2, 3));
    tr_free(block);
}

static void a_zeroed_block_is_zero(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        unsigned char *block = tr_alloc_zero(100, 3);
        assert_non_null(block);
        for (size_t i = 0; i < 300; i++)
            assert_int_equal(block[i], 0);
        memset(block, 0xff, 300); /* what the next round may be given */
        tr_free(block);
    }
}

static void growing_keeps_the_bytes(void **state)
{
    (void)state;
    char *block = tr_alloc_grow(NULL, 0, 4, 1);
    assert_non_null(block);
    memcpy(block, "abc", 4);
    block = tr_alloc_grow(block, 4, 1000, 8);
    assert_non_null(block);
    assert_true(is_aligned(block));
    assert_string_equal(block, "abc");
    block = tr_alloc_grow(block, 8000, 2, 1);
    assert_non_null(block);
    assert_memory_equal(block, "ab", 2);
    tr_free(block);
}

static void a_failed_growth_leaves_the_old_block(void **state)
{
    (void)state;
    char *block = tr_alloc_string("still here");
    assert_non_null(block);
    tr_alloc_fail_at(1);
    assert_null(tr_alloc_grow(block, 11, 100, 1));
    tr_alloc_fail_at(0);
    assert_string_equal(block, "still here");
    tr_free(block);
}

static void a_string_is_copied_with_its_end(void **state)
{
    (void)state;
    char text[] = "ETHUSDT";
    char *copy = tr_alloc_string(text), *empty = tr_alloc_string("");
    assert_non_null(copy);
    assert_non_null(empty);
    text[0] = 'x';
    assert_string_equal(copy, "ETHUSDT");
    assert_string_equal(empty, "");
    tr_free(copy);
    tr_free(empty);
}

static void only_the_kth_call_fails(void **state)
{
    (void)state;
    for (size_t k = 1; k <= 5; k++) {
        tr_alloc_fail_at(k);
        for (size_t call = 1; call <= 8; call++) {
            void *block = call % 2 ? tr_alloc(10, 1) : tr_alloc_zero(10, 1);
            assert_true((block == NULL) == (call == k));
            tr_free(block);
        }
    }
    tr_alloc_fail_at(0);
}

static void calls_are_counted_from_the_last_setting(void **state)
{
    (void)state;
    tr_alloc_fail_at(0);
    void *a = tr_alloc(1, 1), *b = tr_alloc_zero(1, 1), *c = tr_alloc_grow(NULL, 0, 1, 1), *d = tr_alloc_string("x");
    assert_int_equal(tr_alloc_fail_at(2), 4);
    void *e = tr_alloc(1, 1), *f = tr_alloc(1, 1);
    assert_null(f);
    assert_int_equal(tr_alloc_fail_at(0), 2);
    assert_int_equal(tr_alloc_fail_at(0), 0);
    void *blocks[] = {a, b, c, d, e, NULL};
    for (size_t i = 0; i < 6; i++)
        tr_free(blocks[i]);
}

static void allocate_one(void *context, size_t task)
{
    void *block = tr_alloc(1 + task % 100, 1);
    if (!block)
        atomic_fetch_add((atomic_size_t *)context, 1);
    tr_free(block);
}

static void exactly_one_call_fails_among_many_threads(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_pool *pool;
    assert_ok(tr_pool_create(4, &pool, &err), &err);
    for (size_t k = 1; k <= 1000; k += 111) {
        atomic_size_t failures = 0;
        tr_alloc_fail_at(k);
        tr_pool_run(pool, 1000, allocate_one, &failures);
        assert_int_equal(tr_alloc_fail_at(0), 1000);
        assert_int_equal(failures, 1);
    }
    tr_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_starts_on_a_cache_line),
        cmocka_unit_test(a_product_that_overflows_is_refused),
        cmocka_unit_test(a_zeroed_block_is_zero),
        cmocka_unit_test(growing_keeps_the_bytes),
        cmocka_unit_test(a_failed_growth_leaves_the_old_block),
        cmocka_unit_test(a_string_is_copied_with_its_end),
        cmocka_unit_test(only_the_kth_call_fails),
        cmocka_unit_test(calls_are_counted_from_the_last_setting),
        cmocka_unit_test(exactly_one_call_fails_among_many_threads),
    };
    return cmocka_run_group_tests_name("base/alloc", tests, NULL, NULL);
}
