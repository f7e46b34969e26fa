#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "io/format/bars_file.h"
#include "io/format/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct opened {
    struct tr_format_source *source;
    struct tr_format_lines lines;
};

static void open_text(struct opened *o, const char *text, size_t n)
{
    struct tr_error err;
    assert_ok(tr_format_source_memory(text, n, &o->source, &err), &err);
    assert_ok(tr_format_lines_init(&o->lines, o->source, &err), &err);
}

static void close_text(struct opened *o)
{
    tr_format_lines_finish(&o->lines);
    tr_format_source_close(o->source);
}

static struct tr_format_line next(struct opened *o)
{
    struct tr_error err;
    struct tr_format_line line;
    assert_ok(tr_format_lines_next(&o->lines, &line, &err), &err);
    return line;
}

static void expect(struct opened *o, const char *text)
{
    struct tr_format_line line = next(o);
    assert_non_null(line.begin);
    assert_int_equal(line.end - line.begin, strlen(text));
    assert_memory_equal(line.begin, text, strlen(text));
}

static void line_ends_of_both_kinds_are_taken_off(void **state)
{
    (void)state;
    struct opened o;
    const char *text = "one\ntwo\r\n\n\r\nfi\rve\nlast";
    open_text(&o, text, strlen(text));
    expect(&o, "one");
    expect(&o, "two");
    expect(&o, "");
    expect(&o, "");
    expect(&o, "fi\rve");
    assert_int_equal(o.lines.number, 5);
    expect(&o, "last");
    assert_null(next(&o).begin);
    assert_null(next(&o).begin);
    assert_int_equal(o.lines.number, 6);
    close_text(&o);
}

static void nothing_has_no_lines(void **state)
{
    (void)state;
    struct opened o;
    open_text(&o, "", 0);
    assert_null(next(&o).begin);
    assert_int_equal(o.lines.number, 0);
    close_text(&o);
}

static void a_nul_is_a_byte_like_any_other(void **state)
{
    (void)state;
    struct opened o;
    open_text(&o, "a\0b\nc", 5);
    struct tr_format_line line = next(&o);
    assert_int_equal(line.end - line.begin, 3);
    expect(&o, "c");
    close_text(&o);
}

static void peeking_takes_nothing(void **state)
{
    (void)state;
    struct opened o;
    struct tr_error err;
    const char *bytes;
    size_t got;
    open_text(&o, "one\ntwo", 7);
    assert_ok(tr_format_lines_peek(&o.lines, 5, &bytes, &got, &err), &err);
    assert_int_equal(got, 5);
    assert_memory_equal(bytes, "one\nt", 5);
    assert_ok(tr_format_lines_peek(&o.lines, 50, &bytes, &got, &err), &err);
    assert_int_equal(got, 7);
    expect(&o, "one");
    expect(&o, "two");
    close_text(&o);
}

/* Lines of random lengths, many of them across the borders of a block, against a walk over the text. */
static void lines_across_blocks_agree_with_a_walk(void **state)
{
    (void)state;
    struct tr_rng rng;
    size_t n = 5000000;
    char *text = tr_alloc(n, 1);
    assert_non_null(text);
    tr_rng_init(&rng, 9, 0);
    for (uint64_t round = 0; round < 4; round++) {
        const uint64_t most[] = {5, 300, 70000, 900000};
        for (size_t i = 0; i < n;) {
            uint64_t length = tr_rng_below(&rng, most[round]);
            for (; length > 0 && i < n - 1; length--, i++)
                text[i] = (char)('a' + (char)(i % 26));
            text[i++] = '\n';
        }
        struct opened o;
        open_text(&o, text, n);
        size_t at = 0, number = 0;
        for (struct tr_format_line line = next(&o); line.begin; line = next(&o)) {
            const char *newline = memchr(text + at, '\n', n - at);
            size_t length = (size_t)(newline - (text + at));
            number++;
            assert_false(line.too_long);
            assert_int_equal(line.end - line.begin, length);
            assert_memory_equal(line.begin, text + at, length);
            at += length + 1;
        }
        assert_int_equal(at, n);
        assert_int_equal(o.lines.number, number);
        close_text(&o);
    }
    tr_free(text);
}

static void a_line_of_the_maximum_is_read_and_a_longer_one_skipped(void **state)
{
    (void)state;
    for (size_t extra = 0; extra < 3; extra++) {
        for (size_t tail = 0; tail < 2; tail++) { /* with and without a line behind it */
            size_t length = TR_FORMAT_MAX_LINE + (extra == 2 ? 3 * TR_FORMAT_MAX_LINE : extra);
            size_t n = length + (tail ? 7 : 0);
            char *text = tr_alloc(n, 1);
            assert_non_null(text);
            memset(text, 'x', length);
            for (size_t i = 0; i < n - length; i++)
                text[length + i] = "\nnext\r\n"[i];
            struct opened o;
            open_text(&o, text, n);
            struct tr_format_line line = next(&o);
            assert_int_equal(line.too_long, extra > 0);
            assert_int_equal(line.end - line.begin, extra > 0 ? 0 : length);
            assert_int_equal(o.lines.number, 1);
            if (tail)
                expect(&o, "next");
            assert_null(next(&o).begin);
            close_text(&o);
            tr_free(text);
        }
    }
}

static long resident_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A hole in a file is one line without an end: 64 MiB of it, or 2 GiB where TRADERAI_TEST_LONG is set (14 s on a busy
 * machine, and as much page cache). */
static void a_line_without_an_end_needs_no_more_memory(void **state)
{
    (void)state;
    off_t hole = getenv("TRADERAI_TEST_LONG") ? (off_t)1 << 31 : (off_t)1 << 26;
    char dir[256], path[300];
    struct tr_error err;
    struct opened o;
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/long", dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("first\n", file);
    assert_int_equal(fseeko(file, hole, SEEK_CUR), 0);
    fputs("\nlast", file);
    assert_int_equal(fclose(file), 0);
    assert_ok(tr_format_source_open(path, &o.source, &err), &err);
    assert_ok(tr_format_lines_init(&o.lines, o.source, &err), &err);
    long before = resident_kib();
    expect(&o, "first");
    assert_true(next(&o).too_long);
    expect(&o, "last");
    assert_int_equal(o.lines.number, 3);
    assert_true(resident_kib() - before < 8 * 1024);
    close_text(&o);
    test_remove_dir(dir);
}

static void errors_of_the_source_come_through(void **state)
{
    (void)state;
    struct opened o;
    struct tr_error err;
    struct tr_format_line line;
    const char *bytes;
    size_t got;
    open_text(&o, "\x1f\x8b\x08", 3);
    assert_int_equal(tr_format_lines_peek(&o.lines, 4, &bytes, &got, &err), TR_IO);
    close_text(&o);
    open_text(&o, "\x1f\x8b\x08", 3);
    assert_int_equal(tr_format_lines_next(&o.lines, &line, &err), TR_IO);
    assert_null(line.begin);
    close_text(&o);
    assert_ok(tr_format_source_memory("", 0, &o.source, &err), &err);
    tr_alloc_fail_at(1);
    assert_int_equal(tr_format_lines_init(&o.lines, o.source, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    close_text(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends_of_both_kinds_are_taken_off),
        cmocka_unit_test(nothing_has_no_lines),
        cmocka_unit_test(a_nul_is_a_byte_like_any_other),
        cmocka_unit_test(peeking_takes_nothing),
        cmocka_unit_test(lines_across_blocks_agree_with_a_walk),
        cmocka_unit_test(a_line_of_the_maximum_is_read_and_a_longer_one_skipped),
        cmocka_unit_test(a_line_without_an_end_needs_no_more_memory),
        cmocka_unit_test(errors_of_the_source_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
