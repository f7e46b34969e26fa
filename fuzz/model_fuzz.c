/* XGBoost model files: what is accepted names columns that can exist, and is accepted again; what is refused says why.
 */
#include "fuzz.h"

#include "base/alloc.h"
#include "engine/model/xgboost_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_error err = {0};
    size_t cols = 0, again = 0, *col = NULL, *second = NULL;
    enum tr_status status = tr_xgboost_file_check(data, size, &cols, &col, &err);
    if (status == TR_OK) {
        FUZZ_CHECK(cols > 0 && col);
        FUZZ_CHECK(tr_xgboost_file_check(data, size, &again, &second, &err) == TR_OK && again == cols);
        for (size_t i = 0; i < cols; i++)
            FUZZ_CHECK(col[i] == second[i]);
    } else {
        FUZZ_CHECK((status == TR_CORRUPT || status == TR_UNSUPPORTED) && !col);
        FUZZ_CHECK(err.text[0]);
        for (const char *p = err.text; *p; p++)
            FUZZ_CHECK((unsigned char)*p >= ' ');
    }
    tr_free(col);
    tr_free(second);
    return 0;
}
