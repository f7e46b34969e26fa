#include "support/cases.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/calibrate/conformal.h"

#include <math.h>
#include <string.h>

enum { MOST = 2000, CLASSES = 3 };

struct sample {
    size_t n, classes;
    double p[MOST * CLASSES]; /* column-major, stride MOST */
    size_t label[MOST], category[MOST];
};

static struct tr_conformal_rows rows_of(struct sample *s)
{
    return (struct tr_conformal_rows){{s->n, s->classes, MOST, s->p}, s->label, s->category};
}

static struct tr_conformal *create(const struct tr_conformal_options *options, struct sample *s)
{
    struct tr_conformal *conformal;
    struct tr_error err;
    const struct tr_conformal_rows rows = rows_of(s);
    assert_ok(tr_conformal_create(options, &rows, &conformal, &err), &err);
    return conformal;
}

static uint32_t set_of(const struct tr_conformal *conformal, const struct sample *s, size_t row)
{
    double p[CLASSES];
    for (size_t y = 0; y < s->classes; y++)
        p[y] = s->p[y * MOST + row];
    return tr_conformal_set(conformal, p, s->category[row]);
}

static size_t count_bits(uint32_t set)
{
    size_t bits = 0;
    for (; set; set &= set - 1)
        bits++;
    return bits;
}

static double number(const json_t *value, const char *key)
{
    const json_t *member = json_object_get(value, key);
    assert_true(json_is_number(member));
    return json_number_value(member);
}

static void pick(const struct test_table *table, const struct test_words *cases, const struct test_words *parts,
                 const char *name, const char *part, struct sample *s)
{
    static double labels[MOST];
    static const char *const columns[] = {"p0", "p1", "p2"};
    memset(s, 0, sizeof *s);
    s->n = test_words_pick(cases, name, parts, part, test_table_column(table, "label"), labels);
    for (size_t i = 0; i < s->n; i++)
        s->label[i] = (size_t)labels[i];
    for (size_t y = 0; y < CLASSES; y++)
        test_words_pick(cases, name, parts, part, test_table_column(table, columns[y]), s->p + y * MOST);
    s->classes = isnan(s->p[2 * MOST]) ? 2 : 3;
}

static void check_case(const json_t *expected, struct sample *cal, const struct sample *test)
{
    double alpha = number(expected, "alpha");
    assert_true((double)tr_conformal_rank(cal->n, alpha) == number(expected, "k"));
    const struct tr_conformal_options options = {.alpha = alpha};
    struct tr_conformal *conformal = create(&options, cal);
    struct tr_conformal_cell cell = tr_conformal_cell(conformal, 0, 0);
    const json_t *quantile = json_object_get(expected, "qhat_kth_smallest");
    if (json_is_null(quantile))
        assert_true(isinf(cell.quantile));
    else
        assert_near(cell.quantile, json_number_value(quantile), 1e-15);
    size_t covered = 0, size = 0, empty = 0, singletons = 0;
    for (size_t i = 0; i < test->n; i++) {
        uint32_t set = set_of(conformal, test, i);
        covered += set >> test->label[i] & 1;
        size += count_bits(set);
        empty += set == 0;
        singletons += count_bits(set) == 1;
    }
    assert_near((double)covered / (double)test->n, number(expected, "test_coverage"), 1e-12);
    assert_near((double)size / (double)test->n, number(expected, "mean_set_size"), 1e-12);
    assert_true((double)empty == number(expected, "empty_sets") &&
                (double)singletons == number(expected, "singletons"));
    tr_conformal_destroy(conformal);
}

static void sets_equal_the_golden_ones(void **state)
{
    (void)state;
    static struct sample cal, test;
    json_t *golden = test_golden("golden/stats-expected.json");
    struct test_table table;
    struct test_words cases, parts;
    test_table_read(test_shared("golden/stats-conformal.csv"), &table);
    test_words_read(test_shared("golden/stats-conformal.csv"), "case", &cases);
    test_words_read(test_shared("golden/stats-conformal.csv"), "part", &parts);
    const json_t *list = json_object_get(golden, "conformal_lac");
    assert_true(json_array_size(list) == 16);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *expected = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(expected, "case"));
        pick(&table, &cases, &parts, name, "cal", &cal);
        pick(&table, &cases, &parts, name, "test", &test);
        assert_true((double)cal.n == number(expected, "n_cal") && test.n > 0);
        check_case(expected, &cal, &test);
    }
    test_words_free(&parts);
    test_words_free(&cases);
    test_table_free(&table);
    json_decref(golden);
}

static void the_rank_is_rounded_before_it_is_raised(void **state)
{
    (void)state;
    assert_true(tr_conformal_rank(10, 0.2) == 9);
    assert_true(tr_conformal_rank(99, 0.45) == 55); /* 100 (1 - 0.45) is above 55 in doubles */
    assert_true(tr_conformal_rank(0, 0.1) == 1);
    assert_true(tr_conformal_rank(8, 0.1) == 9 && tr_conformal_rank(9, 0.1) == 9);
    assert_true(tr_conformal_rank(98, 0.1) == 90 && tr_conformal_rank(100, 0.1) == 91);
    assert_true(tr_conformal_rank(99999999, 0.45) == 55000000);
    assert_true(tr_conformal_rank(99999999, 0.4499999999) == 55000001); /* 55000000.01 */
}

/* Labels from true class shares, probabilities blurred: the more, the higher the category; class 2 is rare and always
 * underrated, so that one quantile for all rows fails it. */
static void draw(struct tr_rng *rng, size_t n, struct sample *s)
{
    s->n = n;
    s->classes = CLASSES;
    for (size_t i = 0; i < n; i++) {
        double u = tr_rng_uniform(rng), weight[CLASSES], sum = 0.0;
        s->category[i] = (size_t)tr_rng_below(rng, 3);
        s->label[i] = u < 0.45 ? 0 : u < 0.85 ? 1 : 2;
        for (size_t y = 0; y < CLASSES; y++) {
            double hint = y == s->label[i] ? 2.0 : 0.0;
            weight[y] = exp(hint - (y == 2 ? 1.5 : 0.0) + (0.4 + 1.0 * (double)s->category[i]) * tr_rng_normal(rng));
            sum += weight[y];
        }
        for (size_t y = 0; y < CLASSES; y++)
            s->p[y * MOST + i] = weight[y] / sum;
    }
}

/* The quantile from the scores of the rows that match, by counting. */
static double slow_quantile(const struct sample *s, double alpha, size_t class, size_t category, size_t *rows)
{
    size_t n = 0;
    double smallest = HUGE_VAL;
    for (size_t i = 0; i < s->n; i++)
        n += (class == SIZE_MAX || s->label[i] == class) && (category == SIZE_MAX || s->category[i] == category);
    double wanted = ceil((double)(n + 1) * (1.0 - alpha) - 1e-9);
    for (size_t i = 0; i < s->n; i++) {
        double candidate = 1.0 - s->p[s->label[i] * MOST + i], below = 0.0;
        for (size_t j = 0; j < s->n; j++)
            if ((class == SIZE_MAX || s->label[j] == class) && (category == SIZE_MAX || s->category[j] == category))
                below += 1.0 - s->p[s->label[j] * MOST + j] <= candidate;
        if (below >= wanted && candidate < smallest)
            smallest = candidate;
    }
    *rows = n;
    return smallest;
}

/* The cell's own rows, else those of its class, else all: the first that are enough. */
static struct tr_conformal_cell slow_cell(const struct sample *s, const struct tr_conformal_options *options,
                                          size_t class, size_t category)
{
    size_t least = (size_t)ceil(1.0 / options->alpha) - 1;
    least = options->min_rows > least ? options->min_rows : least;
    class = options->by_class ? class : SIZE_MAX;
    category = options->categories > 0 ? category : SIZE_MAX;
    struct tr_conformal_cell cell = {.source = TR_CONFORMAL_CELL};
    cell.quantile = slow_quantile(s, options->alpha, class, category, &cell.own_rows);
    cell.rows = cell.own_rows;
    if (cell.rows < least && class != SIZE_MAX && category != SIZE_MAX) {
        cell.quantile = slow_quantile(s, options->alpha, class, SIZE_MAX, &cell.rows);
        cell.source = TR_CONFORMAL_CLASS;
    }
    if (cell.rows < least) {
        cell.quantile = slow_quantile(s, options->alpha, SIZE_MAX, SIZE_MAX, &cell.rows);
        cell.source = TR_CONFORMAL_ALL;
    }
    return cell;
}

static void quantiles_equal_a_slow_reference(void **state)
{
    (void)state;
    static struct sample s;
    struct tr_rng rng;
    tr_rng_init(&rng, 111, 0);
    size_t seen[3] = {0};
    for (int round = 0; round < 160; round++) {
        draw(&rng, (size_t)tr_rng_below(&rng, round % 2 ? 150 : 40), &s);
        const struct tr_conformal_options options = {.alpha = round % 3 ? 0.1 : 0.25,
                                                     .by_class = round % 4 < 2,
                                                     .categories = round % 8 < 4 ? 3 : 0,
                                                     .min_rows = round % 5 ? 0 : 25};
        struct tr_conformal *conformal = create(&options, &s);
        for (size_t g = 0; g < 4; g++) { /* category 3 is unknown */
            for (size_t y = 0; y < CLASSES; y++) {
                struct tr_conformal_cell cell = tr_conformal_cell(conformal, y, g);
                struct tr_conformal_cell expected = slow_cell(&s, &options, y, g);
                assert_true(cell.quantile == expected.quantile && cell.rows == expected.rows);
                assert_true(cell.own_rows == expected.own_rows && cell.source == expected.source);
                seen[cell.source]++;
            }
        }
        tr_conformal_destroy(conformal);
    }
    assert_true(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
}

struct coverage {
    double all, by_class[CLASSES], by_category[3], worst_cell;
};

/* Mean coverage of new rows over many calibration samples of n rows. */
static struct coverage simulate(const struct tr_conformal_options *options, size_t n, int rounds)
{
    static struct sample cal, test;
    struct tr_rng rng;
    tr_rng_init(&rng, 112, n);
    double covered[3][CLASSES] = {{0}}, seen[3][CLASSES] = {{0}};
    for (int round = 0; round < rounds; round++) {
        draw(&rng, n, &cal);
        draw(&rng, 200, &test);
        struct tr_conformal *conformal = create(options, &cal);
        for (size_t i = 0; i < test.n; i++) {
            covered[test.category[i]][test.label[i]] += set_of(conformal, &test, i) >> test.label[i] & 1;
            seen[test.category[i]][test.label[i]] += 1.0;
        }
        tr_conformal_destroy(conformal);
    }
    struct coverage c = {.worst_cell = 1.0};
    double sum = 0.0, all = 0.0;
    for (size_t k = 0; k < 3; k++) {
        double in_class = 0.0, of_class = 0.0, in_category = 0.0, of_category = 0.0;
        for (size_t j = 0; j < 3; j++) {
            in_class += covered[j][k];
            of_class += seen[j][k];
            in_category += covered[k][j];
            of_category += seen[k][j];
            c.worst_cell = fmin(c.worst_cell, covered[k][j] / seen[k][j]);
        }
        c.by_class[k] = in_class / of_class;
        c.by_category[k] = in_category / of_category;
        sum += in_class;
        all += of_class;
    }
    c.all = sum / all;
    return c;
}

static void coverage_is_what_was_promised(void **state)
{
    (void)state;
    const struct tr_conformal_options options = {.alpha = 0.1};
    /* Without ties the mean is k / (n + 1) exactly: 91 / 101 = 0.901, and 0.9 with 9 rows. */
    assert_near(simulate(&options, 100, 1000).all, 91.0 / 101.0, 0.004);
    assert_near(simulate(&options, 9, 1500).all, 0.9, 0.008);
    assert_same_bits(simulate(&options, 8, 20).all, 1.0); /* too few rows: every class stays in */
    const struct tr_conformal_options wide = {.alpha = 0.5};
    assert_near(simulate(&wide, 100, 1000).all, 51.0 / 101.0, 0.006);
}

static void cells_have_coverage_of_their_own(void **state)
{
    (void)state;
    struct tr_conformal_options options = {.alpha = 0.1};
    struct coverage marginal = simulate(&options, 600, 300);
    assert_true(marginal.by_class[2] < 0.8 && marginal.by_category[2] < 0.87 && marginal.by_category[0] > 0.95);
    options.by_class = true;
    struct coverage by_class = simulate(&options, 600, 300);
    for (size_t y = 0; y < CLASSES; y++)
        assert_true(by_class.by_class[y] > 0.895 && by_class.by_class[y] < 0.92);
    assert_true(by_class.by_category[2] < 0.87);
    options.categories = 3;
    struct coverage both = simulate(&options, 600, 300);
    assert_true(both.worst_cell > 0.89);
    options.by_class = false;
    struct coverage by_category = simulate(&options, 600, 300);
    for (size_t g = 0; g < 3; g++)
        assert_true(by_category.by_category[g] > 0.895 && by_category.by_category[g] < 0.915);
    assert_true(by_category.by_class[2] < 0.85);
}

static void sets_may_be_empty_or_hold_what_is_unknown(void **state)
{
    (void)state;
    static struct sample s;
    s.n = 9;
    s.classes = 2;
    for (size_t i = 0; i < s.n; i++) {
        s.label[i] = i % 2;
        s.category[i] = 0;
        s.p[s.label[i] * MOST + i] = 0.9;
        s.p[(1 - s.label[i]) * MOST + i] = 0.1;
    }
    const struct tr_conformal_options options = {.alpha = 0.1};
    struct tr_conformal *conformal = create(&options, &s);
    const double sure[] = {0.95, 0.05}, vague[] = {0.5, 0.5}, same[] = {0.1, 0.9}, unknown[] = {(double)NAN, 0.2};
    assert_true(tr_conformal_set(conformal, sure, 0) == 1 && tr_conformal_set(conformal, vague, 7) == 0);
    assert_true(tr_conformal_set(conformal, same, 0) == 2 && tr_conformal_set(conformal, unknown, 0) == 1);
    tr_conformal_destroy(conformal);
    s.n = 0;
    conformal = create(&options, &s);
    assert_true(tr_conformal_set(conformal, vague, 0) == 3);
    tr_conformal_destroy(conformal);
    tr_conformal_destroy(NULL);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static struct sample s;
    struct tr_rng rng;
    tr_rng_init(&rng, 113, 0);
    draw(&rng, 50, &s);
    struct tr_conformal *conformal;
    struct tr_error err;
    struct tr_conformal_rows rows = rows_of(&s);
    struct tr_conformal_options options = {.alpha = 0.1, .by_class = true, .categories = 3};
    const double alphas[] = {0.0, 1.0, -0.1, (double)NAN};
    for (size_t i = 0; i < 4; i++) {
        options.alpha = alphas[i];
        assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
        assert_null(conformal);
    }
    options.alpha = 0.1;
    options.categories = TR_CONFORMAL_MOST_CATEGORIES + 1;
    assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
    options.categories = 2;
    assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
    options.categories = 3;
    s.label[7] = 3;
    assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
    s.label[7] = 1;
    const double wrong[] = {-0.01, 1.01, (double)NAN};
    for (size_t i = 0; i < 3; i++) {
        s.p[MOST + 7] = wrong[i];
        assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
        assert_non_null(strstr(err.text, "row 7"));
    }
    s.p[MOST + 7] = 0.4;
    rows.p.cols = 1;
    assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
    rows.p.cols = TR_CONFORMAL_MOST_CLASSES + 1;
    assert_int_equal(tr_conformal_create(&options, &rows, &conformal, &err), TR_INVALID);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static struct sample s;
    struct tr_rng rng;
    tr_rng_init(&rng, 114, 0);
    draw(&rng, 300, &s);
    const struct tr_conformal_rows rows = rows_of(&s);
    const struct tr_conformal_options options = {.alpha = 0.1, .by_class = true, .categories = 3};
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        struct tr_conformal *conformal;
        struct tr_error err;
        assert_true(k < 20);
        tr_alloc_fail_at(k);
        status = tr_conformal_create(&options, &rows, &conformal, &err);
        tr_alloc_fail_at(0);
        assert_true((status == TR_NOMEM && !conformal) || (status == TR_OK && k > 1));
        tr_conformal_destroy(conformal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_equal_the_golden_ones),
        cmocka_unit_test(the_rank_is_rounded_before_it_is_raised),
        cmocka_unit_test(quantiles_equal_a_slow_reference),
        cmocka_unit_test(coverage_is_what_was_promised),
        cmocka_unit_test(cells_have_coverage_of_their_own),
        cmocka_unit_test(sets_may_be_empty_or_hold_what_is_unknown),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/calibrate/conformal", tests, NULL, NULL);
}
