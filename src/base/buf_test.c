#include "support/test.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

static void pieces_are_joined(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_error err;
    tr_buf_init(&buf);
    tr_buf_text(&buf, "a");
    tr_buf_char(&buf, 'b');
    tr_buf_add(&buf, "cd\0e", 4);
    tr_buf_printf(&buf, "%d-%s", 12, "x");
    assert_ok(tr_buf_status(&buf, &err), &err);
    assert_int_equal(buf.len, 10);
    assert_memory_equal(buf.data, "abcd\0e12-x", 11);
    tr_buf_finish(&buf);
}

static void an_untouched_buffer_reads_as_empty_text(void **state)
{
    (void)state;
    struct tr_buf buf;
    tr_buf_init(&buf);
    assert_string_equal(tr_buf_string(&buf), "");
    assert_int_equal(buf.len, 0);
    tr_buf_text(&buf, "");
    assert_string_equal(tr_buf_string(&buf), "");
    tr_buf_finish(&buf);
    tr_buf_finish(&buf);
    assert_string_equal(tr_buf_string(&buf), "");
}

static void many_small_adds_keep_every_byte(void **state)
{
    (void)state;
    struct tr_buf buf;
    tr_buf_init(&buf);
    for (int i = 0; i < 100000; i++)
        tr_buf_char(&buf, (char)('a' + i % 26));
    assert_int_equal(buf.len, 100000);
    for (size_t i = 0; i < buf.len; i++)
        assert_int_equal(buf.data[i], 'a' + (int)(i % 26));
    assert_int_equal(buf.data[buf.len], 0);
    tr_buf_finish(&buf);
}

static void every_length_of_text_is_terminated(void **state)
{
    (void)state;
    char text[1100];
    memset(text, 'x', sizeof text);
    for (size_t n = 200; n < sizeof text; n++) {
        struct tr_buf buf;
        tr_buf_init(&buf);
        tr_buf_add(&buf, text, n);
        assert_int_equal(strlen(tr_buf_string(&buf)), n);
        tr_buf_printf(&buf, "%.*s", (int)n, text);
        assert_int_equal(strlen(tr_buf_string(&buf)), 2 * n);
        tr_buf_finish(&buf);
    }
}

static void reserved_room_becomes_text_when_len_is_raised(void **state)
{
    (void)state;
    struct tr_buf buf;
    tr_buf_init(&buf);
    tr_buf_text(&buf, "n=");
    char *room = tr_buf_reserve(&buf, 1000);
    assert_non_null(room);
    assert_int_equal(buf.len, 2);
    memset(room, '7', 3);
    buf.len += 3;
    assert_string_equal(tr_buf_string(&buf), "n=777");
    room = tr_buf_reserve(&buf, 0);
    assert_non_null(room);
    tr_buf_text(&buf, ".");
    assert_string_equal(tr_buf_string(&buf), "n=777.");
    tr_buf_finish(&buf);
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    struct tr_buf buf;
    tr_buf_init(&buf);
    tr_buf_clear(&buf);
    tr_buf_text(&buf, "something");
    const char *data = buf.data;
    tr_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(tr_buf_string(&buf), "");
    tr_buf_text(&buf, "new");
    assert_ptr_equal(buf.data, data);
    assert_string_equal(tr_buf_string(&buf), "new");
    tr_buf_finish(&buf);
}

static void add_a_lot(struct tr_buf *buf)
{
    for (int i = 0; i < 200; i++) {
        tr_buf_text(buf, "some text ");
        tr_buf_printf(buf, "%d ", i);
        tr_buf_char(buf, '.');
        char *room = tr_buf_reserve(buf, 5);
        if (room) {
            memset(room, '7', 5);
            buf->len += 5;
        }
    }
}

static void failure_is_sticky_until_cleared(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_error err;
    size_t k = 1;
    for (bool done = false; !done; k++) {
        tr_buf_init(&buf);
        tr_alloc_fail_at(k);
        add_a_lot(&buf);
        size_t calls = tr_alloc_fail_at(0);
        done = calls < k;
        assert_int_equal(tr_buf_status(&buf, &err), done ? TR_OK : TR_NOMEM);
        if (!done) {
            size_t len = buf.len;
            tr_buf_char(&buf, 'x');
            tr_buf_printf(&buf, "x");
            assert_null(tr_buf_reserve(&buf, 1));
            assert_int_equal(buf.len, len);
            assert_int_equal(strlen(tr_buf_string(&buf)), len);
            tr_buf_clear(&buf);
            add_a_lot(&buf);
            assert_ok(tr_buf_status(&buf, &err), &err);
        }
        tr_buf_finish(&buf);
    }
    assert_true(k > 4);
}

static void an_impossible_size_fails_without_an_overflow(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_error err;
    tr_buf_init(&buf);
    tr_buf_text(&buf, "abc");
    assert_null(tr_buf_reserve(&buf, SIZE_MAX));
    assert_int_equal(tr_buf_status(&buf, &err), TR_NOMEM);
    assert_string_equal(tr_buf_string(&buf), "abc");
    tr_buf_finish(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(an_untouched_buffer_reads_as_empty_text),
        cmocka_unit_test(many_small_adds_keep_every_byte),
        cmocka_unit_test(every_length_of_text_is_terminated),
        cmocka_unit_test(reserved_room_becomes_text_when_len_is_raised),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(failure_is_sticky_until_cleared),
        cmocka_unit_test(an_impossible_size_fails_without_an_overflow),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
