/* Drift references: what is read is written to a text that reads back to the same text; what is refused says why. */
#include "fuzz.h"

#include "app/usecase/drift_reference.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_drift_reference reference;
    struct tr_error err = {0};
    struct tr_buf once, again;
    tr_buf_init(&once);
    tr_buf_init(&again);
    if (tr_drift_reference_read((const char *)data, size, &reference, &err) == TR_OK) {
        FUZZ_CHECK(reference.inputs >= 1 && reference.inputs <= TR_FEATURE_INPUTS && reference.from < reference.to);
        tr_drift_reference_write(&reference, &once);
        tr_drift_reference_finish(&reference);
        FUZZ_CHECK(tr_drift_reference_read(once.data, once.len, &reference, &err) == TR_OK);
        tr_drift_reference_write(&reference, &again);
        FUZZ_CHECK(once.len == again.len && memcmp(once.data, again.data, once.len) == 0);
    } else {
        FUZZ_CHECK(err.text[0]);
    }
    tr_drift_reference_finish(&reference);
    tr_buf_finish(&again);
    tr_buf_finish(&once);
    return 0;
}
