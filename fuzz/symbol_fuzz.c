/* Market names: what is accepted is in the unified form, fits, and parses to itself; what is refused says why. */
#include "fuzz.h"

#include "engine/market/symbol.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct tr_symbol symbol, again;
    struct tr_error err = {0};
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (tr_symbol_parse(text, &symbol, &err) == TR_OK) {
        FUZZ_CHECK(memchr(symbol.text, 0, sizeof symbol.text) && strchr(symbol.text, '/'));
        FUZZ_CHECK(symbol.base[0] && symbol.quote[0] && strcmp(symbol.base, symbol.quote) != 0);
        FUZZ_CHECK(tr_symbol_parse(symbol.text, &again, &err) == TR_OK);
        FUZZ_CHECK(memcmp(&symbol, &again, sizeof symbol) == 0);
    } else {
        FUZZ_CHECK(err.code == TR_INVALID && err.text[0]);
        for (const char *p = err.text; *p; p++)
            FUZZ_CHECK((unsigned char)*p >= ' ');
    }
    free(text);
    return 0;
}
