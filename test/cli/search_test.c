/* Parameter search, the ledger of trials, and walks that were stopped: told to, or killed. */
#include "cli/answer.h"
#include "cli/watch.h"

#include "base/alloc.h"
#include "io/store/ledger.h"
#include "io/store/sqlite/sqlite.h"

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES "BTC/USDT:USDT -i 1h"
#define FAST QUICK " --set model.lightgbm.rounds=8"
/* 70 tested days, which the probability of overfitting needs. */
#define LONG_BLOCKS " --set walkforward.test_days=25 --set walkforward.advance_days=25"
/* Enough work that a signal on its first step comes long before its last. */
#define SLOW                                                                                                           \
    FAST " --set model.xgboost.rounds=60 --set walkforward.train_days=40 --set walkforward.test_days=5 "               \
         "--set walkforward.advance_days=5 --set model.xgboost.params={\"subsample\":0.5} --threads 2"
#define FIRST_DONE "walk-forward [#"
#define SEARCH "walkforward " SERIES " --search --param xgboost.max_depth=2,4 --param lightgbm.num_leaves=4,8 "

static struct world world;

static void new_home(const char *home)
{
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --home %s", home));
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "btc.csv", 2500, 5);
    new_home("home");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

/* The ledger of the only series; the caller frees. */
static size_t trials(const char *home, struct tr_trial **out)
{
    static const struct tr_series_key key = {"file", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_store *store = NULL;
    struct tr_error err;
    char path[64];
    size_t n;
    snprintf(path, sizeof path, "%s/traderai.db", home);
    assert_ok(tr_store_sqlite_open(world_path(&world, path), 1000, &store, &err), &err);
    assert_ok(tr_store_trial_list(store, &key, out, &n, &err), &err);
    tr_store_close(store);
    return n;
}

static size_t count_trials(const char *home)
{
    struct tr_trial *list;
    size_t n = trials(home, &list);
    tr_free(list);
    return n;
}

/* Finished fits that lie in the store. */
static int count_steps(const char *home)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    char path[64];
    snprintf(path, sizeof path, "%s/traderai.db", home);
    assert_int_equal(sqlite3_open(world_path(&world, path), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM steps", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int n = sqlite3_column_int(ask, 0);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return n;
}

static void check_candidates(const json_t *value, size_t folds, size_t n, bool halving)
{
    const json_t *candidate;
    size_t i;
    long long chosen = 0;
    json_array_foreach(test_member(value, "search.candidates"), i, candidate)
    {
        assert_int_equal(strlen(test_string(candidate, "config")), 64);
        assert_non_null(strstr(test_string(candidate, "label"), "max_depth="));
        assert_non_null(strstr(test_string(candidate, "label"), " num_leaves="));
        assert_int_equal(test_integer(candidate, "fits"), 2 * folds);
        assert_true(test_number(candidate, "tail_log_loss") > 0.2 && test_number(candidate, "tail_log_loss") < 2);
        assert_true(test_integer(candidate, "days") > 20);
        (void)test_member(candidate, "sharpe_daily");
        chosen += test_integer(candidate, "chosen");
    }
    assert_true(i == n);
    assert_int_equal(chosen, 2 * folds);
    assert_int_equal(test_integer(value, "search.rungs"), halving ? 3 : 1);
}

/* Each fold and side names one of the candidates, the folds are those of the walk. */
static void check_choices(const json_t *value, size_t folds)
{
    static const char *const sides[] = {"long", "short"};
    for (size_t s = 0; s < 2; s++) {
        char path[64];
        snprintf(path, sizeof path, "search.choices.%s", sides[s]);
        const json_t *choices = test_member(value, path), *choice, *candidate;
        size_t k, i;
        json_array_foreach(choices, k, choice)
        {
            size_t named = 0;
            json_array_foreach(test_member(value, "search.candidates"), i, candidate)
            {
                named += strcmp(test_string(choice, "chosen"), test_string(candidate, "label")) == 0;
            }
            assert_true(named == 1);
            snprintf(path, sizeof path, "walkforward.folds.%zu.test_from_timestamp", k);
            assert_int_equal(test_integer(choice, "test_from_timestamp"), test_integer(value, path));
        }
        assert_true(k == folds);
    }
}

static void a_search_tells_candidates_choices_and_how_much_may_be_luck(void **state)
{
    (void)state;
    static const char *const methods[] = {"grid", "halving"};
    for (size_t m = 0; m < 2; m++) {
        new_home(methods[m]);
        json_t *value =
            json_of(&world, 0, SEARCH FAST LONG_BLOCKS " --method %s --home %s --json", methods[m], methods[m]);
        size_t folds = json_array_size(test_member(value, "walkforward.folds"));
        assert_true(folds == 3);
        assert_string_equal(test_string(value, "search.method"), methods[m]);
        check_candidates(value, folds, 4, m == 1);
        check_choices(value, folds);
        assert_true(test_number(value, "search.pbo") >= 0 && test_number(value, "search.pbo") <= 1);
        assert_true(test_integer(value, "search.pbo_choices") > 0);
        (void)test_member(value, "search.pbo_median_lambda");
        (void)test_member(value, "search.pbo_slope");
        assert_null(json_object_get(value, "calibration"));
        assert_int_equal(test_integer(value, "luck.trials"), 5);
        assert_true(test_number(value, "luck.deflated_sharpe") < test_number(value, "luck.psr"));
        assert_true(test_number(value, "luck.expected_max_sharpe_daily") > 0);
        json_decref(value);
        char *text = output_of(&world, SEARCH FAST LONG_BLOCKS " --method %s --home %s", methods[m], methods[m]);
        assert_non_null(strstr(text, "SEARCH over 4 configurations"));
        assert_non_null(strstr(text, "5 configurations were tried on this series."));
        assert_non_null(strstr(text, "Probability of backtest overfitting: "));
        tr_free(text);
    }
}

static void every_configuration_is_one_trial_however_often_it_is_tried(void **state)
{
    (void)state;
    struct tr_trial *list;
    size_t searched = 0;
    new_home("ledger");
    for (int again = 0; again < 2; again++) {
        json_t *value = json_of(&world, 0, "walkforward " SERIES " " FAST " --folds 3 --home ledger --json");
        assert_int_equal(test_integer(value, "luck.trials"), 1);
        assert_near(test_number(value, "luck.expected_max_sharpe_daily"), 0.0, 0.0);
        assert_near(test_number(value, "luck.deflated_sharpe"), test_number(value, "luck.psr"), 0.0);
        json_decref(value);
    }
    for (int again = 0; again < 2; again++) {
        json_t *value = json_of(&world, 0, SEARCH FAST " --folds 3 --home ledger --json");
        assert_int_equal(test_integer(value, "luck.trials"), 1 + 4 + 1);
        json_decref(value);
    }
    /* which of its fits a configuration is tested with is another matter under halving: trials of their own */
    json_decref(json_of(&world, 0, SEARCH FAST " --folds 3 --home ledger --method halving --json"));
    assert_true(count_trials("ledger") == 11);
    json_decref(json_of(&world, 0,
                        "run " SERIES " " FAST " --folds 3 --home ledger --json")); /* the same configuration again */
    json_decref(json_of(&world, 0, "train " SERIES " " FAST " --folds 3 --home ledger --json"));
    size_t n = trials("ledger", &list);
    assert_true(n == 11);
    for (size_t i = 0; i < n; i++) {
        searched += strncmp(list[i].label, "search", 6) == 0;
        assert_true(list[i].runs >= 1 && list[i].days > 20);
        if (strcmp(list[i].label, "walk-forward") == 0)
            assert_true(list[i].runs == 4);
    }
    assert_true(searched == 10);
    tr_free(list);
    json_t *value =
        json_of(&world, 0, "walkforward " SERIES " " FAST " --folds 3 --home ledger --json"); /* deflated from now on */
    assert_int_equal(test_integer(value, "luck.trials"), 11);
    assert_true(test_number(value, "luck.deflated_sharpe") < test_number(value, "luck.psr"));
    json_decref(value);
    assert_int_equal(count_steps("ledger"), 0);
}

static void what_cannot_be_searched_is_told_before_the_work(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"num_leaves=3", "member.name=value"},
        {"xgboost.max_depth", "member.name=value"},
        {"xgboost.max_depth=", "member.name=value"},
        {"xgboost.max_depth=1,,2", "member.name=value"},
        {"forest.depth=1,2", "no member forest"},
        {"xgboost.max_depth=2,3,2", "2 stands there twice"},
        {"xgboost.max_depth=2 --param xgboost.max_depth=3", "is given twice"},
        {"xgboost.eta=0.1,0.2 --param xgboost.learning_rate=0.3", "is given twice"},
        {"lightgbm.num_leaf=4,8 --param lightgbm.num_leaves=7", "is given twice"},
        {"xgboost.rounds=8,5x", "5x is no number of rounds"},
        {"xgboost.rounds=8,0", "from 1 to 10000"},
        {"xgboost.max_depth=3,abc", "max_depth=abc: xgboost: "},
        {"xgboost.nosuch=1,2", "nosuch=1: xgboost has no parameter nosuch"},
        {"lightgbm.num_leaves=31,1", "num_leaves=1: lightgbm: "},
    };
    char words[600];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(words, sizeof words, "walkforward " SERIES " --search --param %s " FAST " --home home", bad[i][0]);
        expect(&world, NULL, 2, words, "--param", bad[i][1]);
    }
    expect(&world, NULL, 2, "walkforward " SERIES " --param xgboost.max_depth=3 --home home",
           "--param: only with --search");
    expect(&world, NULL, 2, "walkforward " SERIES " --method grid --home home", "--method: only with --search");
    expect(&world, NULL, 2, "walkforward " SERIES " --search --method random --home home", "not one of grid, halving");
    expect(&world, NULL, 2, "walkforward " SERIES " --search --html x.html --home home", "not together with --search");
    expect(&world, NULL, 2,
           "walkforward " SERIES " --search --set model.xgboost.enabled=false --param xgboost.eta=1,2 --home home",
           "no member xgboost");
    expect(&world, NULL, 3, "walkforward " SERIES " --search --home home --set walkforward.train_days=300",
           "too short for a single fold");
    assert_true(count_trials("home") == 0);
    assert_int_equal(count_steps("home"), 0);
}

static void without_parameters_a_small_grid_is_tried(void **state)
{
    (void)state;
    json_t *value =
        json_of(&world, 0, "walkforward " SERIES " --search --side long --folds 1 --home home --json " FAST);
    assert_int_equal(json_array_size(test_member(value, "search.candidates")), 4);
    assert_string_equal(test_string(value, "search.candidates.0.label"), "num_leaves=7 max_depth=3");
    assert_null(json_object_get(test_member(value, "search.choices"), "short"));
    json_decref(value);
    value = json_of(&world, 0,
                    "walkforward " SERIES " --search --side long --folds 1 --home home --json " FAST
                    " --param lightgbm.max_depth=3 --param xgboost.max_depth=3");
    assert_string_equal(test_string(value, "search.candidates.0.label"), "lightgbm.max_depth=3 xgboost.max_depth=3");
    json_decref(value);
}

/* Starts the words, and sends the signal once the terminal shows the text; the exit code. */
static int stop_at(const char *words, const char *text, int number)
{
    struct watched *watched = tr_alloc_zero(1, sizeof *watched);
    assert_non_null(watched);
    watch_start(&world, watched, "%s", words);
    assert_true(watch_for(watched, text));
    watch_signal(watched, number);
    int code = watch_end(watched);
    if (number == SIGINT)
        assert_non_null(strstr(watched->seen, "run it again"));
    tr_free(watched);
    return code;
}

/* The same words once more: the output of an undisturbed run, with less work. Returns the fits that were resumed. */
static size_t finish(const char *words, const char *undisturbed)
{
    struct result result;
    run(&world, &result, "%s -v", words);
    if (result.code != 0)
        fail_msg("%s: exit code %d: %s", words, result.code, result.err);
    assert_string_equal(result.out, undisturbed);
    const char *at = strstr(result.err, " resumed: ");
    if (!at)
        fail_msg("%s: nothing was resumed: %s", words, result.err);
    while (at[-1] != '\n')
        at--;
    size_t fits = strtoul(at + strlen("traderai: "), NULL, 10);
    result_free(&result);
    return fits;
}

/* Interrupted and then killed at these texts, then finished: as if nothing had been. count: fits of all. */
static void check_stopped(const char *name, const char *line, const char *interrupt_at, const char *kill_at,
                          size_t count)
{
    static const int signals[] = {SIGINT, SIGKILL};
    const char *texts[] = {interrupt_at, kill_at};
    char words[900], home[32];
    snprintf(home, sizeof home, "%s-calm", name);
    new_home(home);
    char *undisturbed = output_of(&world, "%s --home %s", line, home);
    size_t calm = count_trials(home);
    for (size_t i = 0; i < 2; i++) {
        snprintf(home, sizeof home, "%s-stop%zu", name, i);
        new_home(home);
        snprintf(words, sizeof words, "%s --home %s", line, home);
        assert_int_equal(stop_at(words, texts[i], signals[i]), signals[i] == SIGINT ? 1 : -1);
        if (count_steps(home) == 0)
            fail_msg("%s: nothing was kept for the next time", words);
        size_t resumed = finish(words, undisturbed);
        if (resumed < 1 || resumed >= count)
            fail_msg("%zu fits were resumed, not 1 to %zu", resumed, count - 1);
        assert_int_equal(count_steps(home), 0);
        assert_true(count_trials(home) == calm);
    }
    tr_free(undisturbed);
}

static void a_walk_that_was_stopped_goes_on_where_it_was(void **state)
{
    (void)state;
    check_stopped("walk", "walkforward " SERIES " --json " SLOW " --folds 6", FIRST_DONE, FIRST_DONE, 12);
}

static void a_search_that_was_stopped_goes_on_where_it_was(void **state)
{
    (void)state;
    check_stopped("search", SEARCH "--json " SLOW " --folds 2", "4/4 fits", FIRST_DONE, 16);
}

/* The number of a fold is in the seed of its fit: what the first of three left behind is of no use where it is the
 * third of five. */
static void a_walk_takes_nothing_from_a_stopped_one_with_other_folds(void **state)
{
    (void)state;
    new_home("calm");
    new_home("other");
    char *undisturbed = output_of(&world, "walkforward " SERIES " --folds 5 --json --home calm " SLOW);
    assert_int_equal(stop_at("walkforward " SERIES " --folds 3 --home other " SLOW, FIRST_DONE, SIGINT), 1);
    assert_true(count_steps("other") > 0);
    char *after = output_of(&world, "walkforward " SERIES " --folds 5 --json --home other " SLOW);
    assert_string_equal(undisturbed, after);
    assert_int_equal(count_steps("other"), 0);
    tr_free(after);
    tr_free(undisturbed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_searched_is_told_before_the_work),
        cmocka_unit_test(a_search_tells_candidates_choices_and_how_much_may_be_luck),
        cmocka_unit_test(every_configuration_is_one_trial_however_often_it_is_tried),
        cmocka_unit_test(without_parameters_a_small_grid_is_tried),
        cmocka_unit_test(a_walk_that_was_stopped_goes_on_where_it_was),
        cmocka_unit_test(a_search_that_was_stopped_goes_on_where_it_was),
        cmocka_unit_test(a_walk_takes_nothing_from_a_stopped_one_with_other_folds),
    };
    return cmocka_run_group_tests_name("cli/search", tests, set_up, tear_down);
}
