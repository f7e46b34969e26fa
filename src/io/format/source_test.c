#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "io/format/source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MAX_BYTES 300000

/* Everything the source gives, read in pieces of at most `piece` bytes. */
static enum tr_status drain(struct tr_format_source *source, size_t piece, char *out, size_t *n, struct tr_error *err)
{
    *n = 0;
    for (;;) {
        size_t got, room = MAX_BYTES - *n;
        enum tr_status status = tr_format_source_read(source, out + *n, piece < room ? piece : room, &got, err);
        if (status || got == 0)
            return status;
        *n += got;
    }
}

static enum tr_status drain_memory(const void *bytes, size_t n, size_t piece, char *out, size_t *got,
                                   struct tr_error *err)
{
    struct tr_format_source *source;
    *got = 0;
    enum tr_status status = tr_format_source_memory(bytes, n, &source, err);
    if (status)
        return status;
    status = drain(source, piece, out, got, err);
    tr_format_source_close(source);
    return status;
}

static size_t gzip(const void *bytes, size_t n, unsigned char *out, size_t capacity)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (z_const Bytef *)(uintptr_t)bytes;
    stream.avail_in = (unsigned)n;
    stream.next_out = out;
    stream.avail_out = (unsigned)capacity;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return capacity - stream.avail_out;
}

/* Text that packs, and noise that does not. */
static char *sample(size_t n)
{
    struct tr_rng rng;
    char *bytes = tr_alloc(n, 1);
    assert_non_null(bytes);
    tr_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i % 1000 < 700 ? '0' + (char)(i % 7) : (char)tr_rng_below(&rng, 256));
    return bytes;
}

static void plain_and_packed_bytes_come_out_the_same_in_any_pieces(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 3, 65535, 65536, 65537, 200000}, pieces[] = {7, 4096, MAX_BYTES};
    unsigned char *packed = tr_alloc(MAX_BYTES, 1);
    char *bytes = sample(200000), *out = tr_alloc(MAX_BYTES, 1);
    struct tr_error err;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (size_t p = 0; p < 3; p++) {
            size_t got;
            assert_ok(drain_memory(bytes, sizes[s], pieces[p], out, &got, &err), &err);
            assert_int_equal(got, sizes[s]);
            assert_memory_equal(out, bytes, got);
            size_t n = gzip(bytes, sizes[s], packed, MAX_BYTES);
            assert_ok(drain_memory(packed, n, pieces[p], out, &got, &err), &err);
            assert_int_equal(got, sizes[s]);
            assert_memory_equal(out, bytes, got);
        }
    }
    tr_free(out);
    tr_free(bytes);
    tr_free(packed);
}

static void members_in_a_row_and_zeros_behind_them_are_one_file(void **state)
{
    (void)state;
    unsigned char packed[400] = {0};
    char out[100];
    struct tr_error err;
    size_t got, n = gzip("one,", 4, packed, 150);
    n += gzip("two,", 4, packed + n, 150);
    n += gzip("", 0, packed + n, 50);
    assert_ok(drain_memory(packed, n, 100, out, &got, &err), &err);
    assert_int_equal(got, 8);
    assert_memory_equal(out, "one,two,", 8);
    assert_ok(drain_memory(packed, n + 30, 100, out, &got, &err), &err); /* tape padding */
    assert_int_equal(got, 8);
    packed[n] = 'x';
    assert_int_equal(drain_memory(packed, n + 1, 100, out, &got, &err), TR_IO);
    assert_non_null(strstr(err.text, "followed by something else"));
}

static void packed_data_cut_off_anywhere_is_an_error(void **state)
{
    (void)state;
    unsigned char packed[200];
    char out[100];
    struct tr_error err;
    size_t got, n = gzip("a line of text that packs and packs and packs", 45, packed, sizeof packed);
    for (size_t cut = 2; cut < n; cut++) {
        assert_int_equal(drain_memory(packed, cut, 100, out, &got, &err), TR_IO);
        assert_non_null(strstr(err.text, "cut off"));
    }
}

/* One bit may be padding between two parts of the data: then nothing changes. */
static void a_changed_bit_of_packed_data_is_an_error_or_changes_nothing(void **state)
{
    (void)state;
    unsigned char packed[200];
    char out[MAX_BYTES / 1000];
    const char *text = "a line of text that packs and packs and packs";
    struct tr_error err;
    size_t got, accepted = 0, n = gzip(text, 45, packed, sizeof packed);
    for (size_t bit = 80; bit < 8 * n; bit++) { /* behind the header, whose time and flags may be anything */
        packed[bit / 8] ^= (unsigned char)(1U << bit % 8);
        enum tr_status status = drain_memory(packed, n, sizeof out, out, &got, &err);
        packed[bit / 8] ^= (unsigned char)(1U << bit % 8);
        if (status) {
            assert_int_equal(status, TR_IO);
            continue;
        }
        accepted++;
        assert_int_equal(got, 45);
        assert_memory_equal(out, text, 45);
    }
    assert_true(accepted < 8);
}

static void a_file_and_standard_input_are_read(void **state)
{
    (void)state;
    char dir[256], path[300], out[100];
    struct tr_error err;
    struct tr_format_source *source;
    size_t got;
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/f", dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("hello\n", file);
    fclose(file);
    assert_ok(tr_format_source_open(path, &source, &err), &err);
    assert_ok(drain(source, 100, out, &got, &err), &err);
    assert_int_equal(got, 6);
    assert_ok(tr_format_source_read(source, out, 100, &got, &err), &err);
    assert_int_equal(got, 0); /* the end stays the end */
    tr_format_source_close(source);
    int saved = dup(STDIN_FILENO);
    assert_non_null(freopen(path, "rb", stdin));
    for (int round = 0; round < 2; round++) {
        assert_ok(tr_format_source_open("-", &source, &err), &err);
        assert_ok(drain(source, 100, out, &got, &err), &err);
        assert_int_equal(got, round == 0 ? 6 : 0);
        tr_format_source_close(source); /* leaves standard input open */
    }
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    test_remove_dir(dir);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_format_source *source = NULL;
    char dir[256], path[300];
    test_make_dir(dir);
    assert_int_equal(tr_format_source_open(dir, &source, &err), TR_IO);
    assert_non_null(strstr(err.text, "directory"));
    snprintf(path, sizeof path, "%s/none", dir);
    assert_int_equal(tr_format_source_open(path, &source, &err), TR_NOT_FOUND);
    assert_int_equal(tr_format_source_open("", &source, &err), TR_NOT_FOUND);
    tr_format_source_close(NULL);
    test_remove_dir(dir);
}

static void out_of_memory_is_a_status(void **state)
{
    (void)state;
    unsigned char packed[200];
    char out[100];
    struct tr_error err;
    size_t got, n = gzip("text", 4, packed, sizeof packed), k = 1;
    for (;; k++) {
        tr_alloc_fail_at(k);
        enum tr_status status = drain_memory(packed, n, 100, out, &got, &err);
        tr_alloc_fail_at(0);
        if (!status)
            break;
        assert_int_equal(status, TR_NOMEM);
    }
    assert_true(k >= 3); /* the source, zlib's state, its window */
}

static void what_was_looked_at_is_still_read(void **state)
{
    (void)state;
    enum { N = 200000 };
    static const size_t looks[] = {1, 5, 4096, N, 2 * N}, pieces[] = {1, 7, 5000, MAX_BYTES};
    char *bytes = sample(N), *back = tr_alloc(MAX_BYTES, 1);
    unsigned char *packed = tr_alloc(MAX_BYTES, 1);
    assert_non_null(back);
    assert_non_null(packed);
    size_t n_packed = gzip(bytes, N, packed, MAX_BYTES);
    for (size_t i = 0; i < sizeof looks / sizeof *looks * 2; i++) {
        struct tr_format_source *source;
        struct tr_error err;
        const char *seen;
        size_t look = looks[i / 2], got;
        assert_ok(tr_format_source_memory(i % 2 ? (const void *)packed : bytes, i % 2 ? n_packed : N, &source, &err),
                  &err);
        assert_ok(tr_format_source_peek(source, look, &seen, &got, &err), &err);
        assert_true(got == (look < N ? look : N));
        assert_memory_equal(seen, bytes, got);
        assert_ok(drain(source, pieces[i % 4], back, &got, &err), &err);
        assert_true(got == N);
        assert_memory_equal(back, bytes, N);
        tr_format_source_close(source);
    }
    tr_free(bytes);
    tr_free(back);
    tr_free(packed);
}

static void looking_at_what_cannot_be_read_says_why(void **state)
{
    (void)state;
    struct tr_format_source *source;
    struct tr_error err;
    const char *seen;
    size_t got;
    assert_ok(tr_format_source_memory("\x1f\x8b\x08", 3, &source, &err), &err);
    assert_int_equal(tr_format_source_peek(source, 100, &seen, &got, &err), TR_IO);
    assert_non_null(strstr(err.text, "cut off"));
    tr_format_source_close(source);
    assert_ok(tr_format_source_memory("", 0, &source, &err), &err);
    assert_ok(tr_format_source_peek(source, 100, &seen, &got, &err), &err);
    assert_true(got == 0);
    tr_format_source_close(source);
    assert_ok(tr_format_source_memory("a", 1, &source, &err), &err);
    tr_alloc_fail_at(1);
    assert_int_equal(tr_format_source_peek(source, 100, &seen, &got, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    tr_format_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_packed_bytes_come_out_the_same_in_any_pieces),
        cmocka_unit_test(members_in_a_row_and_zeros_behind_them_are_one_file),
        cmocka_unit_test(packed_data_cut_off_anywhere_is_an_error),
        cmocka_unit_test(a_changed_bit_of_packed_data_is_an_error_or_changes_nothing),
        cmocka_unit_test(a_file_and_standard_input_are_read),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(out_of_memory_is_a_status),
        cmocka_unit_test(what_was_looked_at_is_still_read),
        cmocka_unit_test(looking_at_what_cannot_be_read_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
