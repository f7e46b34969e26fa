#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/file/ubjson.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

static enum tr_status read_bytes(struct tr_doc *doc, const char *bytes, size_t n, struct tr_error *err)
{
    tr_doc_init(doc);
    return tr_doc_read_ubj(doc, bytes, n, err);
}

static void numbers_of_every_type_are_read(void **state)
{
    static const char bytes[] = "{"
                                "U\1a"
                                "U\377"
                                "U\1b"
                                "i\377"
                                "U\1c"
                                "I\377\376"
                                "U\1d"
                                "l\200\0\0\0"
                                "U\1e"
                                "L\177\377\377\377\377\377\377\377"
                                "U\1f"
                                "d\77\300\0\0"
                                "U\1g"
                                "D\300\4\0\0\0\0\0\0"
                                "U\1h"
                                "HU\0042.50"
                                "U\1i"
                                "T"
                                "NU\1j"
                                "F"
                                "i\1k"
                                "Z"
                                "I\0\1l"
                                "Sl\0\0\0\3xyz"
                                "U\1m"
                                "Cq"
                                "}";
    static const struct {
        const char *key;
        double number;
    } expected[] = {{"a", 255.0}, {"b", -1.0}, {"c", -2.0}, {"d", -2147483648.0}, {"e", 9223372036854775807.0},
                    {"f", 1.5},   {"g", -2.5}, {"h", 2.5},  {"i", 1.0},           {"j", 0.0}};
    struct tr_doc doc;
    struct tr_error err;
    (void)state;
    assert_ok(read_bytes(&doc, bytes, sizeof bytes - 1, &err), &err);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct tr_doc_value *value = tr_doc_get(&doc, doc.value, expected[i].key);
        assert_true(value && value->kind == TR_DOC_NUMBER && value->number == expected[i].number);
    }
    assert_true(tr_doc_get(&doc, doc.value, "k")->kind == TR_DOC_NULL);
    assert_true(tr_doc_is_text(tr_doc_get(&doc, doc.value, "l"), "xyz"));
    assert_true(tr_doc_is_text(tr_doc_get(&doc, doc.value, "m"), "q"));
    assert_null(tr_doc_get(&doc, doc.value, "n"));
    tr_doc_finish(&doc);
}

static void lists_are_read_typed_and_untyped_counted_and_closed(void **state)
{
    static const char bytes[] = "[#U\6"
                                "[$d#U\2"
                                "\77\200\0\0"
                                "\377\200\0\0"
                                "[$U#L\0\0\0\0\0\0\0\0"
                                "[U\1NI\0\2T]"
                                "[#i\2U\7U\10"
                                "[SU\1aSU\1b]"
                                "{#U\1U\1x[]";
    struct tr_doc doc;
    struct tr_error err;
    (void)state;
    assert_ok(read_bytes(&doc, bytes, sizeof bytes - 1, &err), &err);
    const struct tr_doc_value *list = tr_doc_first(&doc, doc.value);
    assert_true(tr_doc_is_numbers(list, 2) && tr_doc_number_at(&doc, list, 0) == 1.0);
    assert_true(isinf(tr_doc_number_at(&doc, list, 1)));
    list = tr_doc_next(&doc, list);
    assert_true(tr_doc_is_numbers(list, 0) && !tr_doc_is_numbers(list, 1));
    list = tr_doc_next(&doc, list);
    assert_true(tr_doc_is_numbers(list, 3) && tr_doc_number_at(&doc, list, 1) == 2.0 &&
                tr_doc_number_at(&doc, list, 2) == 1.0);
    list = tr_doc_next(&doc, list);
    assert_true(tr_doc_is_numbers(list, 2) && tr_doc_number_at(&doc, list, 1) == 8.0);
    list = tr_doc_next(&doc, list);
    assert_true(list->kind == TR_DOC_LIST && list->n == 2 && !tr_doc_is_numbers(list, 2));
    assert_true(tr_doc_is_text(tr_doc_next(&doc, tr_doc_first(&doc, list)), "b"));
    list = tr_doc_next(&doc, list);
    assert_true(tr_doc_is_numbers(tr_doc_get(&doc, list, "x"), 0));
    assert_null(tr_doc_next(&doc, list));
    tr_doc_finish(&doc);
}

static void damage_is_refused(void **state)
{
#define BYTES(text) (text), sizeof(text) - 1
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        {BYTES("")},
        {BYTES("N")},
        {BYTES("{")},
        {BYTES("[")},
        {BYTES("]")},
        {BYTES("x")},
        {BYTES("U")},
        {BYTES("l\0\0\0")},
        {BYTES("U\1U\1")},
        {BYTES("SU\2a")},
        {BYTES("Si\377a")},
        {BYTES("Sd\0\0\0\0")},
        {BYTES("SL\177\377\377\377\377\377\377\377")},
        {BYTES("C")},
        {BYTES("HU\3abc")},
        {BYTES("{U\1a}")},
        {BYTES("{a1}")},
        {BYTES("[$d")},
        {BYTES("[$dU\1\0\0\0\0]")},
        {BYTES("[$S#U\1U\1a")},
        {BYTES("[$T#L\177\0\0\0\0\0\0\0")},
        {BYTES("[$d#U\2\0\0\0\0")},
        {BYTES("[$D#L\40\0\0\0\0\0\0\1")},
        {BYTES("[$U#i\377")},
        {BYTES("[#L\177\377\377\377\377\377\377\377Z")},
        {BYTES("[#U\2Z")},
        {BYTES("[U\1Z]")},
        {BYTES("[ZU\1]")},
        {BYTES("{$U#U\1U\1a\0")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tr_doc doc;
        struct tr_error err;
        if (read_bytes(&doc, cases[i].bytes, cases[i].n, &err) != TR_CORRUPT)
            fail_msg("case %zu was not refused", i);
        tr_doc_finish(&doc);
    }
}

static void depth_is_limited(void **state)
{
    char bytes[4096];
    struct tr_doc doc;
    struct tr_error err;
    (void)state;
    memset(bytes, '[', sizeof bytes);
    assert_true(read_bytes(&doc, bytes, sizeof bytes, &err) == TR_CORRUPT);
    assert_non_null(strstr(err.text, "deep"));
    tr_doc_finish(&doc);
    tr_doc_init(&doc);
    assert_true(tr_doc_read_json(&doc, bytes, 1500, &err) == TR_CORRUPT);
    tr_doc_finish(&doc);
    size_t deep = TR_DOC_DEPTH + 1;
    memset(bytes + deep, ']', deep);
    assert_ok(read_bytes(&doc, bytes, 2 * deep, &err), &err);
    tr_doc_finish(&doc);
    tr_doc_init(&doc);
    assert_ok(tr_doc_read_json(&doc, bytes, 2 * deep, &err), &err);
    tr_doc_finish(&doc);
    memset(bytes, '[', deep + 1);
    memset(bytes + deep + 1, ']', deep + 1);
    tr_doc_init(&doc);
    assert_true(tr_doc_read_json(&doc, bytes, 2 * deep + 2, &err) == TR_CORRUPT);
    tr_doc_finish(&doc);
}

static void a_key_given_twice_is_not_there(void **state)
{
    static const char bytes[] = "{U\1aZU\1bZU\1aZ}";
    struct tr_doc doc;
    struct tr_error err;
    (void)state;
    assert_ok(read_bytes(&doc, bytes, sizeof bytes - 1, &err), &err);
    assert_null(tr_doc_get(&doc, doc.value, "a"));
    assert_non_null(tr_doc_get(&doc, doc.value, "b"));
    assert_null(tr_doc_get(&doc, NULL, "b"));
    tr_doc_finish(&doc);
}

static void json_says_the_same(void **state)
{
    static const char text[] = "{\"a\": [1, 2.5, true], \"b\": [[], {}, null], \"c\": \"t\", \"d\": -3}";
    struct tr_doc doc;
    struct tr_error err;
    (void)state;
    tr_doc_init(&doc);
    assert_ok(tr_doc_read_json(&doc, text, strlen(text), &err), &err);
    const struct tr_doc_value *a = tr_doc_get(&doc, doc.value, "a"), *b = tr_doc_get(&doc, doc.value, "b");
    assert_true(tr_doc_is_numbers(a, 3) && tr_doc_number_at(&doc, a, 1) == 2.5 && tr_doc_number_at(&doc, a, 2) == 1.0);
    assert_true(b->kind == TR_DOC_LIST && b->n == 3 && tr_doc_first(&doc, b)->kind == TR_DOC_LIST);
    assert_true(tr_doc_is_text(tr_doc_get(&doc, doc.value, "c"), "t"));
    assert_true(tr_doc_get(&doc, doc.value, "d")->number == -3.0);
    tr_doc_finish(&doc);
    static const char *const refused[] = {"", "{", "[1, \"a\"]", "[\"a\", 1]", "{\"a\": 1, \"a\": 2}", "[NaN]", "1 2"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        tr_doc_init(&doc);
        assert_true(tr_doc_read_json(&doc, refused[i], strlen(refused[i]), &err) == TR_CORRUPT);
        tr_doc_finish(&doc);
    }
}

/* begin, then unit n times, then end: all of it in a block to free. */
static char *repeated(const char *begin, const char *unit, size_t n, const char *end, size_t *length)
{
    size_t before = strlen(begin), each = strlen(unit), after = strlen(end);
    *length = before + n * each + after;
    char *text = tr_alloc(*length, 1);
    assert_non_null(text);
    memcpy(text, begin, before);
    for (size_t i = 0; i < n; i++)
        memcpy(text + before + i * each, unit, each);
    memcpy(text + before + n * each, end, after);
    return text;
}

static long peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void json_that_would_take_too_much_memory_is_refused_before_it_is_built(void **state)
{
    static const struct {
        const char *begin, *unit, *end;
        size_t n;
    } cases[] = {
        {"[0", ",0", "]", 11000000},
        {"[null", ",null", "]", 3500000},
        {"[[]", ",[]", "]", 2000000},
        {"[{}", ",{}", "]", 1500000},
        {"[\"\"", ",\"\"", "]", 3000000},
        {"[\"\\\"\"", ",\"\\\"\"", "]", 3000000},
        {"{\"a\":0", ",\"a\":0", "}", 2000000},
        {"[{\"a\":[0]}", ",{\"a\":[0]}", "]", 700000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_doc doc;
        struct tr_error err = {0};
        size_t length;
        char *text = repeated(cases[i].begin, cases[i].unit, cases[i].n, cases[i].end, &length);
        long before = peak_kib();
        tr_doc_init(&doc);
        if (tr_doc_read_json(&doc, text, length, &err) != TR_UNSUPPORTED || !strstr(err.text, "MiB of memory"))
            fail_msg("case %zu was not refused: %s", i, err.text);
        if (peak_kib() > before + 8192)
            fail_msg("case %zu was built before it was refused: %ld KiB", i, peak_kib() - before);
        tr_doc_finish(&doc);
        tr_free(text);
    }
}

static void punctuation_inside_texts_takes_no_memory(void **state)
{
    struct tr_doc doc;
    struct tr_error err;
    size_t length;
    char *text = repeated("[\"", "[{,:\\\"n\\\\", 2000000, "\"]", &length);
    (void)state;
    tr_doc_init(&doc);
    assert_ok(tr_doc_read_json(&doc, text, length, &err), &err);
    assert_true(tr_doc_first(&doc, doc.value)->n == 7 * 2000000);
    tr_doc_finish(&doc);
    text[length - 2] = ','; /* a text without an end */
    text[length - 1] = '\\';
    tr_doc_init(&doc);
    assert_true(tr_doc_read_json(&doc, text, length, &err) == TR_CORRUPT);
    tr_doc_finish(&doc);
    tr_free(text);
}

static void numbers_that_would_be_copied_are_limited(void **state)
{
    struct tr_doc doc;
    struct tr_error err;
    size_t length;
    char *bytes = repeated("[", "T", TR_DOC_COPIES + 1, "]", &length);
    (void)state;
    assert_true(read_bytes(&doc, bytes, length, &err) == TR_UNSUPPORTED);
    assert_true(doc.numbers == TR_DOC_COPIES && doc.numbers_room == TR_DOC_COPIES);
    assert_non_null(strstr(err.text, "16777216"));
    tr_doc_finish(&doc);
    bytes[length - 2] = ']';
    assert_ok(read_bytes(&doc, bytes, length - 1, &err), &err);
    assert_true(tr_doc_is_numbers(doc.value, TR_DOC_COPIES));
    tr_doc_finish(&doc);
    tr_free(bytes);
}

static void whole_numbers_are_written_as_short_as_they_can_be(void **state)
{
    static const int64_t numbers[] = {
        0,      1,      -1,        127,       128,          -128,          -129,      32767,    32768,
        -32768, -32769, INT32_MAX, INT32_MIN, 2147483648LL, -2147483649LL, INT64_MAX, INT64_MIN};
    static const size_t bytes[] = {2, 2, 2, 2, 3, 2, 3, 3, 5, 3, 5, 5, 5, 9, 9, 9, 9};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct tr_doc doc;
        struct tr_error err;
        struct tr_buf out;
        tr_buf_init(&out);
        tr_ubj_add_int(&out, numbers[i]);
        assert_true(out.len == bytes[i]);
        assert_ok(read_bytes(&doc, out.data, out.len, &err), &err);
        assert_true(doc.value[0].number == (double)numbers[i]);
        tr_doc_finish(&doc);
        tr_buf_finish(&out);
    }
}

static void any_bytes_are_survived(void **state)
{
    static const char letters[] = "{}[]$#UiIlLdDSHCTFZN\0\1\2\3a";
    struct tr_rng rng;
    size_t sound = 0;
    (void)state;
    tr_rng_init(&rng, 81, 0);
    for (int round = 0; round < 200000; round++) {
        char bytes[24];
        size_t n = 1 + (size_t)tr_rng_below(&rng, sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = letters[tr_rng_below(&rng, sizeof letters - 1)];
        char *copy = tr_alloc(n, 1); /* so that a sanitizer sees its end */
        assert_non_null(copy);
        memcpy(copy, bytes, n);
        struct tr_doc doc;
        struct tr_error err;
        enum tr_status status = read_bytes(&doc, copy, n, &err);
        assert_true(status == TR_OK || status == TR_CORRUPT);
        sound += status == TR_OK;
        tr_doc_finish(&doc);
        tr_free(copy);
    }
    assert_true(sound > 1000);
}

static void every_allocation_may_fail(void **state)
{
    static const char bytes[] = "{U\1a[U\1U\2]U\1b[[][]]}";
    enum tr_status status = TR_NOMEM;
    size_t k;
    (void)state;
    for (k = 1; status == TR_NOMEM; k++) {
        struct tr_doc doc;
        struct tr_error err;
        tr_alloc_fail_at(k);
        status = read_bytes(&doc, bytes, sizeof bytes - 1, &err);
        tr_alloc_fail_at(0);
        tr_doc_finish(&doc);
        assert_true(k < 20);
    }
    assert_true(status == TR_OK && k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_type_are_read),
        cmocka_unit_test(lists_are_read_typed_and_untyped_counted_and_closed),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(a_key_given_twice_is_not_there),
        cmocka_unit_test(json_says_the_same),
        cmocka_unit_test(json_that_would_take_too_much_memory_is_refused_before_it_is_built),
        cmocka_unit_test(punctuation_inside_texts_takes_no_memory),
        cmocka_unit_test(numbers_that_would_be_copied_are_limited),
        cmocka_unit_test(whole_numbers_are_written_as_short_as_they_can_be),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/model/forest/ubjson", tests, NULL, NULL);
}
