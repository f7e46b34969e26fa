/* A configuration that is accepted comes back from its own text; one that is refused leaves all as it was. */
#include "fuzz.h"

#include "app/config/config.h"

#include <string.h>

static void write_text(const struct tr_config *config, struct tr_buf *out)
{
    tr_buf_clear(out);
    tr_config_write_json(config, 0, out);
    FUZZ_CHECK(!out->failed);
}

static bool same_text(const struct tr_buf *a, const struct tr_buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tr_config config, again;
    struct tr_error err = {0};
    struct tr_buf before, after;
    tr_buf_init(&before);
    tr_buf_init(&after);
    tr_config_defaults(&config);
    write_text(&config, &before);
    enum tr_status status = tr_config_load_text(&config, "fuzz.json", (const char *)data, size, &err);
    write_text(&config, &after);
    if (status) {
        FUZZ_CHECK(err.code == status && strncmp(err.text, "fuzz.json:", strlen("fuzz.json:")) == 0);
        FUZZ_CHECK(!strchr(err.text, '\n'));
        FUZZ_CHECK(same_text(&before, &after));
    } else {
        tr_config_defaults(&again);
        FUZZ_CHECK(tr_config_load_text(&again, "own.json", after.data, after.len, &err) == TR_OK);
        write_text(&again, &before);
        FUZZ_CHECK(same_text(&before, &after));
    }
    tr_buf_finish(&before);
    tr_buf_finish(&after);
    return 0;
}
