#include "support/test.h"

#include "base/alloc.h"
#include "io/store/runs.h"

#include <stdio.h>
#include <string.h>

/* A back end with these rows, that remembers the limit it was given and fails when told to. */
struct fake {
    struct tr_store store;
    const struct tr_backtest_row *rows;
    size_t n, limit;
    enum tr_status status;
    int calls;
};

static enum tr_status answer(struct tr_store *store, struct fake **fake, struct tr_error *err)
{
    *fake = (struct fake *)(void *)store;
    (*fake)->calls++;
    return (*fake)->status ? tr_error_set(err, (*fake)->status, "x.db: it failed") : TR_OK;
}

static enum tr_status fake_put(struct tr_store *store, const struct tr_backtest_row *row, struct tr_error *err)
{
    struct fake *fake;
    (void)row;
    return answer(store, &fake, err);
}

static enum tr_status fake_list(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                                struct tr_error *err)
{
    struct fake *fake;
    enum tr_status status = answer(store, &fake, err);
    fake->limit = limit;
    if (status || fake->n == 0)
        return status;
    *out = tr_alloc(fake->n, sizeof **out);
    assert_non_null(*out);
    memcpy(*out, fake->rows, fake->n * sizeof **out);
    *n = fake->n;
    return TR_OK;
}

static enum tr_status fake_remove(struct tr_store *store, const char *id, struct tr_error *err)
{
    struct fake *fake;
    (void)id;
    return answer(store, &fake, err);
}

static const struct tr_run_store_impl fake_runs = {.put = fake_put, .list = fake_list, .remove = fake_remove};
static const struct tr_store_impl fake_impl = {.name = "fake", .runs = &fake_runs};

static struct tr_backtest_row sound(const char *id)
{
    struct tr_backtest_row row = {.series = "BTC/USDT:USDT 1h", .entries = "file", .from = 3, .to = 4, .trades = 5};
    snprintf(row.id, sizeof row.id, "%s", id);
    tr_hash_of("x", 1, row.report);
    return row;
}

static void assert_refused(const struct tr_backtest_row *row, const char *why)
{
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    assert_int_equal(tr_store_run_put(&fake.store, row, &err), TR_INVALID);
    if (!strstr(err.text, why))
        fail_msg("'%s' not in '%s'", why, err.text);
    assert_int_equal(fake.calls, 0);
}

static void rows_that_cannot_be_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct tr_backtest_row row = sound("0123456789ABCDEF");
    assert_refused(&row, "16 hexadecimal digits");
    row = sound("0123");
    assert_refused(&row, "16 hexadecimal digits");
    row = sound("0123456789abcdef");
    row.series[0] = '\0';
    assert_refused(&row, "backtest 0123456789abcdef: the series");
    row = sound("0123456789abcdef");
    memset(row.series, 's', sizeof row.series);
    assert_refused(&row, "1 to 255 characters");
    row = sound("0123456789abcdef");
    row.entries[0] = '\0';
    assert_refused(&row, "the entries");
    row = sound("0123456789abcdef");
    memset(row.label, 'l', sizeof row.label);
    assert_refused(&row, "at most 95 characters");
    row = sound("0123456789abcdef");
    row.report[63] = 'G';
    assert_refused(&row, "report");
    row = sound("0123456789abcdef");
    row.trades = SIZE_MAX;
    assert_refused(&row, "trades");
    row = sound("0123456789abcdef");
    row.to = 2;
    assert_refused(&row, "ends before it begins");
}

static void a_row_without_a_label_or_trades_is_put(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_backtest_row row = sound("0123456789abcdef");
    struct tr_error err;
    row.trades = 0;
    row.from = row.to;
    assert_ok(tr_store_run_put(&fake.store, &row, &err), &err);
    assert_int_equal(fake.calls, 1);
    fake.status = TR_FULL;
    assert_int_equal(tr_store_run_put(&fake.store, &row, &err), TR_FULL);
    assert_string_equal(err.text, "backtest 0123456789abcdef: x.db: it failed");
}

static void a_limit_of_none_is_all_that_a_back_end_can_count(void **state)
{
    (void)state;
    static const struct {
        size_t given, asked;
    } cases[] = {{0, INT64_MAX}, {1, 1}, {7, 7}, {SIZE_MAX, INT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake fake = {.store = {.impl = &fake_impl}};
        struct tr_backtest_row *rows;
        struct tr_error err;
        size_t n = 9;
        assert_ok(tr_store_run_list(&fake.store, cases[i].given, &rows, &n, &err), &err);
        assert_null(rows);
        assert_true(n == 0);
        assert_true(fake.limit == cases[i].asked);
    }
}

static void a_run_is_found_by_the_beginning_of_its_id(void **state)
{
    (void)state;
    const struct tr_backtest_row rows[] = {sound("abcd111111111111"), sound("abcd222222222222"),
                                           sound("abce222222222222")};
    static const struct {
        const char *id;
        size_t row;
        enum tr_status status;
        const char *says;
    } cases[] = {
        {"abce", 2, TR_OK, ""},
        {"abcd1", 0, TR_OK, ""},
        {"abcd222222222222", 1, TR_OK, ""},
        {"abcd", 0, TR_INVALID, "abcd111111111111, abcd222222222222; give more digits"},
        {"abcf", 0, TR_NOT_FOUND, "the newest first: abcd111111111111, abcd222222222222, abce222222222222"},
        {"abcd2222222222222", 0, TR_INVALID, "4 to 16 hexadecimal digits"},
        {"abc", 0, TR_INVALID, "4 to 16 hexadecimal digits"},
        {"", 0, TR_INVALID, "4 to 16 hexadecimal digits"},
        {"ABCD1", 0, TR_INVALID, "4 to 16 hexadecimal digits"},
        {"report.html", 0, TR_INVALID, "\"report.html\" is not the id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake fake = {.store = {.impl = &fake_impl}, .rows = rows, .n = 3};
        struct tr_backtest_row found = {.trades = 0};
        struct tr_error err = {0};
        assert_int_equal(tr_store_run_find(&fake.store, cases[i].id, &found, &err), cases[i].status);
        if (cases[i].status == TR_OK)
            assert_string_equal(found.id, rows[cases[i].row].id);
        else if (!strstr(err.text, cases[i].says))
            fail_msg("'%s' not in '%s'", cases[i].says, err.text);
    }
}

static void an_empty_store_says_so_and_a_full_one_names_the_newest(void **state)
{
    (void)state;
    enum { N = 20 };
    struct tr_backtest_row rows[N], found;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    assert_int_equal(tr_store_run_find(&fake.store, "0000", &found, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "none is stored"));
    for (unsigned i = 0; i < N; i++) {
        char id[TR_RUN_ID];
        snprintf(id, sizeof id, "abcd%012x", i);
        rows[i] = sound(id);
    }
    fake.rows = rows;
    fake.n = N;
    assert_int_equal(tr_store_run_find(&fake.store, "0000", &found, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "abcd000000000007 and 12 more"));
    assert_int_equal(tr_store_run_find(&fake.store, "abcd", &found, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "abcd000000000007 and 12 more; give more digits"));
    fake.status = TR_IO;
    assert_int_equal(tr_store_run_find(&fake.store, "abcd", &found, &err), TR_IO);
}

static void a_run_is_removed_by_its_whole_id_alone(void **state)
{
    (void)state;
    static const char *const others[] = {"", "abcd", "abcd1111111111111", "ABCD111111111111", "abcd11111111111g"};
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_error err;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(tr_store_run_remove(&fake.store, others[i], &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
    assert_ok(tr_store_run_remove(&fake.store, "abcd111111111111", &err), &err);
    assert_int_equal(fake.calls, 1);
    fake.status = TR_IO;
    assert_int_equal(tr_store_run_remove(&fake.store, "abcd111111111111", &err), TR_IO);
    assert_string_equal(err.text, "backtest abcd111111111111: x.db: it failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_cannot_be_are_refused_before_the_store_is_asked),
        cmocka_unit_test(a_row_without_a_label_or_trades_is_put),
        cmocka_unit_test(a_limit_of_none_is_all_that_a_back_end_can_count),
        cmocka_unit_test(a_run_is_found_by_the_beginning_of_its_id),
        cmocka_unit_test(a_run_is_removed_by_its_whole_id_alone),
        cmocka_unit_test(an_empty_store_says_so_and_a_full_one_names_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
