#include "support/test.h"

#include "engine/market/symbol.h"

#include <stdio.h>
#include <string.h>

struct spelling {
    const char *text, *unified;
};

static void check(const struct spelling *spellings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tr_symbol symbol;
        struct tr_error err;
        assert_ok(tr_symbol_parse(spellings[i].text, &symbol, &err), &err);
        assert_string_equal(symbol.text, spellings[i].unified);
    }
}

static void unified_names_stay_what_they_are(void **state)
{
    (void)state;
    static const struct spelling spellings[] = {
        {"BTC/USDT", "BTC/USDT"},           {"BTC/USDT:USDT", "BTC/USDT:USDT"}, {"BTC/USD:BTC", "BTC/USD:BTC"},
        {"btc/usdt:usdt", "BTC/USDT:USDT"}, {"1000PEPE/USDT", "1000PEPE/USDT"}, {"ETH/USD:BTC", "ETH/USD:BTC"},
        {"1INCH/EUR", "1INCH/EUR"},
    };
    check(spellings, sizeof spellings / sizeof *spellings);
}

static void spellings_of_other_programs_become_unified(void **state)
{
    (void)state;
    static const struct spelling spellings[] = {
        {"BTCUSDT", "BTC/USDT"},
        {"btcusdt", "BTC/USDT"},
        {"BTC-USDT", "BTC/USDT"},
        {"BTC_USDT", "BTC/USDT"},
        {"BTC_USDT_USDT", "BTC/USDT:USDT"},
        {"BTC_USD_BTC", "BTC/USD:BTC"},
        {"BTC-USDT-SWAP", "BTC/USDT:USDT"},
        {"BTC-USD-SWAP", "BTC/USD:BTC"},
        {"BTCUSD_PERP", "BTC/USD:BTC"},
        {"BINANCE:BTCUSDT.P", "BTC/USDT:USDT"},
        {"BINANCE:BTCUSDT", "BTC/USDT"},
        {"BYBIT:BTCUSD.P", "BTC/USD:BTC"},
        {"okx:doge-usdt-swap", "DOGE/USDT:USDT"},
        {"XYZ-ABC", "XYZ/ABC"},
    };
    check(spellings, sizeof spellings / sizeof *spellings);
}

static void undivided_names_split_at_the_fitting_quote(void **state)
{
    (void)state;
    static const struct spelling spellings[] = {
        {"ETHBTC", "ETH/BTC"},   {"BTCUSD", "BTC/USD"},     {"BTCTUSD", "BTC/TUSD"}, {"BTCFDUSD", "BTC/FDUSD"},
        {"ETHBUSD", "ETH/BUSD"}, {"DOTUSD", "DOT/USD"},     {"BNBUSD", "BNB/USD"},   {"OPUSDT", "OP/USDT"},
        {"BTCDAI", "BTC/DAI"},   {"USDCUSDT", "USDC/USDT"}, {"BTCEUR", "BTC/EUR"},   {"BUSDUSDT", "BUSD/USDT"},
        {"SUSDC", "S/USDC"},     {"ADAETH", "ADA/ETH"},     {"CAKEBNB", "CAKE/BNB"}, {"TUSDUSDT", "TUSD/USDT"},
        {"XTUSD", "XT/USD"},
    };
    check(spellings, sizeof spellings / sizeof *spellings);
}

static void the_parts_are_filled(void **state)
{
    (void)state;
    struct tr_symbol symbol;
    struct tr_error err;
    assert_ok(tr_symbol_parse("BTC-USD-SWAP", &symbol, &err), &err);
    assert_string_equal(symbol.base, "BTC");
    assert_string_equal(symbol.quote, "USD");
    assert_string_equal(symbol.settle, "BTC");
    assert_ok(tr_symbol_parse("ETHUSDT", &symbol, &err), &err);
    assert_string_equal(symbol.settle, "");
}

static void the_longest_coins_fit(void **state)
{
    (void)state;
    struct tr_symbol symbol;
    struct tr_error err;
    const char *text = "AAAAAAAAAAAAAAAAAAAA/BBBBBBBBBBBBBBBBBBBB:CCCCCCCCCCCCCCCCCCCC";
    assert_ok(tr_symbol_parse(text, &symbol, &err), &err);
    assert_string_equal(symbol.text, text);
}

static void nonsense_is_refused_and_shown_the_form(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "/",
        "BTC/",
        "/USDT",
        "BTC//USDT",
        "BTC/USDT:",
        "BTC:USDT/USDT",
        "BTC/USDT/USDT",
        "USDT",
        "BTC",
        "-",
        "BTC-",
        "-USDT",
        "BTC--USDT",
        "BTC-PERP",
        "SWAP",
        "BTC-SWAP",
        "A-B-C-D",
        "BTC-USDT-240628",
        "BTC/USDT:USDT-211225",
        "USDT/USDT",
        "BTC USDT",
        "BTC/US DT",
        "B\xc3\xa4/USDT",
        ".P",
        "BINANCE:",
        ":",
        "BTC/USDT:USDT:USDT",
        "AAAAAAAAAAAAAAAAAAAAA/USDT",
        "BTC\n/USDT",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tr_symbol symbol = {.text = "kept"};
        struct tr_error err = {0};
        if (tr_symbol_parse(wrong[i], &symbol, &err) != TR_INVALID)
            fail_msg("'%s' was accepted as %s", wrong[i], symbol.text);
        assert_string_equal(symbol.text, "kept");
        assert_non_null(strstr(err.text, "BTC/USDT:USDT"));
        assert_null(strchr(err.text, '\n'));
    }
}

static void a_very_long_name_is_refused_and_clipped(void **state)
{
    (void)state;
    char text[5000];
    struct tr_symbol symbol;
    struct tr_error err;
    memset(text, 'A', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(tr_symbol_parse(text, &symbol, &err), TR_INVALID);
    assert_true(strlen(err.text) < 200);
}

static void a_parsed_name_parses_to_itself(void **state)
{
    (void)state;
    static const char *const names[] = {"BTCUSDT", "DOTUSD", "BTC-USD-SWAP", "BINANCE:ETHUSDC.P", "BTC_USDT_USDT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct tr_symbol first, second;
        struct tr_error err;
        assert_ok(tr_symbol_parse(names[i], &first, &err), &err);
        assert_ok(tr_symbol_parse(first.text, &second, &err), &err);
        assert_memory_equal(&first, &second, sizeof first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unified_names_stay_what_they_are),
        cmocka_unit_test(spellings_of_other_programs_become_unified),
        cmocka_unit_test(undivided_names_split_at_the_fitting_quote),
        cmocka_unit_test(the_parts_are_filled),
        cmocka_unit_test(the_longest_coins_fit),
        cmocka_unit_test(nonsense_is_refused_and_shown_the_form),
        cmocka_unit_test(a_very_long_name_is_refused_and_clipped),
        cmocka_unit_test(a_parsed_name_parses_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
