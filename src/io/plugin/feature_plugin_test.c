/* Plug-ins that are made well run as the header says; those made badly are refused or found out. */
#include "support/test.h"

#include "base/alloc.h"
#include "io/plugin/feature_plugin.h"
#include "support/bars.h"
#include "support/feature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FAKE(NAME) FAKE_FOLDER "/libfake_" NAME ".so"

/* --- opening --- */

static void refuse(const char *path, enum tr_status status, const char *what)
{
    struct tr_error err = {0};
    struct tr_feature_plugin *plugin;
    assert_int_equal(tr_feature_plugin_open(path, &plugin, &err), status);
    assert_null(plugin);
    if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, what))
        fail_msg("'%s' does not say '%s'", err.text, what);
}

static void what_cannot_be_opened_is_named_with_its_reason(void **unused)
{
    (void)unused;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/mood.so", dir);
    refuse(path, TR_NOT_FOUND, "No such file");
    refuse("libm.so.6", TR_NOT_FOUND, "No such file"); /* never searched for */
    refuse(dir, TR_UNSUPPORTED, "is no file");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("this is prose", file);
    assert_int_equal(fclose(file), 0);
    refuse(path, TR_UNSUPPORTED, "cannot be opened as a shared library: ");
    test_remove_dir(dir);
    refuse(FAKE("lightgbm_other"), TR_UNSUPPORTED, "no plug-in of this program (it has no traderai_plugin)");
    tr_feature_plugin_close(NULL);
}

static void plug_ins_that_break_the_rules_of_the_header_are_refused(void **unused)
{
    (void)unused;
    refuse(FAKE("plugin_later"), TR_VERSION, "for version 2 of the plug-in interface, this program has version 1");
    refuse(FAKE("plugin_lacking"), TR_INVALID, "has no value()");
    refuse(FAKE("plugin_wide"), TR_INVALID, "has 65 columns; 1 to 64 are possible");
    refuse(FAKE("plugin_empty"), TR_INVALID, "has 0 columns");
    refuse(FAKE("plugin_nameless"), TR_INVALID, "its own name is not one");
    refuse(FAKE("plugin_shouting"), TR_INVALID, "the name of its column 1 is not one");
    refuse(FAKE("plugin_doubled"), TR_INVALID, "two columns of the name minutes");
    refuse(FAKE("plugin_usurper"), TR_INVALID, "its column atr_14 has the name of a built-in one");
}

static void out_of_memory_is_told(void **unused)
{
    (void)unused;
    struct tr_error err = {0};
    struct tr_feature_plugin *plugin;
    tr_alloc_fail_at(1);
    assert_int_equal(tr_feature_plugin_open(FAKE("plugin"), &plugin, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_null(plugin);
}

/* --- running --- */

struct world {
    struct tr_feature_plugin *plugin;
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_plugin_calls calls;
    struct tr_plugin_use use;
    struct tr_causal_source source;
};

/* A clock by which each call takes a quarter of a second. */
static double ticking(void)
{
    static double now;
    return now += 0.25;
}

static void open_world(struct world *world, const char *config)
{
    struct tr_error err;
    *world = (struct world){0};
    assert_ok(tr_feature_plugin_open(FAKE("plugin"), &world->plugin, &err), &err);
    test_market_bars(test_market(1), 8, &world->list); /* hours, with small holes */
    world->bars = tr_bar_list_view(&world->list);
    world->bars = tr_bars_slice(&world->bars, 0, 700);
    world->use = (struct tr_plugin_use){
        .plugin = world->plugin, .symbol = "A/B", .config = config, .seconds = ticking, .calls = &world->calls};
    world->source = tr_feature_plugin_source(&world->use);
}

static void close_world(struct world *world)
{
    tr_bar_list_finish(&world->list);
    tr_feature_plugin_close(world->plugin);
}

static void its_columns_are_what_it_computes(void **unused)
{
    (void)unused;
    struct world world;
    struct tr_matrix out;
    struct tr_error err;
    open_world(&world, "");
    assert_string_equal(tr_feature_plugin_name(world.plugin), "fake");
    assert_true(tr_feature_plugin_columns(world.plugin) == 2 && world.source.columns == 2);
    assert_string_equal(tr_feature_plugin_column(world.plugin, 0), "change_3");
    assert_string_equal(world.source.name(world.source.context, 1), "minutes");
    assert_ok(tr_matrix_init(&out, world.bars.n, 2, &err), &err);
    assert_ok(tr_causal_run(&world.source, &world.bars, &out, &err), &err);
    for (size_t i = 0; i < world.bars.n; i++) {
        double change = i < 3 ? (double)NAN : world.bars.close[i] / world.bars.close[i - 3] - 1;
        assert_same_bits(tr_matrix_at(&out, i, 0), change);
        assert_same_bits(tr_matrix_at(&out, i, 1), 60.0);
    }
    assert_true(world.calls.made == 2 * world.bars.n && world.calls.failed == 0); /* the decoy's as well */
    assert_same_bits(world.calls.slowest_ms, 250.0);
    tr_matrix_finish(&out);
    close_world(&world);
}

static void failed_calls_are_counted_and_their_rows_are_missing(void **unused)
{
    (void)unused;
    struct world world;
    struct tr_matrix out;
    struct tr_error err;
    size_t failed = 0;
    open_world(&world, "fails");
    assert_ok(tr_matrix_init(&out, world.bars.n, 2, &err), &err);
    assert_ok(tr_causal_run(&world.source, &world.bars, &out, &err), &err);
    for (size_t i = 0; i < world.bars.n; i++) {
        int64_t hour = world.bars.time[i] / TR_HOUR_MS;
        failed += hour % 7 == 0;
        assert_true(isnan(tr_matrix_at(&out, i, 1)) == (hour % 7 == 0));
        assert_true(!isinf(tr_matrix_at(&out, i, 0)));
        if (hour % 5 == 0)
            assert_true(isnan(tr_matrix_at(&out, i, 0)));
    }
    assert_true(failed > 50 && world.calls.failed == 2 * failed);
    tr_matrix_finish(&out);
    close_world(&world);
}

static void expect(const char *config, enum tr_causal_verdict verdict, size_t first)
{
    struct world world;
    struct tr_lookahead found;
    struct tr_error err;
    open_world(&world, config);
    assert_ok(tr_lookahead_check(&world.source, &world.bars, &found, &err), &err);
    if (found.column[0].verdict != verdict)
        fail_msg("%s: %s", config, tr_causal_verdict_name(found.column[0].verdict));
    assert_true(found.column[0].first_bad == (verdict == TR_CAUSAL ? world.bars.n : first));
    assert_true(found.column[1].verdict == TR_CAUSAL);
    tr_lookahead_finish(&found);
    close_world(&world);
}

static void a_good_one_is_causal_and_needs_the_bars_it_looks_back_on(void **unused)
{
    (void)unused;
    struct world world;
    struct tr_recursive found;
    struct tr_error err;
    expect("", TR_CAUSAL, 0);
    expect("fails", TR_CAUSAL, 0);
    open_world(&world, "");
    assert_ok(tr_recursive_check(&world.source, &world.bars, 3, 100, 10, &found, &err), &err);
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
        assert_true(found.column[0].bars[level] == 3 && found.column[1].bars[level] == 0);
    tr_recursive_finish(&found);
    close_world(&world);
}

static void state_outside_the_instance_is_found_out(void **unused)
{
    (void)unused;
    expect("shared", TR_CAUSAL_UNEQUAL, 1);
    expect("counter", TR_CAUSAL_UNSTEADY, 0);
    expect("clock", TR_CAUSAL_UNSTEADY, 0);
}

/* The limit of the check, as the header and the help say. */
static void the_future_in_a_file_of_its_own_is_out_of_sight(void **unused)
{
    (void)unused;
    struct world world;
    struct tr_matrix out;
    struct tr_error err;
    char dir[256], path[300], config[310];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/closes.txt", dir);
    snprintf(config, sizeof config, "future:%s", path);
    open_world(&world, config);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < world.bars.n; i++)
        fprintf(file, "%.17g\n", world.bars.close[i]);
    assert_int_equal(fclose(file), 0);
    assert_ok(tr_matrix_init(&out, world.bars.n, 2, &err), &err);
    assert_ok(tr_causal_run(&world.source, &world.bars, &out, &err), &err);
    assert_same_bits(tr_matrix_at(&out, 5, 0), world.bars.close[6]);
    expect(config, TR_CAUSAL, 0);
    tr_matrix_finish(&out);
    close_world(&world);
    test_remove_dir(dir);
}

static void one_that_cannot_work_on_a_series_is_quoted(void **unused)
{
    (void)unused;
    struct world world;
    struct tr_lookahead found;
    struct tr_error err;
    open_world(&world, "refuses");
    assert_int_equal(tr_lookahead_check(&world.source, &world.bars, &found, &err), TR_INVALID);
    assert_string_equal(err.text, "plug-in fake cannot work on A/B 1h: nothing is known of?A/B at 1h");
    tr_lookahead_finish(&found);
    close_world(&world);
    open_world(&world, "silent");
    assert_int_equal(tr_lookahead_check(&world.source, &world.bars, &found, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "it does not say why"));
    tr_lookahead_finish(&found);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_opened_is_named_with_its_reason),
        cmocka_unit_test(plug_ins_that_break_the_rules_of_the_header_are_refused),
        cmocka_unit_test(out_of_memory_is_told),
        cmocka_unit_test(its_columns_are_what_it_computes),
        cmocka_unit_test(failed_calls_are_counted_and_their_rows_are_missing),
        cmocka_unit_test(a_good_one_is_causal_and_needs_the_bars_it_looks_back_on),
        cmocka_unit_test(state_outside_the_instance_is_found_out),
        cmocka_unit_test(the_future_in_a_file_of_its_own_is_out_of_sight),
        cmocka_unit_test(one_that_cannot_work_on_a_series_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
