/* XGBoost's model files, JSON and UBJSON: what is accepted can be asked, and comes back from both formats. */
#include "forest.h"

#include "engine/model/file/xgboost_file.h"

static void write_and_read(const struct tr_forest *forest, enum tr_xgboost_format format, const char *columns)
{
    struct tr_forest again;
    struct tr_error err = {0};
    struct tr_buf file;
    char *kept;
    tr_buf_init(&file);
    enum tr_status status = tr_xgboost_write(forest, format, columns, &file, &err);
    if (status == TR_OK) {
        FUZZ_CHECK(tr_xgboost_read(file.data, file.len, &again, &kept, &err) == TR_OK);
        FUZZ_CHECK(!kept == !columns);
        FUZZ_CHECK(format == TR_XGBOOST_JSON || !kept || strcmp(kept, columns) == 0);
        fuzz_same(forest, &again);
        tr_free(kept);
        tr_forest_finish(&again);
    } else { /* JSON has no infinity */
        FUZZ_CHECK(status == TR_UNSUPPORTED && format == TR_XGBOOST_JSON);
    }
    tr_buf_finish(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_forest forest;
    struct tr_error err = {0};
    char *columns;
    enum tr_status status = tr_xgboost_read(data, size, &forest, &columns, &err);
    if (status == TR_OK) {
        write_and_read(&forest, TR_XGBOOST_JSON, columns);
        write_and_read(&forest, TR_XGBOOST_UBJ, columns);
    } else {
        fuzz_refused(status, &err);
        FUZZ_CHECK(!columns);
    }
    tr_free(columns);
    tr_forest_finish(&forest);
    return 0;
}
