#include "support/test.h"

#include "app/view/rows_csv.h"
#include "engine/feature/feature.h"
#include "engine/feature/list.h"
#include "support/bars.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 400

static struct test_bars make_bars(struct tr_study *study)
{
    struct test_bars_options options = test_bars_defaults(N);
    struct test_bars bars;
    struct tr_recipe recipe;
    struct tr_error err = {0};
    struct tr_rng rng;
    tr_rng_init(&rng, 7, 0);
    options.hole_share = 0.01;
    options.hole_bars = 40;
    test_bars_random(&rng, &options, &bars);
    tr_recipe_defaults(&recipe);
    tr_recipe_fit_to(&recipe, bars.view.timeframe);
    assert_ok(tr_study_init(study, &recipe, &bars.view, &err), &err);
    return bars;
}

/* The next cell of a line; the separator behind it is skipped. */
static const char *cell(const char **at, char out[64])
{
    size_t len = strcspn(*at, ",\n");
    assert_true(len < 64);
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len + 1;
    return out;
}

static void the_feature_header_is_the_list_of_columns(void **state)
{
    (void)state;
    struct tr_buf out;
    char name[64];
    tr_buf_init(&out);
    tr_view_features_csv_header(&out);
    const char *at = tr_buf_string(&out);
    assert_string_equal(cell(&at, name), "timestamp_ms");
    assert_int_equal(TR_FEATURE_COLUMNS, 24 + 76);
    for (size_t i = 0; i < TR_FEATURE_COLUMNS; i++)
        assert_string_equal(cell(&at, name), tr_feature_info(i)->name);
    assert_int_equal(*at, '\0');
    assert_int_equal(tr_buf_string(&out)[out.len - 1], '\n');
    tr_buf_finish(&out);
}

static void features_read_back_to_the_same_bits(void **state)
{
    (void)state;
    struct tr_study study;
    struct test_bars bars = make_bars(&study);
    struct tr_buf out;
    char text[64];
    size_t empty = 0, known = 0;
    tr_buf_init(&out);
    tr_view_features_csv(&study.bars, &study.features, &out);
    const char *at = tr_buf_string(&out);
    for (size_t row = 0; row < N; row++) {
        assert_int_equal(strtoll(cell(&at, text), NULL, 10), study.bars.time[row]);
        for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
            double value = tr_matrix_at(&study.features, row, column);
            cell(&at, text);
            assert_int_equal(text[0] == '\0', isnan(value));
            if (text[0]) {
                char exact[64];
                snprintf(exact, sizeof exact, "%.17g", value);
                assert_same_bits(strtod(text, NULL), value);
                assert_string_equal(text, exact);
            }
            *(text[0] ? &known : &empty) += 1;
        }
        assert_int_equal(at[-1], '\n');
    }
    assert_int_equal(*at, '\0');
    assert_true(known > N && empty > N); /* both kinds were met */
    tr_buf_finish(&out);
    tr_study_finish(&study);
    test_bars_free(&bars);
}

static void labels_have_one_row_a_bar_and_are_empty_where_there_is_none(void **state)
{
    (void)state;
    struct tr_study study;
    struct test_bars bars = make_bars(&study);
    struct tr_buf out;
    char text[64];
    size_t labelled = 0, none = 0;
    tr_buf_init(&out);
    tr_view_labels_csv_header(&out);
    assert_string_equal(tr_buf_string(&out), "timestamp_ms,long_hit_barrier,long_bars_to_hit,long_return_pct,"
                                             "short_hit_barrier,short_bars_to_hit,short_return_pct\n");
    tr_buf_clear(&out);
    tr_view_labels_csv(&study.bars, study.barrier, &out);
    const char *at = tr_buf_string(&out);
    for (size_t row = 0; row < N; row++) {
        assert_int_equal(strtoll(cell(&at, text), NULL, 10), study.bars.time[row]);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_barrier_labels *l = &study.barrier[side];
            bool known = l->hit[row] != TR_HIT_NONE;
            assert_string_equal(cell(&at, text), tr_barrier_hit_name((enum tr_barrier_hit)l->hit[row]));
            assert_int_equal(strtol(cell(&at, text), NULL, 10), known ? l->bars[row] : 0);
            assert_int_equal(text[0] != '\0', known);
            cell(&at, text);
            assert_int_equal(text[0] != '\0', known);
            if (known)
                assert_same_bits(strtod(text, NULL), l->return_frac[row] * 100);
            *(known ? &labelled : &none) += 1;
        }
    }
    assert_int_equal(*at, '\0');
    assert_true(labelled > 0 && none > 0);
    tr_buf_finish(&out);
    tr_study_finish(&study);
    test_bars_free(&bars);
}

static void ladder_rows_have_as_many_cells_as_their_header(void **state)
{
    (void)state;
    struct tr_study study;
    struct test_bars bars = make_bars(&study);
    struct tr_buf out;
    char text[64];
    tr_buf_init(&out);
    tr_view_ladder_csv_header(&out);
    tr_view_ladder_csv(&study.bars, study.ladder, &out);
    const char *at = tr_buf_string(&out);
    assert_int_equal(strcspn(at, "\n") + 1, strlen("timestamp_ms,long_tp1,long_tp1_bars,long_exit_bars,long_gain_atr,"
                                                   "short_tp1,short_tp1_bars,short_exit_bars,short_gain_atr\n"));
    at += strcspn(at, "\n") + 1;
    for (size_t row = 0; row < N; row++) {
        assert_int_equal(strtoll(cell(&at, text), NULL, 10), study.bars.time[row]);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_ladder_labels *l = &study.ladder[side];
            cell(&at, text);
            assert_int_equal(text[0] != '\0', l->tp1[row] >= 0);
            assert_true(!text[0] || strtol(text, NULL, 10) == l->tp1[row]);
            cell(&at, text);
            cell(&at, text);
            cell(&at, text);
            assert_int_equal(text[0] == '\0', isnan(l->gain_atr[row]));
        }
        assert_int_equal(at[-1], '\n');
    }
    assert_int_equal(*at, '\0');
    tr_buf_finish(&out);
    tr_study_finish(&study);
    test_bars_free(&bars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_feature_header_is_the_list_of_columns),
        cmocka_unit_test(features_read_back_to_the_same_bits),
        cmocka_unit_test(labels_have_one_row_a_bar_and_are_empty_where_there_is_none),
        cmocka_unit_test(ladder_rows_have_as_many_cells_as_their_header),
    };
    return cmocka_run_group_tests_name("view/rows_csv", tests, NULL, NULL);
}
