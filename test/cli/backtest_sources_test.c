/* Where a backtest's entries come from (models, stored signals, a file), and the runs that are kept: listed, shown,
 * compared. */
#include "cli/answer.h"
#include "cli/backtest.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BARS 2500
#define HOUR INT64_C(3600000)
#define SERIES "SYNTH1/USDT:USDT --timeframe 1h --home home "
#define WALK "backtest " SERIES QUICK
#define STORED "backtest " SERIES "--signals walkforward"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    tr_free(output_of(&world, "run --synthetic --bars %d --edge 1 --timeframe 1h --home home " QUICK, BARS));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static void models_made_here_enter_what_a_run_with_the_same_settings_stored(void **state)
{
    (void)state;
    json_t *walk = json_of(&world, 0, WALK " --trades-csv walk.csv --json");
    json_t *stored = json_of(&world, 0, STORED " --trades-csv stored.csv --json");
    char *a = text_of(&world, "walk.csv"), *b = text_of(&world, "stored.csv");

    same_text("trades", a, b);
    assert_true(test_integer(walk, "summary.trades") > 50);
    assert_string_equal(test_string(walk, "assumptions.entries"), "walk-forward");
    assert_string_equal(test_string(stored, "assumptions.entries"), "stored signals");
    assert_string_equal(test_string(stored, "assumptions.origin"), "walkforward");
    assert_int_equal(test_integer(stored, "entries.read.rows"), test_integer(walk, "entries.entries"));
    assert_true(json_is_true(test_member(walk, "checks.lookahead_free")));
    assert_true(test_integer(walk, "checks.series.0.lookahead.columns") > 60); /* inputs of the models */
    assert_int_equal(test_integer(stored, "checks.series.0.lookahead.columns"), 1);
    tr_free(a);
    tr_free(b);
    json_decref(walk);
    json_decref(stored);
}

static void the_newest_signal_waits_for_its_bar(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, "backtest " SERIES "--signals newest --json");

    assert_string_equal(test_string(value, "assumptions.origin"), "newest");
    assert_int_equal(test_integer(value, "entries.entries"), 1);
    assert_int_equal(test_integer(value, "entries.refused_by.no_bar"), 1);
    json_decref(value);
}

static void proven_alone_are_some_of_all(void **state)
{
    (void)state;
    json_t *all = json_of(&world, 0, STORED " --json"), *some = json_of(&world, 0, STORED " --proven only --json");
    json_t *walk = json_of(&world, 0, WALK " --proven only --json");
    json_t *none = json_of(&world, 0, "backtest " SERIES "--signals newest --proven only --json");
    const json_t *trade;
    size_t i;

    json_array_foreach(test_member(some, "trades"), i, trade)
    {
        assert_true(json_is_true(test_member(trade, "proven")));
    }
    assert_true(i > 0);
    assert_int_equal(test_integer(some, "entries.entries"), test_integer(walk, "entries.entries"));
    assert_true(test_integer(some, "entries.entries") < test_integer(all, "entries.entries"));
    assert_true(json_is_true(test_member(some, "assumptions.proven_only")));
    assert_int_equal(test_integer(none, "entries.entries"), 0);
    json_decref(none);
    json_decref(all);
    json_decref(some);
    json_decref(walk);
}

static void a_side_and_a_number_of_folds_can_be_chosen(void **state)
{
    (void)state;
    json_t *both = json_of(&world, 0, WALK " --json"), *side = json_of(&world, 0, WALK " --side short --json");
    json_t *fold = json_of(&world, 0, WALK " --folds 1 --json");

    assert_true(test_integer(side, "summary.trades") > 5);
    assert_int_equal(test_integer(side, "sides.long.trades"), 0);
    assert_true(test_integer(both, "sides.long.trades") > 5);
    assert_true(test_integer(fold, "from_timestamp") > test_integer(both, "from_timestamp"));
    assert_true(test_integer(fold, "entries.entries") < test_integer(both, "entries.entries"));
    json_decref(both);
    json_decref(side);
    json_decref(fold);
}

/* The file of bars, cut after its first n. */
static void cut_bars(const char *from, const char *to, size_t n)
{
    char *text = text_of(&world, from), *at = text;

    for (size_t line = 0; line < n + 1; line++)
        at = strchr(at, '\n') + 1;
    *at = '\0';
    world_write(&world, to, text);
    tr_free(text);
}

static void models_do_not_know_what_came_after_until(void **state)
{
    (void)state;
    static const char walk[] = "backtest WLK/USDT:USDT --timeframe 1h " QUICK;
    enum { CUT = 1100 };
    char *first, *second;
    json_t *value;

    world_write_bars(&world, "whole.csv", 1500, 3);
    cut_bars("whole.csv", "cut.csv", CUT);
    tr_free(output_of(&world, "import whole.csv --symbol WLK/USDT:USDT --timeframe 1h --home whole"));
    tr_free(output_of(&world, "import cut.csv --symbol WLK/USDT:USDT --timeframe 1h --home cut"));
    value = json_of(&world, 0, "%s --home whole --until %lld --trades-csv a.csv --equity-csv ae.csv --json", walk,
                    (long long)(INT64_C(1704067200000) + CUT * HOUR));
    tr_free(output_of(&world, "%s --home cut --trades-csv b.csv --equity-csv be.csv", walk));
    assert_true(test_integer(value, "entries.taken") > 5);
    first = text_of(&world, "a.csv");
    second = text_of(&world, "b.csv");
    same_text("trades", first, second);
    tr_free(first);
    tr_free(second);
    first = text_of(&world, "ae.csv");
    second = text_of(&world, "be.csv");
    same_text("equity", first, second);
    tr_free(first);
    tr_free(second);
    json_decref(value);
}

static void bars_too_few_for_a_model_are_told(void **state)
{
    (void)state;
    world_write_bars(&world, "few.csv", 300, 3);
    tr_free(output_of(&world, "import few.csv --symbol FEW/USDT:USDT --timeframe 1h --home few"));
    char *text = output_of(&world, "backtest FEW/USDT:USDT --timeframe 1h --html few.html --home few " QUICK);
    char *page = text_of(&world, "few.html");

    assert_non_null(strstr(text, "NO TRADES: the bars are too few for a single walk-forward fold"));
    assert_non_null(strstr(page, "No trades: the bars are too few for a single walk-forward fold"));
    tr_free(page);
    tr_free(text);
}

/* --- trials --- */

static void each_configuration_is_one_trial_however_often_it_runs(void **state)
{
    (void)state;
    /* set_up ran the same settings as `run`: a plain backtest of them is no further trial */
    json_t *plain = json_of(&world, 0, WALK " --json"), *again = json_of(&world, 0, WALK " --json");
    json_t *other = json_of(&world, 0, WALK " --leverage 3 --json"), *back;

    assert_int_equal(test_integer(plain, "luck.trials"), test_integer(again, "luck.trials"));
    assert_true(test_integer(other, "luck.trials") > test_integer(plain, "luck.trials"));
    back = json_of(&world, 0, WALK " --leverage 3 --json");
    assert_int_equal(test_integer(back, "luck.trials"), test_integer(other, "luck.trials"));
    json_decref(plain);
    json_decref(again);
    json_decref(other);
    json_decref(back);
}

/* --- kept runs --- */

static void write_entries(const char *name, const char *side)
{
    FILE *file = fopen(world_path(&world, name), "wb");

    assert_non_null(file);
    fputs("time,symbol,side\n", file);
    for (int day = 0; day < 100; day++)
        fprintf(file, "%lld,SYNTH1/USDT:USDT,%s\n", (long long)(INT64_C(1641081600000) + day * 24 * HOUR), side);
    assert_int_equal(fclose(file), 0);
}

#define KEPT "--timeframe 1h --home kept "

/* Two runs of a file each in a home of their own; gives their ids. */
static void keep_two(char id[2][17])
{
    static const char *const sides[] = {"long", "short"};

    if (access(world_path(&world, "kept"), F_OK) != 0)
        tr_free(output_of(&world, "run --synthetic --bars %d --folds 1 " KEPT QUICK, BARS));
    for (int i = 0; i < 2; i++) {
        write_entries("entries.csv", sides[i]);
        char *text =
            output_of(&world, "backtest SYNTH1/USDT:USDT --entries entries.csv --label all-%s --json " KEPT, sides[i]);
        json_t *value = json_loads(text, 0, NULL);

        assert_non_null(value);
        snprintf(id[i], 17, "%s", test_string(value, "id"));
        world_write(&world, i ? "b.json" : "a.json", text);
        tr_free(text);
        json_decref(value);
    }
}

static void every_run_is_kept_and_shown_again_to_the_byte(void **state)
{
    (void)state;
    char id[2][17], shortened[9];
    keep_two(id);
    keep_two(id); /* the same again: no further run */
    json_t *list = json_of(&world, 0, "backtest list --home kept --json");
    char *file = text_of(&world, "b.json"), *shown = output_of(&world, "backtest show %s --home kept", id[1]);
    char *csv = output_of(&world, "backtest list --home kept --format csv"), *text;

    assert_int_equal(json_array_size(test_member(list, "runs")), 2);
    assert_string_equal(test_string(list, "runs.0.id"), id[1]); /* the newest first */
    assert_string_equal(test_string(list, "runs.0.label"), "all-short");
    assert_string_equal(test_string(list, "runs.0.series"), "SYNTH1/USDT:USDT 1h (synthetic)");
    assert_string_equal(test_string(list, "runs.0.entries"), "file");
    assert_string_equal(test_string(list, "runs.1.label"), "all-long");
    same_text("show", shown, file);
    tr_free(shown);
    snprintf(shortened, sizeof shortened, "%.8s", id[1]);
    shown = output_of(&world, "backtest show %s --home kept --json", shortened);
    same_text("show", shown, file);
    assert_int_equal(strncmp(csv, "id,created,series,entries,label,from,to,trades,", 47), 0);
    assert_non_null(strstr(csv, ",\"SYNTH1/USDT:USDT 1h (synthetic)\",file,\"all-short\","));
    text = output_of(&world, "backtest list --limit 1 --home kept");
    assert_non_null(strstr(text, shortened));
    assert_null(strstr(text, "all-long"));
    tr_free(text);
    tr_free(csv);
    tr_free(shown);
    tr_free(file);
    json_decref(list);
}

static void runs_are_compared_by_id_and_by_file_alike(void **state)
{
    (void)state;
    char id[2][17];
    keep_two(id);
    json_t *ids = json_of(&world, 0, "backtest compare %s %s --home kept --json", id[0], id[1]);
    json_t *files = json_of(&world, 0, "backtest compare a.json b.json --home kept --json");
    json_t *turned = json_of(&world, 0, "backtest compare b.json %.6s --home kept --json", id[0]);
    char *bytes = text_of(&world, "b.json"), *text = output_of(&world, "backtest compare a.json b.json --home kept");
    json_t *run = json_loads(bytes, 0, NULL);

    assert_true(json_equal(ids, files));
    assert_true(json_is_true(test_member(ids, "same_series")));
    assert_int_equal(test_integer(ids, "shared_days"), (long long)json_array_size(test_member(run, "daily.time")));
    assert_same_bits(test_number(ids, "runs.1.total_profit_pct"), test_number(run, "summary.total_profit_pct"));
    assert_same_bits(test_number(ids, "runs.1.net_usd"), test_number(run, "summary.net_usd"));
    assert_int_equal(test_integer(ids, "runs.1.trades"), test_integer(run, "summary.trades"));
    /* all days are shared: what they add up to is what the run came to */
    assert_near(test_number(ids, "runs.1.shared_days_profit_pct"), test_number(run, "summary.total_profit_pct"), 1e-6);
    /* seen from the other one: the difference with its sign turned */
    assert_near(test_number(turned, "runs.1.daily_difference_pct"), -test_number(ids, "runs.1.daily_difference_pct"),
                1e-12);
    assert_near(test_number(turned, "runs.1.correlation"), test_number(ids, "runs.1.correlation"), 1e-12);
    assert_null(json_object_get(test_member(ids, "runs.0"), "verdict"));
    assert_non_null(strstr(text, "all-long"));
    tr_free(text);
    tr_free(bytes);
    json_decref(run);
    json_decref(turned);
    json_decref(files);
    json_decref(ids);
}

static void what_cannot_be_compared_or_shown_is_told(void **state)
{
    (void)state;
    char id[2][17], line[256];
    keep_two(id);
    snprintf(line, sizeof line, "backtest compare %s a.json --home kept", id[0]);
    expect(&world, NULL, 1, line, id[0], "same run");
    world_write(&world, "none.json", "{\"id\": 5}");
    world_write(&world, "torn.json", "{\"id\": ");
    expect(&world, NULL, 1, "backtest compare a.json none.json --home kept", "none.json", "id is missing");
    expect(&world, NULL, 1, "backtest compare a.json torn.json --home kept", "torn.json:1", "not JSON");
    expect(&world, NULL, 1, "backtest compare a.json home --home kept", "home", "directory");
    expect(&world, NULL, 1, "backtest compare a.json nowhere.json --home kept", "there is no file nowhere.json");
    expect(&world, NULL, 3, "backtest compare a.json 0123456789abcdef --home kept", "no backtest 0123456789abcdef",
           id[0]);
    expect(&world, NULL, 2, "backtest compare a.json --home kept", "usage");
    expect(&world, NULL, 2, "backtest compare a b c d e f g h i --home kept", "too much");
    expect(&world, NULL, 2, "backtest compare a.json b.json --format csv --home kept", "no rows");
    expect(&world, NULL, 2, "backtest compare a.json b.json --label x --home kept", "--label");
    expect(&world, NULL, 3, "backtest show 0123 --home kept", "no backtest 0123");
    expect(&world, NULL, 1, "backtest show 01 --home kept", "4 to 16");
    expect(&world, NULL, 2, "backtest show --home kept", "usage");
    expect(&world, NULL, 2, "backtest list everything --home kept", "too much");
    expect(&world, NULL, 2, "backtest list --limit 0 --home kept", "--limit");
    json_t *none = json_of(&world, 3, "backtest list --json --home nothing");
    assert_int_equal(json_array_size(test_member(none, "runs")), 0);
    json_decref(none);
}

/* Kept runs of the same series and kind of entries, charged and read alike: whatever else was set. */
static void runs_of_the_same_series_are_variants_of_each_other(void **state)
{
    (void)state;
    static const char verb[] = "backtest SYNTH1/USDT:USDT --entries entries.csv --json " KEPT;
    char id[2][17];
    keep_two(id);
    json_t *value = json_of(&world, 0, "%s --leverage 2", verb), *other;

    assert_int_equal(test_integer(value, "luck.variants"), 3);
    assert_int_equal(test_integer(value, "luck.variants_passed_over"), 0);
    assert_true(test_integer(value, "luck.pbo_days") >= 8);
    assert_true(test_number(value, "luck.pbo") >= 0 && test_number(value, "luck.pbo") <= 1);
    other = json_of(&world, 0, "%s --intrabar optimistic", verb);
    assert_int_equal(test_integer(other, "luck.variants"), 1);
    assert_int_equal(test_integer(other, "luck.variants_passed_over"), 3);
    assert_true(json_is_null(test_member(other, "luck.pbo")));
    json_decref(value);
    json_decref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_made_here_enter_what_a_run_with_the_same_settings_stored),
        cmocka_unit_test(the_newest_signal_waits_for_its_bar),
        cmocka_unit_test(proven_alone_are_some_of_all),
        cmocka_unit_test(a_side_and_a_number_of_folds_can_be_chosen),
        cmocka_unit_test(models_do_not_know_what_came_after_until),
        cmocka_unit_test(bars_too_few_for_a_model_are_told),
        cmocka_unit_test(each_configuration_is_one_trial_however_often_it_runs),
        cmocka_unit_test(every_run_is_kept_and_shown_again_to_the_byte),
        cmocka_unit_test(runs_are_compared_by_id_and_by_file_alike),
        cmocka_unit_test(what_cannot_be_compared_or_shown_is_told),
        cmocka_unit_test(runs_of_the_same_series_are_variants_of_each_other),
    };
    return cmocka_run_group_tests_name("cli/backtest_sources", tests, set_up, tear_down);
}
