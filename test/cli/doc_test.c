/* docs/cli.md speaks of what the program has, and of all of it. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static char *page;

static int set_up(void **state)
{
    (void)state;
    char path[600];
    size_t len;
    const char *source = getenv("TRADERAI_SOURCE");
    world_init(&world);
    snprintf(path, sizeof path, "%s/docs/cli.md", source ? source : ".");
    page = test_read_file(path, &len);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_free(page);
    world_finish(&world);
    return 0;
}

/* The part of the page under "## NAME", copied; the caller frees. */
static char *section(const char *name)
{
    char title[64];
    snprintf(title, sizeof title, "\n## %s\n", name);
    const char *from = strstr(page, title);
    if (!from)
        fail_msg("docs/cli.md has no section \"%s\"", name);
    from += strlen(title);
    const char *to = strstr(from, "\n## ");
    size_t len = to ? (size_t)(to - from) : strlen(from);
    char *copy = tr_alloc(len + 1, 1);
    assert_non_null(copy);
    memcpy(copy, from, len);
    copy[len] = '\0';
    return copy;
}

static void every_verb_has_a_section_with_an_example_its_json_and_its_options(void **state)
{
    (void)state;
    json_t *help = json_of(&world, 0, "help --json");
    const json_t *verb, *option;
    size_t v, o;
    json_array_foreach(test_member(help, "verbs"), v, verb)
    {
        const char *name = test_string(verb, "name");
        char *text = section(name), word[96];
        snprintf(word, sizeof word, "traderai %s", name);
        if (!strstr(text, word) || !strstr(text, "JSON:"))
            fail_msg("%s: its section has no example or does not say what its JSON is", name);
        json_array_foreach(test_member(verb, "options"), o, option)
        {
            snprintf(word, sizeof word, "`--%s", test_string(option, "name"));
            if (!strstr(text, word))
                fail_msg("%s: its section does not name --%s", name, test_string(option, "name"));
        }
        tr_free(text);
    }
    assert_int_equal(v, 17);
    json_decref(help);
}

static void every_section_of_a_verb_has_its_verb(void **state)
{
    (void)state;
    json_t *help = json_of(&world, 0, "help --json");
    for (const char *at = page; (at = strstr(at, "\n## "));) {
        at += 4;
        size_t len = strcspn(at, "\n"), v;
        const json_t *verb;
        bool found = strncmp(at, "What holds for every verb", len) == 0;
        json_array_foreach(test_member(help, "verbs"), v, verb)
        {
            const char *name = test_string(verb, "name");
            found = found || (strlen(name) == len && memcmp(name, at, len) == 0);
        }
        if (!found)
            fail_msg("docs/cli.md describes \"%.*s\", which the program does not have", (int)len, at);
    }
    json_decref(help);
}

static void every_option_of_all_verbs_is_named(void **state)
{
    (void)state;
    char *text = output_of(&world, "help");
    const char *at = strstr(text, "Options of every verb");
    size_t n = 0;
    assert_non_null(at);
    while ((at = strstr(at, "--"))) {
        size_t len = strspn(at, "-abcdefghijklmnopqrstuvwxyz");
        char word[64];
        snprintf(word, sizeof word, "`%.*s", (int)len, at);
        if (!strstr(page, word))
            fail_msg("docs/cli.md does not name %s", word + 1);
        at += len;
        n++;
    }
    assert_true(n >= 11);
    tr_free(text);
}

static void the_first_example_works_as_it_stands(void **state)
{
    (void)state;
    static const char example[] = "run --synthetic --bars 6000 --folds 2";
    assert_non_null(strstr(page, example));
    char *text = output_of(&world, "%s --home home --set model.xgboost.rounds=8", example);
    assert_non_null(strstr(text, "SYNTHETIC MARKET"));
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_has_a_section_with_an_example_its_json_and_its_options),
        cmocka_unit_test(every_section_of_a_verb_has_its_verb),
        cmocka_unit_test(every_option_of_all_verbs_is_named),
        cmocka_unit_test(the_first_example_works_as_it_stands),
    };
    return cmocka_run_group_tests_name("cli/doc", tests, set_up, tear_down);
}
