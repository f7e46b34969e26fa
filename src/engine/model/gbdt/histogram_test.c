#include "engine/model/gbdt/train_test.h"

#include "engine/model/gbdt/histogram.h"

enum { ROWS = 500 };

struct scene {
    struct test_rows t;
    struct tr_gbdt_binned binned;
    float gradient[2 * ROWS];
    size_t cells; /* of the widest group */
};

static void scene_init(struct scene *s, size_t cols, uint64_t seed)
{
    struct tr_gbdt_params params;
    struct tr_error err;
    struct tr_rng rng;
    rows_make_up(&s->t, ROWS, cols, 1, seed);
    tr_gbdt_params_defaults(&params);
    assert_ok(tr_gbdt_binned_init(&s->binned, &params, &s->t.rows, &err), &err);
    tr_rng_init(&rng, seed, 1);
    s->cells = 0;
    for (size_t i = 0; i < 2 * ROWS; i++)
        s->gradient[i] = (float)(i % 2 ? tr_rng_uniform(&rng) : tr_rng_normal(&rng));
    for (size_t g = 0; g < s->binned.groups; g++) {
        size_t cells = s->binned.group[g].bins * TR_GBDT_LANES * 2;
        s->cells = cells > s->cells ? cells : s->cells;
    }
}

static void scene_finish(struct scene *s)
{
    tr_gbdt_binned_finish(&s->binned);
    rows_finish(&s->t);
}

static double *build(const struct scene *s, size_t group, size_t n, const uint32_t *row)
{
    double *cells = tr_alloc(s->cells, sizeof *cells);
    float *ordered = tr_alloc(n, 2 * sizeof *ordered);
    assert_true(cells && ordered);
    for (size_t i = 0; i < n; i++)
        memcpy(ordered + 2 * i, s->gradient + 2 * row[i], 2 * sizeof *ordered);
    tr_gbdt_histogram(&s->binned.group[group], n, row, ordered, cells);
    tr_free(ordered);
    return cells;
}

static size_t choose_rows(struct tr_rng *rng, double share, uint32_t *row)
{
    size_t n = 0;
    for (uint32_t i = 0; i < ROWS; i++)
        if (tr_rng_uniform(rng) < share)
            row[n++] = i;
    return n;
}

static void cells_are_the_sums_of_their_rows_in_their_order(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    const size_t widths[] = {1, 3, 8, 9, 20};
    for (size_t w = 0; w < 5; w++) {
        static struct scene s;
        uint32_t row[ROWS];
        scene_init(&s, widths[w], w);
        size_t n = choose_rows(&rng, 0.7, row);
        for (size_t u = 0; u < s.binned.used; u++) {
            const struct tr_gbdt_group *group = &s.binned.group[u / TR_GBDT_LANES];
            double *cells = build(&s, u / TR_GBDT_LANES, n, row);
            double sum[TR_GBDT_BINS][2] = {{0.0}};
            for (size_t i = 0; i < n; i++) {
                double x = column_of(&s.t, s.binned.feature[u])[row[i]];
                size_t b = tr_gbdt_bins_of(&s.binned.bins[s.binned.feature[u]], x);
                sum[b][0] += (double)s.gradient[2 * row[i]];
                sum[b][1] += (double)s.gradient[2 * row[i] + 1];
            }
            for (size_t b = 0; b < group->bins; b++) {
                const double *cell = cells + 2 * (b * TR_GBDT_LANES + u % TR_GBDT_LANES);
                assert_same_bits(cell[0], sum[b][0]);
                assert_same_bits(cell[1], sum[b][1]);
            }
            tr_free(cells);
        }
        scene_finish(&s);
    }
}

static void the_whole_less_a_part_is_the_rest(void **state)
{
    (void)state;
    static struct scene s;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    scene_init(&s, 20, 9);
    for (size_t round = 0; round < 20; round++) {
        uint32_t all[ROWS], part[ROWS], rest[ROWS];
        size_t n_part = 0, n_rest = 0;
        for (uint32_t i = 0; i < ROWS; i++) {
            all[i] = i;
            if (tr_rng_uniform(&rng) < 0.3)
                part[n_part++] = i;
            else
                rest[n_rest++] = i;
        }
        for (size_t g = 0; g < s.binned.groups; g++) {
            double *whole = build(&s, g, ROWS, all), *some = build(&s, g, n_part, part);
            double *others = build(&s, g, n_rest, rest);
            tr_gbdt_histogram_subtract(s.binned.group[g].bins, whole, some);
            for (size_t i = 0; i < s.binned.group[g].bins * TR_GBDT_LANES * 2; i++)
                assert_near(whole[i], others[i], 1e-12 * ROWS);
            tr_free(others);
            tr_free(some);
            tr_free(whole);
        }
    }
    scene_finish(&s);
}

static void packed_bins_are_those_of_the_columns(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s, 13, 4);
    for (size_t u = 0; u < s.binned.groups * TR_GBDT_LANES; u++) {
        const uint8_t *packed = s.binned.group[u / TR_GBDT_LANES].packed + u % TR_GBDT_LANES;
        for (size_t i = 0; i < ROWS; i++)
            assert_true(packed[i * TR_GBDT_LANES] == (u < s.binned.used ? s.binned.column[u * ROWS + i] : 0));
    }
    scene_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_the_sums_of_their_rows_in_their_order),
        cmocka_unit_test(the_whole_less_a_part_is_the_rest),
        cmocka_unit_test(packed_bins_are_those_of_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
