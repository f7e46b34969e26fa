/* traderai drift: from a registered model to a stored check. */
#include "cli/answer.h"

#include "app/usecase/registry.h"
#include "base/alloc.h"
#include "engine/simulate/market.h"
#include "io/store/sqlite/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define SERIES "BTC/USDT:USDT --timeframe 1h"

static struct world world;

/* Stores a market and a quick model of it, trained up to 20 days before its end. */
static void store_market_and_model(void)
{
    static const struct tr_series_key key = {"file", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_store *store = NULL;
    struct tr_model_record record;
    struct tr_put_report report;
    struct tr_bar_list list;
    struct tr_recipe recipe;
    struct tr_run trained;
    struct tr_error err;
    bool is_new;
    options.n = 1980;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    assert_ok(tr_simulate_market(&options, &list, &err), &err);
    struct tr_bars bars = tr_bar_list_view(&list), learnt = tr_bars_slice(&bars, 0, 1500);
    tr_recipe_defaults(&recipe);
    recipe.plan.train_days = 20;
    recipe.plan.min_train_bars = 400;
    recipe.folds = false;
    assert_ok(tr_recipe_add_xgboost(&recipe, NULL, 0, 8, &err), &err);
    assert_ok(tr_store_sqlite_open(world_path(&world, "home/traderai.db"), 1000, &store, &err), &err);
    struct tr_world inside = {.store = store, .now = 1};
    assert_ok(tr_store_bars_put(store, &key, &bars, &report, &err), &err);
    assert_ok(tr_run_series(&key, &learnt, &recipe, &inside, &trained, &err), &err);
    assert_ok(tr_registry_add(&trained, &inside, "trained", false, &record, &is_new, &err), &err);
    tr_run_finish(&trained);
    tr_store_close(store);
    tr_bar_list_finish(&list);
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "eth.csv", 1000, 2);
    tr_free(output_of(&world, "import eth.csv --symbol ETH/USDT:USDT --timeframe 1h --home home"));
    store_market_and_model();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static json_t *check(const char *words)
{
    return json_of(&world, 0, "drift " SERIES " --home home --json%s", words);
}

static void without_a_model_it_says_how_to_make_one(void **state)
{
    (void)state;
    expect(&world, NULL, 3, "drift ETH/USDT:USDT -i 1h --home home", "no model is registered yet",
           "traderai train ETH/USDT:USDT --timeframe 1h makes one");
    expect(&world, NULL, 3, "drift DOGE/USDT -i 1h --home home", "DOGE/USDT");
}

static void the_champion_is_checked_by_default(void **state)
{
    (void)state;
    json_t *value = check(""), *seed = check(" --set drift.rule=seed");
    const char *model = test_string(value, "model");
    assert_int_equal(strlen(model), 16);
    assert_string_equal(test_string(value, "rule"), "noise");
    assert_string_equal(test_string(seed, "rule"), "seed");
    assert_string_equal(test_string(seed, "verdict"), test_string(value, "verdicts.seed"));
    assert_int_equal(test_integer(value, "current.rows"), 720);
    assert_int_equal(test_integer(value, "reference.rows"), 480);
    assert_true(json_array_size(test_member(value, "inputs")) > 40);
    json_t *same = json_of(&world, 0, "drift " SERIES " --home home --json --model %.6s", model);
    assert_true(json_equal(value, same));
    json_decref(same);
    json_decref(seed);
    json_decref(value);
}

static void settings_decide_the_verdict_but_not_the_exit_code(void **state)
{
    (void)state;
    json_t *value = check(" --set drift.psi=0.001 --set drift.ks=0.001 --set drift.rule=seed");
    assert_string_equal(test_string(value, "verdict"), "drift");
    assert_near(test_number(value, "thresholds.ks"), 0.001, 0.0);
    json_decref(value);
    value = check(" --set drift.psi=10 --set drift.ks=1");
    assert_string_equal(test_string(value, "verdict"), "stable");
    json_decref(value);
    value = check(" --set drift.min_bars=481");
    assert_string_equal(test_string(value, "verdict"), "insufficient_data");
    test_is_null(value, "importance_drifted");
    json_decref(value);
    char *text = output_of(&world, "drift " SERIES " --home home");
    assert_non_null(strstr(text, "Verdict: "));
    assert_non_null(strstr(text, "more inputs lie nearer to the training window; -v shows all."));
    struct result all;
    run(&world, &all, "drift " SERIES " --home home -v");
    assert_int_equal(all.code, 0);
    assert_true(all.out_len > strlen(text));
    for (const char *line = all.out; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 108); /* a screen */
    result_free(&all);
    tr_free(text);
}

static void the_history_holds_each_check_newest_first(void **state)
{
    (void)state;
    struct result result;
    run(&world, &result, "drift ETH/USDT:USDT -i 1h --history --home home");
    assert_int_equal(result.code, 3);
    assert_non_null(strstr(result.out, "No drift check of ETH/USDT:USDT 1h is stored."));
    result_free(&result);
    json_decref(check(" --set drift.min_bars=481"));
    json_t *all = json_of(&world, 0, "drift " SERIES " --home home --json --history");
    json_t *one = json_of(&world, 0, "drift " SERIES " --home home --json --history --limit 1");
    size_t n = json_array_size(test_member(all, "checks"));
    assert_true(n >= 2 && json_array_size(test_member(one, "checks")) == 1);
    assert_string_equal(test_string(one, "checks.0.verdict"), "insufficient_data");
    for (size_t i = 1; i < n; i++) {
        char now[48], before[48];
        snprintf(now, sizeof now, "checks.%zu.time_timestamp", i);
        snprintf(before, sizeof before, "checks.%zu.time_timestamp", i - 1);
        assert_true(test_integer(all, now) <= test_integer(all, before));
    }
    json_decref(one);
    json_decref(all);
}

static void wrong_words_are_told(void **state)
{
    (void)state;
    expect(&world, NULL, 2, "drift --home home", "drift");
    expect(&world, NULL, 2, "drift BTC/USDT:USDT --home home", "--timeframe");
    expect(&world, NULL, 2, "drift " SERIES " --limit 3 --home home", "--limit belongs to --history");
    expect(&world, NULL, 2, "drift " SERIES " --history --limit 0 --home home", "limit");
    expect(&world, NULL, 2, "drift " SERIES " --history --model ab --home home", "--model");
    expect(&world, NULL, 2, "drift " SERIES " --format csv --home home", "CSV");
    expect(&world, NULL, 3, "drift " SERIES " --model 00000000 --home home", "00000000");
    expect(&world, NULL, 1, "drift " SERIES " --model zzz --home home", "zzz");
    json_t *value = check("");
    char words[120];
    snprintf(words, sizeof words, "drift ETH/USDT:USDT -i 1h --home home --model %s", test_string(value, "model"));
    expect(&world, NULL, 2, words, "was trained on BTC/USDT:USDT 1h");
    json_decref(value);
}

/* Last: the store is not whole afterwards. */
static void a_damaged_reference_fails_and_stores_nothing(void **state)
{
    (void)state;
    sqlite3 *db = NULL;
    json_t *before = json_of(&world, 0, "drift " SERIES " --home home --json --history");
    assert_int_equal(sqlite3_open(world_path(&world, "home/traderai.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE blobs SET bytes = zeroblob(size) WHERE hash IN "
                                  "(SELECT hash FROM model_artefacts WHERE name = 'drift')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_changes(db), 1);
    sqlite3_close(db);
    expect(&world, NULL, 1, "drift " SERIES " --home home", "model ");
    json_t *after = json_of(&world, 0, "drift " SERIES " --home home --json --history");
    assert_true(json_equal(before, after));
    json_decref(after);
    json_decref(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_model_it_says_how_to_make_one),
        cmocka_unit_test(the_champion_is_checked_by_default),
        cmocka_unit_test(settings_decide_the_verdict_but_not_the_exit_code),
        cmocka_unit_test(the_history_holds_each_check_newest_first),
        cmocka_unit_test(wrong_words_are_told),
        cmocka_unit_test(a_damaged_reference_fails_and_stores_nothing),
    };
    return cmocka_run_group_tests_name("cli/drift", tests, set_up, tear_down);
}
