#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/auc.h"
#include "engine/score/classify.h"

#include <math.h>

enum { HORIZON = 48, MOST = 6000 };
#define HOUR_MS INT64_C(3600000)

static const struct tr_auc_options usual = {.block_ms = HORIZON * HOUR_MS, .alpha = 0.05};

struct rows {
    size_t n;
    double score[MOST], y[MOST];
    size_t group[MOST];
    int64_t time_ms[MOST];
};

/* Scores follow an AR(1) of their own within each group; labels say whether the path of the next 48 hours touches one
 * barrier before another, so that neighbouring labels look at nearly the same path. edge is added to scores of y = 1.
 */
static void draw(struct tr_rng *rng, size_t groups, size_t size, double memory, double edge, struct rows *rows)
{
    static double step[MOST + HORIZON];
    rows->n = groups * size;
    for (size_t i = 0; i < rows->n + HORIZON; i++)
        step[i] = tr_rng_normal(rng);
    double score = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        double path = 0.0;
        for (size_t j = 0; j < HORIZON && path < 2.5 && path > -3.75; j++)
            path += step[i + j];
        rows->y[i] = path >= 2.5 ? 1.0 : 0.0;
        bool fresh = i % size == 0;
        score = fresh ? tr_rng_normal(rng) : memory * score + sqrt(1.0 - memory * memory) * tr_rng_normal(rng);
        rows->score[i] = score + edge * rows->y[i];
        rows->group[i] = i / size;
        rows->time_ms[i] = (int64_t)i * HOUR_MS;
    }
}

static struct tr_auc_estimate judge(const struct tr_auc_options *options, const struct rows *rows)
{
    struct tr_auc_estimate found;
    struct tr_error err;
    assert_ok(tr_auc_clustered(options, rows->n, rows->score, rows->y, rows->group, rows->time_ms, &found, &err), &err);
    return found;
}

/* Share of draws whose one-sided p-value is below 5 %. */
static double claimed(size_t groups, size_t size, double memory, double edge, int draws)
{
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 51, 0);
    int claims = 0;
    for (int d = 0; d < draws; d++) {
        draw(&rng, groups, size, memory, edge, &rows);
        claims += judge(&usual, &rows).p_value < 0.05;
    }
    return (double)claims / draws;
}

static void scores_without_an_edge_rarely_claim_one(void **state)
{
    (void)state;
    enum { DRAWS = 600 };
    /* 5 % nominal; 8 % and two standard errors of the simulation are allowed */
    const double most = 0.08 + 2.0 * sqrt(0.08 * 0.92 / DRAWS);
    assert_true(claimed(1, 2000, 0.9, 0.0, DRAWS) < most);
    assert_true(claimed(1, 2000, 0.99, 0.0, DRAWS) < most);
    assert_true(claimed(1, 600, 0.97, 0.0, DRAWS) < most);
    assert_true(claimed(6, 720, 0.97, 0.0, DRAWS) < most);
    assert_true(claimed(6, 720, 0.99, 0.0, DRAWS) < most);
    assert_true(claimed(4, 168, 0.97, 0.0, DRAWS) < most);
}

static void a_real_edge_is_found(void **state)
{
    (void)state;
    assert_true(claimed(6, 720, 0.9, 0.4, 100) > 0.95);
}

static void the_interval_covers_the_truth(void **state)
{
    (void)state;
    enum { DRAWS = 400 };
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 52, 0);
    int covered = 0;
    for (int d = 0; d < DRAWS; d++) {
        draw(&rng, 3, 1000, 0.9, 0.0, &rows);
        struct tr_auc_estimate found = judge(&usual, &rows);
        covered += found.interval.lower <= 0.5 && 0.5 <= found.interval.upper;
    }
    assert_true(covered > 0.92 * DRAWS && covered < DRAWS);
}

static void independent_rows_have_the_error_of_delong(void **state)
{
    (void)state;
    /* Without dependence only the diagonal counts: SE^2 = var(placements of 1) / n1 + var(placements of 0) / n0. */
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 53, 0);
    rows.n = 4000;
    double one = 0.0, above = 0.0, square[2] = {0.0, 0.0}, sum[2] = {0.0, 0.0};
    for (size_t i = 0; i < rows.n; i++) {
        rows.y[i] = i % 5 == 0 ? 1.0 : 0.0;
        rows.score[i] = tr_rng_normal(&rng) + 0.5 * rows.y[i];
        rows.group[i] = 0;
        rows.time_ms[i] = (int64_t)i * HOUR_MS;
        one += rows.y[i];
    }
    const double count[2] = {(double)rows.n - one, one};
    for (size_t i = 0; i < rows.n; i++) {
        double placement = 0.0;
        size_t class = rows.y[i] > 0.5;
        for (size_t j = 0; j < rows.n; j++)
            if (rows.y[i] != rows.y[j])
                placement += class ? rows.score[j] < rows.score[i] : rows.score[j] > rows.score[i];
        placement /= count[!class];
        above += class ? placement : 0.0;
        sum[class] += placement;
        square[class] += placement * placement;
    }
    double variance = 0.0;
    for (int class = 0; class < 2; class ++) {
        double mean = sum[class] / count[class];
        variance += (square[class] / count[class] - mean * mean) / count[class];
    }
    struct tr_auc_options row = {.block_ms = HOUR_MS / 2, .alpha = 0.05};
    struct tr_auc_estimate found = judge(&row, &rows);
    assert_near(found.auc, above / one, 1e-12);
    assert_near(found.standard_error, sqrt(variance), 1e-3 * sqrt(variance));
    assert_near(found.interval.upper - found.auc, 1.96 * found.standard_error, 2e-3 * found.standard_error);
    assert_true(found.p_value < 1e-9);
}

/* The standard error straight from its definition, pair by pair. */
static double slow_standard_error(const struct tr_auc_options *options, const struct rows *rows, double auc)
{
    static double psi[MOST];
    const double bandwidth = 2.0 * (double)options->block_ms;
    double windows = 0.0, sum = 0.0;
    for (size_t first = 0, end; first < rows->n; first = end) {
        double count[2] = {0.0, 0.0};
        for (end = first; end < rows->n && rows->group[end] == rows->group[first]; end++)
            count[rows->y[end] > 0.5] += 1.0;
        double span = (double)(rows->time_ms[end - 1] - rows->time_ms[first]), size = (double)(end - first);
        windows += (span + span / (size - 1.0)) / bandwidth;
        for (size_t i = first; i < end; i++) {
            size_t class = rows->y[i] > 0.5;
            double sign = class ? 1.0 : -1.0, right = 0.0;
            for (size_t j = first; j < end; j++) {
                double ahead = sign * (rows->score[i] - rows->score[j]);
                if (rows->y[i] != rows->y[j])
                    right += ahead > 0.0 ? 1.0 : ahead == 0.0 ? 0.5 : 0.0;
            }
            psi[i] = size / count[class] * (right / count[!class] - auc);
        }
    }
    for (size_t t = 0; t < rows->n; t++)
        for (size_t u = 0; u < rows->n; u++) {
            double distance = fabs((double)(rows->time_ms[u] - rows->time_ms[t])) / bandwidth;
            if (rows->group[u] == rows->group[t] && distance < 1.0)
                sum += (1.0 - distance) * psi[t] * psi[u];
        }
    return sqrt(sum / (double)(rows->n * rows->n) / (1.0 - 1.0 / windows));
}

static void the_error_is_the_sum_over_all_pairs_of_rows(void **state)
{
    (void)state;
    static const struct {
        size_t groups, size;
        double memory;
        int64_t block_ms;
    } cases[] = {{1, 2000, 0.0, 48 * HOUR_MS},  {1, 2000, 0.97, 48 * HOUR_MS}, {6, 400, 0.9, 48 * HOUR_MS},
                 {1, 1500, 0.5, HOUR_MS / 2},   {3, 500, 0.99, HOUR_MS},       {1, 2000, 0.9, 480 * HOUR_MS},
                 {2, 1000, 0.9, 1234567 * 13L}, {1, 5000, -0.9, 48 * HOUR_MS}};
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 61, 0);
    for (size_t c = 0; c < 2 * sizeof cases / sizeof *cases; c++) {
        size_t k = c / 2;
        struct tr_auc_options options = {.block_ms = cases[k].block_ms, .alpha = 0.05};
        draw(&rng, cases[k].groups, cases[k].size, cases[k].memory, 0.1, &rows);
        int64_t now = INT64_C(1700000000000); /* a time of our days; every other round with holes and equal stamps */
        for (size_t i = 0; i < rows.n; i++) {
            now += c % 2 ? (int64_t)tr_rng_below(&rng, 3) * (tr_rng_below(&rng, 50) ? 1 : 60) * HOUR_MS : HOUR_MS;
            rows.time_ms[i] = now;
        }
        struct tr_auc_estimate found = judge(&options, &rows);
        double slow = slow_standard_error(&options, &rows, found.auc);
        assert_true(slow > 0.0);
        assert_near(found.standard_error, slow, 1e-12 * slow);
    }
}

static void groups_count_by_their_rows_and_only_with_both_classes(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 54, 0);
    draw(&rng, 3, 1000, 0.5, 0.3, &rows);
    for (size_t i = 1000; i < 2000; i++)
        rows.y[i] = 1.0;
    rows.n = 2500;
    double first, last;
    struct tr_error err;
    assert_ok(tr_auc(1000, rows.score, rows.y, NULL, &first, &err), &err);
    assert_ok(tr_auc(500, rows.score + 2000, rows.y + 2000, NULL, &last, &err), &err);
    struct tr_auc_estimate found = judge(&usual, &rows);
    assert_near(found.auc, (1000 * first + 500 * last) / 1500, 1e-12);
    assert_true(found.standard_error > 0.0 && found.standard_error < 0.2);
}

static void only_the_order_of_scores_matters(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 55, 0);
    draw(&rng, 2, 1000, 0.9, 0.1, &rows);
    struct tr_auc_estimate a = judge(&usual, &rows);
    for (size_t i = 0; i < rows.n; i++)
        rows.score[i] = exp(rows.score[i]) + (rows.group[i] ? 100.0 : 0.0);
    struct tr_auc_estimate b = judge(&usual, &rows);
    assert_same_bits(a.auc, b.auc);
    assert_same_bits(a.standard_error, b.standard_error);
    assert_same_bits(a.p_value, b.p_value);
}

static void rows_of_different_groups_are_unrelated_however_close(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 60, 0);
    draw(&rng, 2, 1000, 0.97, 0.1, &rows);
    struct tr_auc_estimate a = judge(&usual, &rows);
    for (size_t i = 1000; i < rows.n; i++)
        rows.time_ms[i] += 10000 * HOUR_MS;
    struct tr_auc_estimate b = judge(&usual, &rows);
    assert_same_bits(a.standard_error, b.standard_error);
    assert_same_bits(a.p_value, b.p_value);
}

static void what_cannot_be_said_is_nan(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 56, 0);
    draw(&rng, 1, 190, 0.9, 0.0, &rows);
    struct tr_auc_estimate found = judge(&usual, &rows);
    assert_true(found.auc > 0.0 && isnan(found.standard_error) && isnan(found.p_value)); /* under 192 hours */
    rows.n = 0;
    assert_true(isnan(judge(&usual, &rows).auc));
    rows.n = 180;
    for (size_t i = 0; i < rows.n; i++)
        rows.y[i] = 0.0;
    found = judge(&usual, &rows);
    assert_true(isnan(found.auc) && isnan(found.p_value) && isnan(found.interval.lower));
}

static void constant_scores_have_no_edge(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 57, 0);
    draw(&rng, 1, 2000, 0.9, 0.0, &rows);
    for (size_t i = 0; i < rows.n; i++)
        rows.score[i] = 0.25;
    struct tr_auc_estimate found = judge(&usual, &rows);
    assert_near(found.auc, 0.5, 1e-15);
    assert_true(found.p_value >= 0.5);
}

static void a_score_that_is_no_number_is_refused(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 58, 0);
    draw(&rng, 1, 300, 0.9, 0.0, &rows);
    rows.score[17] = (double)NAN;
    struct tr_auc_estimate found;
    struct tr_error err;
    assert_int_equal(tr_auc_clustered(&usual, rows.n, rows.score, rows.y, rows.group, rows.time_ms, &found, &err),
                     TR_INVALID);
    assert_true(isnan(found.auc));
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static struct rows rows;
    struct tr_rng rng;
    tr_rng_init(&rng, 59, 0);
    draw(&rng, 2, 300, 0.9, 0.0, &rows);
    struct tr_auc_estimate found;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        tr_alloc_fail_at(k);
        status = tr_auc_clustered(&usual, rows.n, rows.score, rows.y, rows.group, rows.time_ms, &found, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM || (status == TR_OK && k > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_without_an_edge_rarely_claim_one),
        cmocka_unit_test(a_real_edge_is_found),
        cmocka_unit_test(the_interval_covers_the_truth),
        cmocka_unit_test(independent_rows_have_the_error_of_delong),
        cmocka_unit_test(the_error_is_the_sum_over_all_pairs_of_rows),
        cmocka_unit_test(groups_count_by_their_rows_and_only_with_both_classes),
        cmocka_unit_test(only_the_order_of_scores_matters),
        cmocka_unit_test(rows_of_different_groups_are_unrelated_however_close),
        cmocka_unit_test(what_cannot_be_said_is_nan),
        cmocka_unit_test(constant_scores_have_no_edge),
        cmocka_unit_test(a_score_that_is_no_number_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/score/auc", tests, NULL, NULL);
}
