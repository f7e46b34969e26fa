#include "app/cli/args.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    size_t argc, next;
    const char *const *argv;
    struct tr_option_set global, own;
    tr_verb_options_fn verb_options;
    bool options_over;
    struct tr_args *out;
};

static const struct tr_option *find_long(struct tr_option_set set, const char *name, size_t len)
{
    for (size_t i = 0; i < set.n; i++) {
        if (strlen(set.option[i].name) == len && memcmp(set.option[i].name, name, len) == 0)
            return &set.option[i];
    }
    return NULL;
}

static const struct tr_option *find_letter(struct tr_option_set set, char letter)
{
    for (size_t i = 0; i < set.n; i++) {
        if (set.option[i].letter == letter)
            return &set.option[i];
    }
    return NULL;
}

static size_t common_prefix(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* The option that shares the longest beginning with what was typed; NULL when not even two letters. */
static const char *nearest(const struct parser *p, const char *typed)
{
    const char *best = NULL;
    size_t best_length = 1;

    for (int own = 0; own < 2; own++) {
        struct tr_option_set set = own ? p->own : p->global;

        for (size_t i = 0; i < set.n; i++) {
            size_t length = common_prefix(set.option[i].name, typed);

            if (length > best_length) {
                best_length = length;
                best = set.option[i].name;
            }
        }
    }
    return best;
}

static enum tr_status unknown(const struct parser *p, const char *word, struct tr_error *err)
{
    const char *close = nearest(p, word + (word[1] == '-' ? 2 : 1));
    const char *verb = p->out->verb;

    if (close)
        return tr_error_set(err, TR_USAGE, "%s: unknown option%s%s; did you mean --%s?", word, verb ? " of " : "",
                            verb ? verb : "", close);
    return tr_error_set(err, TR_USAGE, "%s: unknown option%s%s; see traderai help%s%s", word, verb ? " of " : "",
                        verb ? verb : "", verb ? " " : "", verb ? verb : "");
}

static enum tr_status add(struct parser *p, const struct tr_option *option, const char *value, struct tr_error *err)
{
    if (!option->repeats && tr_args_has(p->out, option->name))
        return tr_error_set(err, TR_USAGE, "--%s: given twice; give it once", option->name);
    if (p->out->given == TR_ARGS_MAX) /* one word can hold any number of letters */
        return tr_error_set(err, TR_USAGE, "command line: more than %d options", TR_ARGS_MAX);
    p->out->option[p->out->given].option = option;
    p->out->option[p->out->given++].value = value;
    return TR_OK;
}

static enum tr_status take_value(struct parser *p, const struct tr_option *option, const char *attached,
                                 struct tr_error *err)
{
    if (!option->argument && attached)
        return tr_error_set(err, TR_USAGE, "--%s: is a switch and takes no value, but was given \"%s\"", option->name,
                            attached);
    if (!option->argument || attached)
        return add(p, option, attached, err);
    if (p->next == p->argc)
        return tr_error_set(err, TR_USAGE, "--%s: its value %s is missing", option->name, option->argument);
    return add(p, option, p->argv[p->next++], err);
}

static enum tr_status take_long(struct parser *p, const char *word, struct tr_error *err)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct tr_option *option = find_long(p->global, word + 2, len - 2);

    if (!option)
        option = find_long(p->own, word + 2, len - 2);
    if (!option)
        return unknown(p, word, err);
    return take_value(p, option, equals ? equals + 1 : NULL, err);
}

/* -vv, -i 1h, -i1h */
static enum tr_status take_letters(struct parser *p, const char *word, struct tr_error *err)
{
    for (const char *c = word + 1; *c; c++) {
        const struct tr_option *option = find_letter(p->global, *c);
        enum tr_status status;

        if (!option)
            option = find_letter(p->own, *c);
        if (!option)
            return unknown(p, word, err);
        if (option->argument)
            return take_value(p, option, c[1] ? c + 1 : NULL, err);
        status = add(p, option, NULL, err);
        if (status != TR_OK)
            return status;
    }
    return TR_OK;
}

static enum tr_status take_word(struct parser *p, const char *word, struct tr_error *err)
{
    if (p->out->verb) {
        p->out->operand[p->out->operands++] = word;
        return TR_OK;
    }
    if (!p->verb_options(word, &p->own))
        return tr_error_set(err, TR_USAGE, "%s: no such verb; see traderai help", word);
    p->out->verb = word;
    return TR_OK;
}

enum tr_status tr_args_parse(size_t argc, const char *const *argv, struct tr_option_set global,
                             tr_verb_options_fn verb_options, struct tr_args *out, struct tr_error *err)
{
    struct parser p = {.argc = argc, .argv = argv, .global = global, .verb_options = verb_options, .out = out};
    enum tr_status status = TR_OK;

    memset(out, 0, sizeof *out);
    if (argc > TR_ARGS_MAX)
        return tr_error_set(err, TR_USAGE, "command line: %zu words; at most %d are read", argc, TR_ARGS_MAX);
    while (p.next < argc && status == TR_OK) {
        const char *word = argv[p.next++];

        if (p.options_over || word[0] != '-' || !word[1])
            status = take_word(&p, word, err);
        else if (strcmp(word, "--") == 0)
            p.options_over = true;
        else if (word[1] == '-')
            status = take_long(&p, word, err);
        else
            status = take_letters(&p, word, err);
    }
    return status;
}

bool tr_args_has(const struct tr_args *args, const char *name)
{
    for (size_t i = 0; i < args->given; i++) {
        if (strcmp(args->option[i].option->name, name) == 0)
            return true;
    }
    return false;
}

const char *tr_args_value(const struct tr_args *args, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < args->given; i++) {
        if (strcmp(args->option[i].option->name, name) == 0)
            value = args->option[i].value;
    }
    return value;
}

enum tr_status tr_args_int(const struct tr_args *args, const char *name, long low, long high, long fallback, long *out,
                           struct tr_error *err)
{
    const char *text = tr_args_value(args, name);
    int64_t value = fallback;

    if (text && (!tr_text_to_int64(text, text + strlen(text), &value) || value < low || value > high))
        return tr_error_set(err, TR_USAGE, "--%s %s: not a whole number from %ld to %ld", name, text, low, high);
    *out = (long)value;
    return TR_OK;
}

enum tr_status tr_args_number(const struct tr_args *args, const char *name, double low, double high, double fallback,
                              double *out, struct tr_error *err)
{
    const char *text = tr_args_value(args, name);
    double value = fallback;

    if (text && (!tr_text_to_double(text, text + strlen(text), &value) || !(value >= low && value <= high)))
        return tr_error_set(err, TR_USAGE, "--%s %s: not a number from %g to %g", name, text, low, high);
    *out = value;
    return TR_OK;
}
