#include "support/test.h"

#include "app/view/html_cell.h"
#include "support/html.h"

#include <string.h>

static void a_cell_of_markup_counts_as_one(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    tr_buf_init(&out);
    tr_html_table(&page, "caption", "<name|value");
    for (int i = 0; i < 2; i++) {
        tr_html_cell_open(&page, i ? "gain" : "");
        tr_html_text(&page, "a");
        tr_html_cell_close(&page);
        tr_html_cell_open(&page, i ? "gain" : "");
        tr_html_element(&page, "b", "%d", i);
        tr_html_cell_close(&page);
    }
    tr_html_cell(&page, "c");
    tr_html_cell(&page, "d");
    tr_html_table_end(&page);
    const char *text = tr_buf_string(&out);
    test_html_check(text);
    assert_non_null(strstr(text, "<tr><th scope=\"row\" class=\"l\">a</th><td><b>0</b>\n</td></tr>"));
    assert_non_null(
        strstr(text, "<tr><th scope=\"row\" class=\"l gain\">a</th><td class=\"gain\"><b>1</b>\n</td></tr>"));
    assert_non_null(strstr(text, "<tr><th scope=\"row\" class=\"l\">c</th><td>d</td></tr>"));
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_of_markup_counts_as_one),
    };
    return cmocka_run_group_tests_name("view/html_cell", tests, NULL, NULL);
}
