#include "support/test.h"

#include "app/usecase/model_file.h"
#include "base/alloc.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/file/xgboost_file.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static char dir[256];

static int set_up(void **state)
{
    (void)state;
    test_make_dir(dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_dir(dir);
    return 0;
}

static const char *write_file(const void *bytes, size_t n, bool packed)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/model", dir);
    gzFile file = gzopen(path, packed ? "wb" : "wbT"); /* T: as it is */
    assert_non_null(file);
    assert_true(n == 0 || gzwrite(file, bytes, (unsigned)n) == (int)n);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

/* x <= 0.5 (or < 0.5) -> 1, else 2. */
static void stump(enum tr_forest_kind kind, struct tr_forest *forest)
{
    struct tr_error err;
    struct tr_tree tree;
    static const char *const names[] = {"f"};
    tr_forest_init(forest, kind);
    forest->base_score = kind == TR_FOREST_XGBOOST ? 0.5 : 0;
    forest->features = 1;
    assert_ok(tr_forest_name(forest, names, &err), &err);
    assert_ok(tr_tree_init(&tree, 2, &err), &err);
    tree.flags[0] = TR_NODE_MISSING_NAN;
    tree.threshold[0] = 0.5;
    tree.left[0] = -1;
    tree.right[0] = -2;
    tree.leaf_value[0] = 1;
    tree.leaf_value[1] = 2;
    assert_ok(tr_forest_add(forest, &tree, &err), &err);
}

static void bytes_of(enum tr_model_file_kind kind, struct tr_buf *out)
{
    struct tr_error err;
    struct tr_forest forest;
    stump(kind == TR_MODEL_FILE_LIGHTGBM ? TR_FOREST_LIGHTGBM : TR_FOREST_XGBOOST, &forest);
    tr_buf_init(out);
    if (kind == TR_MODEL_FILE_LIGHTGBM)
        assert_ok(tr_lightgbm_write(&forest, out, &err), &err);
    else
        assert_ok(tr_xgboost_write(&forest, kind == TR_MODEL_FILE_XGBOOST_UBJ ? TR_XGBOOST_UBJ : TR_XGBOOST_JSON, "7",
                                   out, &err),
                  &err);
    tr_forest_finish(&forest);
}

static void every_kind_is_told_by_its_content_packed_or_not(void **state)
{
    (void)state;
    static const char *const names[] = {"lightgbm", "xgboost-json", "xgboost-ubj"};
    for (int kind = TR_MODEL_FILE_LIGHTGBM; kind <= TR_MODEL_FILE_XGBOOST_UBJ; kind++) {
        struct tr_buf bytes;
        bytes_of((enum tr_model_file_kind)kind, &bytes);
        for (int packed = 0; packed < 2; packed++) {
            struct tr_error err;
            struct tr_model_file file;
            assert_ok(tr_model_file_read(write_file(bytes.data, bytes.len, packed), &file, &err), &err);
            assert_true((int)file.kind == kind);
            assert_string_equal(tr_model_file_kind_name(file.kind), names[kind]);
            assert_true(file.bytes.len == bytes.len && memcmp(file.bytes.data, bytes.data, bytes.len) == 0);
            assert_true(file.forest.n == 1 && file.forest.features == 1);
            assert_same_bits(file.forest.tree[0].leaf_value[1], 2);
            if (kind == TR_MODEL_FILE_LIGHTGBM)
                assert_null(file.columns);
            else
                assert_string_equal(file.columns, "7");
            tr_model_file_finish(&file);
        }
        tr_buf_finish(&bytes);
    }
}

static void expect_refusal(const char *path, enum tr_status status, const char *what)
{
    struct tr_error err = {0};
    struct tr_model_file file;
    assert_int_equal(tr_model_file_read(path, &file, &err), status);
    if (!strstr(err.text, what) || !strstr(err.text, dir))
        fail_msg("'%s' does not say '%s'", err.text, what);
    tr_model_file_finish(&file);
}

static void what_is_no_model_file_is_refused_and_named(void **state)
{
    (void)state;
    char absent[300];
    snprintf(absent, sizeof absent, "%s/absent", dir);
    expect_refusal(absent, TR_NOT_FOUND, "absent");
    expect_refusal(dir, TR_IO, "directory");
    expect_refusal(write_file("", 0, false), TR_INVALID, "empty");
    expect_refusal(write_file("", 0, true), TR_INVALID, "empty");
    expect_refusal(write_file("f,g\n1,2\n", 8, false), TR_INVALID, "no model file that is known");
    expect_refusal(write_file("tree", 4, false), TR_INVALID, "no model file that is known");
    expect_refusal(write_file("    ", 4, false), TR_INVALID, "no model file that is known");
    expect_refusal(write_file("binf\0\0\0?", 8, false), TR_INVALID, "older binary form");
    expect_refusal(write_file("tree\nversion=v4\n", 16, false), TR_CORRUPT, "model");
    expect_refusal(write_file(" \n{}", 4, false), TR_CORRUPT, "model");
    expect_refusal(write_file("{L\0\0", 4, false), TR_CORRUPT, "model");
}

/* One packed member of zeros, again and again. */
static void a_file_that_unpacks_without_end_is_refused(void **state)
{
    (void)state;
    static const char zeros[1 << 16];
    char path[300], member[1 << 16];
    snprintf(path, sizeof path, "%s/bomb.gz", dir);
    gzFile packed = gzopen(path, "wb");
    for (size_t i = 0; i < 256; i++)
        assert_true(gzwrite(packed, zeros, sizeof zeros) == (int)sizeof zeros);
    assert_int_equal(gzclose(packed), Z_OK);
    FILE *file = fopen(path, "rb+");
    assert_non_null(file);
    size_t n = fread(member, 1, sizeof member, file);
    assert_true(n > 0 && n < sizeof member && fseek(file, 0, SEEK_END) == 0);
    for (size_t i = 0; i < TR_MODEL_FILE_MAX >> 24; i++)
        assert_true(fwrite(member, 1, n, file) == n);
    assert_int_equal(fclose(file), 0);
    expect_refusal(path, TR_INVALID, "more than 256 MiB");
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    struct tr_buf bytes;
    bytes_of(TR_MODEL_FILE_LIGHTGBM, &bytes);
    const char *path = write_file(bytes.data, bytes.len, true);
    tr_buf_finish(&bytes);
    for (size_t k = 1;; k++) {
        struct tr_error err = {0};
        struct tr_model_file file;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_model_file_read(path, &file, &err);
        tr_alloc_fail_at(0);
        tr_model_file_finish(&file);
        if (status == TR_OK) {
            assert_true(k > 5);
            return;
        }
        assert_int_equal(status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_told_by_its_content_packed_or_not),
        cmocka_unit_test(what_is_no_model_file_is_refused_and_named),
        cmocka_unit_test(a_file_that_unpacks_without_end_is_refused),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("usecase/model_file", tests, set_up, tear_down);
}
