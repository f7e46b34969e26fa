/* What the program printed as JSON, and its members. */
#ifndef TEST_CLI_ANSWER_H
#define TEST_CLI_ANSWER_H

#include "cli/child.h"
#include "support/json.h"

/* Standard output as one JSON value and nothing else. The caller decrefs. */
json_t *json_of(const struct world *world, int code, const char *words, ...) __attribute__((format(printf, 3, 4)));
#endif
