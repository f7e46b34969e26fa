/* Command lines, one word a line: what is accepted keeps the table's word on values and repeats; what is refused says
 * why in one line. */
#include "fuzz.h"

#include "app/cli/args.h"

#include <string.h>

enum { WORDS = 300 };

static const struct tr_option global[] = {{"home", 0, "DIR", "", false},
                                          {"json", 0, NULL, "", false},
                                          {"set", 0, "KEY=VALUE", "", true},
                                          {"verbose", 'v', NULL, "", true}};
static const struct tr_option own[] = {{"timeframe", 'i', "TF", "", false}, {"strict", 0, NULL, "", false}};

static bool options_of(const char *verb, struct tr_option_set *out)
{
    *out = (struct tr_option_set){own, sizeof own / sizeof *own};
    return verb[0] != '\0' && verb[0] != 'x';
}

static void check_given(const struct tr_args *args)
{
    FUZZ_CHECK(args->given <= TR_ARGS_MAX && args->operands <= TR_ARGS_MAX);
    for (size_t i = 0; i < args->given; i++) {
        const struct tr_option *option = args->option[i].option;
        FUZZ_CHECK((args->option[i].value != NULL) == (option->argument != NULL));
        FUZZ_CHECK(tr_args_has(args, option->name));
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(option->repeats || args->option[k].option != option);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tr_args args;
    const char *word[WORDS];
    size_t words = 0;
    char *text = malloc(size + 1);
    struct tr_error err = {0};
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (char *at = text; at && words < WORDS; words++) {
        char *end = strchr(at, '\n');
        word[words] = at;
        if (end)
            *end++ = 0;
        at = end;
    }
    struct tr_option_set set = {global, sizeof global / sizeof *global};
    if (tr_args_parse(words, word, set, options_of, &args, &err) == TR_OK) {
        check_given(&args);
    } else {
        FUZZ_CHECK(err.code == TR_USAGE && err.text[0]);
        for (const char *p = err.text; *p; p++)
            FUZZ_CHECK((unsigned char)*p >= ' ');
    }
    free(text);
    return 0;
}
