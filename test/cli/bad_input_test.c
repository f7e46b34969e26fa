/* Bad words, bad files, bad settings: one clear line, the right exit code, and nothing lost. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define HOME " --home home"
#define IMPORT " --symbol BAD/USDT --timeframe 1h" HOME

static struct world world;
static char *before; /* what is stored, as the program tells it */

static char *stored(void)
{
    char *list = output_of(&world, "data --json" HOME);
    char *rows = output_of(&world, "label BTC/USDT:USDT -i 1h --format csv" HOME);
    size_t a = strlen(list), b = strlen(rows);
    char *all = tr_alloc(a + b + 1, 1);
    assert_non_null(all);
    memcpy(all, list, a);
    memcpy(all + a, rows, b + 1);
    tr_free(list);
    tr_free(rows);
    return all;
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "btc.csv", 300, 1);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT" HOME));
    before = stored();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_free(before);
    world_finish(&world);
    return 0;
}

/* After every failing case: what was stored is still there, and nothing new. */
static void intact(void)
{
    char *now = stored();
    assert_string_equal(now, before);
    tr_free(now);
}

static void words_that_are_not_understood_are_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"frobnicate", "frobnicate: no such verb"},
        {"help frobnicate", "help frobnicate: no such verb"},
        {"data --frob", "--frob: unknown option of data"},
        {"data --exchnge x", "did you mean --exchange?"},
        {"data frob" HOME, "data frob: not one of list, gaps"},
        {"data gaps" HOME, "name the series"},
        {"data list x" HOME, "takes no further word"},
        {"features" HOME, "something is missing; usage: traderai features SYMBOL"},
        {"features A B" HOME, "\"B\" is too much"},
        {"features BTC/USDT:USDT" HOME, "--timeframe is missing"},
        {"features BTC/USDT:USDT -i 7h" HOME, "7h"},
        {"features ??? -i 1h" HOME, "???"},
        {"import btc.csv --timeframe 1y" IMPORT, "--timeframe: given twice"},
        {"run --synthetic --timeframe 9m" HOME, "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d"},
        {"run --synthetic --bars 10" HOME, "--bars 10: not a whole number from 300 to 2000000"},
        {"run --synthetic --edge x" HOME, "--edge x: not a number from 0 to 10"},
        {"run --synthetic btc.csv" HOME, "name a file or a stored symbol, or say --synthetic"},
        {"run" HOME, "name a file or a stored symbol, or say --synthetic"},
        {"run btc.csv --bars 500 -s A/B" HOME, "--bars: only for --synthetic"},
        {"run BTC/USDT:USDT -i 1h --side up" HOME, "--side up: not one of long, short, both"},
        {"run BTC/USDT:USDT -i 1h --folds -1" HOME, "--folds -1: not a whole number from 0 to 10000"},
        {"data --threads 0" HOME, "--threads 0: not a whole number from 1 to 256"},
        {"signals --limit 0" HOME, "--limit 0"},
        {"signals --proven maybe" HOME, "--proven maybe: not one of only (default), all"},
        {"config frob" HOME, "config frob: not one of check, show, schema"},
        {"data --home=", "the path is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(&world, NULL, 2, cases[i][0], cases[i][1]);
    intact();
}

static void a_market_that_is_not_stored_is_not_found(void **state)
{
    (void)state;
    static const char *const lines[] = {"features DOGE/USDT -i 1h" HOME, "label DOGE/USDT -i 1h" HOME,
                                        "train DOGE/USDT -i 1h" HOME,    "walkforward DOGE/USDT -i 1h" HOME,
                                        "signals DOGE/USDT -i 1h" HOME,  "run DOGE/USDT -i 1h" HOME,
                                        "data gaps DOGE/USDT -i 1h" HOME};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect(&world, NULL, 3, lines[i], "DOGE/USDT");
    expect(&world, NULL, 3, "label BTC/USDT:USDT -i 4h" HOME, "BTC/USDT:USDT", "1h");
    expect(&world, NULL, 3, "label BTC/USDT:USDT -i 1h --exchange okx" HOME, "okx");
    intact();
}

#define TRAIN "train BTC/USDT:USDT -i 1h --set model.lightgbm.engine=library" HOME

static void a_library_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    world_write(&world, "prose.so", "dear diary\n");
    expect(&world, NULL, 2, TRAIN, "model.lightgbm.path");
    expect(&world, NULL, 3, TRAIN " --set model.lightgbm.path=absent.so", "model.lightgbm.path: absent.so: ");
    expect(&world, NULL, 1, TRAIN " --set model.lightgbm.path=prose.so", "prose.so: cannot be opened");
    tr_free(output_of(&world, "label BTC/USDT:USDT -i 1h --set model.lightgbm.engine=library "
                              "--set model.lightgbm.path=absent.so" HOME)); /* which trains nothing */
    intact();
}

static void write_gz(const char *name, const char *text, size_t cut)
{
    gzFile file = gzopen(world_path(&world, name), "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
    if (cut) {
        struct stat info;
        assert_int_equal(stat(world_path(&world, name), &info), 0);
        assert_int_equal(truncate(world_path(&world, name), info.st_size - (off_t)cut), 0);
    }
}

static void files_that_hold_no_candles_are_refused(void **state)
{
    (void)state;
    size_t len;
    char *text = test_read_file(world_path(&world, "btc.csv"), &len);
    write_gz("cut.csv.gz", text, 2000);
    write_gz("tail.csv.gz", text, 4);
    tr_free(text);
    assert_int_equal(mkdir(world_path(&world, "folder.csv"), 0755), 0);
    world_write(&world, "empty.csv", "");
    world_write(&world, "header.csv", "timestamp_ms,open,high,low,close,volume\n");
    world_write(&world, "prose.csv", "dear diary\ntoday the market fell\n");
    world_write(&world, "words.csv", "timestamp_ms,open,high,low,close,volume\n1704067200000,a,b,c,d,e\n");
    expect(&world, NULL, 1, "import cut.csv.gz" IMPORT, "cut.csv.gz");
    expect(&world, NULL, 1, "import tail.csv.gz" IMPORT, "tail.csv.gz");
    expect(&world, NULL, 1, "import folder.csv" IMPORT, "folder.csv");
    expect(&world, NULL, 1, "import empty.csv" IMPORT, "empty.csv", "empty");
    expect(&world, NULL, 1, "import header.csv" IMPORT, "header.csv");
    expect(&world, NULL, 1, "import prose.csv" IMPORT, "prose.csv");
    expect(&world, NULL, 1, "import words.csv" IMPORT, "words.csv");
    expect(&world, NULL, 1, "run cut.csv.gz" IMPORT, "cut.csv.gz");
    expect(&world, NULL, 3, "import none.csv" IMPORT, "none.csv");
    expect(&world, NULL, 3, "run ./none.csv" IMPORT, "none.csv");
    expect(&world, NULL, 1, "import -" IMPORT, "empty");
    expect(&world, NULL, 1, "import btc.csv" HOME, "--symbol");
    expect(&world, NULL, 2, "import btc.csv --symbol !!" HOME, "!!");
    intact();
}

static void rows_that_are_no_candles_are_counted_and_shown(void **state)
{
    (void)state;
    world_write(&world, "mixed.csv",
                "timestamp_ms,open,high,low,close,volume\n"
                "1704067200000,10,11,9,10,1\n"
                "1704078000000,10,11,9,10,1\n"  /* out of order */
                "1704070800000,10,11,9,10,1\n"  /* ... */
                "1704070800000,10,11,9,10,1\n"  /* the same again */
                "1704070800000,10,12,9,10,1\n"  /* and differing */
                "1704074400000,ten,11,9,10,1\n" /* text */
                "1704074400000,-10,11,-12,10,1\n"
                "1704081600000,10,11,9\n"
                "soon,10,11,9,10,1\n"
                "1704085200001,10,11,9,10,1\n" /* off the grid */
                "1704088800000,10,9,9,10,1\n"  /* high under open */
                "1704092400000,10,11,9,10,-1\n");
    json_t *value = json_of(&world, 0, "import mixed.csv --json --symbol BAD/USDT -i 1h --home other");
    assert_int_equal(test_integer(value, "rows"), 12);
    assert_int_equal(test_integer(value, "accepted"), 3);
    assert_int_equal(test_integer(value, "refused"), 7);
    assert_int_equal(test_integer(value, "refused_by.bad_number"), 1);
    assert_int_equal(test_integer(value, "refused_by.too_few_columns"), 1);
    assert_int_equal(test_integer(value, "refused_by.bad_time"), 1);
    assert_int_equal(test_integer(value, "duplicates_identical"), 1);
    assert_int_equal(test_integer(value, "duplicates_differing"), 1);
    assert_true(test_integer(value, "out_of_order") >= 1);
    assert_int_equal(json_array_size(test_member(value, "examples")), 8);
    assert_int_equal(test_integer(value, "examples.0.line"), 6);
    assert_int_equal(test_integer(value, "stored.inserted"), 3);
    json_decref(value);
    expect(&world, NULL, 1, "import mixed.csv --strict" IMPORT, "mixed.csv", "line ");
    intact();
}

static void ten_thousand_columns_are_refused(void **state)
{
    (void)state;
    FILE *file = fopen(world_path(&world, "wide.csv"), "wb");
    assert_non_null(file);
    for (int row = 0; row < 3; row++) {
        fputs(row ? "1704067200000,10,11,9,10,1" : "timestamp_ms,open,high,low,close,volume", file);
        for (int i = 0; i < 10000; i++)
            fprintf(file, ",%d", i);
        fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    expect(&world, NULL, 1, "import wide.csv" IMPORT, "wide.csv");
    intact();
}

static size_t line_bytes = (size_t)64 << 20;

static bool send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = write(fd, bytes, n);
        if (sent <= 0)
            return false;
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static void feed_one_line(int fd)
{
    static char block[1 << 20];
    bool open = true;
    memset(block, '7', sizeof block);
    for (size_t sent = 0; open && sent < line_bytes; sent += sizeof block)
        open = send_all(fd, block, sizeof block);
}

static void feed_a_line_among_others(int fd)
{
    static const char head[] = "timestamp_ms,open,high,low,close,volume\n1704067200000,10,11,9,10,1\n";
    static const char tail[] = "\n1704070800000,10,11,9,10,1\n";
    if (!send_all(fd, head, sizeof head - 1))
        return;
    feed_one_line(fd);
    (void)send_all(fd, tail, sizeof tail - 1);
}

static void a_stream_that_is_one_endless_line_is_given_up(void **state)
{
    (void)state;
    struct manner manner = {.feed = feed_one_line};
    struct result result;
    run_as(&world, &manner, &result, "import -" IMPORT);
    assert_int_equal(result.code, 1);
    assert_memory_equal(result.err, "traderai: ", 10);
    assert_true(result.peak_kib < 300 * 1024);
    result_free(&result);
    intact();
}

static void a_line_too_long_is_skipped_in_little_memory(void **state)
{
    (void)state;
    struct manner manner = {.feed = feed_a_line_among_others};
    struct result result;
    if (getenv("TRADERAI_TEST_LONG"))
        line_bytes = (size_t)2 << 30;
    run_as(&world, &manner, &result, "import - --json --symbol BAD/USDT --timeframe 1h --home long");
    assert_int_equal(result.code, 0);
    print_message("# a line of %zu MiB: at most %ld MiB held\n", line_bytes >> 20, result.peak_kib >> 10);
    assert_true(result.peak_kib < 300 * 1024);
    json_t *value = json_loadb(result.out, result.out_len, 0, NULL);
    assert_int_equal(test_integer(value, "accepted"), 2); /* the row behind it was reached */
    assert_int_equal(test_integer(value, "refused_by.line_too_long"), 1);
    json_decref(value);
    result_free(&result);
    intact();
}

static void feed_forever(int fd)
{
    static const char row[] = "1704067200000,10,11,9,10,1\n";
    while (write(fd, row, sizeof row - 1) > 0)
        continue;
}

static void strict_reading_ends_at_the_first_bad_row(void **state)
{
    (void)state;
    struct manner manner = {.feed = feed_forever}; /* no header: the stream is refused though it never ends */
    expect(&world, &manner, 1, "import - --strict" IMPORT, "standard input");
    intact();
}

static void settings_that_are_wrong_are_named_with_file_line_and_range(void **state)
{
    (void)state;
    world_write(&world, "bad1.json", "{\n  // fees\n  \"cost\": {\n    \"maker\": 7\n  }\n}\n");
    world_write(&world, "bad2.json", "{\n  \"cost\": {\"makr\": 0.1}\n}\n");
    world_write(&world, "bad3.json", "{\n  \"cost\": {\n");
    world_write(&world, "bad4.json", "{\n  \"label\": {\"kind\": \"quadruple\"}\n}\n");
    expect(&world, NULL, 2, "config check --config bad1.json" HOME, "bad1.json:4", "cost.maker", "7");
    expect(&world, NULL, 2, "data -c bad1.json" HOME, "bad1.json:4", "cost.maker");
    expect(&world, NULL, 2, "config check -c bad2.json" HOME, "bad2.json:2", "cost.makr", "cost.maker");
    expect(&world, NULL, 2, "config check -c bad3.json" HOME, "bad3.json");
    expect(&world, NULL, 2, "config check -c bad4.json" HOME, "bad4.json:2", "label.kind", "quadruple",
           "triple_barrier");
    expect(&world, NULL, 2, "config check -c none.json" HOME, "none.json");
    expect(&world, NULL, 2, "data --set cost.maker=x" HOME, "--set", "cost.maker");
    expect(&world, NULL, 2, "data --set ladder.fraction=[0.9,0.4,0.3]" HOME, "ladder.fraction");
    expect(&world, NULL, 2, "data --set cost" HOME, "write it as key=value");
    intact();
}

static void settings_of_the_environment_are_checked_too(void **state)
{
    (void)state;
    struct manner bad = {.environment = "TRADERAI__LABEL__HORIZON_BARS=900"};
    struct manner unknown = {.environment = "TRADERAI__LABEL__HORIZN=9"};
    struct manner good = {.environment = "TRADERAI__LABEL__HORIZON_BARS=12"};
    struct result result;
    expect(&world, &bad, 2, "config check" HOME, "TRADERAI__LABEL__HORIZON_BARS", "900", "255");
    expect(&world, &unknown, 2, "config check" HOME, "TRADERAI__LABEL__HORIZN");
    run_as(&world, &good, &result, "config show --json" HOME);
    assert_int_equal(result.code, 0);
    json_t *value = json_loadb(result.out, result.out_len, 0, NULL);
    assert_non_null(value);
    assert_int_equal(test_integer(value, "label.horizon_bars"), 12);
    json_decref(value);
    result_free(&result);
    intact();
}

static void help_and_version_work_where_the_settings_are_broken(void **state)
{
    (void)state;
    assert_int_equal(mkdir(world_path(&world, "broken"), 0755), 0);
    world_write(&world, "broken/traderai.json", "{ \"cost\": ");
    expect(&world, NULL, 2, "data --home broken", "broken/traderai.json");
    tr_free(output_of(&world, "help --home broken"));
    tr_free(output_of(&world, "data --help --home broken"));
    tr_free(output_of(&world, "version --home broken"));
    tr_free(output_of(&world, "completion bash --home broken"));
    tr_free(output_of(&world, "run x --version --home broken"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_are_not_understood_are_named),
        cmocka_unit_test(a_market_that_is_not_stored_is_not_found),
        cmocka_unit_test(a_library_that_cannot_be_opened_is_named),
        cmocka_unit_test(files_that_hold_no_candles_are_refused),
        cmocka_unit_test(rows_that_are_no_candles_are_counted_and_shown),
        cmocka_unit_test(ten_thousand_columns_are_refused),
        cmocka_unit_test(a_stream_that_is_one_endless_line_is_given_up),
        cmocka_unit_test(a_line_too_long_is_skipped_in_little_memory),
        cmocka_unit_test(strict_reading_ends_at_the_first_bad_row),
        cmocka_unit_test(settings_that_are_wrong_are_named_with_file_line_and_range),
        cmocka_unit_test(settings_of_the_environment_are_checked_too),
        cmocka_unit_test(help_and_version_work_where_the_settings_are_broken),
    };
    return cmocka_run_group_tests_name("cli/bad_input", tests, set_up, tear_down);
}
