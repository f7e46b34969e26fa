/* How a run ends and what it leaves: outputs that take nothing, interruption, the same bytes again. */
#include "cli/answer.h"
#include "cli/watch.h"

#include "base/alloc.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define HOME " --home home"
#define BIG "SYNTH1/USDT:USDT -i 1h"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    tr_free(output_of(&world, "run --synthetic --bars 4000 --timeframe 1h --folds 1" HOME " " QUICK));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static void output_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    static const char *const lines[] = {"help",
                                        "version --json",
                                        "data" HOME,
                                        "data --json" HOME,
                                        "features " BIG " --format csv" HOME,
                                        "label " BIG " --format csv" HOME};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct manner full = {.output = OUTPUT_FULL}, closed = {.output = OUTPUT_CLOSED};
        expect(&world, &full, 1, lines[i], "standard output", "No space left");
        expect(&world, &closed, 1, lines[i], "standard output");
    }
    json_decref(json_of(&world, 0, "data --json" HOME));
}

static void a_closed_output_does_not_write_into_the_files(void **state)
{
    (void)state;
    struct manner closed = {.output = OUTPUT_CLOSED};
    char *before = output_of(&world, "features " BIG " --format csv" HOME);
    world_write_bars(&world, "more.csv", 500, 3);
    expect(&world, &closed, 1, "import more.csv -s NEW/USDT" HOME, "standard output");
    expect(&world, &closed, 1, "train " BIG " --output models" HOME " " QUICK, "standard output");
    size_t len;
    char *model = test_read_file(world_path(&world, "models/long.xgboost.json"), &len);
    json_t *value = json_loadb(model, len, 0, NULL);
    assert_non_null(value);
    json_decref(value);
    tr_free(model);
    char *after = output_of(&world, "features " BIG " --format csv" HOME);
    assert_string_equal(before, after);
    tr_free(before);
    tr_free(after);
}

static void the_same_run_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char words[] =
        "run " BIG " --folds 3 --json" HOME " --set model.xgboost.rounds=20 --set walkforward.train_days=60"
        " --set walkforward.min_train_bars=1000";
    char *first = output_of(&world, "%s --threads 1", words), *again = output_of(&world, "%s --threads 1", words);
    char *two = output_of(&world, "%s --threads 2", words), *five = output_of(&world, "%s --threads 5", words);
    assert_string_equal(first, again);
    assert_string_equal(first, two);
    assert_string_equal(first, five);
    json_t *value = json_loads(first, 0, NULL);
    assert_int_equal(json_array_size(test_member(value, "walkforward.folds")), 3);
    json_decref(value);
    tr_free(first);
    tr_free(again);
    tr_free(two);
    tr_free(five);
}

static void a_second_run_stores_nothing_twice(void **state)
{
    (void)state;
    tr_free(output_of(&world, "run --synthetic --bars 4000 --timeframe 1h --folds 1" HOME " " QUICK));
    char *before = output_of(&world, "signals --proven all --limit 100000 --json" HOME);
    tr_free(output_of(&world, "run --synthetic --bars 4000 --timeframe 1h --folds 1" HOME " " QUICK));
    char *after = output_of(&world, "signals --proven all --limit 100000 --json" HOME);
    json_t *value = json_loads(after, 0, NULL);
    assert_true(json_array_size(test_member(value, "signals")) > 0);
    json_decref(value);
    assert_string_equal(before, after);
    tr_free(before);
    tr_free(after);
}

static void looking_stores_nothing(void **state)
{
    (void)state;
    tr_free(output_of(&world, "run --synthetic --bars 4000 --timeframe 1h --folds 1" HOME " " QUICK));
    char *before = output_of(&world, "signals --proven all --limit 100000 --json" HOME);
    tr_free(output_of(&world, "walkforward " BIG " --folds 2" HOME " " QUICK));
    tr_free(output_of(&world, "train " BIG HOME " " QUICK));
    char *after = output_of(&world, "signals --proven all --limit 100000 --json" HOME);
    assert_string_equal(before, after);
    tr_free(before);
    tr_free(after);
}

static void interruption_ends_a_long_run_and_keeps_the_store(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    char *before = output_of(&world, "data --json" HOME);
    for (size_t i = 0; i < 2; i++) {
        struct watched *watched = tr_alloc_zero(1, sizeof *watched);
        assert_non_null(watched);
        /* far more trees than fit into the time of a test: only the signal ends it */
        watch_start(&world, watched, "run " BIG HOME " --threads 2 --set model.xgboost.rounds=400");
        assert_true(watch_for(watched, "walk-forward ["));
        watch_signal(watched, signals[i]);
        assert_int_equal(watch_end(watched), 1);
        const char *line = strstr(watched->seen, "traderai: ");
        assert_non_null(line);
        assert_non_null(strstr(line, "run: walk-forward stopped after"));
        assert_non_null(strstr(line, "run it again"));
        assert_int_equal(strlen(line) - strcspn(line, "\r\n"), 2); /* the terminal's end of line, and nothing more */
        tr_free(watched);
    }
    char *after = output_of(&world, "data --json" HOME);
    assert_string_equal(before, after);
    tr_free(output_of(&world, "run " BIG " --folds 1" HOME " " QUICK));
    tr_free(before);
    tr_free(after);
}

static void progress_is_drawn_on_a_terminal_and_wiped_at_the_end(void **state)
{
    (void)state;
    struct watched *watched = tr_alloc_zero(1, sizeof *watched);
    assert_non_null(watched);
    watch_start(&world, watched, "run " BIG " --folds 2" HOME " " QUICK);
    assert_int_equal(watch_end(watched), 0);
    assert_non_null(strstr(watched->seen, "walk-forward ["));
    assert_non_null(strstr(watched->seen, "fits/s  ETA "));
    assert_true(watched->seen_len > 4);
    assert_string_equal(watched->seen + watched->seen_len - 4, "\r\033[K");
    tr_free(watched);
}

static void progress_is_not_drawn_where_nobody_wants_it(void **state)
{
    (void)state;
    struct watched *watched = tr_alloc_zero(1, sizeof *watched);
    assert_non_null(watched);
    watch_start(&world, watched, "run " BIG " --folds 2 --quiet" HOME " " QUICK);
    assert_int_equal(watch_end(watched), 0);
    assert_string_equal(watched->seen, "");
    tr_free(watched);
    /* and no other test of this folder has a terminal: output_of demands an empty standard error */
    tr_free(output_of(&world, "run " BIG " --folds 1" HOME " " QUICK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_that_cannot_be_written_is_an_error),
        cmocka_unit_test(a_closed_output_does_not_write_into_the_files),
        cmocka_unit_test(the_same_run_gives_the_same_bytes),
        cmocka_unit_test(a_second_run_stores_nothing_twice),
        cmocka_unit_test(looking_stores_nothing),
        cmocka_unit_test(interruption_ends_a_long_run_and_keeps_the_store),
        cmocka_unit_test(progress_is_drawn_on_a_terminal_and_wiped_at_the_end),
        cmocka_unit_test(progress_is_not_drawn_where_nobody_wants_it),
    };
    return cmocka_run_group_tests_name("cli/ending", tests, set_up, tear_down);
}
