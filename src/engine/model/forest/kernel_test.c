#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/block.h"
#include "engine/model/forest/forest_test.h"
#include "engine/model/forest/nodes.h"
#include "engine/model/forest/predict_test.h"
#include "engine/model/forest/search.h"

#include <string.h>

enum { ROWS = 300, FEATURES = 7 };

static void a_search_counts_the_numbers_below(void **state)
{
    double table[TR_SEARCH_TABLE], sorted[TR_SEARCH_MAX];
    (void)state;
    for (size_t n = 0; n <= TR_SEARCH_MAX; n++) {
        for (size_t i = 0; i < n; i++)
            sorted[i] = i + 1 == n ? (double)INFINITY : i == 0 ? -(double)INFINITY : (double)i;
        tr_search_fill(n, sorted, table);
        for (size_t i = 0; i <= 2 * n; i++) {
            double x = (double)i / 2.0 - 1.0;
            size_t expected = 0;
            for (size_t k = 0; k < n; k++)
                expected += sorted[k] < x;
            assert_true(tr_search_below(table, x) == expected);
        }
        assert_true(tr_search_below(table, (double)NAN) == 0);
        assert_true(tr_search_below(table, -(double)INFINITY) == 0);
        assert_true(tr_search_below(table, (double)INFINITY) == (n ? n - 1 : 0));
        if (n == TR_SEARCH_MAX)
            assert_same_bits(tr_search_last(table), (double)INFINITY);
    }
}

/* What a kernel gives for the rows of x: the codes row by row and in blocks, and margins by block. */
struct result {
    int8_t *row, *block; /* [columns * ROWS] */
    double margin[ROWS];
};

static void run(const struct tr_kernel *kernel, const struct tr_forest *forest, const struct tr_matrix *x,
                struct result *out)
{
    struct tr_code *code;
    struct tr_block *block;
    struct tr_error err;
    assert_ok(tr_code_create(forest, TR_NODES_COLUMNS, &code, &err), &err);
    assert_ok(tr_block_create(forest, code, &block, &err), &err);
    int8_t *codes = tr_alloc_zero(code->columns, TR_CODE_BLOCK);
    out->row = tr_alloc(code->columns * ROWS, 1);
    out->block = tr_alloc(code->columns * ROWS, 1);
    assert_true(codes && out->row && out->block);
    memset(out->margin, 0, sizeof out->margin);
    for (size_t i = 0; i < ROWS; i++) {
        double values[FEATURES];
        for (size_t j = 0; j < FEATURES; j++)
            values[j] = tr_matrix_at(x, i, j);
        kernel->code_row(code, values, out->row + i * code->columns);
    }
    for (size_t first = 0; first < ROWS; first += TR_CODE_BLOCK) {
        size_t n = ROWS - first < TR_CODE_BLOCK ? ROWS - first : TR_CODE_BLOCK;
        struct tr_kernel_rows rows = {x, NULL, NULL, first, n};
        kernel->code_block(code, &rows, codes);
        tr_block_add(block, kernel, codes, n, out->margin + first);
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < code->columns; c++)
                out->block[(first + i) * code->columns + c] = codes[c * TR_CODE_BLOCK + i];
    }
    assert_memory_equal(out->row, out->block, code->columns * ROWS);
    tr_free(codes);
    tr_free(out->block);
    tr_block_destroy(block);
    tr_code_destroy(code);
}

static void all_kernels_agree_and_match_the_plain_loop(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct random_shape shape = {.kind = seed % 2 ? TR_FOREST_XGBOOST : TR_FOREST_LIGHTGBM,
                                     .link = TR_LINK_LOGISTIC,
                                     .trees = 25,
                                     .classes = 1,
                                     .features = FEATURES,
                                     .leaves = seed % 3 ? 64 : TR_BLOCK_LEAVES,
                                     .palette = seed % 5 ? 0 : 50};
        struct tr_forest forest;
        struct tr_matrix x;
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 7);
        random_forest(&rng, &shape, &forest);
        forest.base_score = 0.5; /* a margin of 0 */
        random_rows(&rng, ROWS, FEATURES, shape.palette, &x);
        for (size_t k = 0; k < tr_kernel_count; k++) {
            struct result result;
            if (!tr_kernels[k]->supported())
                continue;
            run(tr_kernels[k], &forest, &x, &result);
            for (size_t i = 0; i < ROWS; i++) {
                double values[FEATURES], expected;
                for (size_t j = 0; j < FEATURES; j++)
                    values[j] = tr_matrix_at(&x, i, j);
                plain_margin(&forest, values, &expected);
                assert_same_bits(result.margin[i], expected);
            }
            tr_free(result.row);
        }
        tr_matrix_finish(&x);
        tr_forest_finish(&forest);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    struct random_shape shape = {.trees = 2, .classes = 1, .features = FEATURES, .leaves = 257, .exact = true};
    struct tr_forest forest;
    struct tr_rng rng;
    struct tr_code *code;
    struct tr_nodes *nodes;
    struct tr_block *block;
    struct tr_error err;
    (void)state;
    tr_rng_init(&rng, 1, 8);
    random_forest(&rng, &shape, &forest);
    assert_true(tr_code_create(&forest, 5, &code, &err) == TR_UNSUPPORTED);
    assert_ok(tr_code_create(&forest, TR_NODES_COLUMNS, &code, &err), &err);
    assert_true(tr_block_create(&forest, code, &block, &err) == TR_UNSUPPORTED);
    assert_ok(tr_nodes_create(&forest, code, &nodes, &err), &err);
    tr_nodes_destroy(nodes);
    tr_code_destroy(code);
    tr_forest_finish(&forest);
    shape.leaves = TR_NODES_LEAVES + 1;
    random_forest(&rng, &shape, &forest);
    assert_ok(tr_code_create(&forest, TR_NODES_COLUMNS, &code, &err), &err);
    assert_true(tr_nodes_create(&forest, code, &nodes, &err) == TR_UNSUPPORTED);
    tr_code_destroy(code);
    tr_forest_finish(&forest);
}

static void the_best_kernel_is_one_that_runs_here(void **state)
{
    (void)state;
    assert_true(tr_kernel_best()->supported());
    assert_string_equal(tr_kernels[tr_kernel_count - 1]->name, "plain");
    assert_true(tr_kernels[tr_kernel_count - 1]->supported());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_counts_the_numbers_below),
        cmocka_unit_test(all_kernels_agree_and_match_the_plain_loop),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(the_best_kernel_is_one_that_runs_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
