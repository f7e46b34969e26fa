/* Writes JSON into a buffer, in the order of the calls. Reading is jansson's work.
 * The writer places commas, colons and (optionally) indentation; numbers are the shortest text that reads back as the
 * same double, non-finite ones become null. Misnested calls are programming errors (assert). */
#ifndef TR_BASE_JSON_H
#define TR_BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define TR_JSON_DEPTH 32

struct tr_json {
    struct tr_buf *out; /* borrowed */
    int indent;         /* blanks per level; 0 = one line */
    int depth;
    bool filled[TR_JSON_DEPTH];   /* [depth]: something stands there already */
    bool is_array[TR_JSON_DEPTH]; /* [depth]: an array, else an object */
};

void tr_json_init(struct tr_json *json, struct tr_buf *out, int indent);
/* key is NULL inside arrays and at the top, else the member's name. */
void tr_json_object(struct tr_json *json, const char *key);
void tr_json_object_end(struct tr_json *json);
void tr_json_array(struct tr_json *json, const char *key);
void tr_json_array_end(struct tr_json *json);
void tr_json_number(struct tr_json *json, const char *key, double value);
void tr_json_int(struct tr_json *json, const char *key, int64_t value);
void tr_json_bool(struct tr_json *json, const char *key, bool value);
void tr_json_null(struct tr_json *json, const char *key);
/* Invalid UTF-8 is replaced by U+FFFD; NULL text becomes null. */
void tr_json_string(struct tr_json *json, const char *key, const char *text);
/* An instant as ISO 8601 text under key, and as milliseconds under key + "_timestamp" (objects only). */
void tr_json_time(struct tr_json *json, const char *key, int64_t time_ms);

#endif
