#include "support/test.h"

#include "app/view/account_view.h"
#include "base/text.h"
#include "support/backtest.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELLS 24
#define TRADES_HEADER                                                                                                  \
    "symbol,side,entry_time,entry,exit_time,exit_avg,exit_reason,qty,gross_usd,fees_usd,slippage_usd,funding_usd,"     \
    "net_usd,net_pct,bars,tp1,tp2,tp3,mae,mfe,ambiguous\n"
enum {
    SYMBOL,
    SIDE,
    ENTRY_TIME,
    ENTRY,
    EXIT_TIME,
    EXIT_AVG,
    EXIT_REASON,
    QTY,
    GROSS,
    FEES,
    SLIPPAGE,
    FUNDING,
    NET,
    NET_PCT,
    BARS,
    TP1,
    TP2,
    TP3,
    MAE,
    MFE,
    AMBIGUOUS,
    COLUMNS
};

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

struct cells {
    size_t n;
    char text[CELLS][64];
};

/* Splits the next line; false at the end. */
static bool next_line(const char **at, struct cells *cells)
{
    size_t len;

    if (!**at)
        return false;
    cells->n = 0;
    do {
        len = strcspn(*at, ",\n");
        assert_true(cells->n < CELLS && len < sizeof cells->text[0]);
        snprintf(cells->text[cells->n++], sizeof cells->text[0], "%.*s", (int)len, *at);
        *at += len + 1;
    } while ((*at)[-1] == ',');
    return true;
}

static double number(const struct cells *cells, size_t column)
{
    const char *text = cells->text[column];
    double value;

    if (!tr_text_to_double(text, text + strlen(text), &value))
        fail_msg("column %zu: \"%s\" is no number", column, text);
    return value;
}

/* Decimals of dollars as hundred-millionths, digit by digit: no double comes near it. */
static int64_t exact(const struct cells *cells, size_t column)
{
    const char *c = cells->text[column];
    bool negative = *c == '-';
    int64_t value = 0;
    int decimals = -1;

    for (c += negative; *c; c++) {
        if (*c == '.') {
            assert_int_equal(decimals, -1);
            decimals = 0;
            continue;
        }
        assert_true(*c >= '0' && *c <= '9');
        value = value * 10 + (*c - '0');
        decimals += decimals >= 0;
    }
    assert_in_range(decimals, 2, 8);
    for (; decimals < 8; decimals++)
        value *= 10;
    return negative ? -value : value;
}

static void each_trade_is_a_row_of_the_stated_columns(void **state)
{
    (void)state;
    struct tr_buf out;
    struct cells cells;
    const char *at;
    size_t rows = 0;

    tr_buf_init(&out);
    tr_view_account_trades_csv(&backtest, &out);
    at = tr_buf_string(&out);
    assert_memory_equal(at, TRADES_HEADER, strlen(TRADES_HEADER));
    at += strlen(TRADES_HEADER);
    for (; next_line(&at, &cells); rows++) {
        const struct tr_account_trade *t = &backtest.account.trades[rows];

        assert_int_equal(cells.n, COLUMNS);
        assert_string_equal(cells.text[SYMBOL], backtest.series[t->series].key.symbol);
        assert_string_equal(cells.text[SIDE], tr_side_name(t->side));
        assert_same_bits(number(&cells, ENTRY), t->money.entry_price);
        assert_same_bits(number(&cells, EXIT_AVG), t->money.exit_price);
        assert_same_bits(number(&cells, QTY), t->quantity);
        assert_same_bits(number(&cells, ENTRY_TIME), (double)t->entry_time);
        assert_same_bits(number(&cells, EXIT_TIME), (double)t->exit_time);
        assert_string_equal(cells.text[EXIT_REASON], t->open ? "open" : tr_exit_reason_name(t->outcome.reason));
        assert_same_bits(number(&cells, BARS), (double)t->outcome.bars);
        assert_int_equal(cells.text[TP1][0] - '0' + cells.text[TP2][0] - '0' + cells.text[TP3][0] - '0',
                         t->outcome.targets_hit);
        assert_string_equal(cells.text[AMBIGUOUS], t->outcome.ambiguous ? "1" : "0");
    }
    assert_int_equal(rows, backtest.account.n_trades);
    tr_buf_finish(&out);
}

/* What spec and reader count on: no rounding anywhere between the columns, nor to the final balance. */
static void money_adds_up_to_the_last_digit(void **state)
{
    (void)state;
    struct tr_buf out;
    struct cells cells;
    const char *at;
    int64_t sum = 0;

    tr_buf_init(&out);
    tr_view_account_trades_csv(&backtest, &out);
    at = tr_buf_string(&out) + strlen(TRADES_HEADER);
    while (next_line(&at, &cells)) {
        assert_int_equal(exact(&cells, GROSS) - exact(&cells, FEES) - exact(&cells, SLIPPAGE) - exact(&cells, FUNDING),
                         exact(&cells, NET));
        sum += exact(&cells, NET);
    }
    assert_true(sum != 0);
    assert_int_equal(backtest.account.capital + sum, backtest.account.final_equity);
    tr_buf_finish(&out);
}

static void excursions_are_fractions_of_the_undisturbed_entry(void **state)
{
    (void)state;
    struct tr_outcome *o = &backtest.account.trades[1].outcome; /* a short */
    struct tr_buf out;
    struct cells cells;
    const char *at;

    backtest.account.trades[0].outcome.worst = backtest.account.trades[0].outcome.entry_price;
    o->entry_price = 200;
    o->best = 190;
    o->worst = 203;
    tr_buf_init(&out);
    tr_view_account_trades_csv(&backtest, &out);
    at = tr_buf_string(&out) + strlen(TRADES_HEADER);
    for (size_t row = 0; next_line(&at, &cells); row++) {
        const struct tr_account_trade *t = &backtest.account.trades[row];

        assert_true(number(&cells, MAE) <= 0 && number(&cells, MFE) >= 0);
        assert_near(number(&cells, NET_PCT), 100 * tr_money_usd(t->net) / t->size_usd, 1e-12);
        if (row == 0)
            assert_string_equal(cells.text[MAE], "0");
        if (row == 1) {
            assert_near(number(&cells, MAE), -0.015, 1e-15);
            assert_near(number(&cells, MFE), 0.05, 1e-15);
        }
    }
    tr_buf_finish(&out);
}

static void equity_has_a_row_a_point_and_its_drawdown(void **state)
{
    (void)state;
    const struct tr_account *a = &backtest.account;
    struct tr_buf out;
    struct cells cells;
    const char *at;
    double deepest = 0;
    size_t row = 0;

    tr_buf_init(&out);
    tr_view_account_equity_csv(&backtest, &out);
    at = tr_buf_string(&out);
    assert_true(next_line(&at, &cells));
    assert_int_equal(cells.n, 3);
    assert_string_equal(cells.text[0], "time");
    assert_string_equal(cells.text[1], "equity_usd");
    assert_string_equal(cells.text[2], "drawdown_frac");
    for (; next_line(&at, &cells); row++) {
        double peak = 0;

        assert_int_equal(cells.n, 3);
        for (size_t k = 0; k <= row; k++)
            peak = fmax(peak, a->equity[k]);
        assert_same_bits(number(&cells, 0), (double)a->time[row]);
        assert_same_bits(number(&cells, 1), a->equity[row]);
        assert_near(number(&cells, 2), 1 - a->equity[row] / peak, 1e-15);
        deepest = fmax(deepest, number(&cells, 2));
    }
    assert_int_equal(row, a->points);
    assert_near(deepest, backtest.measures.max_drawdown.value, 1e-15);
    tr_buf_finish(&out);
}

static void no_trades_are_a_header_alone(void **state)
{
    (void)state;
    struct tr_backtest empty = {0};
    struct tr_buf out;

    test_backtest_make_empty(&empty);
    tr_buf_init(&out);
    tr_view_account_trades_csv(&empty, &out);
    assert_string_equal(tr_buf_string(&out), TRADES_HEADER);
    tr_buf_clear(&out);
    tr_view_account_equity_csv(&empty, &out);
    assert_int_equal(test_count(tr_buf_string(&out), ",10000,0\n"), empty.account.points);
    tr_buf_finish(&out);
    test_backtest_finish(&empty);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_trade_is_a_row_of_the_stated_columns),
        TEST(money_adds_up_to_the_last_digit),
        TEST(excursions_are_fractions_of_the_undisturbed_entry),
        TEST(equity_has_a_row_a_point_and_its_drawdown),
        TEST(no_trades_are_a_header_alone),
    };
    return cmocka_run_group_tests_name("view/account_csv", tests, NULL, NULL);
}
