#include "support/test.h"

#include "app/view/explain_view.h"

#include <math.h>
#include <string.h>

static void the_strongest_inputs_come_first_with_their_values(void **state)
{
    struct tr_explanation e = {.members = 2, .base = -0.5, .margin = -0.3};
    struct tr_buf out;
    struct tr_json json;
    const char *first = tr_feature_info(TR_FEATURE_OVERLAYS + 7)->name;
    const char *second = tr_feature_info(TR_FEATURE_OVERLAYS + 2)->name;
    (void)state;
    e.phi[2] = 0.1;
    e.value[2] = 4.25;
    e.phi[7] = -0.25;
    e.value[7] = (double)NAN;
    e.phi[9] = 0.05;
    tr_buf_init(&out);
    tr_view_explanation_text(&e, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), first));
    assert_true(strstr(tr_buf_string(&out), first) < strstr(tr_buf_string(&out), second));
    assert_non_null(strstr(tr_buf_string(&out), "-0.25 (missing)"));
    assert_non_null(strstr(tr_buf_string(&out), "+0.10 (4.25)"));
    assert_null(strstr(tr_buf_string(&out), "+0.05"));
    tr_buf_clear(&out);
    tr_json_init(&json, &out, 0);
    tr_json_object(&json, NULL);
    tr_view_explanation_json(&e, &json);
    tr_json_object_end(&json);
    assert_non_null(strstr(tr_buf_string(&out), "\"value\":null,\"contribution\":-0.25}"));
    assert_non_null(strstr(tr_buf_string(&out), "\"contribution\":0.05}]"));
    tr_buf_finish(&out);
}

static void nothing_known_is_said_as_null(void **state)
{
    struct tr_explanation e = {0};
    struct tr_buf out;
    struct tr_json json;
    (void)state;
    tr_buf_init(&out);
    tr_view_explanation_text(&e, 5, &out);
    assert_true(out.len == 0);
    tr_json_init(&json, &out, 0);
    tr_json_object(&json, NULL);
    tr_view_explanation_json(&e, &json);
    tr_json_object_end(&json);
    assert_string_equal(tr_buf_string(&out), "{\"explanation\":null}");
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strongest_inputs_come_first_with_their_values),
        cmocka_unit_test(nothing_known_is_said_as_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
