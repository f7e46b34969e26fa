#include "cli/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_of(const struct world *world, int code, const char *words, ...)
{
    struct result result;
    char line[4096];
    json_error_t why;
    json_t *value;
    va_list args;

    va_start(args, words);
    assert_in_range(vsnprintf(line, sizeof line, words, args), 1, (int)sizeof line - 1);
    va_end(args);
    run(world, &result, "%s", line);
    if (result.code != code)
        fail_msg("%s: exit code %d: %s", words, result.code, result.err);
    if (code == 0)
        assert_string_equal(result.err, "");
    value = json_loadb(result.out, result.out_len, JSON_REJECT_DUPLICATES, &why);
    if (!value)
        fail_msg("%s: standard output is not JSON: line %d: %s", words, why.line, why.text);
    assert_true(json_is_object(value));
    assert_int_equal(result.out[result.out_len - 1], '\n');
    result_free(&result);
    return value;
}
