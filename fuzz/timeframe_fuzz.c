/* Bar lengths: only the names that the program prints itself are accepted. */
#include "fuzz.h"

#include "engine/market/timeframe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    enum tr_timeframe timeframe = TR_TIMEFRAME_COUNT;
    struct tr_error err = {0};
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (tr_timeframe_parse(text, &timeframe, &err) == TR_OK)
        FUZZ_CHECK(strcmp(tr_timeframe_name(timeframe), text) == 0);
    else
        FUZZ_CHECK(timeframe == TR_TIMEFRAME_COUNT && err.code == TR_INVALID && err.text[0]);
    free(text);
    return 0;
}
