/* Every verb, in every form of output. */
#include "cli/answer.h"

#include "base/alloc.h"
#include "engine/feature/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARS 1000
#define SERIES "BTC/USDT:USDT --timeframe 1h"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "btc.csv", BARS, 1);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --timeframe 1h --home home"));
    tr_free(output_of(&world, "run --synthetic --bars 1500 --timeframe 1h --folds 1 --home home " QUICK));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static const char *const verbs[] = {"run",         "import", "data",    "features", "label",     "train",
                                    "walkforward", "models", "signals", "drift",    "backtest",  "check",
                                    "parity",      "config", "version", "help",     "completion"};

static void help_lists_every_verb_and_explains_each(void **state)
{
    (void)state;
    char *all = output_of(&world, "help"), *bare = output_of(&world, "%s", ""), *dashed = output_of(&world, "--help");
    assert_string_equal(all, bare);
    assert_string_equal(all, dashed);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        char line[40];
        snprintf(line, sizeof line, "\n  %-12s ", verbs[i]);
        assert_non_null(strstr(all, line));
        char *one = output_of(&world, "help %s", verbs[i]), *same = output_of(&world, "%s --help", verbs[i]);
        char *before = output_of(&world, "-h %s", verbs[i]);
        snprintf(line, sizeof line, "usage: traderai %s", verbs[i]);
        assert_memory_equal(one, line, strlen(line));
        assert_string_equal(one, same);
        assert_string_equal(one, before);
        tr_free(one);
        tr_free(same);
        tr_free(before);
    }
    tr_free(all);
    tr_free(bare);
    tr_free(dashed);
}

/* Longest line in characters; the text is plain ASCII. */
static void check_width(const char *what, const char *text, size_t most)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len > most)
            fail_msg("%s: a line of %zu columns: %.*s", what, len, (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void no_line_for_people_is_wider_than_a_screen(void **state)
{
    (void)state;
    static const char *const lines[] = {"help",
                                        "data",
                                        "data gaps " SERIES,
                                        "features " SERIES,
                                        "label " SERIES,
                                        "train " SERIES " " QUICK,
                                        "drift " SERIES,
                                        "drift " SERIES " --history",
                                        "check lookahead",
                                        "check recursive " SERIES,
                                        "walkforward " SERIES " " QUICK,
                                        "run " SERIES " " QUICK,
                                        "run --synthetic --bars 1500 -i 1h --folds 1 " QUICK,
                                        "signals --proven all",
                                        "backtest SYNTH1/USDT:USDT --timeframe 1h " QUICK,
                                        "backtest " SERIES " --signals walkforward",
                                        "backtest list",
                                        "parity",
                                        "parity --origin all",
                                        "version",
                                        "import btc.csv -s BTC/USDT:USDT"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *text = output_of(&world, "%s --home home", lines[i]);
        bool list = strncmp(lines[i], "signals", 7) == 0 || strcmp(lines[i], "backtest list") == 0;
        check_width(lines[i], text, list ? 116 : 108);
        tr_free(text);
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        char *text = output_of(&world, "help %s", verbs[i]);
        check_width(verbs[i], text, 108);
        tr_free(text);
    }
}

static void every_verb_prints_json_and_nothing_else(void **state)
{
    (void)state;
    static const char *const lines[][3] = {
        {"import btc.csv --symbol BTC/USDT:USDT", "stored", "refused_by"},
        {"data", "series", NULL},
        {"data list", "series", NULL},
        {"data gaps " SERIES, "gaps", "symbol"},
        {"features " SERIES, "columns", "bars"},
        {"label " SERIES, "long", "short"},
        {"train " SERIES " " QUICK, "model", "data"},
        {"drift " SERIES, "verdict", "inputs"},
        {"drift " SERIES " --history", "checks", "symbol"},
        {"check lookahead", "not_causal", "columns"},
        {"check recursive " SERIES, "bars_followed", "plugins"},
        {"walkforward " SERIES " " QUICK, "walkforward", "funnel"},
        {"signals", "signals", NULL},
        {"signals --proven all", "signals", NULL},
        {"signals " SERIES " " QUICK, "signals", "reason"},
        {"backtest SYNTH1/USDT:USDT --timeframe 1h " QUICK, "assumptions", "trades"},
        {"backtest run " SERIES " --signals newest", "summary", "entries"},
        {"backtest list", "runs", NULL},
        {"parity", "differences", "behind"},
        {"parity --origin all", "signals", "values"},
        {"run " SERIES " " QUICK, "walkforward", "signal"},
        {"config check", "valid", NULL},
        {"config show", "run", "walkforward"},
        {"config schema", "properties", NULL},
        {"version", "version", "libraries"},
        {"help", "verbs", NULL},
        {"help run", "verbs", NULL},
        {"completion bash", "script", "shell"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        json_t *after = json_of(&world, 0, "%s --home home --json", lines[i][0]);
        json_t *before = json_of(&world, 0, "--json --home home %s", lines[i][0]);
        json_t *format = json_of(&world, 0, "--home=home %s --format json", lines[i][0]);
        if (strncmp(lines[i][0], "import", 6) != 0)
            assert_true(json_equal(after, before) && json_equal(after, format));
        for (size_t k = 1; k < 3 && lines[i][k]; k++)
            (void)test_member(after, lines[i][k]);
        json_decref(after);
        json_decref(before);
        json_decref(format);
    }
}

static void an_error_is_json_too_where_json_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        int code;
        const char *line, *word;
    } cases[] = {{2, "walk --json", "usage"},
                 {2, "--json data --nothing", "usage"},
                 {3, "label DOGE/USDT -i 1h --home home --json", "not found"},
                 {2, "label " SERIES "x --home home --json", "usage"},
                 {1, "import home --json -s X/Y --home home", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = json_of(&world, cases[i].code, "%s", cases[i].line);
        assert_int_equal(test_integer(value, "error.exit"), cases[i].code);
        assert_true(strlen(test_string(value, "error.message")) > 10);
        if (cases[i].word)
            assert_string_equal(test_string(value, "error.code"), cases[i].word);
        json_decref(value);
    }
}

static size_t count(const char *text, char c)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

static void features_as_csv_are_the_list_and_one_row_a_bar(void **state)
{
    (void)state;
    char *text = output_of(&world, "features " SERIES " --format csv --home home"), *at = text;
    assert_memory_equal(at, "timestamp_ms,", 13);
    at += 12;
    for (size_t i = 0; i < TR_FEATURE_COLUMNS; i++) {
        size_t len = strlen(tr_feature_info(i)->name);
        assert_int_equal(*at, ',');
        assert_memory_equal(at + 1, tr_feature_info(i)->name, len);
        at += 1 + len;
    }
    assert_int_equal(*at, '\n');
    assert_int_equal(count(text, '\n'), 1 + BARS);
    assert_int_equal(count(text, ','), 100 * (1 + BARS));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_non_null(strstr(text, ",,,")); /* the warm-up is empty */
    const char *last = text + strlen(text) - 1;
    while (last[-1] != '\n')
        last--;
    assert_int_equal(strtoll(last, NULL, 10), 1704067200000LL + (BARS - 1) * 3600000LL);
    tr_free(text);
}

/* Significant digits of the longest number. */
static size_t digits(const char *text)
{
    size_t most = 0;
    while (*text) {
        size_t n = 0;
        bool begun = false;
        for (; *text && *text != ',' && *text != '\n' && *text != 'e'; text++) {
            begun = begun || (*text >= '1' && *text <= '9');
            n += begun && *text >= '0' && *text <= '9';
        }
        text += strcspn(text, ",\n");
        text += *text != '\0';
        most = n > most ? n : most;
    }
    return most;
}

static void numbers_in_csv_have_seventeen_digits(void **state)
{
    (void)state;
    char *features = output_of(&world, "features " SERIES " --format csv --home home");
    char *labels = output_of(&world, "label " SERIES " --format csv --home home");
    assert_int_equal(digits(strchr(features, '\n') + 1), 17);
    assert_int_equal(digits(strchr(labels, '\n') + 1), 17);
    tr_free(features);
    tr_free(labels);
}

static void labels_as_csv_have_their_header_and_one_row_a_bar(void **state)
{
    (void)state;
    static const char header[] = "timestamp_ms,long_hit_barrier,long_bars_to_hit,long_return_pct,"
                                 "short_hit_barrier,short_bars_to_hit,short_return_pct\n";
    char *text = output_of(&world, "--format csv label " SERIES " --home home");
    assert_memory_equal(text, header, sizeof header - 1);
    assert_int_equal(count(text, '\n'), 1 + BARS);
    assert_int_equal(count(text, ','), 6 * (1 + BARS));
    assert_non_null(strstr(text, ",tp,"));
    assert_non_null(strstr(text, ",sl,"));
    assert_string_equal(text + strlen(text) - 7, ",,,,,,\n"); /* the newest bars have no future yet */
    tr_free(text);
    text = output_of(&world, "label " SERIES " --set label.kind=ladder --format csv --home home");
    assert_memory_equal(text, "timestamp_ms,long_tp1,", 22);
    assert_int_equal(count(text, '\n'), 1 + BARS);
    tr_free(text);
}

static void lists_come_as_csv_too(void **state)
{
    (void)state;
    char *text = output_of(&world, "data --format csv --home home");
    assert_memory_equal(text, "exchange,symbol,timeframe,bars,first_timestamp_ms,last_timestamp_ms\n", 68);
    assert_non_null(strstr(text, "\nfile,BTC/USDT:USDT,1h,1000,1704067200000,"));
    tr_free(text);
    text = output_of(&world, "data gaps " SERIES " --format csv --home home");
    assert_string_equal(text, "from_timestamp_ms,to_timestamp_ms,missing_bars\n");
    tr_free(text);
    text = output_of(&world, "signals --proven all --format csv --home home");
    assert_memory_equal(text, "timestamp_ms,exchange,symbol,timeframe,side,", 44);
    tr_free(text);
    expect(&world, NULL, 2, "run " SERIES " --format csv --home home", "run has no rows to print as CSV");
    expect(&world, NULL, 2, "data --json --format csv --home home", "exclude each other");
    expect(&world, NULL, 2, "data --format xml --home home", "not one of table, json, csv");
}

static void data_lists_only_what_is_asked_for(void **state)
{
    (void)state;
    json_t *all = json_of(&world, 0, "data --home home --json");
    json_t *file = json_of(&world, 0, "data --exchange file --home home --json");
    assert_int_equal(json_array_size(test_member(all, "series")), 2);
    assert_int_equal(json_array_size(test_member(file, "series")), 1);
    assert_string_equal(test_string(file, "series.0.symbol"), "BTC/USDT:USDT");
    json_decref(all);
    json_decref(file);
    json_decref(json_of(&world, 3, "data --timeframe 4h --home home --json"));
    json_decref(json_of(&world, 3, "data --home empty --json"));
}

static void train_writes_models_their_library_can_read(void **state)
{
    (void)state;
    static const char *const sides[] = {"long", "short"};
    tr_free(output_of(&world, "train SYNTH1/USDT:USDT -i 1h --output models --home home " QUICK));
    for (size_t i = 0; i < 2; i++) {
        char name[64];
        size_t len;
        snprintf(name, sizeof name, "models/%s.xgboost.json", sides[i]);
        char *text = test_read_file(world_path(&world, name), &len);
        json_t *model = json_loadb(text, len, 0, NULL);
        assert_non_null(model);
        (void)test_member(model, "learner.gradient_booster.model.trees");
        json_decref(model);
        tr_free(text);
    }
}

static void one_side_alone_is_decided_alone(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, "run SYNTH1/USDT:USDT -i 1h --side short --folds 1 --home home --json " QUICK);
    assert_int_equal(json_array_size(test_member(value, "decisions")), 1);
    assert_string_equal(test_string(value, "decisions.0.side"), "short");
    assert_null(json_object_get(test_member(value, "walkforward"), "long"));
    assert_int_equal(test_integer(value, "funnel.candidates"), test_integer(value, "funnel.bars"));
    if (!json_is_null(test_member(value, "reason")))
        assert_null(strstr(test_string(value, "reason"), "long"));
    json_decref(value);
}

static void the_other_side_alone_too(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, "train SYNTH1/USDT:USDT -i 1h --side long --home home --json " QUICK);
    assert_non_null(json_object_get(test_member(value, "model"), "long"));
    assert_null(json_object_get(test_member(value, "model"), "short"));
    json_decref(value);
}

static void completion_speaks_three_shells(void **state)
{
    (void)state;
    char *text = output_of(&world, "completion bash");
    assert_non_null(strstr(text, "complete -o filenames -F _traderai traderai"));
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        assert_non_null(strstr(text, verbs[i]));
    tr_free(text);
    tr_free(output_of(&world, "completion zsh"));
    tr_free(output_of(&world, "completion fish"));
    expect(&world, NULL, 2, "completion tcsh", "not one of bash, zsh, fish");
}

static void verbose_says_what_is_used_on_standard_error(void **state)
{
    (void)state;
    struct result result;
    run(&world, &result, "data -v --home home --json");
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.err, "traderai: home home, settings are the defaults\n"));
    assert_non_null(strstr(result.err, "traderai: store home/traderai.db\n"));
    assert_non_null(strstr(result.err, "data: exit code 0 after "));
    json_t *value = json_loadb(result.out, result.out_len, 0, NULL);
    assert_non_null(value);
    json_decref(value);
    result_free(&result);
}

static void the_home_is_found_where_the_environment_says(void **state)
{
    (void)state;
    struct manner manner = {.environment = "XDG_DATA_HOME=xdg"};
    struct result result;
    run_as(&world, &manner, &result, "import btc.csv -s A/B -q");
    assert_int_equal(result.code, 0);
    result_free(&result);
    json_decref(json_of(&world, 0, "data --home xdg/traderai --json"));
    tr_free(output_of(&world, "import btc.csv -s A/B"));
    json_decref(json_of(&world, 0, "data --home .local/share/traderai --json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_lists_every_verb_and_explains_each),
        cmocka_unit_test(no_line_for_people_is_wider_than_a_screen),
        cmocka_unit_test(every_verb_prints_json_and_nothing_else),
        cmocka_unit_test(an_error_is_json_too_where_json_is_asked_for),
        cmocka_unit_test(features_as_csv_are_the_list_and_one_row_a_bar),
        cmocka_unit_test(numbers_in_csv_have_seventeen_digits),
        cmocka_unit_test(labels_as_csv_have_their_header_and_one_row_a_bar),
        cmocka_unit_test(lists_come_as_csv_too),
        cmocka_unit_test(data_lists_only_what_is_asked_for),
        cmocka_unit_test(train_writes_models_their_library_can_read),
        cmocka_unit_test(one_side_alone_is_decided_alone),
        cmocka_unit_test(the_other_side_alone_too),
        cmocka_unit_test(completion_speaks_three_shells),
        cmocka_unit_test(verbose_says_what_is_used_on_standard_error),
        cmocka_unit_test(the_home_is_found_where_the_environment_says),
    };
    return cmocka_run_group_tests_name("cli/verbs", tests, set_up, tear_down);
}
