/* Faults of the place where things are stored: a clear line, and nothing lost. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOME " --home home"
#define DATABASE "home/traderai.db"

static struct world world;

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
    world_init(&world);
    world_write_bars(&world, "btc.csv", 300, 1);
    world_write_bars(&world, "more.csv", 20000, 2);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT" HOME));
    *state = stored();
    return 0;
}

static int tear_down(void **state)
{
    tr_free(*state);
    world_finish(&world);
    return 0;
}

static void intact(void **state)
{
    char *now = stored();
    assert_string_equal(now, *state);
    tr_free(now);
}

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world_path(&world, DATABASE), &db), SQLITE_OK);
    return db;
}

static void exec(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void a_locked_database_is_waited_for_and_then_named(void **state)
{
    sqlite3 *db = open_database();
    exec(db, "BEGIN IMMEDIATE");
    intact(state); /* reading goes on meanwhile */
    expect(&world, NULL, 1, "import more.csv -s NEW/USDT" HOME, DATABASE);
    exec(db, "ROLLBACK");
    sqlite3_close(db);
    intact(state);
}

static void a_full_disk_leaves_what_was_there(void **state)
{
    struct manner manner = {.max_file_bytes = 400 << 10};
    struct stat info;
    assert_int_equal(stat(world_path(&world, DATABASE), &info), 0);
    assert_true((size_t)info.st_size < manner.max_file_bytes);
    expect(&world, &manner, 1, "import more.csv -s NEW/USDT" HOME, DATABASE);
    intact(state);
    tr_free(output_of(&world, "import more.csv -s NEW/USDT --home roomy")); /* it was the limit, not the file */
}

static void a_full_disk_ends_a_file_of_models_with_an_error(void **state)
{
    struct manner manner = {.max_file_bytes = 20 << 10};
    struct result result;
    tr_free(output_of(&world, "import more.csv -s NEW/USDT --home roomy"));
    run_as(&world, &manner, &result, "train NEW/USDT -i 1h --output models --home roomy " QUICK);
    assert_int_equal(result.code, 1);
    assert_memory_equal(result.err, "traderai: ", 10);
    result_free(&result);
    intact(state);
}

static void a_read_only_database_is_named(void **state)
{
    struct manner manner = {.unprivileged = true};
    assert_int_equal(chmod(world_path(&world, DATABASE), 0444), 0);
    assert_int_equal(chmod(world_path(&world, "home"), 0555), 0);
    expect(&world, &manner, 1, "import more.csv -s NEW/USDT" HOME, DATABASE);
    assert_int_equal(chmod(world_path(&world, DATABASE), 0644), 0);
    assert_int_equal(chmod(world_path(&world, "home"), 0700), 0);
    intact(state);
}

static void a_home_that_cannot_be_made_is_named(void **state)
{
    struct manner manner = {.unprivileged = true};
    assert_int_equal(mkdir(world_path(&world, "closed"), 0555), 0);
    world_write(&world, "file", "x");
    expect(&world, &manner, 1, "data --home closed/inner", "closed/inner");
    expect(&world, NULL, 1, "data --home file", "file");
    expect(&world, NULL, 1, "data --home file/inner", "file");
    intact(state);
}

static void a_database_of_a_newer_program_is_left_alone(void **state)
{
    sqlite3 *db = open_database();
    sqlite3_stmt *ask = NULL;
    char back[64];
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    snprintf(back, sizeof back, "PRAGMA user_version = %d", sqlite3_column_int(ask, 0));
    sqlite3_finalize(ask);
    exec(db, "PRAGMA user_version = 9999");
    expect(&world, NULL, 1, "data" HOME, DATABASE, "newer");
    expect(&world, NULL, 1, "import more.csv -s NEW/USDT" HOME, DATABASE, "newer");
    exec(db, back);
    sqlite3_close(db);
    intact(state);
}

static void a_file_that_is_no_database_is_left_alone(void **state)
{
    size_t len;
    assert_int_equal(mkdir(world_path(&world, "strange"), 0755), 0);
    world_write(&world, "strange/traderai.db",
                "this is a letter to my aunt, long enough to look like something, and it\n"
                "goes on for a while because a database begins with a hundred bytes.\n");
    char *before = test_read_file(world_path(&world, "strange/traderai.db"), &len);
    expect(&world, NULL, 1, "data --home strange", "strange/traderai.db");
    expect(&world, NULL, 1, "import more.csv -s NEW/USDT --home strange", "strange/traderai.db");
    char *after = test_read_file(world_path(&world, "strange/traderai.db"), &len);
    assert_string_equal(before, after);
    tr_free(before);
    tr_free(after);
    intact(state);
}

static void importing_again_stores_nothing_new(void **state)
{
    json_t *value = json_of(&world, 0, "import btc.csv --symbol BTC/USDT:USDT --json" HOME);
    assert_int_equal(test_integer(value, "stored.inserted"), 0);
    assert_int_equal(test_integer(value, "stored.identical"), 300);
    assert_int_equal(test_integer(value, "stored.differing"), 0);
    json_decref(value);
    intact(state);
}

static void other_values_of_a_stored_bar_are_counted_and_not_taken(void **state)
{
    world_write_bars(&world, "other.csv", 300, 9);
    json_t *value = json_of(&world, 0, "import other.csv --symbol BTC/USDT:USDT --json" HOME);
    assert_int_equal(test_integer(value, "stored.inserted"), 0);
    assert_int_equal(test_integer(value, "stored.differing"), 300);
    json_decref(value);
    intact(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(importing_again_stores_nothing_new),
        cmocka_unit_test(other_values_of_a_stored_bar_are_counted_and_not_taken),
        cmocka_unit_test(a_locked_database_is_waited_for_and_then_named),
        cmocka_unit_test(a_full_disk_leaves_what_was_there),
        cmocka_unit_test(a_full_disk_ends_a_file_of_models_with_an_error),
        cmocka_unit_test(a_read_only_database_is_named),
        cmocka_unit_test(a_home_that_cannot_be_made_is_named),
        cmocka_unit_test(a_database_of_a_newer_program_is_left_alone),
        cmocka_unit_test(a_file_that_is_no_database_is_left_alone),
    };
    return cmocka_run_group_tests_name("cli/store_fault", tests, set_up, tear_down);
}
