/* The number scanner against strtod: the same value to the bit, the same end; and what is written reads back. */
#include "fuzz.h"

#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Only what both readers call a number by the same rules: no hex, inf, nan or leading blank. */
static bool decimal(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return false;
    return (*text >= '0' && *text <= '9') || (*text == '.' && text[1] >= '0' && text[1] <= '9');
}

static void check_round_trip(double value)
{
    char text[TR_NUMBER_TEXT];
    double back;
    size_t n = tr_text_from_double(value, text);
    FUZZ_CHECK(n == strlen(text) && tr_text_to_double(text, text + n, &back));
    FUZZ_CHECK(memcmp(&back, &value, sizeof value) == 0);
    n = tr_text_from_double17(value, text);
    FUZZ_CHECK(n == strlen(text) && tr_text_to_double(text, text + n, &back));
    FUZZ_CHECK(memcmp(&back, &value, sizeof value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *end;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    const char *cursor = text;
    double value;
    int64_t integer;
    if (tr_text_to_int64(text, text + size, &integer))
        FUZZ_CHECK(integer == strtoll(text, NULL, 10));
    if (tr_text_scan_double(&cursor, text + size, &value)) {
        double want = strtod(text, &end);
        FUZZ_CHECK(isfinite(value) && cursor > text && cursor <= text + size);
        if (decimal(text))
            FUZZ_CHECK(memcmp(&want, &value, sizeof value) == 0 && cursor == end);
        check_round_trip(value);
    } else {
        FUZZ_CHECK(cursor == text);
        FUZZ_CHECK(!decimal(text) || !isfinite(strtod(text, NULL)));
    }
    free(text);
    return 0;
}
