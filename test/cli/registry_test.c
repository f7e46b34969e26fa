/* The registry from train to rollback: who is champion, what the log says, what each form of output shows. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARS 1900
#define SERIES "BTC/USDT:USDT -i 1h"
#define FAST QUICK " --set model.lightgbm.rounds=8"

static struct world world;
static char first[17], second[17]; /* in "home": the champion and a candidate, both with two folds */

/* The id of the model that a train with these further words registers. */
static void train(char id[17], const char *words)
{
    json_t *value = json_of(&world, 0, "train %s --json " FAST, words);
    snprintf(id, 17, "%s", test_string(value, "registered.id"));
    assert_int_equal(strlen(id), 16);
    json_decref(value);
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "cut.csv", 1100, 5);
    world_write_bars(&world, "all.csv", BARS, 5);
    tr_free(output_of(&world, "import cut.csv --symbol BTC/USDT:USDT --home home"));
    train(first, SERIES " --folds 2 --home home");
    train(second, SERIES " --folds 2 --home home --set run.seed=2 --set model.xgboost.params={\"max_depth\":2}");
    assert_string_not_equal(first, second);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

/* A home of its own with the same bars and nothing learnt yet. */
static void new_home(const char *home)
{
    tr_free(output_of(&world, "import cut.csv --symbol BTC/USDT:USDT --home %s", home));
}

static size_t models(const char *home)
{
    struct result result;
    run(&world, &result, "models list --home %s --json", home);
    assert_true(result.code == 0 || result.code == 3);
    json_t *value = json_loads(result.out, 0, NULL);
    size_t n = json_array_size(test_member(value, "models"));
    assert_true(n > 0 || result.code == 3);
    json_decref(value);
    result_free(&result);
    return n;
}

/* Exactly one champion, and it is this one. */
static void check_champion(const char *home, const char *id)
{
    json_t *value = json_of(&world, 0, "models list --home %s --json", home);
    const json_t *model;
    size_t i, champions = 0;
    json_array_foreach(test_member(value, "models"), i, model)
    {
        if (strcmp(test_string(model, "state"), "champion") != 0)
            continue;
        champions++;
        assert_string_equal(test_string(model, "id"), id);
        assert_int_equal(i, 0); /* it leads the list */
    }
    assert_int_equal(champions, 1);
    json_decref(value);
}

static void models_are_listed_in_every_form(void **state)
{
    (void)state;
    json_t *json = json_of(&world, 0, "models list --home home --json"),
           *bare = json_of(&world, 0, "models --home home --json");
    assert_true(json_equal(json, bare));
    assert_int_equal(json_array_size(test_member(json, "models")), 2);
    assert_string_equal(test_string(json, "models.0.id"), first);
    assert_string_equal(test_string(json, "models.0.state"), "champion");
    test_is_null(json, "models.0.parent");
    assert_string_equal(test_string(json, "models.1.id"), second);
    assert_string_equal(test_string(json, "models.1.state"), "candidate");
    assert_string_equal(test_string(json, "models.1.parent"), first);
    assert_int_equal(test_integer(json, "models.1.seed"), 2);
    assert_int_equal(test_integer(json, "models.1.folds"), 2);
    assert_true(test_number(json, "models.0.log_loss") > 0.3 && test_number(json, "models.0.log_loss") < 2);
    assert_true(test_number(json, "models.0.auc") > 0 && test_number(json, "models.0.auc") < 1);
    assert_string_equal(test_string(json, "models.0.data_hash"), test_string(json, "models.1.data_hash"));
    assert_string_not_equal(test_string(json, "models.0.recipe_hash"), test_string(json, "models.1.recipe_hash"));
    char *table = output_of(&world, "models list --home home"),
         *csv = output_of(&world, "models list --format csv --home home");
    const char *one = strstr(table, first), *two = strstr(table, second);
    assert_true(one && two && one < two && strstr(table, "champion") && strstr(table, "candidate"));
    char start[80];
    assert_memory_equal(csv, "id,exchange,symbol,timeframe,state,created,", 43);
    snprintf(start, sizeof start, "\n%s,file,BTC/USDT:USDT,1h,candidate,", second);
    assert_non_null(strstr(csv, start));
    const char *cell = strrchr(csv, ','); /* the last column to the last digit */
    assert_same_bits(strtod(cell + 1, NULL), test_number(json, "models.1.calibration_error"));
    tr_free(csv);
    tr_free(table);
    json_decref(bare);
    json_decref(json);
}

static void lists_hold_only_what_is_asked_for(void **state)
{
    (void)state;
    static const char *const all[] = {"BTC/USDT:USDT", "--timeframe 1h", "--exchange file",
                                      "BTC/USDT:USDT -i 1h --exchange file"};
    static const char *const none[] = {"ETH/USDT:USDT", "--timeframe 4h", "--exchange okx"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        json_t *value = json_of(&world, 0, "models list %s --home home --json", all[i]);
        assert_int_equal(json_array_size(test_member(value, "models")), 2);
        json_decref(value);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        json_t *value = json_of(&world, 3, "models list %s --home home --json", none[i]);
        assert_int_equal(json_array_size(test_member(value, "models")), 0);
        json_decref(value);
    }
    struct result result;
    run(&world, &result, "models list ETH/USDT:USDT --home home");
    assert_int_equal(result.code, 3);
    assert_non_null(strstr(result.out, "Train one: traderai train"));
    result_free(&result);
    expect(&world, NULL, 2, "models list --timeframe 1x --home home", "--timeframe");
    expect(&world, NULL, 2, "models list --format lightgbm --home home", "--format lightgbm means nothing here");
    expect(&world, NULL, 2, "models list --side long --home home", "--side means nothing here");
}

/* Every member is there and named in docs/cli.md, and no other is. */
static void check_members(const json_t *value, const char *path, const char *const *names)
{
    char file[600];
    size_t len, n = 0;
    const char *source = getenv("TRADERAI_SOURCE"), *key;
    json_t *member;
    snprintf(file, sizeof file, "%s/docs/cli.md", source ? source : ".");
    char *page = test_read_file(file, &len);
    const json_t *object = path[0] ? test_member(value, path) : value;
    for (; names[n]; n++) {
        char quoted[64];
        (void)test_member(object, names[n]);
        snprintf(quoted, sizeof quoted, "`%s`", names[n]);
        if (!strstr(page, quoted))
            fail_msg("docs/cli.md does not speak of %s%s%s", path, path[0] ? "." : "", names[n]);
    }
    json_object_foreach((json_t *)(uintptr_t)object, key, member)
    {
        size_t known = 0, stem = strlen(key);
        if (stem > 10 && strcmp(key + stem - 10, "_timestamp") == 0)
            stem -= 10;
        while (names[known] && (strlen(names[known]) != stem || strncmp(names[known], key, stem) != 0))
            known++;
        if (!names[known])
            fail_msg("%s has a member %s that is not documented", path, key);
    }
    tr_free(page);
}

static void show_has_every_documented_member_and_no_other(void **state)
{
    (void)state;
    static const char *const top[] = {"id",           "exchange",
                                      "symbol",       "timeframe",
                                      "state",        "created",
                                      "train_from",   "train_to",
                                      "parent",       "manifest",
                                      "data_hash",    "recipe_hash",
                                      "code_version", "seed",
                                      "folds",        "signals",
                                      "hit_rate_tp1", "auc",
                                      "log_loss",     "avg_net_profit_pct",
                                      "brier",        "calibration_error",
                                      "artefacts",    "heads",
                                      "log",          "imported",
                                      "learns",       NULL};
    static const char *const head[] = {"trained",         "reason",       "fit_rows",
                                       "fit_effective_n", "fit_positive", "reference_rows",
                                       "members",         "inputs",       NULL};
    static const char *const artefact[] = {"name", "hash", NULL}, *const event[] = {"time", "model",  "from",
                                                                                    "to",   "reason", NULL};
    static const char *const parts[] = {"drift",    "long.lightgbm",  "long.xgboost",
                                        "manifest", "short.lightgbm", "short.xgboost"};
    json_t *value = json_of(&world, 0, "models show %s --home home --json", first);
    check_members(value, "", top);
    check_members(value, "heads.long", head);
    check_members(value, "heads.short", head);
    check_members(value, "artefacts.0", artefact);
    check_members(value, "log.0", event);
    assert_int_equal(json_array_size(test_member(value, "artefacts")), 6);
    for (size_t i = 0; i < 6; i++) {
        char path[40];
        snprintf(path, sizeof path, "artefacts.%zu.name", i);
        assert_string_equal(test_string(value, path), parts[i]);
    }
    assert_memory_equal(test_string(value, "manifest"), first, 16); /* the id is how the manifest's hash begins */
    assert_string_equal(test_string(value, "artefacts.3.hash"), test_string(value, "manifest"));
    assert_string_equal(test_string(value, "heads.long.members.0"), "lightgbm");
    assert_string_equal(test_string(value, "heads.long.members.1"), "xgboost");
    const json_t *input;
    double gain = 0;
    size_t i;
    json_array_foreach(test_member(value, "heads.long.inputs"), i, input)
    {
        gain += test_number(input, "gain");
    }
    assert_true(i > 40 && fabs(gain - 1) < 1e-9); /* shares of the whole */
    char *text = output_of(&world, "models show %s --home home", first);
    assert_non_null(strstr(text, test_string(value, "data_hash")));
    assert_non_null(strstr(text, "log of the series"));
    tr_free(text);
    json_decref(value);
}

static void an_id_may_be_cut_short_while_it_is_clear(void **state)
{
    (void)state;
    char ids[17][17], words[160], shared[2] = "";
    size_t n = 0;
    new_home("crowd");
    for (; n < 17 && !shared[0]; n++) { /* of 17 ids two begin alike */
        snprintf(words, sizeof words, SERIES " --no-folds --home crowd --set run.seed=%zu", n + 1);
        train(ids[n], words);
        for (size_t k = 0; k < n; k++) {
            if (ids[k][0] == ids[n][0])
                shared[0] = ids[n][0];
        }
    }
    snprintf(words, sizeof words, "models show %s --home crowd", shared);
    expect(&world, NULL, 1, words, "2 ids begin so", "give more digits", ids[n - 1]);
    snprintf(words, sizeof words, "models promote %s --home crowd", shared);
    expect(&world, NULL, 1, words, "2 ids begin so");
    check_champion("crowd", ids[0]);
    json_t *value = json_of(&world, 0, "models show %.12s --home crowd --json", ids[n - 1]);
    assert_string_equal(test_string(value, "id"), ids[n - 1]);
    json_decref(value);
    snprintf(words, sizeof words, "models show %s0 --home crowd", ids[0]);
    expect(&world, NULL, 1, words, "16 hexadecimal digits");
    expect(&world, NULL, 1, "models show XYZ --home crowd", "\"XYZ\" is not the beginning of a model's id");
    expect(&world, NULL, 3, "models show ffffffffffffffff --home crowd", "there is none of that id");
}

static void no_comparison_without_unseen_bars_and_one_with_them(void **state)
{
    (void)state;
    static const char *const sides[] = {"long", "short"};
    static const char *const members[] = {
        "possible",      "rows",  "log_loss_a", "log_loss_b", "log_loss_difference", "log_loss_difference_interval",
        "a_is",          "auc_a", "auc_b",      "top_rows_a", "top_rows_b",          "top_gain_atr_a",
        "top_gain_atr_b"};
    json_t *value = json_of(&world, 0, "models compare %s %s --home home --json", first, second);
    assert_true(json_is_false(test_member(value, "long.possible")) &&
                json_is_false(test_member(value, "short.possible")));
    assert_true(json_is_true(test_member(value, "same_data")) && json_is_false(test_member(value, "same_recipe")));
    json_decref(value);
    char *text = output_of(&world, "models compare %s %s --home home", first, second);
    assert_non_null(strstr(text, "No bar is stored that neither model has seen"));
    tr_free(text);
    tr_free(output_of(&world, "import all.csv --symbol BTC/USDT:USDT --home home"));
    value = json_of(&world, 0, "models compare %s %s --home home --json", first, second);
    json_t *turned = json_of(&world, 0, "models compare %s %s --home home --json", second, first);
    json_t *self = json_of(&world, 0, "models compare %s %s --home home --json", first, first);
    assert_string_equal(test_string(value, "a.id"), first);
    assert_string_equal(test_string(value, "b.id"), second);
    /* 48 h of purge before the last bar at training, 72 h behind the window, 24 h that the last labels still need */
    assert_int_equal(test_integer(value, "unseen_from_timestamp"),
                     test_integer(value, "a.train_to_timestamp") + 72 * 3600000LL);
    assert_int_equal(test_integer(value, "unseen_to_timestamp"), 1704067200000LL + BARS * 3600000LL);
    for (size_t s = 0; s < 2; s++) {
        const json_t *side = test_member(value, sides[s]), *other = test_member(turned, sides[s]);
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            (void)test_member(side, members[i]);
        assert_true(json_is_true(test_member(side, "possible")));
        assert_in_range(test_integer(side, "rows"), BARS - 1200, BARS - 1100);
        assert_true(test_number(side, "log_loss_difference_interval.lower") <
                    test_number(side, "log_loss_difference_interval.upper"));
        assert_near(test_number(side, "log_loss_difference"), -test_number(other, "log_loss_difference"), 1e-12);
        assert_same_bits(test_number(side, "auc_a"), test_number(other, "auc_b"));
        assert_near(test_number(test_member(self, sides[s]), "log_loss_difference"), 0.0, 0.0);
    }
    text = output_of(&world, "models compare %.8s %.8s --home home", first, second);
    assert_non_null(strstr(text, "log loss of a less that of b: "));
    tr_free(text);
    json_decref(self);
    json_decref(turned);
    json_decref(value);
}

static void models_of_two_series_are_not_compared(void **state)
{
    (void)state;
    char one[17], other[17], words[160];
    new_home("two");
    tr_free(output_of(&world, "import all.csv --symbol ETH/USDT:USDT --home two"));
    train(one, SERIES " --no-folds --home two");
    train(other, "ETH/USDT:USDT -i 1h --no-folds --home two");
    snprintf(words, sizeof words, "models compare %s %s --home two", one, other);
    expect(&world, NULL, 1, words, "belong to different series", "BTC/USDT:USDT 1h", "ETH/USDT:USDT 1h");
    json_t *value = json_of(&world, 0, "models list --home two --json"); /* each leads its own series */
    assert_string_equal(test_string(value, "models.0.state"), "champion");
    assert_string_equal(test_string(value, "models.1.state"), "champion");
    json_decref(value);
    expect(&world, NULL, 3, "models rollback ETH/USDT:USDT --home two", "there was no champion before", other);
}

/* The newest entries of the log: each "model from to reason", blanks between. */
static void check_log(const char *home, const char *id, const char *const *lines, size_t n)
{
    json_t *value = json_of(&world, 0, "models show %s --home %s --json", id, home);
    size_t events = json_array_size(test_member(value, "log"));
    assert_int_equal(events, n);
    for (size_t i = 0; i < n; i++) {
        char path[24], line[160];
        snprintf(path, sizeof path, "log.%zu", i);
        const json_t *event = test_member(value, path);
        const char *from = json_string_value(json_object_get(event, "from"));
        snprintf(line, sizeof line, "%s %s %s %s", test_string(event, "model"), from ? from : "-",
                 test_string(event, "to"), test_string(event, "reason"));
        assert_string_equal(line, lines[i]);
    }
    json_decref(value);
}

static void change(const char *before, const char *after, const char *words)
{
    json_t *value = json_of(&world, 0, "models %s --home log --json", words);
    assert_string_equal(test_string(value, "champion"), after);
    assert_string_equal(test_string(value, "before"), before);
    json_decref(value);
    check_champion("log", after);
}

static void promotions_and_rollbacks_leave_one_champion_and_a_log(void **state)
{
    (void)state;
    char id[3][17], words[200], line[12][160];
    const char *lines[12];
    size_t n = 0;
    new_home("log");
    expect(&world, NULL, 3, "models rollback BTC/USDT:USDT --home log", "no such series has a champion");
    for (size_t i = 0; i < 3; i++) {
        snprintf(words, sizeof words, SERIES " --no-folds --home log --set run.seed=%zu", i + 1);
        train(id[i], words);
        check_champion("log", id[0]);
    }
    expect(&world, NULL, 3, "models rollback BTC/USDT:USDT --home log", "there was no champion before");
    snprintf(words, sizeof words, "promote %s --reason half-the-log-loss", id[1]);
    change(id[0], id[1], words);
    snprintf(words, sizeof words, "promote %.10s", id[2]);
    change(id[1], id[2], words);
    change(id[2], id[1], "rollback BTC/USDT:USDT");
    change(id[1], id[0], "rollback BTC/USDT:USDT --timeframe 1h --exchange file");
    expect(&world, NULL, 3, "models rollback BTC/USDT:USDT --home log", "there was no champion before", id[0]);
    expect(&world, NULL, 3, "models rollback BTC/USDT:USDT -i 4h --home log", "no such series has a champion");
    expect(&world, NULL, 3, "models promote ffffffffffffffff --home log", "there is none of that id");
    expect(&world, NULL, 2, "models promote --home log", "something is missing");
    check_champion("log", id[0]);
#define LINE(...) snprintf(line[n], sizeof line[n], __VA_ARGS__), n++
    LINE("%s - champion trained", id[0]);
    LINE("%s - candidate trained", id[1]);
    LINE("%s - candidate trained", id[2]);
    LINE("%s champion archived half-the-log-loss", id[0]);
    LINE("%s candidate champion half-the-log-loss", id[1]);
    LINE("%s champion archived promoted by hand", id[1]);
    LINE("%s candidate champion promoted by hand", id[2]);
    LINE("%s champion archived rollback", id[2]);
    LINE("%s archived champion rollback", id[1]);
    LINE("%s champion archived rollback", id[1]);
    LINE("%s archived champion rollback", id[0]);
    for (size_t i = 0; i < n; i++)
        lines[i] = line[i];
    check_log("log", id[1], lines, n);
    snprintf(words, sizeof words, "promote %s", id[0]);
    change(id[0], id[0], words); /* it is one already: nothing is logged */
    check_log("log", id[1], lines, n);
}

static void a_reason_is_one_line_that_fits_the_log(void **state)
{
    (void)state;
    char words[400], text[160];
    memset(text, 'x', sizeof text);
    snprintf(words, sizeof words, "models promote %s --home home --reason %.128s", second, text);
    expect(&world, NULL, 2, words, "--reason: needs 1 to 127 bytes");
    snprintf(words, sizeof words, "models promote %s --home home --reason two\nlines", second);
    expect(&world, NULL, 2, words, "--reason", "in one line");
    snprintf(words, sizeof words, "models promote %s --home home --reason=", second);
    expect(&world, NULL, 2, words, "--reason");
    check_champion("home", first);
}

static void train_says_how_far_it_looked_back(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        long long least, most;
    } cases[] = {{"--no-folds", 0, 0}, {"--folds 1", 1, 1}, {"", 2, 6}};
    char ids[3][17];
    new_home("folds");
    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_of(&world, 0, "train " SERIES " %s --home folds --json " FAST, cases[i].words);
        snprintf(ids[i], sizeof ids[i], "%s", test_string(value, "registered.id"));
        assert_true(json_is_true(test_member(value, "registered.is_new")));
        assert_in_range(test_integer(value, "registered.folds"), cases[i].least, cases[i].most);
        if (i == 0)
            test_is_null(value, "registered.auc");
        else
            assert_true(test_number(value, "registered.auc") > 0);
        json_decref(value);
    }
    json_t *again = json_of(&world, 0, "train " SERIES " --folds 1 --home folds --json " FAST);
    assert_true(json_is_false(test_member(again, "registered.is_new")));
    assert_string_equal(test_string(again, "registered.id"), ids[1]);
    assert_string_equal(test_string(again, "registered.state"), "candidate");
    json_decref(again);
    check_champion("folds", ids[0]);
    again =
        json_of(&world, 0, "train " SERIES " --folds 1 --promote --home folds --json " FAST); /* known, and promoted */
    assert_string_equal(test_string(again, "registered.state"), "champion");
    json_decref(again);
    check_champion("folds", ids[1]);
    char *text = output_of(&world, "train " SERIES " --no-folds --set run.seed=9 --promote --home folds " FAST);
    assert_non_null(strstr(text, ", champion of its series:"));
    assert_null(strstr(text, ids[1]));
    tr_free(text);
    assert_int_equal(models("folds"), 4);
    json_t *list = json_of(&world, 0, "models list --home folds --json");
    check_champion("folds", test_string(list, "models.0.id"));
    assert_string_equal(test_string(list, "models.0.parent"), ids[1]);
    json_decref(list);
}

static void a_flat_market_teaches_nothing_and_registers_nothing(void **state)
{
    (void)state;
    FILE *file = fopen(world_path(&world, "flat.csv"), "wb");
    struct result result;
    assert_non_null(file);
    fputs("timestamp_ms,open,high,low,close,volume\n", file);
    for (size_t i = 0; i < 1100; i++)
        fprintf(file, "%lld,100,100,100,100,1\n", 1704067200000LL + (long long)i * 3600000);
    assert_int_equal(fclose(file), 0);
    tr_free(output_of(&world, "import flat.csv --symbol FLAT/USDT -i 1h --home flat"));
    run(&world, &result, "train FLAT/USDT -i 1h --home flat " FAST);
    assert_int_equal(result.code, 3);
    assert_non_null(strstr(result.out, "fit rows have the same label"));
    assert_non_null(strstr(result.out, "No head could be trained, so nothing was registered."));
    result_free(&result);
    json_t *value = json_of(&world, 3, "train FLAT/USDT -i 1h --promote --no-folds --home flat --json " FAST);
    test_is_null(value, "registered");
    assert_true(json_is_false(test_member(value, "model.long.trained")));
    assert_non_null(strstr(test_string(value, "model.short.reason"), "the same label"));
    json_decref(value);
    assert_int_equal(models("flat"), 0);
}

static void no_other_verb_changes_a_champion(void **state)
{
    (void)state;
    static const char *const lines[] = {"run " SERIES,
                                        "walkforward " SERIES,
                                        "signals " SERIES,
                                        "drift " SERIES,
                                        "run cut.csv --symbol BTC/USDT:USDT -i 1h",
                                        "walkforward " SERIES " --search --param xgboost.max_depth=2,3"};
    char id[17];
    new_home("calm");
    for (size_t i = 0; i < 2; i++) /* without any model, and with one */
    {
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            struct result result;
            run(&world, &result, "%s --home calm " FAST " --set run.seed=4", lines[k]);
            if (result.code != (i == 0 && strncmp(lines[k], "drift", 5) == 0 ? 3 : 0))
                fail_msg("%s: exit code %d: %s", lines[k], result.code, result.err);
            result_free(&result);
            assert_int_equal(models("calm"), i);
        }
        if (i == 0)
            train(id, SERIES " --no-folds --home calm");
        check_champion("calm", id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_listed_in_every_form),
        cmocka_unit_test(lists_hold_only_what_is_asked_for),
        cmocka_unit_test(show_has_every_documented_member_and_no_other),
        cmocka_unit_test(an_id_may_be_cut_short_while_it_is_clear),
        cmocka_unit_test(a_reason_is_one_line_that_fits_the_log),
        cmocka_unit_test(no_comparison_without_unseen_bars_and_one_with_them),
        cmocka_unit_test(models_of_two_series_are_not_compared),
        cmocka_unit_test(promotions_and_rollbacks_leave_one_champion_and_a_log),
        cmocka_unit_test(train_says_how_far_it_looked_back),
        cmocka_unit_test(a_flat_market_teaches_nothing_and_registers_nothing),
        cmocka_unit_test(no_other_verb_changes_a_champion),
    };
    return cmocka_run_group_tests_name("cli/registry", tests, set_up, tear_down);
}
