#include "support/test.h"

#include "base/alloc.h"
#include "engine/feature/column.h"
#include "engine/feature/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_every_column_is_described_once(void **unused)
{
    (void)unused;
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        const struct tr_feature_info *info = tr_feature_info(column);
        assert_true(strlen(info->name) > 0 && strlen(info->family) > 0);
        assert_true(strlen(info->formula) > 0 && strlen(info->unit) > 0);
        assert_int_equal(info->input, column >= TR_FEATURE_OVERLAYS);
        assert_int_equal(tr_feature_find(info->name), column);
    }
    assert_int_equal(tr_feature_find("ema_10"), TR_FEATURE_COLUMNS);
    assert_int_equal(tr_feature_find(""), TR_FEATURE_COLUMNS);
}

static void test_the_enum_and_the_list_stand_in_one_order(void **unused)
{
    (void)unused;
    assert_int_equal(tr_feature_find("obv"), TR_OBV);
    assert_int_equal(tr_feature_find("ema_9_dist"), TR_EMA_9_DIST);
    assert_int_equal(tr_feature_find("sentiment"), TR_SENTIMENT);
    assert_string_equal(tr_feature_info(TR_OBV)->name, "obv");
    assert_int_equal(TR_OBV, TR_FEATURE_OVERLAYS - 1);
}

static void test_the_warm_up_is_the_latest_first_row(void **unused)
{
    (void)unused;
    int latest = 0;
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        latest = tr_feature_info(column)->first > latest ? tr_feature_info(column)->first : latest;
    assert_int_equal(latest, TR_FEATURE_WARMUP_ROWS);
}

static void test_families_are_the_eight(void **unused)
{
    (void)unused;
    static const char *const families[] = {"trend",          "momentum", "volatility", "support_resistance",
                                           "microstructure", "regime",   "calendar",   "sentiment"};
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        size_t k = 0;
        while (k < 8 && strcmp(tr_feature_info(column)->family, families[k]) != 0)
            k++;
        assert_true(k < 8);
    }
}

/* The row of a column in docs/features.md: "| `name` | family | formula | unit | first |...". */
static void test_the_documentation_lists_every_column_as_the_code_does(void **unused)
{
    (void)unused;
    char path[4096], row[512];
    const char *source = getenv("TRADERAI_SOURCE");
    size_t len;
    snprintf(path, sizeof path, "%s/docs/features.md", source ? source : ".");
    char *text = test_read_file(path, &len);
    const char *at = text;
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        const struct tr_feature_info *info = tr_feature_info(column);
        char first[16] = "-";
        if (info->first >= 0)
            snprintf(first, sizeof first, "%d", info->first);
        snprintf(row, sizeof row, "\n| `%s` | %s | %s | %s | %s |", info->name, info->family, info->formula, info->unit,
                 first);
        const char *found = strstr(at, row);
        at = found ? found : at;
        if (!found)
            fail_msg("docs/features.md lacks this row, or has it in another place:%s", row);
    }
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_column_is_described_once),
        cmocka_unit_test(test_the_enum_and_the_list_stand_in_one_order),
        cmocka_unit_test(test_the_warm_up_is_the_latest_first_row),
        cmocka_unit_test(test_families_are_the_eight),
        cmocka_unit_test(test_the_documentation_lists_every_column_as_the_code_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
