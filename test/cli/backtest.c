#include "cli/backtest.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 21
#define TRADES_HEADER                                                                                                  \
    "symbol,side,entry_time,entry,exit_time,exit_avg,exit_reason,qty,gross_usd,fees_usd,slippage_usd,funding_usd,"     \
    "net_usd,net_pct,bars,tp1,tp2,tp3,mae,mfe,ambiguous\n"
#define EQUITY_HEADER "time,equity_usd,drawdown_frac\n"

char *text_of(const struct world *world, const char *name)
{
    size_t len;

    return test_read_file(world_path(world, name), &len);
}

void same_text(const char *what, const char *a, const char *b)
{
    size_t line = 1;

    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    if (*a != *b)
        fail_msg("%s: line %zu differs from \"%.*s\" on: \"%.*s\"", what, line, (int)strcspn(a, "\n"), a,
                 (int)strcspn(b, "\n"), b);
}

int64_t money_of(const char *text)
{
    bool negative = *text == '-';
    int64_t whole = 0, part = 0, unit = INT64_C(100000000);

    text += negative;
    if (*text < '0' || *text > '9')
        fail_msg("%s is no money", text);
    for (; *text >= '0' && *text <= '9'; text++)
        whole = whole * 10 + (*text - '0');
    if (*text == '.')
        text++;
    for (; *text >= '0' && *text <= '9'; text++) {
        unit /= 10;
        if (!unit)
            fail_msg("more than eight decimals: ...%s", text);
        part += (*text - '0') * unit;
    }
    assert_true(*text == '\0');
    return (negative ? -1 : 1) * (whole * INT64_C(100000000) + part);
}

static double real_of(const char *text)
{
    char *end;
    double value = strtod(text, &end);

    assert_true(end != text && *end == '\0');
    return value;
}

static int64_t integer_of(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    assert_true(end != text && *end == '\0');
    return value;
}

/* Cells of the line, cut in place; gives where the next one begins. */
static char *cut(char *line, const char *cell[], size_t columns)
{
    char *end = strchr(line, '\n');
    size_t n = 0;

    assert_non_null(end);
    *end = '\0';
    for (size_t i = 0; i < columns; i++)
        cell[i] = "";
    for (char *at = line; at && n <= columns; n++) {
        char *comma = strchr(at, ',');

        if (comma)
            *comma = '\0';
        if (n < columns)
            cell[n] = at;
        at = comma ? comma + 1 : NULL;
    }
    assert_int_equal(n, columns);
    return end + 1;
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    while ((text = strchr(text, '\n'))) {
        text++;
        n++;
    }
    return n;
}

static void check_trade(const struct trade_row *t)
{
    if (t->gross - t->fees - t->slippage - t->funding != t->net)
        fail_msg("trade of %lld: net is not gross less costs", (long long)t->entry_time);
    assert_true(t->entry_time <= t->exit_time);
    assert_true(t->mae <= 0 && t->mfe >= 0);
    assert_true(t->quantity > 0 && t->entry > 0 && t->exit > 0 && t->bars >= 1);
    assert_true((!t->hit[1] || t->hit[0]) && (!t->hit[2] || t->hit[1]));
    assert_true(strcmp(t->side, "long") == 0 || strcmp(t->side, "short") == 0);
    assert_true((t->net > 0) == (t->net_pct > 0) || (t->net_pct < 1e-9 && t->net_pct > -1e-9));
}

static struct trade_row trade_in(const char *const cell[COLUMNS])
{
    struct trade_row t = {.entry_time = integer_of(cell[2]),
                          .entry = real_of(cell[3]),
                          .exit_time = integer_of(cell[4]),
                          .exit = real_of(cell[5]),
                          .quantity = real_of(cell[7]),
                          .gross = money_of(cell[8]),
                          .fees = money_of(cell[9]),
                          .slippage = money_of(cell[10]),
                          .funding = money_of(cell[11]),
                          .net = money_of(cell[12]),
                          .net_pct = real_of(cell[13]),
                          .bars = (size_t)integer_of(cell[14]),
                          .hit = {integer_of(cell[15]) == 1, integer_of(cell[16]) == 1, integer_of(cell[17]) == 1},
                          .mae = real_of(cell[18]),
                          .mfe = real_of(cell[19]),
                          .ambiguous = integer_of(cell[20]) == 1};

    snprintf(t.symbol, sizeof t.symbol, "%s", cell[0]);
    snprintf(t.side, sizeof t.side, "%s", cell[1]);
    snprintf(t.reason, sizeof t.reason, "%s", cell[6]);
    check_trade(&t);
    return t;
}

struct trade_row *trades_in(const char *text, size_t *n)
{
    const char *cell[COLUMNS];
    char *copy = tr_alloc_string(text), *at = copy + strlen(TRADES_HEADER);
    struct trade_row *rows;

    assert_non_null(copy);
    if (strncmp(text, TRADES_HEADER, strlen(TRADES_HEADER)) != 0)
        fail_msg("no header of trades: %.200s", text);
    *n = lines_in(at);
    rows = tr_alloc_zero(*n + 1, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < *n; i++) {
        at = cut(at, cell, COLUMNS);
        rows[i] = trade_in(cell);
        assert_true(!i || rows[i - 1].entry_time <= rows[i].entry_time);
    }
    tr_free(copy);
    return rows;
}

struct trade_row *trades_of(const struct world *world, const char *name, size_t *n)
{
    char *text = text_of(world, name);
    struct trade_row *rows = trades_in(text, n);

    tr_free(text);
    return rows;
}

struct equity_row *equity_of(const struct world *world, const char *name, size_t *n)
{
    const char *cell[3];
    char *text = text_of(world, name), *at = text + strlen(EQUITY_HEADER);
    struct equity_row *rows;
    double peak = 0;

    assert_int_equal(strncmp(text, EQUITY_HEADER, strlen(EQUITY_HEADER)), 0);
    *n = lines_in(at);
    rows = tr_alloc_zero(*n + 1, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < *n; i++) {
        at = cut(at, cell, 3);
        rows[i] = (struct equity_row){integer_of(cell[0]), real_of(cell[1]), real_of(cell[2])};
        assert_true(!i || rows[i - 1].time < rows[i].time);
        peak = rows[i].equity > peak ? rows[i].equity : peak;
        assert_near(rows[i].drawdown, (peak - rows[i].equity) / peak, 1e-12);
    }
    tr_free(text);
    return rows;
}
