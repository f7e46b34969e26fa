#include "engine/model/gbdt/train_test.h"

#include "engine/model/gbdt/histogram.h"
#include "engine/model/gbdt/objective.h"
#include "engine/model/gbdt/split.h"

#include <stdio.h>

/* One leaf of made-up rows: what a search needs, and what the slow reference needs. */
struct scene {
    struct test_rows t;
    struct tr_gbdt_params params;
    struct tr_gbdt_binned binned;
    uint8_t *bin_of; /* [cols * rows] */
    float *gradient; /* [rows][2] */
    uint32_t *row;
    size_t n;
    double g, h;
};

static void choose_params(struct tr_rng *rng, struct tr_gbdt_params *p)
{
    tr_gbdt_params_defaults(p);
    p->max_bin = tr_rng_below(rng, 2) ? 255 : 3 + (size_t)tr_rng_below(rng, 20);
    p->min_data_in_bin = 1 + (size_t)tr_rng_below(rng, 3);
    p->feature_pre_filter = false;
    p->min_data_in_leaf = (size_t)tr_rng_below(rng, 12);
    p->min_sum_hessian_in_leaf = tr_rng_below(rng, 2) ? 1e-3 : 3.0 * tr_rng_uniform(rng);
    p->lambda_l1 = tr_rng_below(rng, 2) ? 0.0 : tr_rng_uniform(rng);
    p->lambda_l2 = tr_rng_below(rng, 2) ? 0.0 : 2.0 * tr_rng_uniform(rng);
    p->max_delta_step = tr_rng_below(rng, 3) ? 0.0 : 0.3 * tr_rng_uniform(rng);
    p->min_gain_to_split = tr_rng_below(rng, 3) ? 0.0 : 0.1;
    p->zero_as_missing = tr_rng_below(rng, 4) == 0;
}

/* even: all hessians are equal. */
static void fill_gradients(struct scene *s, struct tr_rng *rng, bool even)
{
    s->n = 0;
    s->g = s->h = 0.0;
    for (size_t i = 0; i < s->t.rows.n; i++) {
        s->gradient[2 * i] = (float)(s->t.y[i] - 0.4 + (even ? 0.0 : 0.2 * tr_rng_normal(rng)));
        s->gradient[2 * i + 1] = (float)(even ? 0.25 : 0.05 + 0.2 * tr_rng_uniform(rng));
        if (tr_rng_uniform(rng) < 0.8 || i < 2) {
            s->row[s->n++] = (uint32_t)i;
            s->g += (double)s->gradient[2 * i];
            s->h += (double)s->gradient[2 * i + 1];
        }
    }
}

static void scene_init(struct scene *s, struct tr_rng *rng)
{
    struct tr_error err;
    size_t all = 20 + (size_t)tr_rng_below(rng, 200);
    rows_make_up(&s->t, all, 1 + (size_t)tr_rng_below(rng, 19), 1, tr_rng_u64(rng));
    choose_params(rng, &s->params);
    assert_ok(tr_gbdt_binned_init(&s->binned, &s->params, &s->t.rows, &err), &err);
    s->gradient = tr_alloc(all, 2 * sizeof *s->gradient);
    s->row = tr_alloc(all, sizeof *s->row);
    s->bin_of = tr_alloc(all, s->binned.cols);
    assert_true(s->gradient && s->row && s->bin_of);
    for (size_t j = 0; j < s->binned.cols; j++)
        for (size_t i = 0; i < all; i++)
            s->bin_of[j * all + i] = tr_gbdt_bins_of(&s->binned.bins[j], column_of(&s->t, j)[i]);
    fill_gradients(s, rng, tr_rng_below(rng, 2) == 0);
}

static void scene_finish(struct scene *s)
{
    tr_gbdt_binned_finish(&s->binned);
    tr_free(s->gradient);
    tr_free(s->bin_of);
    tr_free(s->row);
    rows_finish(&s->t);
}

static double *histogram_of(const struct scene *s, size_t group)
{
    const struct tr_gbdt_group *g = &s->binned.group[group];
    double *cells = tr_alloc(g->bins * TR_GBDT_LANES * 2, sizeof *cells);
    float *ordered = tr_alloc(s->n, 2 * sizeof *ordered);
    assert_true(cells && ordered);
    for (size_t i = 0; i < s->n; i++) {
        ordered[2 * i] = s->gradient[2 * s->row[i]];
        ordered[2 * i + 1] = s->gradient[2 * s->row[i] + 1];
    }
    tr_gbdt_histogram(g, s->n, s->row, ordered, cells);
    tr_free(ordered);
    return cells;
}

/* open [groups * lanes]: which columns are still worth a look afterwards. */
static struct tr_gbdt_split search(const struct scene *s, const struct tr_gbdt_scanner *scanner, bool *all_open)
{
    struct tr_gbdt_split best = TR_GBDT_NO_SPLIT;
    const struct tr_gbdt_split_search how = {scanner, &s->params, &s->binned};
    const struct tr_gbdt_scan leaf = tr_gbdt_scan_of(&s->params, s->g, s->h, s->n);
    for (size_t group = 0; group < s->binned.groups; group++) {
        bool *open = all_open + group * TR_GBDT_LANES;
        double *cells = histogram_of(s, group), *again = histogram_of(s, group);
        for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
            open[lane] = lane < s->binned.group[group].lanes;
        tr_gbdt_split_search(&how, &leaf, group, cells, open, NULL, &best);
        assert_memory_equal(cells, again, s->binned.group[group].bins * TR_GBDT_LANES * 2 * sizeof *cells);
        tr_free(again);
        tr_free(cells);
    }
    return best;
}

static double shrunk(double g, double l1)
{
    return g > l1 ? g - l1 : g < -l1 ? g + l1 : 0.0;
}

/* How much a leaf of these sums lowers the loss, twice: by its value, not by the closed formula. */
static double worth(const struct tr_gbdt_params *p, double g, double h)
{
    double value = -shrunk(g, p->lambda_l1) / (h + p->lambda_l2);
    if (p->max_delta_step > 0.0)
        value = fmax(-p->max_delta_step, fmin(p->max_delta_step, value));
    return -2.0 * (shrunk(g, p->lambda_l1) * value + 0.5 * (h + p->lambda_l2) * value * value);
}

/* Sums of the rows of column j whose bin is b, and LightGBM's idea of their number. */
static double bin_sums(const struct scene *s, size_t j, size_t b, double *g, double *h)
{
    *g = *h = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->bin_of[j * s->t.rows.n + s->row[i]] != b)
            continue;
        *g += (double)s->gradient[2 * s->row[i]];
        *h += (double)s->gradient[2 * s->row[i] + 1];
    }
    return floor(*h * (double)s->n / (s->h + 2e-15) + 0.5);
}

/* Gain of "bins up to cut (and the missing one, if missing_left) go left", or -infinity where the sides are not fit to
 * be. counted_left: which side's rows are added up; the other has the rest. */
static double cut_gain(const struct scene *s, size_t j, size_t cut, bool missing_left, bool counted_left)
{
    const struct tr_gbdt_bins *bins = &s->binned.bins[j];
    bool apart = bins->missing != TR_GBDT_MISSING_NONE && bins->n > 2;
    size_t missing = bins->missing == TR_GBDT_MISSING_NAN ? bins->n - 1 : bins->zero;
    double g = 0.0, h = 0.0, rows = 0.0, least = fmax(1.0, (double)s->params.min_data_in_leaf);
    for (size_t b = 0; b < bins->n; b++) {
        double bin_g, bin_h, count = bin_sums(s, j, b, &bin_g, &bin_h);
        bool left = apart && b == missing ? missing_left : b <= cut;
        if (left != counted_left)
            continue;
        g += bin_g;
        h += bin_h;
        rows += count;
    }
    double floor_h = s->params.min_sum_hessian_in_leaf;
    if (rows < least || (double)s->n - rows < least || h < floor_h || s->h - h < floor_h)
        return -(double)INFINITY;
    return worth(&s->params, g, h) + worth(&s->params, s->g - g, s->h - h) - worth(&s->params, s->g, s->h) -
           s->params.min_gain_to_split;
}

/* Gain of the best of all cuts. */
static double best_slowly(const struct scene *s)
{
    double best = -(double)INFINITY;
    for (size_t j = 0; j < s->binned.cols; j++) {
        const struct tr_gbdt_bins *bins = &s->binned.bins[j];
        bool apart = bins->missing != TR_GBDT_MISSING_NONE && bins->n > 2;
        for (size_t cut = 0; !bins->trivial && cut + 1 < bins->n; cut++) {
            best = fmax(best, cut_gain(s, j, cut, true, false));
            if (apart)
                best = fmax(best, cut_gain(s, j, cut, false, true));
        }
    }
    return best > 0.0 ? best : -(double)INFINITY;
}

static void the_best_cut_is_the_one_found_by_trying_all(void **state)
{
    (void)state;
    struct tr_rng rng;
    size_t found = 0, none = 0;
    tr_rng_init(&rng, 5, 0);
    for (size_t round = 0; round < 150; round++) {
        struct scene s;
        scene_init(&s, &rng);
        bool open[32];
        struct tr_gbdt_split split = search(&s, tr_gbdt_scanner_best(), open);
        double best = best_slowly(&s);
        if (split.gain > 1e-9) {
            found++;
            assert_near(split.gain, best, 1e-9 * (1.0 + fabs(best)));
            assert_near(cut_gain(&s, split.feature, split.bin, split.default_left, !split.default_left), best,
                        1e-9 * (1.0 + fabs(best)));
            assert_near(split.left_g + split.right_g, s.g, 1e-9);
            assert_near(split.left_h + split.right_h, s.h, 1e-9);
        } else {
            none++;
            assert_true(!(best > 1e-9));
        }
        scene_finish(&s);
    }
    printf("# %zu leaves with a cut, %zu without\n", found, none);
    assert_true(found > 50 && none > 2);
}

static void assert_same_split(const struct tr_gbdt_split *a, const struct tr_gbdt_split *b)
{
    assert_same_bits(a->gain, b->gain);
    assert_true(a->used == b->used && a->bin == b->bin && a->default_left == b->default_left);
    assert_same_bits(a->left_g, b->left_g);
    assert_same_bits(a->left_h, b->left_h);
    assert_same_bits(a->right_g, b->right_g);
    assert_same_bits(a->right_h, b->right_h);
    assert_same_bits(a->left_value, b->left_value);
    assert_same_bits(a->right_value, b->right_value);
}

static void every_instruction_set_finds_the_same_bits(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 6, 0);
    for (size_t round = 0; round < 150; round++) {
        struct scene s;
        scene_init(&s, &rng);
        bool open[32] = {false}, expected_open[32] = {false};
        struct tr_gbdt_split expected = search(&s, &tr_gbdt_scanners[tr_gbdt_scanner_count - 1], expected_open);
        for (size_t v = 0; v < tr_gbdt_scanner_count; v++) {
            if (!tr_gbdt_scanners[v].supported())
                continue;
            struct tr_gbdt_split split = search(&s, &tr_gbdt_scanners[v], open);
            assert_same_split(&split, &expected);
            assert_memory_equal(open, expected_open, sizeof open);
        }
        scene_finish(&s);
    }
    for (size_t v = 0; v < tr_gbdt_scanner_count; v++)
        printf("# %s: %s\n", tr_gbdt_scanners[v].name,
               tr_gbdt_scanners[v].supported() ? "compared" : "not on this CPU");
}

static void a_peek_is_never_below_a_scan_and_hardly_above(void **state)
{
    (void)state;
    const struct tr_gbdt_scanner *scanner = tr_gbdt_scanner_best();
    struct tr_rng rng;
    size_t compared = 0;
    tr_rng_init(&rng, 9, 0);
    if (!scanner->peek) {
        puts("# this CPU has no peek");
        skip();
    }
    for (size_t round = 0; round < 150; round++) {
        struct scene s;
        scene_init(&s, &rng);
        s.params.lambda_l1 = s.params.max_delta_step = 0.0;
        const struct tr_gbdt_scan leaf = tr_gbdt_scan_of(&s.params, s.g, s.h, s.n);
        for (size_t group = 0; group < s.binned.groups; group++) {
            size_t bins = s.binned.group[group].bins;
            double *cells = histogram_of(&s, group), high[TR_GBDT_LANES];
            struct tr_gbdt_lanes vector, alone;
            for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
                vector.gain[lane] = -(double)INFINITY;
            alone = vector;
            scanner->peek(&leaf, bins, cells, high);
            scanner->down(&leaf, bins, cells, &vector);
            for (size_t lane = 0; lane < TR_GBDT_LANES; lane++) {
                tr_gbdt_down_lane(&leaf, bins, cells, lane, &alone);
                assert_same_bits(alone.gain[lane], vector.gain[lane]);
                if (!isinf(vector.gain[lane])) {
                    assert_true(high[lane] >= vector.gain[lane]);
                    assert_true(high[lane] <= TR_GBDT_PEEK * vector.gain[lane]);
                    assert_same_bits(alone.bin[lane], vector.bin[lane]);
                    assert_same_bits(alone.g[lane], vector.g[lane]);
                    assert_same_bits(alone.h[lane], vector.h[lane]);
                    compared++;
                } else {
                    assert_true(high[lane] == -(double)INFINITY);
                }
            }
            tr_free(cells);
        }
        scene_finish(&s);
    }
    assert_true(compared > 500);
}

static void of_equal_gains_the_smaller_column_wins(void **state)
{
    (void)state;
    struct scene s = {.n = 99};
    rows_make_up(&s.t, 100, 12, 1, 3);
    for (size_t i = 0; i < 100; i++)
        column_of(&s.t, 0)[i] = 4.0 + fmax(-3.0, fmin(3.0, round(2.0 * column_of(&s.t, 0)[i])));
    for (size_t j = 0; j < 12; j++)
        memcpy(column_of(&s.t, j), column_of(&s.t, 0), 100 * sizeof(double));
    /* the same cuts behind other bins, so that the columns do not stand in their order */
    for (size_t j = 5; j < 12; j++)
        column_of(&s.t, j)[0] = (double)NAN;
    struct tr_error err;
    tr_gbdt_params_defaults(&s.params);
    assert_ok(tr_gbdt_binned_init(&s.binned, &s.params, &s.t.rows, &err), &err);
    assert_true(s.binned.feature[0] >= 5);
    s.gradient = tr_alloc(100, 2 * sizeof *s.gradient);
    s.row = tr_alloc(100, sizeof *s.row);
    for (size_t i = 0; i < 99; i++) {
        s.row[i] = (uint32_t)i + 1;
        s.gradient[2 * (i + 1)] = (float)(0.5 - s.t.y[i + 1]);
        s.gradient[2 * (i + 1) + 1] = 0.25F;
        s.g += (double)s.gradient[2 * (i + 1)];
        s.h += 0.25;
    }
    bool open[16];
    struct tr_gbdt_split split = search(&s, tr_gbdt_scanner_best(), open);
    assert_true(split.gain > 1.0 && split.feature == 0);
    scene_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_cut_is_the_one_found_by_trying_all),
        cmocka_unit_test(every_instruction_set_finds_the_same_bits),
        cmocka_unit_test(a_peek_is_never_below_a_scan_and_hardly_above),
        cmocka_unit_test(of_equal_gains_the_smaller_column_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
