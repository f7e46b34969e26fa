#include "engine/model/gbdt/train_test.h"

#include "base/order.h"
#include "engine/model/gbdt/bin.h"

#include <float.h>

enum { N = 700 };

static const struct tr_gbdt_bin_options plain = {.max_bin = 255, .min_data_in_bin = 3, .use_missing = true};

static void find(const struct tr_gbdt_bin_options *options, size_t n, const double *x, struct tr_gbdt_bins *out)
{
    double value[N], distinct[N + 1];
    size_t count[N + 1];
    memcpy(value, x, n * sizeof *x);
    tr_gbdt_bins_find(options, n, value, distinct, count, out);
}

/* The rules once more, told slowly: a list of values with counts, a list of closed ranges, then the bounds. */
struct tally {
    double value;
    double count;
};

static size_t count_values(size_t n, double *sorted, bool below_zero, struct tally *out)
{
    size_t d = 0;
    for (size_t i = 0; i < n; i++) {
        double x = sorted[i];
        if (isnan(x) || fabs(x) <= (double)1e-35F || (x < 0.0) != below_zero)
            continue;
        if (d > 0 && x <= nextafter(out[d - 1].value, (double)INFINITY)) {
            out[d - 1].value = x;
            out[d - 1].count++;
        } else {
            out[d++] = (struct tally){x, 1.0};
        }
    }
    return d;
}

static size_t bounds_at(const struct tally *t, size_t closed, const size_t *last, double *bound)
{
    for (size_t c = 0; c < closed; c++)
        bound[c] = nextafter((t[last[c]].value + t[last[c] + 1].value) / 2.0, (double)INFINITY);
    bound[closed] = (double)INFINITY;
    return closed + 1;
}

/* Room for all values: a range is closed once it holds enough. */
static size_t bounds_of_few(size_t d, const struct tally *t, double min_data, double *bound)
{
    size_t last[N], closed = 0;
    double held = 0.0;
    for (size_t i = 0; i + 1 < d; i++) {
        held += t[i].count;
        if (held < min_data)
            continue;
        last[closed++] = i;
        held = 0.0;
    }
    return bounds_at(t, closed, last, bound);
}

static size_t bounds_of_many(size_t d, const struct tally *t, size_t room, double min_data, double *bound)
{
    size_t last[N], closed = 0;
    double total = 0.0, held = 0.0, ordinary = 0.0;
    for (size_t i = 0; i < d; i++)
        total += t[i].count;
    room = (size_t)fmax(1.0, fmin((double)room, floor(total / min_data)));
    double big = total / (double)room, ordinary_bins = (double)room;
    for (size_t i = 0; i < d; i++) {
        ordinary += t[i].count >= big ? 0.0 : t[i].count;
        ordinary_bins -= t[i].count >= big;
    }
    double aim = ordinary / ordinary_bins;
    for (size_t i = 0; i + 1 < d && closed + 1 < room; i++) {
        bool is_big = t[i].count >= big;
        ordinary -= is_big ? 0.0 : t[i].count;
        held += t[i].count;
        bool before_big = t[i + 1].count >= big && held >= fmax(1.0, 0.5 * aim);
        if (!is_big && held < aim && !before_big)
            continue;
        last[closed++] = i;
        held = 0.0;
        if (!is_big)
            aim = ordinary / --ordinary_bins;
    }
    return bounds_at(t, closed, last, bound);
}

static size_t bounds_slowly(size_t d, const struct tally *t, size_t room, double min_data, double *bound)
{
    return d <= room ? bounds_of_few(d, t, min_data, bound) : bounds_of_many(d, t, room, min_data, bound);
}

static size_t find_slowly(const struct tr_gbdt_bin_options *options, size_t n, const double *x, double *bound)
{
    struct tally low[N], high[N];
    double sorted[N], nan = 0.0, negative = 0.0, positive = 0.0;
    memcpy(sorted, x, n * sizeof *x);
    tr_sort_doubles(n, sorted);
    for (size_t i = 0; i < n; i++) {
        nan += isnan(x[i]) ? 1.0 : 0.0;
        negative += x[i] < -(double)1e-35F ? 1.0 : 0.0;
        positive += x[i] > (double)1e-35F ? 1.0 : 0.0;
    }
    size_t room = options->max_bin - (nan > 0.0), bins = 0;
    size_t n_low = count_values(n, sorted, true, low), n_high = count_values(n, sorted, false, high);
    if (n_low > 0 && room > 1) {
        size_t share = (size_t)(negative / (negative + positive) * (double)(room - 1));
        bins = bounds_slowly(n_low, low, share > 1 ? share : 1, (double)options->min_data_in_bin, bound);
        bound[bins - 1] = -(double)1e-35F;
    }
    if (n_high > 0 && room > bins + 1) {
        bound[bins++] = (double)1e-35F;
        bins += bounds_slowly(n_high, high, room - bins, (double)options->min_data_in_bin, bound + bins);
    } else {
        bound[bins++] = (double)INFINITY;
    }
    if (nan > 0.0)
        bound[bins++] = (double)NAN;
    return bins;
}

/* Columns of every kind: smooth, huge and tiny, few values, one very frequent, values an ulp apart, negative ones. */
static double make_value(struct tr_rng *rng, uint64_t kind, uint64_t values, double often)
{
    if (kind == 0)
        return tr_rng_normal(rng);
    if (kind == 1)
        return exp(30.0 * tr_rng_normal(rng));
    if (kind == 3 && tr_rng_uniform(rng) < often)
        return 11.0;
    double v = ((double)tr_rng_below(rng, values) - (kind % 2 ? 0.0 : 0.5 * (double)values)) / 7.0;
    return kind == 7 ? -v : v;
}

static void make_column(struct tr_rng *rng, size_t n, double *x)
{
    uint64_t kind = tr_rng_below(rng, 8), values = 1 + tr_rng_below(rng, 400);
    double missing = tr_rng_below(rng, 2) ? 0.0 : 0.3 * tr_rng_uniform(rng);
    double zeros = tr_rng_below(rng, 2) ? 0.0 : tr_rng_uniform(rng), often = tr_rng_uniform(rng);
    for (size_t i = 0; i < n; i++) {
        x[i] = make_value(rng, kind, values, often);
        if (kind == 4 && i > 0 && tr_rng_below(rng, 3) == 0)
            x[i] = nextafter(x[i - 1], 1e9);
        if (tr_rng_uniform(rng) < zeros)
            x[i] = 0.0;
        if (tr_rng_uniform(rng) < missing)
            x[i] = (double)NAN;
    }
}

static void bins_are_those_of_a_slow_telling_of_the_rules(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (size_t round = 0; round < 3000; round++) {
        double x[N], bound[N + 3];
        struct tr_gbdt_bins bins;
        struct tr_gbdt_bin_options options = plain;
        size_t n = 1 + (size_t)tr_rng_below(&rng, N);
        const size_t sizes[] = {2, 3, 4, 7, 16, 63, 255};
        options.max_bin = sizes[tr_rng_below(&rng, 7)];
        options.min_data_in_bin = 1 + (size_t)tr_rng_below(&rng, 6);
        make_column(&rng, n, x);
        find(&options, n, x, &bins);
        assert_true(bins.n == find_slowly(&options, n, x, bound));
        assert_true(bins.n <= options.max_bin);
        for (size_t b = 0; b < bins.n; b++)
            assert_same_bits(bins.upper[b], bound[b]);
    }
}

static void every_value_lies_in_its_bin(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (size_t round = 0; round < 500; round++) {
        double x[N];
        struct tr_gbdt_bins bins;
        size_t n = 1 + (size_t)tr_rng_below(&rng, N);
        make_column(&rng, n, x);
        find(&plain, n, x, &bins);
        for (size_t i = 0; i < n; i++) {
            size_t b = tr_gbdt_bins_of(&bins, x[i]);
            assert_true(b < bins.n);
            if (isnan(x[i]))
                assert_true(bins.missing == TR_GBDT_MISSING_NAN && b == bins.n - 1);
            else
                assert_true(x[i] <= bins.upper[b] && (b == 0 || x[i] > bins.upper[b - 1]));
        }
        assert_true(bins.zero == tr_gbdt_bins_of(&bins, 0.0));
    }
}

static void zero_has_a_bin_of_its_own_and_bounds_are_above_the_middle(void **state)
{
    (void)state;
    const double x[] = {-2.0, -2.0, -2.0, -1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0};
    struct tr_gbdt_bins bins;
    find(&plain, 13, x, &bins);
    assert_true(bins.n == 5 && bins.zero == 2 && bins.missing == TR_GBDT_MISSING_NONE && !bins.trivial);
    assert_same_bits(bins.upper[0], nextafter(-1.5, 0.0));
    assert_same_bits(bins.upper[1], -1.0000000180025095e-35);
    assert_same_bits(bins.upper[2], 1.0000000180025095e-35);
    assert_same_bits(bins.upper[3], nextafter(1.5, 2.0));
    assert_same_bits(bins.upper[4], (double)INFINITY);
    assert_true(bins.min == -2.0 && bins.max == 2.0);
    assert_true(tr_gbdt_bins_of(&bins, (double)NAN) == bins.zero);
    assert_true(tr_gbdt_bins_of(&bins, 1e-36) == bins.zero);
    assert_true(tr_gbdt_bins_threshold(&bins, 4) == 1e300);
}

static void missing_values_are_handled_as_asked(void **state)
{
    (void)state;
    const double x[] = {1.0, 1.0, 1.0, 2.0, 2.0, 2.0, (double)NAN, 0.0, 3.0, 3.0, 3.0};
    struct tr_gbdt_bins bins;
    struct tr_gbdt_bin_options options = plain;
    find(&options, 11, x, &bins);
    assert_true(bins.missing == TR_GBDT_MISSING_NAN && bins.n == 5 && isnan(bins.upper[4]));
    options.zero_as_missing = true;
    find(&options, 11, x, &bins);
    assert_true(bins.missing == TR_GBDT_MISSING_ZERO && bins.n == 4);
    assert_true(tr_gbdt_bins_of(&bins, (double)NAN) == bins.zero);
    options.use_missing = false;
    find(&options, 11, x, &bins);
    assert_true(bins.missing == TR_GBDT_MISSING_NONE && bins.n == 4);
}

static void columns_without_a_useful_cut_are_trivial(void **state)
{
    (void)state;
    double x[40];
    struct tr_gbdt_bins bins;
    struct tr_gbdt_bin_options options = plain;
    options.filter = true;
    options.filter_count = 5;
    for (size_t i = 0; i < 40; i++)
        x[i] = 3.0;
    find(&options, 40, x, &bins);
    assert_true(bins.trivial);
    for (size_t i = 0; i < 40; i++)
        x[i] = (double)NAN;
    find(&options, 40, x, &bins);
    assert_true(bins.trivial && bins.min == 0.0 && bins.max == 0.0);
    for (size_t i = 0; i < 40; i++)
        x[i] = i < 4 ? 1.0 : 2.0;
    find(&options, 40, x, &bins);
    assert_true(bins.trivial);
    x[4] = 1.0;
    find(&options, 40, x, &bins);
    assert_false(bins.trivial);
}

static void infinities_are_the_outermost_values(void **state)
{
    (void)state;
    const double inf = (double)INFINITY, x[] = {-inf, -inf, -inf, -DBL_MAX, -1.0, 1.0, DBL_MAX, inf, inf, inf};
    struct tr_gbdt_bins bins;
    struct tr_gbdt_bin_options options = plain;
    options.min_data_in_bin = 1;
    find(&options, 10, x, &bins);
    for (size_t b = 0; b < bins.n; b++)
        assert_true(!isnan(bins.upper[b]));
    assert_true(tr_gbdt_bins_of(&bins, -inf) == 0);
    assert_true(x[9] <= bins.upper[tr_gbdt_bins_of(&bins, inf)]);
    assert_true(tr_gbdt_bins_threshold(&bins, bins.n - 1) == inf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_are_those_of_a_slow_telling_of_the_rules),
        cmocka_unit_test(every_value_lies_in_its_bin),
        cmocka_unit_test(zero_has_a_bin_of_its_own_and_bounds_are_above_the_middle),
        cmocka_unit_test(missing_values_are_handled_as_asked),
        cmocka_unit_test(columns_without_a_useful_cut_are_trivial),
        cmocka_unit_test(infinities_are_the_outermost_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
