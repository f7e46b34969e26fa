#include "io/store/check.h"

#include "io/store/models.h"

#include <string.h>

static bool is_text(const char *text, size_t size)
{
    return text[0] != '\0' && memchr(text, '\0', size);
}

enum tr_status tr_store_check_series(const struct tr_series_key *key, struct tr_error *err)
{
    if (!is_text(key->exchange, sizeof key->exchange))
        return tr_error_set(err, TR_INVALID, "a series needs the name of an exchange of at most %zu characters",
                            sizeof key->exchange - 1);
    if (!is_text(key->symbol, sizeof key->symbol))
        return tr_error_set(err, TR_INVALID, "a series needs a symbol of at most %zu characters",
                            sizeof key->symbol - 1);
    if ((unsigned)key->timeframe >= TR_TIMEFRAME_COUNT)
        return tr_error_set(err, TR_INVALID, "a series needs a timeframe");
    return TR_OK;
}

enum tr_status tr_store_check_text(const char *text, size_t size, const char *what, struct tr_error *err)
{
    if (is_text(text, size))
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "%s must have 1 to %zu characters", what, size - 1);
}

bool tr_store_is_hex(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (!digit)
            return false;
    }
    return text[length] == '\0';
}

enum tr_status tr_store_check_hash(const char *hash, const char *what, struct tr_error *err)
{
    if (tr_store_is_hex(hash, TR_HASH_TEXT - 1))
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "%s must be a hash of %d hexadecimal digits in lower case", what,
                        TR_HASH_TEXT - 1);
}

enum tr_status tr_store_check_id(const char *id, const char *what, struct tr_error *err)
{
    if (tr_store_is_hex(id, TR_MODEL_ID - 1))
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "%s must be %d hexadecimal digits in lower case", what, TR_MODEL_ID - 1);
}

enum tr_status tr_store_check_count(size_t count, const char *what, struct tr_error *err)
{
    return count <= INT64_MAX ? TR_OK : tr_error_set(err, TR_INVALID, "%s: %zu is more than can be", what, count);
}

enum tr_status tr_store_check_size(size_t n, const char *what, struct tr_error *err)
{
    if (n <= TR_STORE_BYTES_MAX)
        return TR_OK;
    return tr_error_set(err, TR_INVALID, "%s of %zu bytes is too large: at most %zu bytes can be stored", what, n,
                        TR_STORE_BYTES_MAX);
}

void tr_store_step_hash(const char *key, const void *bytes, size_t n, char out[TR_HASH_TEXT])
{
    struct tr_hash hash;
    tr_hash_init(&hash);
    tr_hash_text(&hash, key);
    tr_hash_add(&hash, bytes, n);
    tr_hash_end(&hash, out);
}

enum tr_status tr_store_name_series(const struct tr_series_key *key, struct tr_error *err)
{
    return tr_error_prepend(err, "%s %s %s", key->exchange, key->symbol, tr_timeframe_name(key->timeframe));
}
