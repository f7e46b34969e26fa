#include "support/test.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/rng.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static struct tr_json begin(struct tr_buf *buf, int indent)
{
    struct tr_json json;
    tr_buf_init(buf);
    tr_json_init(&json, buf, indent);
    return json;
}

/* Jansson is the other opinion on what valid JSON is. The caller ends with json_decref. */
static json_t *parse(const struct tr_buf *buf)
{
    struct tr_error err;
    assert_ok(tr_buf_status(buf, &err), &err);
    json_error_t error;
    json_t *root = json_loadb(buf->data, buf->len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root)
        fail_msg("%s in %s", error.text, buf->data);
    return root;
}

static void write_sample(struct tr_json *json)
{
    tr_json_object(json, NULL);
    tr_json_string(json, "symbol", "ETHUSDT");
    tr_json_number(json, "price", 2510.25);
    tr_json_int(json, "count", -3);
    tr_json_bool(json, "open", true);
    tr_json_null(json, "reason");
    tr_json_array(json, "levels");
    tr_json_number(json, NULL, 1.5);
    tr_json_object(json, NULL);
    tr_json_object_end(json);
    tr_json_array(json, NULL);
    tr_json_array_end(json);
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void the_order_of_calls_is_the_order_of_text(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    write_sample(&json);
    assert_string_equal(tr_buf_string(&buf), "{\"symbol\":\"ETHUSDT\",\"price\":2510.25,\"count\":-3,\"open\":true,"
                                             "\"reason\":null,\"levels\":[1.5,{},[]]}");
    tr_buf_finish(&buf);
}

static void indentation_makes_one_member_a_line(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 2);
    write_sample(&json);
    assert_string_equal(tr_buf_string(&buf), "{\n  \"symbol\": \"ETHUSDT\",\n  \"price\": 2510.25,\n  \"count\": -3,\n"
                                             "  \"open\": true,\n  \"reason\": null,\n  \"levels\": [\n    1.5,\n"
                                             "    {},\n    []\n  ]\n}");
    tr_buf_finish(&buf);
}

static void both_layouts_parse_to_the_same_document(void **state)
{
    (void)state;
    struct tr_buf line, lines;
    struct tr_json json = begin(&line, 0);
    write_sample(&json);
    json = begin(&lines, 4);
    write_sample(&json);
    json_t *a = parse(&line), *b = parse(&lines);
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    tr_buf_finish(&line);
    tr_buf_finish(&lines);
}

static void values_at_the_top_stand_alone(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 2);
    tr_json_number(&json, NULL, 7);
    tr_buf_char(&buf, '\n');
    tr_json_array(&json, NULL);
    tr_json_array_end(&json);
    assert_string_equal(tr_buf_string(&buf), "7\n[]");
    tr_buf_finish(&buf);
}

static void every_double_reads_back_bit_for_bit(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    static double values[N];
    tr_json_array(&json, NULL);
    for (size_t i = 0; i < N; i++) {
        do {
            uint64_t bits = i == 0 ? UINT64_C(1) << 63 : tr_rng_u64(&rng);
            memcpy(&values[i], &bits, sizeof bits);
        } while (!isfinite(values[i]));
        tr_json_number(&json, NULL, values[i]);
    }
    tr_json_array_end(&json);
    json_t *root = parse(&buf);
    for (size_t i = 1; i < N; i++) /* "-0" is an integer to jansson, which then has no sign */
        assert_same_bits(json_number_value(json_array_get(root, i)), values[i]);
    assert_memory_equal(buf.data, "[-0,", 4);
    json_decref(root);
    tr_buf_finish(&buf);
}

static void numbers_that_json_lacks_become_null(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    tr_json_array(&json, NULL);
    tr_json_number(&json, NULL, (double)NAN);
    tr_json_number(&json, NULL, HUGE_VAL);
    tr_json_number(&json, NULL, -HUGE_VAL);
    tr_json_string(&json, NULL, NULL);
    tr_json_array_end(&json);
    assert_string_equal(tr_buf_string(&buf), "[null,null,null,null]");
    tr_buf_finish(&buf);
}

static void integers_are_written_to_their_limits(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    tr_json_array(&json, NULL);
    tr_json_int(&json, NULL, INT64_MIN);
    tr_json_int(&json, NULL, INT64_MAX);
    tr_json_array_end(&json);
    assert_string_equal(tr_buf_string(&buf), "[-9223372036854775808,9223372036854775807]");
    tr_buf_finish(&buf);
}

static void a_time_is_written_twice(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    tr_json_object(&json, NULL);
    tr_json_time(&json, "opened_at", INT64_C(1730131200123));
    tr_json_int(&json, "n", 1);
    tr_json_object_end(&json);
    assert_string_equal(tr_buf_string(&buf), "{\"opened_at\":\"2024-10-28T16:00:00.123Z\","
                                             "\"opened_at_timestamp\":1730131200123,\"n\":1}");
    tr_buf_finish(&buf);
}

static void every_ascii_character_survives_in_keys_and_values(void **state)
{
    (void)state;
    char text[128];
    for (int c = 1; c < 128; c++)
        text[c - 1] = (char)c;
    text[127] = '\0';
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    tr_json_object(&json, NULL);
    tr_json_string(&json, text, text);
    tr_json_object_end(&json);
    json_t *root = parse(&buf);
    assert_string_equal(json_string_value(json_object_get(root, text)), text);
    for (size_t i = 0; i < buf.len; i++)
        assert_true((unsigned char)buf.data[i] >= 0x20);
    json_decref(root);
    tr_buf_finish(&buf);
}

static void special_characters_have_their_short_escapes(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 0);
    tr_json_string(&json, NULL, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f");
    assert_string_equal(tr_buf_string(&buf), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    tr_buf_finish(&buf);
}

static void broken_utf8_is_replaced_and_good_utf8_kept(void **state)
{
    (void)state;
#define BAD "\xef\xbf\xbd"
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\xe0\xa0\x80",
         "\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\xe0\xa0\x80"},
        {"a\x80z", "a" BAD "z"}, /* continuation without a start */
        {"\xc0\xaf", BAD BAD},   /* overlong, two bytes */
        {"\xc1\xbf", BAD BAD},
        {"\xe0\x80\xaf", BAD BAD BAD}, /* overlong, three */
        {"\xe0\x9f\xbf", BAD BAD BAD},
        {"\xf0\x8f\xbf\xbf", BAD BAD BAD BAD}, /* overlong, four */
        {"\xed\xa0\x80", BAD BAD BAD},         /* surrogate */
        {"\xed\xbf\xbfz", BAD BAD BAD "z"},
        {"\xf4\x90\x80\x80", BAD BAD BAD BAD}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", BAD BAD BAD BAD},
        {"\xfe\xff", BAD BAD},
        {"\xc3", BAD}, /* truncated by the end of text */
        {"\xe2\x82", BAD},
        {"\xf0\x9f\x98", BAD},
        {"\xf0\x9f\x98z", BAD "z"}, /* truncated by another character */
        {"\xe2\x82\xe2\x82\xac", BAD "\xe2\x82\xac"},
        {"\xc3\"", BAD "\""}, /* the quote is not swallowed */
    };
#undef BAD
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_buf buf;
        struct tr_json json = begin(&buf, 0);
        tr_json_string(&json, NULL, cases[i].text);
        json_t *root = parse(&buf);
        assert_string_equal(json_string_value(root), cases[i].expected);
        json_decref(root);
        tr_buf_finish(&buf);
    }
}

static void any_bytes_give_valid_json(void **state)
{
    (void)state;
    static const unsigned char likely[] = {0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x8f,
                                           0x90, 0x9f, 0xa0, 0xbf, '"',  '\\', '\n'};
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int round = 0; round < 20000; round++) {
        char text[12];
        size_t n = (size_t)tr_rng_below(&rng, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = (char)(round % 2 ? 1 + tr_rng_below(&rng, 255) : likely[tr_rng_below(&rng, sizeof likely)]);
        text[n] = '\0';
        struct tr_buf buf;
        struct tr_json json = begin(&buf, 0);
        tr_json_object(&json, NULL);
        tr_json_string(&json, text, text);
        tr_json_object_end(&json);
        json_t *root = parse(&buf);
        assert_int_equal(json_object_size(root), 1);
        json_decref(root);
        tr_buf_finish(&buf);
    }
}

static void nesting_goes_to_the_stated_depth(void **state)
{
    (void)state;
    struct tr_buf buf;
    struct tr_json json = begin(&buf, 1);
    for (int i = 1; i < TR_JSON_DEPTH; i++) {
        if (i % 2)
            tr_json_array(&json, NULL);
        else
            tr_json_object(&json, NULL);
        if (i % 2 == 0) { /* an array as the member of each object */
            i++;
            tr_json_array(&json, "deeper");
        }
    }
    while (json.depth > 0) {
        if (json.is_array[json.depth])
            tr_json_array_end(&json);
        else
            tr_json_object_end(&json);
    }
    json_t *root = parse(&buf);
    size_t depth = 0;
    for (const json_t *at = root; at; depth++)
        at = json_is_array(at) ? json_array_get(at, 0) : json_object_get(at, "deeper");
    assert_int_equal(depth, TR_JSON_DEPTH - 1);
    json_decref(root);
    tr_buf_finish(&buf);
}

static void running_out_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct tr_error err;
    size_t k = 1;
    for (bool done = false; !done; k++) {
        struct tr_buf buf;
        struct tr_json json = begin(&buf, 2);
        tr_alloc_fail_at(k);
        tr_json_array(&json, NULL);
        for (int i = 0; i < 20; i++)
            write_sample(&json);
        tr_json_array_end(&json);
        done = tr_alloc_fail_at(0) < k;
        assert_int_equal(json.depth, 0);
        assert_int_equal(tr_buf_status(&buf, &err), done ? TR_OK : TR_NOMEM);
        tr_buf_finish(&buf);
    }
    assert_true(k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_calls_is_the_order_of_text),
        cmocka_unit_test(indentation_makes_one_member_a_line),
        cmocka_unit_test(both_layouts_parse_to_the_same_document),
        cmocka_unit_test(values_at_the_top_stand_alone),
        cmocka_unit_test(every_double_reads_back_bit_for_bit),
        cmocka_unit_test(numbers_that_json_lacks_become_null),
        cmocka_unit_test(integers_are_written_to_their_limits),
        cmocka_unit_test(a_time_is_written_twice),
        cmocka_unit_test(every_ascii_character_survives_in_keys_and_values),
        cmocka_unit_test(special_characters_have_their_short_escapes),
        cmocka_unit_test(broken_utf8_is_replaced_and_good_utf8_kept),
        cmocka_unit_test(any_bytes_give_valid_json),
        cmocka_unit_test(nesting_goes_to_the_stated_depth),
        cmocka_unit_test(running_out_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
