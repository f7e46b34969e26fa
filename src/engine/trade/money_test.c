#include "support/test.h"

#include "base/rng.h"
#include "base/text.h"
#include "engine/trade/money.h"

#include <math.h>
#include <string.h>

static void the_nearest_amount_stands_for_a_sum_in_dollars(void **state)
{
    (void)state;
    const struct {
        double usd;
        tr_money amount;
    } cases[] = {
        {0.0, 0},
        {-0.0, 0},
        {1.0, TR_MONEY_USD},
        {12.34, INT64_C(1234000000)},
        {0.1, INT64_C(10000000)}, /* not a double, but its nearest amount is the decimal one */
        {1e-8, 1},
        {0.49e-8, 0},
        {0.51e-8, 1},
        {-0.51e-8, -1},
        {0.5 / 256.0, INT64_C(195313)},   /* 195312.5 exactly: away from zero */
        {-0.5 / 256.0, -INT64_C(195313)}, /* ... on both sides */
        {1.5 / 256.0, INT64_C(585938)},   /* 585937.5: not to even either */
        {TR_MONEY_MOST_USD, INT64_C(1000000000000000000)},
        {-TR_MONEY_MOST_USD, -INT64_C(1000000000000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(tr_money_from_usd(cases[i].usd), cases[i].amount);
}

static void an_amount_reads_as_the_decimals_it_is(void **state)
{
    (void)state;
    const struct {
        tr_money amount;
        const char *text;
    } cases[] = {
        {0, "0.00"},
        {1, "0.00000001"},
        {-1, "-0.00000001"},
        {TR_MONEY_USD, "1.00"},
        {-25 * TR_MONEY_USD / 2, "-12.50"},
        {INT64_C(300000001), "3.00000001"},
        {INT64_C(123456780), "1.2345678"},
        {INT64_C(10), "0.0000001"},
        {INT64_C(1000000), "0.01"},
        {INT64_C(100000), "0.001"},
        {INT64_MAX, "92233720368.54775807"},
        {INT64_MIN, "-92233720368.54775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[TR_MONEY_TEXT];
        tr_money_format(cases[i].amount, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* The amount again out of its text: what stands before and after the point. */
static tr_money read_back(const char *text)
{
    int64_t whole, part;
    bool negative = text[0] == '-';
    const char *point = strchr(text, '.');
    char padded[9] = "00000000";
    assert_non_null(point);
    memcpy(padded, point + 1, strlen(point + 1));
    assert_true(tr_text_to_int64(text + negative, point, &whole));
    assert_true(tr_text_to_int64(padded, padded + 8, &part));
    return (negative ? -1 : 1) * (whole * TR_MONEY_USD + part);
}

static void text_and_dollars_lead_back_to_the_amount(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 4, 0);
    for (int i = 0; i < 100000; i++) {
        tr_money amount = (tr_money)(tr_rng_u64(&rng) >> (2 + tr_rng_below(&rng, 60)));
        if (tr_rng_below(&rng, 2))
            amount = -amount;
        char text[TR_MONEY_TEXT];
        tr_money_format(amount, text);
        assert_int_equal(read_back(text), amount);
        size_t decimals = strlen(strchr(text, '.') + 1);
        assert_true(decimals >= 2 && decimals <= 8);
        assert_true(decimals == 2 || text[strlen(text) - 1] != '0');
        if (amount > -(INT64_C(1) << 51) && amount < INT64_C(1) << 51) /* what a double holds with room to spare */
            assert_int_equal(tr_money_from_usd(tr_money_usd(amount)), amount);
    }
}

static void what_is_paid_is_what_is_received(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    for (int i = 0; i < 100000; i++) {
        double usd = exp(20.0 * tr_rng_uniform(&rng) - 10.0) * tr_rng_normal(&rng);
        assert_int_equal(tr_money_from_usd(-usd), -tr_money_from_usd(usd));
        double miss = fabs(tr_money_usd(tr_money_from_usd(usd)) - usd);
        assert_true(miss <= 0.5e-8 * (1.0 + 1e-9) + 2e-16 * fabs(usd));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_amount_stands_for_a_sum_in_dollars),
        cmocka_unit_test(an_amount_reads_as_the_decimals_it_is),
        cmocka_unit_test(text_and_dollars_lead_back_to_the_amount),
        cmocka_unit_test(what_is_paid_is_what_is_received),
    };
    return cmocka_run_group_tests_name("trade/money", tests, NULL, NULL);
}
