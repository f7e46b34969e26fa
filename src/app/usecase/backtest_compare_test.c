#include "support/test.h"

#include "app/usecase/backtest_compare.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "io/store/models.h"
#include "support/report.h"
#include "support/store_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAYS ((size_t)120)
#define FIRST INT64_C(1704067200000)

static struct store_place place;
static struct tr_store *store;
static struct tr_buf file[3]; /* "0.json" to "2.json" */
static size_t files;
static double noise[2][DAYS];

static int set_up(void **state)
{
    struct tr_rng rng;
    (void)state;
    store_place_make(&place);
    store = store_place_open(&place);
    tr_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < DAYS; i++) {
        noise[0][i] = 0.01 * tr_rng_normal(&rng);
        noise[1][i] = 0.01 * tr_rng_normal(&rng);
    }
    files = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < files; i++)
        tr_buf_finish(&file[i]);
    tr_store_close(store);
    store_place_finish(&place);
    return 0;
}

static enum tr_status read_file(const char *path, struct tr_buf *out, struct tr_error *err)
{
    size_t number = (size_t)(path[0] - '0');
    if (number >= files || strcmp(path + 1, ".json") != 0)
        return tr_error_set(err, TR_NOT_FOUND, "%s: no such file", path);
    tr_buf_add(out, file[number].data, file[number].len);
    return tr_buf_status(out, err);
}

static void add_file(const struct test_report *report)
{
    assert_true(files < 3);
    test_report_text(report, &file[files++]);
}

static void put_run(const struct test_report *report)
{
    struct tr_backtest_row row = {.created = 5, .from = 1, .to = 2, .series = "BTC/USDT:USDT 1h", .entries = "file"};
    struct tr_buf text;
    struct tr_error err = {0};
    test_report_text(report, &text);
    snprintf(row.id, sizeof row.id, "%s", report->id);
    assert_ok(tr_store_blob_put(store, text.data, text.len, row.report, &err), &err);
    assert_ok(tr_store_run_put(store, &row, &err), &err);
    tr_buf_finish(&text);
}

static enum tr_status compare(const char *a, const char *b, struct tr_backtest_comparison *out, struct tr_error *err)
{
    const char *const names[] = {a, b};
    return tr_backtest_compare(names, 2, read_file, store, 1, out, err);
}

static void expect_error(enum tr_status status, const char *a, const char *b, const char *why)
{
    struct tr_backtest_comparison comparison;
    struct tr_error err = {0};
    assert_int_equal(compare(a, b, &comparison, &err), status);
    if (!strstr(err.text, why))
        fail_msg("'%s' not in '%s'", why, err.text);
    tr_backtest_comparison_finish(&comparison);
}

/* --- the days that all of them have --- */

static void shared_days_are_those_a_slow_search_finds(void **state)
{
    (void)state;
    tr_time_ms day[3][40];
    double ret[3][40];
    struct tr_backtest_days days[3];
    struct tr_rng rng;
    struct tr_error err = {0};
    tr_rng_init(&rng, 9, 0);
    for (int round = 0; round < 200; round++) {
        for (size_t v = 0; v < 3; v++) {
            size_t n = 0;
            for (int d = 0; d < 40; d++) {
                if (tr_rng_uniform(&rng) < 0.4)
                    continue;
                day[v][n] = FIRST + d * TR_DAY_MS;
                ret[v][n++] = tr_rng_normal(&rng);
            }
            days[v] = (struct tr_backtest_days){n, day[v], ret[v]};
        }
        struct tr_matrix m = {0};
        tr_time_ms first = -1, last = -1;
        size_t rows = 0;
        assert_ok(tr_backtest_join(days, 3, &m, &first, &last, &err), &err);
        for (int d = 0; d < 40; d++) {
            tr_time_ms time = FIRST + d * TR_DAY_MS;
            const double *value[3] = {NULL, NULL, NULL};
            for (size_t v = 0; v < 3; v++) {
                for (size_t i = 0; i < days[v].n; i++) {
                    if (day[v][i] == time)
                        value[v] = &ret[v][i];
                }
            }
            if (!value[0] || !value[1] || !value[2])
                continue;
            assert_true(rows < m.rows);
            assert_true(rows || first == time);
            for (size_t v = 0; v < 3; v++)
                assert_same_bits(tr_matrix_at(&m, rows, v), *value[v]);
            rows++;
            if (rows == m.rows)
                assert_true(last == time);
        }
        assert_int_equal(rows, m.rows);
        tr_matrix_finish(&m);
    }
}

/* --- two runs --- */

static void a_run_that_earns_a_little_more_each_day_is_better(void **state)
{
    (void)state;
    double more[DAYS], product = 1;
    struct tr_backtest_comparison c;
    struct tr_error err = {0};
    for (size_t i = 0; i < DAYS; i++) {
        more[i] = noise[0][i] + 0.001;
        product *= 1 + more[i];
    }
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", DAYS, noise[0]),
                       b = test_report_of("bbbbbbbbbbbbbbbb", DAYS, more);
    add_file(&a);
    add_file(&b);
    assert_ok(compare("0.json", "1.json", &c, &err), &err);
    assert_int_equal(c.n, 2);
    assert_int_equal(c.days, DAYS);
    assert_int_equal(c.first_day, FIRST);
    assert_int_equal(c.last_day, FIRST + (tr_time_ms)(DAYS - 1) * TR_DAY_MS);
    assert_true(c.same_series);
    assert_near(c.correlation[1], 1, 1e-9);
    assert_near(c.total_return[1], product - 1, 1e-12);
    assert_near(c.paired[1].difference, 0.001, 1e-12);
    assert_near(c.paired[1].interval.lower, 0.001, 1e-9);
    assert_near(c.paired[1].interval.upper, 0.001, 1e-9);
    assert_int_equal(c.paired[1].verdict, TR_PAIRED_BETTER);
    assert_true(c.has_pbo && c.pbo.pbo <= 0 && c.pbo.choices == 12870);
    assert_near(c.block_days, cbrt((double)DAYS), 1e-12);
    tr_backtest_comparison_finish(&c);
    assert_ok(compare("1.json", "0.json", &c, &err), &err); /* turned round: every sign */
    assert_near(c.paired[1].difference, -0.001, 1e-12);
    assert_int_equal(c.paired[1].verdict, TR_PAIRED_WORSE);
    tr_backtest_comparison_finish(&c);
}

static void chance_is_undecided_and_its_interval_holds_the_mean_difference(void **state)
{
    (void)state;
    double mean = 0, xy = 0, xx = 0, yy = 0, mx = 0, my = 0;
    struct tr_backtest_comparison c, same;
    struct tr_error err = {0};
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", DAYS, noise[0]),
                       b = test_report_of("bbbbbbbbbbbbbbbb", DAYS, noise[1]);
    for (size_t i = 0; i < DAYS; i++) {
        mean += (noise[1][i] - noise[0][i]) / (double)DAYS;
        mx += noise[0][i] / (double)DAYS;
        my += noise[1][i] / (double)DAYS;
    }
    for (size_t i = 0; i < DAYS; i++) {
        xx += (noise[0][i] - mx) * (noise[0][i] - mx);
        yy += (noise[1][i] - my) * (noise[1][i] - my);
        xy += (noise[0][i] - mx) * (noise[1][i] - my);
    }
    add_file(&a);
    add_file(&b);
    assert_ok(compare("0.json", "1.json", &c, &err), &err);
    assert_near(c.paired[1].difference, mean, 1e-12);
    assert_true(c.paired[1].interval.lower < mean && mean < c.paired[1].interval.upper);
    assert_int_equal(c.paired[1].verdict, TR_PAIRED_UNDECIDED);
    assert_near(c.correlation[1], xy / sqrt(xx * yy), 1e-12);
    assert_ok(compare("0.json", "1.json", &same, &err), &err);
    assert_same_bits(same.paired[1].interval.lower, c.paired[1].interval.lower);
    assert_same_bits(same.pbo.pbo, c.pbo.pbo);
    tr_backtest_comparison_finish(&same);
    tr_backtest_comparison_finish(&c);
}

static void only_shared_days_count(void **state)
{
    (void)state;
    double product = 1;
    struct tr_backtest_comparison c;
    struct tr_error err = {0};
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", 30, noise[0]),
                       b = test_report_of("bbbbbbbbbbbbbbbb", 30, noise[1]),
                       d = test_report_of("dddddddddddddddd", 30, noise[1]);
    b.first_day = FIRST + 25 * TR_DAY_MS;
    b.symbol = "ETH/USDT:USDT";
    d.first_day = FIRST + 100 * TR_DAY_MS;
    for (size_t i = 25; i < 30; i++)
        product *= 1 + noise[0][i];
    add_file(&a);
    add_file(&b);
    add_file(&d);
    assert_ok(compare("0.json", "1.json", &c, &err), &err);
    assert_int_equal(c.days, 5);
    assert_int_equal(c.first_day, b.first_day);
    assert_false(c.same_series);
    assert_false(c.has_pbo); /* too few */
    assert_near(c.total_return[0], product - 1, 1e-12);
    tr_backtest_comparison_finish(&c);
    expect_error(TR_INVALID, "0.json", "2.json", "share no day");
}

static void a_run_that_never_traded_has_no_correlation(void **state)
{
    (void)state;
    double flat[DAYS] = {0};
    struct tr_backtest_comparison c;
    struct tr_error err = {0};
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", DAYS, noise[0]),
                       b = test_report_of("bbbbbbbbbbbbbbbb", DAYS, flat);
    add_file(&a);
    add_file(&b);
    assert_ok(compare("0.json", "1.json", &c, &err), &err);
    assert_true(isnan(c.correlation[1]));
    assert_near(c.total_return[1], 0, 0);
    tr_backtest_comparison_finish(&c);
}

/* --- names --- */

static void a_name_is_a_file_where_there_is_one_else_an_id(void **state)
{
    (void)state;
    struct tr_backtest_comparison c;
    struct tr_error err = {0};
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", DAYS, noise[0]),
                       b = test_report_of("bbbbbbbbbbbbbbbb", DAYS, noise[1]);
    add_file(&a);
    put_run(&b);
    assert_ok(compare("0.json", "bbbb", &c, &err), &err);
    assert_string_equal(c.report[1].id, "bbbbbbbbbbbbbbbb");
    tr_backtest_comparison_finish(&c);
    assert_ok(compare("bbbbbbbb", "0.json", &c, &err), &err);
    assert_string_equal(c.report[0].id, "bbbbbbbbbbbbbbbb");
    tr_backtest_comparison_finish(&c);
    expect_error(TR_NOT_FOUND, "0.json", "cccc", "there is no backtest cccc");
    expect_error(TR_INVALID, "0.json", "nowhere.json", "there is no file nowhere.json");
    expect_error(TR_INVALID, "bbbb", "bbbbbbbbbbbbbbbb", "same run bbbbbbbbbbbbbbbb");
    put_run(&a);
    expect_error(TR_INVALID, "0.json", "aaaa", "same run");
}

static void what_is_no_report_is_named(void **state)
{
    (void)state;
    struct test_report a = test_report_of("aaaaaaaaaaaaaaaa", DAYS, noise[0]);
    add_file(&a);
    tr_buf_init(&file[files]);
    tr_buf_text(&file[files++], "{}");
    expect_error(TR_INVALID, "0.json", "1.json", "1.json: not a report");
    expect_error(TR_INVALID, "1.json", "0.json", "1.json: not a report");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(shared_days_are_those_a_slow_search_finds),
        TEST(a_run_that_earns_a_little_more_each_day_is_better),
        TEST(chance_is_undecided_and_its_interval_holds_the_mean_difference),
        TEST(only_shared_days_count),
        TEST(a_run_that_never_traded_has_no_correlation),
        TEST(a_name_is_a_file_where_there_is_one_else_an_id),
        TEST(what_is_no_report_is_named),
    };
    return cmocka_run_group_tests_name("usecase/backtest_compare", tests, NULL, NULL);
}
