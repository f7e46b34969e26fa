#include "support/test.h"

#include "app/view/html.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "support/html.h"

#include <string.h>

static const char hostile[] = "<script>alert('x')</script>&\"\x01\xff";

static void every_special_character_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a<b>c", "a&lt;b&gt;c"},
        {"R&D \"quoted\" it's", "R&amp;D &quot;quoted&quot; it&#39;s"},
        {"line\nnext\tcell", "line\nnext\tcell"},
        {"\x01\x1f\x7f", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
        {"a\xc0\xafz\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_buf out;
        tr_buf_init(&out);
        tr_html_escape(&out, cases[i].text);
        assert_string_equal(tr_buf_string(&out), cases[i].want);
        tr_buf_finish(&out);
    }
}

/* A page that uses everything, with the same text from outside in every place that takes one. */
static void write_page(struct tr_buf *out, const char *text)
{
    struct tr_html page;
    tr_html_begin(&page, out, text);
    tr_html_element(&page, "h1", "%s", text);
    tr_html_section(&page, "part", text);
    tr_html_element(&page, "p.note", "n = %d, %s", 3, text);
    tr_html_open(&page, "div.card");
    tr_html_text(&page, "%s", text);
    tr_html_link(&page, "part", text);
    tr_html_close(&page, "div.card");
    tr_html_open_scroll(&page, text);
    tr_html_close(&page, "div");
    tr_html_table(&page, text, "<market|price|<side");
    tr_html_cell(&page, "%s", text);
    tr_html_cell(&page, "%d", 12);
    tr_html_cell(&page, "long");
    tr_html_wide_row(&page, "%s", text);
    tr_html_cell(&page, "B");
    tr_html_cell(&page, "%s", text);
    tr_html_cell(&page, "short");
    tr_html_table_end(&page);
    tr_html_close(&page, "section");
    tr_html_end(&page);
}

static void a_page_is_well_formed_whatever_the_texts(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_rng rng;
    tr_buf_init(&out);
    write_page(&out, hostile);
    test_html_check(tr_buf_string(&out));
    assert_null(strstr(tr_buf_string(&out), "alert('x')"));
    tr_rng_init(&rng, 7, 0);
    for (size_t round = 0; round < 200; round++) {
        char text[24];
        for (size_t i = 0; i + 1 < sizeof text; i++)
            text[i] = (char)(1 + tr_rng_below(&rng, 255));
        text[sizeof text - 1] = '\0';
        tr_buf_clear(&out);
        write_page(&out, text);
        const char *where, *fault = test_html_fault(tr_buf_string(&out), &where);
        if (fault)
            fail_msg("%s: %.80s", fault, where);
    }
    tr_buf_finish(&out);
}

static void a_page_forbids_itself_everything_from_outside(void **state)
{
    (void)state;
    struct tr_buf out;
    tr_buf_init(&out);
    write_page(&out, "x");
    const char *text = tr_buf_string(&out);
    assert_memory_equal(text, "<!DOCTYPE html>\n<html lang=\"en\">", 32);
    assert_non_null(strstr(text, "<meta charset=\"utf-8\"/>"));
    assert_non_null(strstr(text, "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"));
    assert_non_null(strstr(text, "@media screen and (prefers-color-scheme:dark)"));
    assert_non_null(strstr(text, "@media print"));
    test_html_check(text);
    tr_buf_finish(&out);
}

static void a_table_says_what_its_cells_belong_to(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    tr_buf_init(&out);
    tr_html_table(&page, "Prices", "<market|price");
    tr_html_cell(&page, "BTC");
    tr_html_cell(&page, "%.1f", 1.5);
    tr_html_wide_row(&page, "more");
    tr_html_table_end(&page);
    assert_string_equal(
        tr_buf_string(&out),
        "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Prices\">\n<table>\n"
        "<caption>Prices</caption>\n"
        "<thead><tr><th scope=\"col\" class=\"l\">market</th><th scope=\"col\">price</th></tr></thead>\n"
        "<tbody>\n<tr><th scope=\"row\" class=\"l\">BTC</th><td>1.5</td></tr>\n"
        "<tr><td class=\"wide\" colspan=\"2\">more</td></tr>\n</tbody>\n</table>\n</div>\n");
    tr_buf_finish(&out);
}

static void long_texts_are_kept_whole(void **state)
{
    (void)state;
    char text[5000];
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tr_buf_init(&out);
    tr_html_element(&page, "p", "%s", text);
    assert_true(out.len == sizeof text - 1 + strlen("<p></p>\n"));
    tr_buf_finish(&out);
}

static void out_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_buf out;
    size_t k = 1;
    for (;; k++) {
        tr_buf_init(&out);
        tr_alloc_fail_at(k);
        write_page(&out, "x");
        bool reached = tr_alloc_fail_at(0) >= k;
        assert_true((tr_buf_status(&out, &err) == TR_OK) == !reached);
        tr_buf_finish(&out);
        if (!reached)
            break;
    }
    assert_true(k > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_special_character_is_escaped),
        cmocka_unit_test(a_page_is_well_formed_whatever_the_texts),
        cmocka_unit_test(a_page_forbids_itself_everything_from_outside),
        cmocka_unit_test(a_table_says_what_its_cells_belong_to),
        cmocka_unit_test(long_texts_are_kept_whole),
        cmocka_unit_test(out_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests_name("view/html", tests, NULL, NULL);
}
