/* Every instruction set's kernels give the bits of the plain ones; only those this processor has are run. */
#include "support/test.h"

#include "engine/feature/feature.h"
#include "engine/feature/state.h"
#include "support/feature.h"

static void run_table(const struct tr_bars *bars, const tr_part_fn *run, size_t cut, struct tr_matrix *out)
{
    struct tr_feature_state *state;
    struct tr_error err;
    tr_part_set every = ((tr_part_set)1 << TR_PART_COUNT) - 1;
    assert_ok(tr_matrix_init(out, bars->n, TR_FEATURE_COLUMNS, &err), &err);
    assert_ok(tr_feature_create_with(bars->timeframe, run, every, &state, &err), &err);
    for (size_t row = 0; row < bars->n; row += cut) {
        struct tr_bars part = tr_bars_slice(bars, row, cut < bars->n - row ? cut : bars->n - row);
        struct tr_matrix rows = tr_matrix_view(out, row, part.n, 0, TR_FEATURE_COLUMNS);
        tr_feature_run(state, &part, &rows);
    }
    tr_feature_destroy(state);
}

static void compare_variants(const struct tr_bars *bars, const char *market)
{
    static const size_t cuts[] = {SIZE_MAX / 2, 1, 13};
    struct tr_matrix plain, other;
    run_table(bars, tr_parts_of_isa(TR_ISA_PLAIN), bars->n, &plain);
    for (int isa = 1; isa < TR_ISA_COUNT; isa++)
        for (size_t k = 0; k < 3; k++) {
            const tr_part_fn *run = tr_parts_of_isa((enum tr_isa)isa);
            if (!run)
                continue;
            run_table(bars, run, cuts[k] < bars->n ? cuts[k] : bars->n, &other);
            for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
                for (size_t i = 0; i < bars->n; i++) {
                    double a = tr_matrix_at(&plain, i, column), b = tr_matrix_at(&other, i, column);
                    if (!test_same_bits(a, b))
                        fail_msg("set %d, %s on %s, row %zu: %a and plain %a", isa, tr_feature_info(column)->name,
                                 market, i, b, a);
                }
            tr_matrix_finish(&other);
        }
    tr_matrix_finish(&plain);
}

static void test_all_instruction_sets_give_the_same_bits(void **unused)
{
    (void)unused;
    for (size_t kind = 0; kind < TEST_MARKETS; kind++) {
        struct tr_bar_list list;
        test_market_bars(test_market(kind), 50 + kind, &list);
        struct tr_bars bars = tr_bar_list_view(&list);
        compare_variants(&bars, test_market(kind)->name);
        tr_bar_list_finish(&list);
    }
}

static void test_the_best_table_is_one_of_them(void **unused)
{
    (void)unused;
    int found = 0;
    for (int isa = 0; isa < TR_ISA_COUNT; isa++)
        found += tr_parts_of_isa((enum tr_isa)isa) == tr_parts_best();
    assert_int_equal(found, 1);
    assert_non_null(tr_parts_of_isa(TR_ISA_PLAIN));
    assert_null(tr_parts_of_isa(TR_ISA_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_instruction_sets_give_the_same_bits),
        cmocka_unit_test(test_the_best_table_is_one_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
