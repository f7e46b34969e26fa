/* What a registered model consists of: the same bytes again, as files and back, and damaged. */
#include "cli/answer.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "io/store/models.h"
#include "io/store/sqlite/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARS 1100
#define SERIES "BTC/USDT:USDT -i 1h"
#define FAST QUICK " --set model.lightgbm.rounds=8"
#define HOME " --home home"
#define DATABASE "home/traderai.db"

static struct world world;
static char champion[17], candidate[17]; /* in "home" */

static const char *const sides[] = {"long", "short"}, *const kinds[] = {"lightgbm", "xgboost"};

static void train(const char *home, const char *words, char id[17])
{
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --home %s", home));
    json_t *value = json_of(&world, 0, "train " SERIES " --folds 2 --home %s --json " FAST " %s", home, words);
    snprintf(id, 17, "%s", test_string(value, "registered.id"));
    json_decref(value);
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "btc.csv", BARS, 5);
    train("home", "--threads 2", champion);
    train("home", "--set model.xgboost.params={\"max_depth\":2}", candidate);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

/* Every member of the model as a file of its library, one after the other; the caller frees. */
static char *members(const char *home, const char *id)
{
    struct tr_buf all;
    tr_buf_init(&all);
    for (size_t i = 0; i < 4; i++) {
        char *bytes =
            output_of(&world, "models export %s --format %s --side %s --home %s", id, kinds[i / 2], sides[i % 2], home);
        assert_true(strlen(bytes) > 1000);
        tr_buf_text(&all, bytes);
        tr_free(bytes);
    }
    char *copy = tr_alloc(all.len + 1, 1);
    assert_non_null(copy);
    memcpy(copy, tr_buf_string(&all), all.len + 1);
    tr_buf_finish(&all);
    return copy;
}

static void the_same_bars_give_the_same_model_whatever_the_threads(void **state)
{
    (void)state;
    static const char *const words[] = {"--threads 1", "--threads 2", "--threads 2 --output files"};
    char *before = members("home", champion);
    for (size_t i = 0; i < 3; i++) {
        char home[8], id[17];
        snprintf(home, sizeof home, "fresh%zu", i);
        train(home, words[i], id);
        assert_string_equal(id, champion);
        char *again = members(home, id);
        assert_string_equal(before, again);
        tr_free(again);
        json_t *one = json_of(&world, 0, "models show %s --json" HOME, id);
        json_t *two = json_of(&world, 0, "models show %s --json --home %s", id, home);
        assert_true(json_equal(test_member(one, "artefacts"), test_member(two, "artefacts")));
        assert_true(json_equal(test_member(one, "heads"), test_member(two, "heads")));
        json_decref(two);
        json_decref(one);
    }
    for (size_t i = 0; i < 4; i++) { /* what train --output wrote is what models export writes */
        char name[64];
        size_t len;
        snprintf(name, sizeof name, "files/%s.%s.%s", sides[i % 2], kinds[i / 2], i < 2 ? "txt" : "json");
        char *file = test_read_file(world_path(&world, name), &len);
        char *bytes =
            output_of(&world, "models export %s --format %s --side %s" HOME, champion, kinds[i / 2], sides[i % 2]);
        assert_string_equal(file, bytes);
        tr_free(bytes);
        tr_free(file);
    }
    tr_free(before);
}

static void export_writes_a_file_and_says_so(void **state)
{
    (void)state;
    size_t len;
    char *bytes = output_of(&world, "models export %s --format xgboost --side short" HOME, champion);
    json_t *value =
        json_of(&world, 0, "models export %.9s --format xgboost --side short -o out.json --json" HOME, champion);
    char *file = test_read_file(world_path(&world, "out.json"), &len);
    assert_string_equal(file, bytes);
    assert_string_equal(test_string(value, "model"), champion);
    assert_string_equal(test_string(value, "side"), "short");
    assert_string_equal(test_string(value, "format"), "xgboost");
    assert_string_equal(test_string(value, "file"), "out.json");
    assert_int_equal(test_integer(value, "bytes"), len);
    json_decref(value);
    char *text = output_of(&world, "models export %s --format xgboost --side short --output out.json" HOME, champion);
    assert_non_null(strstr(text, "out.json"));
    tr_free(text);
    tr_free(file);
    tr_free(bytes);
}

static void refused(int code, const char *text, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void refused(int code, const char *text, const char *format, ...)
{
    char words[400];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    expect(&world, NULL, code, words, text);
}

static void what_cannot_be_exported_is_told(void **state)
{
    (void)state;
    refused(2, "say --format lightgbm or --format xgboost", "models export %s --side long" HOME, champion);
    refused(2, "say which head: --side long or --side short", "models export %s --format xgboost" HOME, champion);
    refused(2, "not one of long, short", "models export %s --format xgboost --side both" HOME, champion);
    refused(2, "no rows to print as CSV", "models export %s --format csv --side long" HOME, champion);
    refused(2, "--json needs --output", "models export %s --format xgboost --side long --json" HOME, champion);
    refused(1, "there is no folder nowhere/", "models export %s --format xgboost --side long -o nowhere/x" HOME,
            champion);
    refused(3, "there is none of that id", "models export ffffffffffffffff --format xgboost --side long" HOME);
    char id[17];
    train("half", "--side long --set model.lightgbm.enabled=false", id);
    refused(3, "has no lightgbm member on the long side", "models export %s --format lightgbm --side long --home half",
            id);
    refused(3, "has no xgboost member on the short side", "models export %s --format xgboost --side short --home half",
            id);
    tr_free(output_of(&world, "models export %s --format xgboost --home half", id)); /* its only side */
}

/* The manifest as it lies in the store: it holds the scores of the rows that ranks are taken among. */
static json_t *manifest(const char *id)
{
    struct tr_store *store = NULL;
    struct tr_model_record *list = NULL;
    struct tr_error err;
    struct tr_buf text;
    size_t n;
    tr_buf_init(&text);
    assert_ok(tr_store_sqlite_open(world_path(&world, DATABASE), 1000, &store, &err), &err);
    assert_ok(tr_store_model_list(store, NULL, id, &list, &n, &err), &err);
    assert_true(n == 1);
    assert_ok(tr_store_blob_get(store, list[0].manifest, &text, &err), &err);
    json_t *value = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(value);
    tr_buf_finish(&text);
    tr_free(list);
    tr_store_close(store);
    return value;
}

/* p [BARS]: what the exported member says to each row of features.csv, columns found by name. */
static void predict(const char *id, const char *kind, const char *side, double *p)
{
    tr_free(output_of(&world, "models export %s --format %s --side %s -o member" HOME, id, kind, side));
    char *text = output_of(&world, "models predict member features.csv"), *at = text;
    for (size_t i = 0; i < BARS; i++)
        p[i] = strtod(at, &at);
    assert_string_equal(at, "\n");
    tr_free(text);
}

static void exported_files_say_to_the_features_what_the_registry_noted(void **state)
{
    (void)state;
    char *rows = output_of(&world, "features " SERIES " --format csv" HOME);
    world_write(&world, "features.csv", rows);
    json_t *noted = manifest(champion);
    const int64_t hour = 3600000, first = 1704067200000;
    size_t from = (size_t)((test_integer(noted, "window.reference_from_timestamp") - first) / hour);
    size_t to = (size_t)((test_integer(noted, "window.train_to_timestamp") - first) / hour);
    size_t differing = 0;
    assert_true(from < to && to < BARS);
    for (size_t s = 0; s < 2; s++) {
        static double one[BARS], two[BARS];
        char path[48];
        snprintf(path, sizeof path, "heads.%s.reference_scores", sides[s]);
        const json_t *scores = test_member(noted, path);
        assert_true(json_array_size(scores) == to - from);
        predict(champion, "lightgbm", sides[s], one);
        predict(champion, "xgboost", sides[s], two);
        for (size_t i = from; i < to; i++) {
            assert_same_bits((one[i] + two[i]) / 2, json_number_value(json_array_get(scores, i - from)));
            differing += one[i] != one[from];
        }
    }
    assert_true(differing > 50);
    json_decref(noted);
    tr_free(rows);
}

static void an_exported_file_comes_back_as_a_candidate_of_one_side(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *bytes = output_of(&world, "models export %s --format %s --side short" HOME, champion, kinds[i]);
        world_write(&world, "member", bytes);
        json_t *value =
            json_of(&world, 0, "models import member " SERIES " --format %s --side short --json" HOME, kinds[i]);
        const char *id = test_string(value, "id");
        assert_true(json_is_true(test_member(value, "is_new")));
        assert_string_equal(test_string(value, "state"), "candidate");
        assert_string_equal(test_string(value, "parent"), champion);
        assert_int_equal(test_integer(value, "folds"), 0);
        test_is_null(value, "auc");
        json_t *shown = json_of(&world, 0, "models show %s --json" HOME, id);
        assert_true(json_is_false(test_member(shown, "heads.long.trained")));
        assert_int_equal(json_array_size(test_member(shown, "heads.short.members")), 1);
        assert_string_equal(test_string(shown, "heads.short.members.0"), kinds[i]);
        const json_t *log = test_member(shown, "log");
        const json_t *event = json_array_get(log, json_array_size(log) - 1);
        assert_string_equal(test_string(event, "model"), id);
        assert_non_null(strstr(test_string(event, "reason"), "not known"));
        char *back = output_of(&world, "models export %s --format %s" HOME, id, kinds[i]);
        assert_string_equal(bytes, back);
        json_t *again =
            json_of(&world, 0, "models import member " SERIES " --format %s --side short --json" HOME, kinds[i]);
        assert_true(json_is_false(test_member(again, "is_new")));
        assert_string_equal(test_string(again, "id"), id);
        json_decref(json_of(&world, 0, "models compare %s %s --json" HOME, id, champion));
        json_decref(again);
        tr_free(back);
        json_decref(shown);
        json_decref(value);
        tr_free(bytes);
    }
}

/* The file with the first such text replaced by another of the same length, as "bad". */
static void write_changed(const char *bytes, const char *from, const char *to)
{
    char *copy = tr_alloc(strlen(bytes) + 1, 1);
    assert_non_null(copy);
    memcpy(copy, bytes, strlen(bytes) + 1);
    char *at = strstr(copy, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    world_write(&world, "bad", copy);
    tr_free(copy);
}

#define IMPORT(words) "models import " words HOME

static void files_that_cannot_be_imported_are_refused(void **state)
{
    (void)state;
    char *text = output_of(&world, "models export %s --format lightgbm --side long" HOME, champion);
    char *json = output_of(&world, "models export %s --format xgboost --side long" HOME, champion);
    json_t *before = json_of(&world, 0, "models list --json" HOME);
    world_write(&world, "good", text);
    refused(2, "say which head", IMPORT("good " SERIES " --format lightgbm"));
    refused(2, "not one of long, short", IMPORT("good " SERIES " --format lightgbm --side both"));
    refused(2, "say --format lightgbm or --format xgboost", IMPORT("good " SERIES " --side long"));
    refused(2, "--timeframe is missing", IMPORT("good BTC/USDT:USDT --format lightgbm --side long"));
    refused(2, "good: is a model of kind lightgbm, not xgboost",
            IMPORT("good " SERIES " --format xgboost --side long"));
    refused(2, "something is missing", IMPORT("good"));
    refused(3, "absent", IMPORT("absent " SERIES " --format lightgbm --side long"));
    refused(3, "DOGE/USDT 1h is not stored", IMPORT("good DOGE/USDT -i 1h --format lightgbm --side long"));
    refused(1, "no model file that is known", IMPORT("btc.csv " SERIES " --format lightgbm --side long"));
    write_changed(text, " roc_6 ", " roc_7 ");
    refused(1, "\"roc_7\", is none of the inputs", IMPORT("bad " SERIES " --format lightgbm --side long"));
    write_changed(json, "\"roc_6\"", "\"roc_7\"");
    refused(1, "\"roc_7\", is none of the inputs", IMPORT("bad " SERIES " --format xgboost --side long"));
    write_changed(text, " roc_1 roc_3 ", " roc_3 roc_1 ");
    refused(1, "out of order", IMPORT("bad " SERIES " --format lightgbm --side long"));
    write_changed(text, "objective=binary", "objective=regres");
    refused(1, "bad", IMPORT("bad " SERIES " --format lightgbm --side long"));
    for (size_t i = 1; i < 6; i++) { /* cut anywhere */
        char cut[8192];
        size_t len = strlen(json) * i / 6 < sizeof cut - 1 ? strlen(json) * i / 6 : sizeof cut - 1;
        memcpy(cut, json, len);
        cut[len] = '\0';
        world_write(&world, "bad", cut);
        refused(1, "bad: ", IMPORT("bad " SERIES " --format xgboost --side long"));
        len = strlen(text) * i / 6 < sizeof cut - 1 ? strlen(text) * i / 6 : sizeof cut - 1;
        memcpy(cut, text, len);
        cut[len] = '\0';
        world_write(&world, "bad", cut);
        refused(1, "bad: ", IMPORT("bad " SERIES " --format lightgbm --side long"));
    }
    json_t *after = json_of(&world, 0, "models list --json" HOME);
    assert_true(json_equal(before, after));
    json_decref(after);
    json_decref(before);
    tr_free(json);
    tr_free(text);
}

/* Turns one bit in the middle of the content, so that doing it twice mends it. */
static void flip(const char *hash)
{
    static const char change[] = "UPDATE blobs SET bytes = ?2 WHERE hash = ?1";
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_open(world_path(&world, DATABASE), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT bytes FROM blobs WHERE hash = ?1", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(ask, 1, hash, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int n = sqlite3_column_bytes(ask, 0);
    char *bytes = tr_alloc((size_t)n, 1);
    assert_non_null(bytes);
    memcpy(bytes, sqlite3_column_blob(ask, 0), (size_t)n);
    bytes[n / 2] ^= 1;
    sqlite3_finalize(ask);
    assert_int_equal(sqlite3_prepare_v2(db, change, -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(ask, 1, hash, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_bind_blob(ask, 2, bytes, n, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_DONE);
    assert_int_equal(sqlite3_changes(db), 1);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    tr_free(bytes);
}

/* Everything that is told about the models of the series, the candidate's own parts left out. */
static char *told(void)
{
    char *list = output_of(&world, "models list --json" HOME),
         *log = output_of(&world, "models show %s --json" HOME, champion);
    struct tr_buf both;
    tr_buf_init(&both);
    tr_buf_printf(&both, "%s%s", list, log);
    char *copy = tr_alloc(both.len + 1, 1);
    assert_non_null(copy);
    memcpy(copy, tr_buf_string(&both), both.len + 1);
    tr_buf_finish(&both);
    tr_free(log);
    tr_free(list);
    return copy;
}

static void a_damaged_part_is_named_and_nothing_is_done_with_it(void **state)
{
    (void)state;
    static const char *const lines[][2] = {{"show", ""},
                                           {"promote", ""},
                                           {"export", "--format xgboost --side long"},
                                           {"export", "--format lightgbm --side short -o out"},
                                           {"compare", champion}};
    json_t *model = json_of(&world, 0, "models show %s --json" HOME, candidate);
    json_t *other = json_of(&world, 0, "models show %s --json" HOME, champion);
    char *before = told();
    const json_t *part, *same;
    size_t i, k, damaged = 0;
    json_array_foreach(test_member(model, "artefacts"), i, part)
    {
        const char *hash = test_string(part, "hash");
        bool shared = false;
        json_array_foreach(test_member(other, "artefacts"), k, same)
        {
            shared = shared || strcmp(test_string(same, "hash"), hash) == 0;
        }
        if (shared) /* equal contents are stored once: the champion would suffer too */
            continue;
        damaged++;
        flip(hash);
        for (k = 0; k < sizeof lines / sizeof *lines; k++) {
            char words[200], sixteen[20], id[30];
            snprintf(words, sizeof words, "models %s %s %s" HOME, lines[k][0], candidate, lines[k][1]);
            snprintf(sixteen, sizeof sixteen, "%.16s", hash);
            snprintf(id, sizeof id, "model %s: ", candidate);
            expect(&world, NULL, 1, words, id, sixteen, "is damaged");
        }
        char *after = told();
        assert_string_equal(before, after);
        tr_free(after);
        flip(hash);
        tr_free(output_of(&world, "models show %s" HOME, candidate));
    }
    assert_true(damaged >= 3); /* both trees of xgboost, and the manifest */
    tr_free(before);
    json_decref(other);
    json_decref(model);
}

static void training_again_mends_what_was_damaged(void **state)
{
    (void)state;
    json_t *model = json_of(&world, 0, "models show %s --json" HOME, champion);
    const json_t *part;
    char *before = members("home", champion), *list = told(), id[17];
    size_t i;
    json_array_foreach(test_member(model, "artefacts"), i, part)
    {
        flip(test_string(part, "hash"));
    }
    refused(1, "is damaged", "models show %s" HOME, champion);
    train("home", "", id);
    assert_string_equal(id, champion);
    char *after = members("home", champion), *now = told();
    assert_string_equal(before, after);
    assert_string_equal(list, now);
    tr_free(now);
    tr_free(list);
    tr_free(after);
    tr_free(before);
    json_decref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bars_give_the_same_model_whatever_the_threads),
        cmocka_unit_test(export_writes_a_file_and_says_so),
        cmocka_unit_test(what_cannot_be_exported_is_told),
        cmocka_unit_test(exported_files_say_to_the_features_what_the_registry_noted),
        cmocka_unit_test(a_damaged_part_is_named_and_nothing_is_done_with_it),
        cmocka_unit_test(training_again_mends_what_was_damaged),
        cmocka_unit_test(an_exported_file_comes_back_as_a_candidate_of_one_side),
        cmocka_unit_test(files_that_cannot_be_imported_are_refused),
    };
    return cmocka_run_group_tests_name("cli/artefact", tests, set_up, tear_down);
}
