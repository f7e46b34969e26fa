/* Kept runs that are removed: they are gone, their trials are not. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define TRADE "backtest SYNTH1/USDT:USDT --timeframe 1h --signals walkforward --json --home home "
#define LIST "backtest list --json --home home"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    tr_free(output_of(&world, "run --synthetic --bars 1500 --edge 1 --timeframe 1h --folds 1 --home home " QUICK));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

/* Runs it with this leverage; gives its id, and how many trials there are with it. */
static long long keep(int leverage, char id[17])
{
    json_t *run = json_of(&world, 0, TRADE "--leverage %d", leverage);
    long long trials = test_integer(run, "luck.trials");

    snprintf(id, 17, "%s", test_string(run, "id"));
    json_decref(run);
    return trials;
}

static void expect_kept(const char *const *ids, size_t n)
{
    json_t *list = json_of(&world, n ? 0 : 3, LIST);
    const json_t *runs = test_member(list, "runs");

    assert_int_equal(json_array_size(runs), n);
    for (size_t i = 0; i < n; i++) /* the newest first */
        assert_string_equal(json_string_value(json_object_get(json_array_get(runs, i), "id")), ids[i]);
    json_decref(list);
}

static void a_removed_run_is_gone_and_its_trial_stays_counted(void **state)
{
    (void)state;
    char id[3][17], line[100];
    long long trials[3];

    for (int i = 0; i < 3; i++)
        trials[i] = keep(i + 1, id[i]);
    assert_true(trials[2] == trials[1] + 1);
    json_t *answer = json_of(&world, 0, "backtest remove %.8s --json --home home", id[1]);
    assert_string_equal(test_string(answer, "removed"), id[1]);
    assert_int_equal(json_object_size(answer), 1);
    json_decref(answer);
    expect_kept((const char *const[]){id[2], id[0]}, 2);
    snprintf(line, sizeof line, "backtest show %s --home home", id[1]);
    expect(&world, NULL, 3, line, "no backtest", id[0]);
    snprintf(line, sizeof line, "backtest remove %s --home home", id[1]);
    expect(&world, NULL, 3, line, "no backtest", id[2]);
    tr_free(output_of(&world, "backtest show %s --home home", id[0]));

    char again[17];
    assert_true(keep(2, again) == trials[2]); /* no further trial: it was counted all the time */
    assert_string_equal(again, id[1]);
    expect_kept((const char *const[]){id[1], id[2], id[0]}, 3);

    for (int i = 0; i < 3; i++) {
        char *text = output_of(&world, "backtest remove %s --home home", id[i]);
        assert_non_null(strstr(text, id[i]));
        assert_non_null(strstr(text, "trial stays counted"));
        tr_free(text);
    }
    expect_kept(NULL, 0);
}

static void what_cannot_be_removed_is_told(void **state)
{
    (void)state;
    expect(&world, NULL, 2, "backtest remove --home home", "usage");
    expect(&world, NULL, 2, "backtest remove 01234567 89abcdef --home home", "too much");
    expect(&world, NULL, 2, "backtest remove 01234567 --label x --home home", "--label");
    expect(&world, NULL, 2, "backtest remove 01234567 --format csv --home home", "no rows");
    expect(&world, NULL, 1, "backtest remove 012 --home home", "4 to 16");
    expect(&world, NULL, 3, "backtest remove 01234567 --home home", "no backtest 01234567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_removed_run_is_gone_and_its_trial_stays_counted),
        cmocka_unit_test(what_cannot_be_removed_is_told),
    };
    return cmocka_run_group_tests_name("cli/backtest_remove", tests, set_up, tear_down);
}
