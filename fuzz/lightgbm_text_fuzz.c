/* LightGBM's model text: what is accepted can be asked, and comes back from our own text, which then stays as it is. */
#include "forest.h"

#include "engine/model/file/lightgbm_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_forest forest, again;
    struct tr_error err = {0};
    struct tr_buf text, second;
    enum tr_status status = tr_lightgbm_read(data, size, &forest, &err);
    if (status != TR_OK) {
        fuzz_refused(status, &err);
        tr_forest_finish(&forest);
        return 0;
    }
    tr_buf_init(&text);
    tr_buf_init(&second);
    FUZZ_CHECK(tr_lightgbm_write(&forest, &text, &err) == TR_OK);
    FUZZ_CHECK(tr_lightgbm_read(text.data, text.len, &again, &err) == TR_OK);
    fuzz_same(&forest, &again);
    FUZZ_CHECK(tr_lightgbm_write(&again, &second, &err) == TR_OK);
    FUZZ_CHECK(text.len == second.len && memcmp(text.data, second.data, text.len) == 0);
    tr_buf_finish(&second);
    tr_buf_finish(&text);
    tr_forest_finish(&again);
    tr_forest_finish(&forest);
    return 0;
}
