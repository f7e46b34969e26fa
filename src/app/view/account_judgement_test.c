#include "support/test.h"

#include "app/view/account_text.h"
#include "base/alloc.h"
#include "support/backtest.h"
#include "support/lines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tr_backtest backtest;

static int set_up(void **state)
{
    (void)state;
    test_backtest_make(&backtest);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_backtest_finish(&backtest);
    return 0;
}

static char *text_of(bool flat)
{
    struct tr_buf out;
    char *copy;

    tr_buf_init(&out);
    tr_view_account_judgement_text(&backtest, &out);
    assert_false(out.failed);
    copy = flat ? test_flat(tr_buf_string(&out)) : tr_alloc_string(tr_buf_string(&out));
    tr_buf_finish(&out);
    assert_non_null(copy);
    return copy;
}

static void targets_stand_beside_random_entries(void **state)
{
    (void)state;
    char *text;

    backtest.measures.hit_rate[0] = (struct tr_measured){0.7, {0.65, 0.75}};
    backtest.measures.hit_rate[1] = (struct tr_measured){0.3, {0.25, 0.35}};
    backtest.measures.hit_rate[2] = (struct tr_measured){0.2, {0.1, 0.3}};
    text = text_of(false);
    test_row_says(text, "target 1", "[65.0, 75.0]          60.0 %  more often");
    test_row_says(text, "target 2", "less often");
    test_row_says(text, "target 3", "cannot be told apart");
    test_says(text, "Of the 4 trades of proven entries");
    backtest.measures.random_hit_rate[1] = (double)NAN;
    tr_free(text);
    text = text_of(false);
    test_row_says(text, "target 2", " -  -");
    tr_free(text);
}

static void the_bounds_stand_side_by_side(void **state)
{
    (void)state;
    char *text = text_of(false), *row = test_row(text, "Profit USD"), chosen[64];

    snprintf(chosen, sizeof chosen, "%+.2f", tr_money_usd(backtest.measures.net));
    test_says(row, "-310.25");
    test_says(row, chosen);
    test_says(row, "+182.50");
    assert_true(strstr(row, "-310.25") < strstr(row, chosen) && strstr(row, chosen) < strstr(row, "+182.50"));
    test_says(text, "closed trades met a bar that can be read another way; in");
    tr_free(row);
    tr_free(text);
}

static void costs_are_shown_beside_what_would_break_even(void **state)
{
    (void)state;
    char *text, expected[128];

    backtest.measures.cost_frac = 0.00171;
    backtest.measures.break_even_frac = 0.00034;
    text = text_of(true);
    test_says(text, "A round trip cost 17.1 bps in fees and slippage; the net would be 0 at 3.4 bps.");
    snprintf(expected, sizeof expected, "- fees %+.2f ", -tr_money_usd(backtest.measures.fees));
    test_says(text, expected);
    tr_free(text);
    backtest.measures.break_even_frac = -0.001;
    text = text_of(true);
    test_says(text, "these trades lose without any, too.");
    tr_free(text);
}

static void luck_is_stated_or_why_it_is_not_known(void **state)
{
    (void)state;
    char *text = text_of(true);

    test_says(text, "Deflated Sharpe ratio: 21 %. 7 configurations were tried");
    test_says(text, "(PBO): 40 %, over 3 stored variants and 58 days.");
    test_says(text, "a loss in 62 % of the paths");
    tr_free(text);
    backtest.counted = false;
    backtest.pbo = backtest.measures.psr = (double)NAN;
    backtest.variants = 1;
    text = text_of(true);
    test_says(text, "above 0 (PSR): not known, since ");
    test_says(text, "Deflated Sharpe ratio: not known, since ");
    test_says(text, "(PBO): not known, since it takes at least two stored runs");
    tr_free(text);
    text = text_of(false);
    test_narrow(text);
    tr_free(text);
    backtest.counted = true;
    backtest.trials = 2;
    backtest.expected_max = backtest.deflated = (double)NAN;
    text = text_of(true);
    test_says(text,
              "Deflated Sharpe ratio: not known, since fewer than two of the trials have a Sharpe ratio over 15 days");
    tr_free(text);
    backtest.trials = 1;
    backtest.expected_max = 0;
    backtest.deflated = 0.2;
    backtest.variants = 4;
    text = text_of(true);
    test_says(text, "the first configuration tried");
    test_says(text, "(PBO): not known, since the runs share too few days");
    tr_free(text);
}

static void months_have_a_row_each(void **state)
{
    (void)state;
    char *text = text_of(false), expected[64];

    snprintf(expected, sizeof expected, "%+.2f", tr_money_usd(backtest.measures.month[1].net));
    test_row_says(text, "2024-03", " 7 ");
    test_row_says(text, "2024-04", " 2 ");
    test_row_says(text, "2024-04", expected);
    tr_free(text);
}

static void months_without_anything_are_one_row(void **state)
{
    (void)state;
    static struct tr_month month[5] = {{.year = 2023, .month = 11},
                                       {.year = 2023, .month = 12},
                                       {.year = 2024, .month = 1},
                                       {.year = 2024, .month = 2, .trades = 3, .return_frac = 0.01, .net = 100},
                                       {.year = 2024, .month = 3}};
    struct tr_month *kept = backtest.measures.month;
    size_t n = backtest.measures.n_months;
    char *text;

    backtest.measures.month = month;
    backtest.measures.n_months = 5;
    text = text_of(false);
    backtest.measures.month = kept;
    backtest.measures.n_months = n;
    test_row_says(text, "2023-11 to 2024-01", " 0 ");
    test_row_says(text, "2024-02           ", " 3 ");
    test_row_says(text, "2024-03           ", " 0 ");
    test_says_not(text, "\n2023-12");
    tr_free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(targets_stand_beside_random_entries),          TEST(the_bounds_stand_side_by_side),
        TEST(costs_are_shown_beside_what_would_break_even), TEST(months_have_a_row_each),
        TEST(months_without_anything_are_one_row),          TEST(luck_is_stated_or_why_it_is_not_known),
    };
    return cmocka_run_group_tests_name("view/account_judgement", tests, NULL, NULL);
}
