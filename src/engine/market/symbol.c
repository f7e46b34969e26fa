#include "engine/market/symbol.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Three coins of this length and two separators fit into TR_SYMBOL_TEXT. */
#define COIN_MAX 20

static const char *const quotes[] = {"USDT", "USDC", "BUSD", "FDUSD", "TUSD", "DAI", "USD", "EUR", "BTC", "ETH", "BNB"};

struct span {
    const char *begin;
    size_t len;
};

enum parts { BASE, QUOTE, THIRD, PARTS_MAX };

static enum tr_status refuse(const char *text, const char *why, struct tr_error *err)
{
    return tr_error_set(err, TR_INVALID, "symbol '%.40s%s': %s; write it like BTC/USDT or BTC/USDT:USDT", text,
                        strlen(text) > 40 ? "..." : "", why);
}

static bool span_is(struct span span, const char *word)
{
    return span.len == strlen(word) && memcmp(span.begin, word, span.len) == 0;
}

static bool same_span(struct span a, struct span b)
{
    return a.len == b.len && memcmp(a.begin, b.begin, a.len) == 0;
}

/* Cuts text [len] at every separator; false where there are more than PARTS_MAX pieces. */
static bool cut(const char *text, size_t len, const char *separators, struct span parts[PARTS_MAX], size_t *count)
{
    size_t start = 0;
    *count = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && !strchr(separators, text[i]))
            continue;
        if (*count == PARTS_MAX)
            return false;
        parts[(*count)++] = (struct span){text + start, i - start};
        start = i + 1;
    }
    return true;
}

/* The quote an undivided name ends in. "BTCTUSD" ends in TUSD and in USD: the longest that leaves a base of three
 * letters, so that DOTUSD and BNBUSD stay what they are; where none does (OPUSDT), the shortest. */
static bool split_undivided(struct span name, struct span parts[PARTS_MAX])
{
    size_t longest = 0, shortest = 0;
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t len = strlen(quotes[i]);
        if (len >= name.len || memcmp(name.begin + name.len - len, quotes[i], len) != 0)
            continue;
        if (name.len - len >= 3 && len > longest)
            longest = len;
        if (shortest == 0 || len < shortest)
            shortest = len;
    }
    size_t quote = longest ? longest : shortest;
    parts[BASE] = (struct span){name.begin, name.len - quote};
    parts[QUOTE] = (struct span){name.begin + name.len - quote, quote};
    return quote > 0;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool coin_valid(struct span coin)
{
    if (coin.len == 0 || coin.len > COIN_MAX)
        return false;
    for (size_t i = 0; i < coin.len; i++) {
        if (!is_letter_or_digit(coin.begin[i]))
            return false;
    }
    return true;
}

static bool is_swap_word(struct span word)
{
    return span_is(word, "SWAP") || span_is(word, "PERP");
}

/* BASE/QUOTE or BASE/QUOTE:SETTLE. Returns what is wrong, or NULL. */
static const char *read_unified(const char *text, size_t len, struct span parts[PARTS_MAX], size_t *count)
{
    if (!cut(text, len, "/:", parts, count) || *count < 2 || text[parts[BASE].len] != '/')
        return "not BASE/QUOTE";
    if (*count == 3 && parts[THIRD].begin[-1] != ':')
        return "not BASE/QUOTE:SETTLE";
    if (*count == 3 && memchr(parts[THIRD].begin, '-', parts[THIRD].len))
        return "dated futures and options are not supported";
    return NULL;
}

/* BTCUSDT, BTC-USDT, BTC_USDT_USDT, BTC-USDT-SWAP, BTCUSD_PERP. */
static const char *read_foreign(const char *text, size_t len, struct span parts[PARTS_MAX], size_t *count, bool *swap)
{
    if (!cut(text, len, "-_", parts, count))
        return "more than three parts";
    if (*count > 1 && is_swap_word(parts[*count - 1])) {
        *swap = true;
        --*count;
    }
    if (*count == 1) {
        *count = 2;
        return split_undivided(parts[BASE], parts) ? NULL : "no known quote coin at its end";
    }
    if (*count == 3 && !same_span(parts[THIRD], parts[QUOTE]) && !same_span(parts[THIRD], parts[BASE]))
        return "its third part is not the coin it is settled in (dated futures are not supported)";
    return NULL;
}

static void copy_coin(char out[24], struct span coin)
{
    memcpy(out, coin.begin, coin.len);
    out[coin.len] = 0;
}

/* Fills out from the parts; returns what is wrong, or NULL. */
static const char *assemble(const struct span parts[PARTS_MAX], size_t count, bool swap, struct tr_symbol *out)
{
    struct tr_symbol symbol = {0};
    for (size_t i = 0; i < count; i++) {
        if (!coin_valid(parts[i]))
            return "a coin's name must be 1 to 20 letters or digits";
    }
    copy_coin(symbol.base, parts[BASE]);
    copy_coin(symbol.quote, parts[QUOTE]);
    if (strcmp(symbol.base, symbol.quote) == 0)
        return "base and quote are the same coin";
    if (count == 3)
        copy_coin(symbol.settle, parts[THIRD]);
    else if (swap) /* a swap quoted in plain dollars is settled in the coin itself */
        copy_coin(symbol.settle, parts[span_is(parts[QUOTE], "USD") ? BASE : QUOTE]);
    snprintf(symbol.text, sizeof symbol.text, "%.20s/%.20s%s%.20s", symbol.base, symbol.quote,
             symbol.settle[0] ? ":" : "", symbol.settle);
    *out = symbol;
    return NULL;
}

enum tr_status tr_symbol_parse(const char *text, struct tr_symbol *out, struct tr_error *err)
{
    char upper[2 * TR_SYMBOL_TEXT] = "";
    size_t len = strlen(text);
    if (len >= sizeof upper)
        return refuse(text, "too long", err);
    for (size_t i = 0; i <= len; i++)
        upper[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);

    struct span parts[PARTS_MAX];
    size_t count = 0;
    bool swap = false;
    const char *wrong = NULL;
    if (strchr(upper, '/')) {
        wrong = read_unified(upper, len, parts, &count);
    } else {
        const char *colon = strchr(upper, ':'), *name = colon ? colon + 1 : upper;
        size_t name_len = strlen(name);
        if (name_len > 2 && strcmp(name + name_len - 2, ".P") == 0) {
            swap = true;
            name_len -= 2;
        }
        wrong = read_foreign(name, name_len, parts, &count, &swap);
    }
    if (!wrong)
        wrong = assemble(parts, count, swap, out);
    return wrong ? refuse(text, wrong, err) : TR_OK;
}
