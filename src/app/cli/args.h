/* Command line words: a verb, its operands, options before or after the verb. */
#ifndef TR_CLI_ARGS_H
#define TR_CLI_ARGS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_option {
    const char *name;     /* "timeframe": long name without dashes */
    char letter;          /* 'i', or 0 */
    const char *argument; /* "TF", or NULL for a switch */
    const char *help;
    bool repeats; /* may be given several times; else a second one is an error */
};

#define TR_ARGS_MAX 256

struct tr_args {
    const char *verb; /* NULL where there is none */
    size_t operands;
    const char *operand[TR_ARGS_MAX];
    size_t given;
    struct {
        const struct tr_option *option;
        const char *value; /* NULL for a switch */
    } option[TR_ARGS_MAX];
};

/* The option sets a verb understands. */
struct tr_option_set {
    const struct tr_option *option;
    size_t n;
};

/* argv without the program's name. The verb is the first word that is no option. `--name value`, `--name=value`, `-x
 * value`, `-xvalue`; "--" ends the options; "-" is an operand. verb_options is asked once the verb is known; options in
 * front of the verb must be global ones. All strings are borrowed from argv. Errors: TR_USAGE, one line with the
 * nearest option's name. */
typedef bool (*tr_verb_options_fn)(const char *verb, struct tr_option_set *out);
enum tr_status tr_args_parse(size_t argc, const char *const *argv, struct tr_option_set global,
                             tr_verb_options_fn verb_options, struct tr_args *out, struct tr_error *err) TR_MUST_CHECK;

bool tr_args_has(const struct tr_args *args, const char *name);
/* The last value given, or NULL. */
const char *tr_args_value(const struct tr_args *args, const char *name);
/* Value of an option that takes a whole number in [low, high]; fallback where it is not given. */
enum tr_status tr_args_int(const struct tr_args *args, const char *name, long low, long high, long fallback, long *out,
                           struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_args_number(const struct tr_args *args, const char *name, double low, double high, double fallback,
                              double *out, struct tr_error *err) TR_MUST_CHECK;

#endif
