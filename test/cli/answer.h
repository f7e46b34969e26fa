/* What the program printed as JSON, and its members. */
#ifndef TEST_CLI_ANSWER_H
#define TEST_CLI_ANSWER_H

#include "cli/child.h"

#include <jansson.h>

/* Standard output as one JSON value and nothing else. The caller decrefs. */
json_t *json_of(const struct world *world, int code, const char *words, ...) __attribute__((format(printf, 3, 4)));
/* A member by its path: "walkforward.folds.0.long.auc"; fails the test where it is absent. */
const json_t *member(const json_t *value, const char *path);
double number(const json_t *value, const char *path);
long long integer(const json_t *value, const char *path);
const char *string(const json_t *value, const char *path);

#endif
