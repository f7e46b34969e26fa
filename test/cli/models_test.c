/* models: what a model file says to rows, held against the figures LightGBM itself printed. */
#include "cli/answer.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static struct world world;

/* f0 <= 0.5 (NaN: right) -> f1 <= 2 (NaN: left) -> 1, else 4; else 2. */
static const char small[] = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
                            "max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=f0 f1\n"
                            "feature_infos=none none\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\n"
                            "threshold=0.5 2\ndecision_type=8 10\nleft_child=1 -1\nright_child=-2 -3\n"
                            "leaf_value=1 2 4\nshrinkage=1\n\n\nend of trees\n";

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write(&world, "small.txt", small);
    world_write(&world, "rows.csv", "f0,f1\n0.5,1\n0.5000001,9\n0.5,\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static char *golden(const char *name)
{
    char path[128];
    size_t len;
    snprintf(path, sizeof path, "golden/lightgbm/%s", name);
    return test_read_file(test_shared(path), &len);
}

static void copy(const char *name, const char *to)
{
    char *text = golden(name);
    world_write(&world, to, text);
    tr_free(text);
}

/* The rows without what stands before the first comma of each: the label. */
static void copy_without_label(const char *name, const char *to)
{
    char *text = golden(name), *out = text;
    bool label = true;
    for (const char *p = text; *p; p++) {
        if (!label)
            *out++ = *p;
        if (*p == ',')
            label = false;
        else if (*p == '\n')
            label = true;
    }
    *out = '\0';
    world_write(&world, to, text);
    tr_free(text);
}

static void expect_output(const char *text, const char *words)
{
    char *out = output_of(&world, "%s", words);
    assert_string_equal(out, text);
    tr_free(out);
}

static void expect_golden(const char *name, const char *words)
{
    char *text = golden(name);
    expect_output(text, words);
    tr_free(text);
}

static void what_lightgbm_printed_is_printed_to_the_digit(void **state)
{
    (void)state;
    copy("binary-model.txt", "binary.txt");
    copy_without_label("binary-train.csv.gz", "binary.csv");
    expect_golden("binary-prob.txt.gz", "models predict binary.txt binary.csv --no-header");
    expect_golden("binary-margin.txt.gz", "models predict binary.txt binary.csv --no-header --raw");
    copy("three-class-model.txt", "three.txt");
    copy_without_label("three-class-train.csv.gz", "three.csv");
    expect_golden("three-class-prob.txt.gz", "models predict three.txt three.csv --no-header");
    expect_golden("three-class-margin.txt.gz", "models predict three.txt three.csv --no-header --raw");
}

/* The rows name their columns prob, f0, f1 ...; the model knows Column_0, Column_1 ... */
static void columns_are_found_by_name_among_others(void **state)
{
    (void)state;
    char *text = golden("large-rows.csv.gz"), *line = strchr(text, '\n');
    struct tr_buf rows;
    assert_non_null(line);
    tr_buf_init(&rows);
    for (const char *p = text; p < line; p++) {
        if (*p == 'f')
            tr_buf_text(&rows, "Column_");
        else
            tr_buf_char(&rows, *p);
    }
    tr_buf_text(&rows, line);
    world_write(&world, "large.csv", tr_buf_string(&rows));
    copy("large-model.txt.gz", "large.txt");
    char *out = output_of(&world, "models predict large.txt large.csv"), *at = out;
    size_t n = 0;
    while ((line = strchr(line, '\n')) && line[1]) {
        double answer = strtod(at, &at);
        assert_same_bits(answer, strtod(++line, NULL));
        assert_true(*at++ == '\n');
        n++;
    }
    assert_true(n == 400 && *at == '\0');
    expect(&world, NULL, 1, "models predict large.txt rows.csv", "rows.csv: line 1: 2 columns", "'Column_0'", "45");
    tr_free(out);
    tr_free(text);
    tr_buf_finish(&rows);
}

static void rows_come_from_files_pipes_and_packed_files(void **state)
{
    (void)state;
    struct result result;
    struct manner manner = {.input = "rows.csv"};
    gzFile file = gzopen(world_path(&world, "small.txt.gz"), "wb");
    assert_true(gzputs(file, small) > 0 && gzclose(file) == Z_OK);
    file = gzopen(world_path(&world, "rows.csv.gz"), "wb");
    assert_true(gzputs(file, "f1\ty\tf0\n1\t0\t0.5\n9\t0\t1\n\t\t0\n") > 0 && gzclose(file) == Z_OK);
    expect_output("1\n2\n1\n", "models predict small.txt.gz rows.csv.gz --raw");
    run_as(&world, &manner, &result, "models predict small.txt - --raw");
    assert_int_equal(result.code, 0);
    assert_string_equal(result.out, "1\n2\n1\n");
    result_free(&result);
    manner.input = "small.txt";
    run_as(&world, &manner, &result, "models predict - rows.csv --raw");
    assert_string_equal(result.out, "1\n2\n1\n");
    result_free(&result);
}

static void json_and_csv_say_the_same(void **state)
{
    (void)state;
    json_t *json = json_of(&world, 0, "models predict small.txt rows.csv --raw --json");
    assert_int_equal(test_integer(json, "rows"), 3);
    assert_int_equal(test_integer(json, "classes"), 1);
    assert_true(json_is_true(test_member(json, "by_name")));
    const json_t *list = test_member(json, "predictions");
    assert_true(json_array_size(list) == 3);
    assert_same_bits(json_number_value(json_array_get(list, 1)), 2);
    json_decref(json);
    expect_output("prediction\n1\n2\n1\n", "models predict small.txt rows.csv --raw --format csv");
    char *three = golden("three-class-model.txt");
    world_write(&world, "three.txt", three);
    world_write(&world, "five.csv", "1,2,3,4,5\n0,0,0,0,0\n");
    json = json_of(&world, 0, "models predict three.txt five.csv --no-header --json");
    list = test_member(json, "predictions");
    assert_true(json_array_size(list) == 2 && json_array_size(json_array_get(list, 1)) == 3);
    json_decref(json);
    char *csv = output_of(&world, "models predict three.txt five.csv --no-header --format csv");
    assert_true(strncmp(csv, "class_0,class_1,class_2\n0.", 26) == 0);
    tr_free(csv);
    tr_free(three);
}

static void no_rows_are_told_by_the_exit_code(void **state)
{
    (void)state;
    struct result result;
    world_write(&world, "none.csv", "f0,f1\n");
    run(&world, &result, "models predict small.txt none.csv");
    assert_int_equal(result.code, 3);
    assert_string_equal(result.out, "");
    result_free(&result);
    json_t *json = json_of(&world, 3, "models predict small.txt none.csv --json");
    assert_int_equal(test_integer(json, "rows"), 0);
    json_decref(json);
}

static void wrong_words_are_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"models show", "something is missing; usage: traderai models show ID"},
        {"models frob", "models frob: not one of list, show"},
        {"models predict", "something is missing; usage: traderai models predict MODEL-FILE ROWS.csv"},
        {"models predict small.txt", "something is missing"},
        {"models predict small.txt rows.csv x", "\"x\" is too much"},
        {"models predict small.txt rows.csv --raww", "did you mean --raw?"},
        {"models predict - -", "only one of model and rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(&world, NULL, 2, cases[i][0], cases[i][1]);
}

static void bad_files_are_named_with_line_and_column(void **state)
{
    (void)state;
    world_write(&world, "cell.csv", "f0,f1\n1,2\n3,x\n");
    world_write(&world, "label.csv", "0,1,2\n1,3,4\n");
    world_write(&world, "part.csv", "f0,g\n1,2\n");
    world_write(&world, "prose.txt", "dear diary\n");
    world_write(&world, "cut.txt", "tree\nversion=v4\nnum_class=1\n");
    expect(&world, NULL, 3, "models predict absent.txt rows.csv", "absent.txt");
    expect(&world, NULL, 3, "models predict small.txt absent.csv", "absent.csv");
    expect(&world, NULL, 1, "models predict prose.txt rows.csv", "prose.txt", "no model file that is known");
    expect(&world, NULL, 1, "models predict cut.txt rows.csv", "cut.txt");
    expect(&world, NULL, 1, "models predict small.txt small.txt", "small.txt: line 1");
    expect(&world, NULL, 1, "models predict small.txt label.csv --no-header",
           "label.csv: line 1: 3 columns instead of 2 features: leave out what is no feature");
    expect(&world, NULL, 1, "models predict small.txt label.csv", "holds numbers", "--no-header");
    expect(&world, NULL, 1, "models predict small.txt part.csv", "1 of 2 features", "'f1'");
    expect(&world, NULL, 1, "models predict small.txt rows.csv --no-header", "line 1: column 1: 'f0'", "a header?");
    struct result result;
    run(&world, &result, "models predict small.txt cell.csv");
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.err, "cell.csv: line 3: column 2: 'x' is no number"));
    result_free(&result);
    json_t *json = json_of(&world, 1, "models predict small.txt cell.csv --json");
    assert_non_null(strstr(test_string(json, "error.message"), "line 3: column 2"));
    json_decref(json);
}

#define LINE "0.25,1.5\n"
#define LINES 3000000

static void many_lines(int fd)
{
    static char block[1000 * (sizeof LINE - 1)];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = LINE[i % (sizeof LINE - 1)];
    for (size_t i = 0; i < LINES / 1000; i++) {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            return;
    }
}

static void long_files_take_no_more_memory_than_short_ones(void **state)
{
    (void)state;
    struct result few, many;
    struct manner manner = {.feed = many_lines};
    run(&world, &few, "models predict small.txt rows.csv --raw");
    run_as(&world, &manner, &many, "models predict small.txt - --no-header --raw");
    assert_int_equal(many.code, 0);
    assert_true(many.out_len == 2 * LINES);
    if (many.peak_kib > few.peak_kib + 4096)
        fail_msg("%ld KiB for 3,000,000 rows, %ld KiB for three", many.peak_kib, few.peak_kib);
    result_free(&few);
    result_free(&many);
}

/* The recipe's hash of the model that LightGBM's library, this file, has grown. */
static char *train_with(const char *library)
{
    static const char key[] = "\"recipe_hash\": \"";
    char *text = output_of(&world,
                           "train BTC/USDT:USDT -i 1h --json --home home " QUICK
                           " --set model.xgboost.enabled=false --output grown "
                           "--set model.lightgbm.rounds=8 --set model.lightgbm.engine=library "
                           "--set model.lightgbm.path=%s",
                           library);
    char *found = strstr(text, key);
    assert_non_null(found);
    found += sizeof key - 1;
    found[strcspn(found, "\"")] = '\0';
    char *hash = tr_alloc_string(found);
    assert_non_null(hash);
    tr_free(text);
    return hash;
}

static void lightgbms_own_library_trains_where_it_is_named(void **state)
{
    (void)state;
    const char *library = getenv("LIGHTGBM_LIBRARY");
    size_t len;
    if (!library || !*library) {
        print_message("# skipped: LIGHTGBM_LIBRARY does not name LightGBM's library\n");
        skip();
    }
    world_write_bars(&world, "btc.csv", 1500, 1);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --home home"));
    char *name = train_with(library);
    char *model = test_read_file(world_path(&world, "grown/long.lightgbm.txt"), &len);
    assert_non_null(strstr(model, "[verbosity: -1]")); /* which our own trainer does not write */
    tr_free(model);
    char *bytes = test_read_file(library, &len), *again = train_with(library);
    assert_string_equal(again, name);
    FILE *file = fopen(world_path(&world, "other.so"), "wb");
    assert_non_null(file);
    assert_true(fwrite(bytes, 1, len, file) == len && fputc('x', file) == 'x');
    assert_int_equal(fclose(file), 0);
    char *other = train_with("other.so"); /* another build: another recipe */
    assert_string_not_equal(other, name);
    tr_free(other);
    tr_free(again);
    tr_free(bytes);
    tr_free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lightgbm_printed_is_printed_to_the_digit),
        cmocka_unit_test(columns_are_found_by_name_among_others),
        cmocka_unit_test(rows_come_from_files_pipes_and_packed_files),
        cmocka_unit_test(json_and_csv_say_the_same),
        cmocka_unit_test(no_rows_are_told_by_the_exit_code),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(bad_files_are_named_with_line_and_column),
        cmocka_unit_test(lightgbms_own_library_trains_where_it_is_named),
        cmocka_unit_test(long_files_take_no_more_memory_than_short_ones),
    };
    return cmocka_run_group_tests_name("cli/models", tests, set_up, tear_down);
}
