#include "support/test.h"

#include "base/hash.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

/* FIPS 180-4's own examples, and those of NIST's example values and CAVP short messages. */
static void published_messages_have_their_published_hashes(void **state)
{
    (void)state;
    static const struct {
        const char *message, *hash;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"\xd3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
        {"\x11\xaf", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "s"
         "tu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    char hash[TR_HASH_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_hash_of(cases[i].message, strlen(cases[i].message), hash);
        assert_string_equal(hash, cases[i].hash);
    }
}

static void a_million_letters_have_their_published_hash(void **state)
{
    (void)state;
    struct tr_hash running = {0};
    char part[1000], hash[TR_HASH_TEXT];
    memset(part, 'a', sizeof part);
    tr_hash_init(&running);
    for (int i = 0; i < 1000; i++)
        tr_hash_add(&running, part, sizeof part);
    tr_hash_end(&running, hash);
    assert_string_equal(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void parts_give_the_hash_of_the_whole(void **state)
{
    (void)state;
    struct tr_rng rng;
    unsigned char bytes[700];
    tr_rng_init(&rng, 11, 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)tr_rng_below(&rng, 256);
    for (size_t n = 0; n <= sizeof bytes; n += 7) {
        struct tr_hash running = {0};
        char whole[TR_HASH_TEXT], parts[TR_HASH_TEXT];
        tr_hash_of(bytes, n, whole);
        tr_hash_init(&running);
        for (size_t at = 0, step; at < n; at += step) {
            step = 1 + (size_t)tr_rng_below(&rng, 130);
            step = step < n - at ? step : n - at;
            tr_hash_add(&running, bytes + at, step);
            tr_hash_add(&running, NULL, 0); /* nothing adds nothing */
        }
        tr_hash_end(&running, parts);
        assert_string_equal(parts, whole);
    }
}

static void numbers_are_hashed_in_little_endian_order(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, /* the integer */
                                          0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0xbf, /* -1.5 */
                                          0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 'a', 'b', 'c'};
    struct tr_hash running = {0};
    char expected[TR_HASH_TEXT], hash[TR_HASH_TEXT];
    tr_hash_of(bytes, sizeof bytes, expected);
    tr_hash_init(&running);
    tr_hash_u64(&running, UINT64_C(0x0123456789abcdef));
    tr_hash_double(&running, -1.5);
    tr_hash_text(&running, "abc");
    tr_hash_end(&running, hash);
    assert_string_equal(hash, expected);
}

static void hash_of_double(double value, char out[TR_HASH_TEXT])
{
    struct tr_hash running = {0};
    tr_hash_init(&running);
    tr_hash_double(&running, value);
    tr_hash_end(&running, out);
}

static void equal_numbers_hash_alike_and_others_do_not(void **state)
{
    (void)state;
    const uint64_t odd_bits = UINT64_C(0xfff0000000000123); /* a NaN with sign and payload */
    const double values[] = {0.0,         1.0,  -1.0, nextafter(1.0, 2.0), 5e-324, (double)INFINITY, -(double)INFINITY,
                             (double)NAN, 1e300};
    enum { N = sizeof values / sizeof *values };
    char a[TR_HASH_TEXT], b[TR_HASH_TEXT];
    double odd;
    memcpy(&odd, &odd_bits, sizeof odd);
    hash_of_double(0.0, a);
    hash_of_double(-0.0, b);
    assert_string_equal(a, b);
    hash_of_double((double)NAN, a);
    hash_of_double(odd, b);
    assert_string_equal(a, b);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < i; j++) {
            hash_of_double(values[i], a);
            hash_of_double(values[j], b);
            assert_string_not_equal(a, b);
        }
    }
}

static void hash_of_texts(const char *first, const char *second, char out[TR_HASH_TEXT])
{
    struct tr_hash running = {0};
    tr_hash_init(&running);
    tr_hash_text(&running, first);
    tr_hash_text(&running, second);
    tr_hash_end(&running, out);
}

static void neighbouring_texts_do_not_run_together(void **state)
{
    (void)state;
    char a[TR_HASH_TEXT], b[TR_HASH_TEXT], c[TR_HASH_TEXT];
    hash_of_texts("ab", "c", a);
    hash_of_texts("a", "bc", b);
    hash_of_texts("abc", "", c);
    assert_string_not_equal(a, b);
    assert_string_not_equal(a, c);
    assert_string_not_equal(b, c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_messages_have_their_published_hashes),
        cmocka_unit_test(a_million_letters_have_their_published_hash),
        cmocka_unit_test(parts_give_the_hash_of_the_whole),
        cmocka_unit_test(numbers_are_hashed_in_little_endian_order),
        cmocka_unit_test(equal_numbers_hash_alike_and_others_do_not),
        cmocka_unit_test(neighbouring_texts_do_not_run_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
