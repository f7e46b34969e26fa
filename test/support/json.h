/* JSON under test: written into an object, parsed, its members looked up. */
#ifndef TEST_SUPPORT_JSON_H
#define TEST_SUPPORT_JSON_H

#include "support/test.h"

#include "base/json.h"

#include <jansson.h>

struct test_json {
    struct tr_buf text;
    struct tr_json json;
};

/* An open object to write members into. */
struct tr_json *test_json_begin(struct test_json *text);
/* The object parsed; fails the test where that is not possible or a key stands twice. The caller decrefs. */
json_t *test_json_end(struct test_json *text);

/* A member by its path, "walkforward.folds.0.long.auc"; fails the test where it is absent. */
const json_t *test_member(const json_t *value, const char *path);
/* The same of a given type; fails the test where it is of another. */
double test_number(const json_t *value, const char *path);
long long test_integer(const json_t *value, const char *path);
const char *test_string(const json_t *value, const char *path);
void test_is_null(const json_t *value, const char *path);

#endif
