#include "support/test.h"

#include "support/bars.h"

#include "base/alloc.h"
#include "engine/dataset/dataset.h"
#include "engine/market/gaps.h"

#include <math.h>

/* A series with short and long holes, features that are all 1, and random labels. */
struct fixture {
    struct test_bars bars;
    struct tr_matrix features;
    struct tr_dataset set;
    struct tr_target target;
    size_t n;
};

static void begin(struct fixture *f, struct tr_rng *rng, size_t n)
{
    struct tr_error err;
    struct test_bars_options options = test_bars_defaults(n);
    options.hole_share = 0.004;
    options.hole_bars = 50;
    test_bars_random(rng, &options, &f->bars);
    f->n = n;
    assert_ok(tr_matrix_init(&f->features, n, TR_FEATURE_COLUMNS, &err), &err);
    for (size_t col = 0; col < TR_FEATURE_COLUMNS; col++)
        for (size_t t = 0; t < n; t++)
            tr_matrix_column(&f->features, col)[t] = (double)(col * 100000 + t);
    f->target.y = tr_alloc(n, sizeof *f->target.y);
    f->target.span = tr_alloc(n, sizeof *f->target.span);
    assert_true(f->target.y && f->target.span);
    for (size_t t = 0; t < n; t++) {
        f->target.y[t] = (int8_t)((int)tr_rng_below(rng, 3) - 1);
        f->target.span[t] = (uint16_t)(f->target.y[t] < 0 ? 0 : 1 + tr_rng_below(rng, 24));
    }
    assert_ok(tr_dataset_init(&f->set, &f->bars.view, &f->features, &err), &err);
}

static void end(struct fixture *f)
{
    tr_dataset_finish(&f->set);
    tr_matrix_finish(&f->features);
    tr_free(f->target.y);
    tr_free(f->target.span);
    test_bars_free(&f->bars);
}

static void a_row_is_ready_once_its_segment_is_warm(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 61, 0);
    struct fixture f;
    begin(&f, &rng, 5000);
    size_t start = 0, segments = 1;
    const tr_time_ms *time = f.bars.view.time;
    for (size_t t = 0; t < f.n; t++) {
        if (t > 0 && time[t] - time[t - 1] > (TR_SEGMENT_MAX_MISSING + 1) * TR_HOUR_MS) {
            start = t;
            segments++;
        }
        assert_int_equal(f.set.ready[t], t - start >= 219);
    }
    assert_true(segments > 3);
    assert_same_bits(tr_matrix_at(&f.set.inputs, 7, 0), (double)(TR_FEATURE_OVERLAYS * 100000 + 7));
    assert_int_equal(f.set.inputs.cols, TR_FEATURE_INPUTS);
    end(&f);
}

/* Weight of row i by the definition: mean over its bars of 1 / labels of the sample alive at that bar. */
static double slow_uniqueness(const struct fixture *f, const struct tr_sample *sample, size_t i)
{
    size_t t = sample->row[i];
    double sum = 0.0;
    for (size_t bar = t + 1; bar <= t + f->target.span[t]; bar++) {
        double alive = 0.0;
        for (size_t k = 0; k < sample->n; k++) {
            size_t other = sample->row[k];
            alive += other < bar && bar <= other + f->target.span[other];
        }
        sum += 1.0 / alive;
    }
    return sum / f->target.span[t];
}

static void check_sample(const struct fixture *f, const struct tr_sample *sample, tr_time_ms from, tr_time_ms to,
                         bool labelled)
{
    size_t i = 0;
    for (size_t t = 0; t < f->n; t++) {
        tr_time_ms time = f->bars.view.time[t];
        if (time < from || time >= to || !f->set.ready[t] || (labelled && f->target.y[t] < 0))
            continue;
        assert_true(i < sample->n);
        assert_int_equal(sample->row[i], t);
        if (labelled)
            assert_same_bits(sample->y[i], f->target.y[t]);
        i++;
    }
    assert_int_equal(i, sample->n);
}

static void a_sample_holds_the_ready_labelled_rows_of_its_interval(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 62, 0);
    struct fixture f;
    struct tr_error err;
    begin(&f, &rng, 2500);
    size_t nonempty = 0;
    for (int round = 0; round < 60; round++) {
        tr_time_ms from = f.bars.view.time[tr_rng_below(&rng, f.n)] + (tr_time_ms)tr_rng_below(&rng, 3) - 1;
        tr_time_ms to = f.bars.view.time[tr_rng_below(&rng, f.n)] + (tr_time_ms)tr_rng_below(&rng, 3) - 1;
        struct tr_sample sample, rows;
        assert_ok(tr_dataset_sample(&f.set, &f.target, from, to, &sample, &err), &err);
        assert_ok(tr_dataset_rows(&f.set, from, to, &rows, &err), &err);
        check_sample(&f, &sample, from, to, true);
        check_sample(&f, &rows, from, to, false);
        assert_null(rows.y);
        assert_null(rows.weight);
        nonempty += sample.n > 0;
        tr_sample_finish(&sample);
        tr_sample_finish(&rows);
    }
    assert_true(nonempty > 5);
    end(&f);
}

static void weights_are_the_average_uniqueness_scaled_to_the_count(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 63, 0);
    struct fixture f;
    struct tr_error err;
    begin(&f, &rng, 1500);
    const tr_time_ms *time = f.bars.view.time;
    struct tr_sample sample;
    assert_ok(tr_dataset_sample(&f.set, &f.target, time[0], time[f.n - 1], &sample, &err), &err);
    assert_true(sample.n > 50);
    double unscaled = 0.0, sum = 0.0;
    for (size_t i = 0; i < sample.n; i++)
        unscaled += slow_uniqueness(&f, &sample, i);
    for (size_t i = 0; i < sample.n; i++) {
        assert_near(sample.weight[i], slow_uniqueness(&f, &sample, i) * (double)sample.n / unscaled, 1e-12);
        sum += sample.weight[i];
    }
    assert_near(sum, (double)sample.n, 1e-9 * sum);
    assert_near(sample.effective, unscaled, 1e-9 * unscaled);
    tr_sample_finish(&sample);
    end(&f);
}

/* The first recorded input and the first computed one. */
static size_t some_input(bool recorded)
{
    size_t input = 0;
    while (tr_feature_info(TR_FEATURE_OVERLAYS + input)->recorded != recorded)
        input++;
    assert_true(input < TR_FEATURE_INPUTS);
    return input;
}

static bool keeps(const struct fixture *f, const struct tr_sample *sample, size_t input)
{
    size_t col[TR_FEATURE_INPUTS], n = tr_dataset_columns(&f->set, sample, 0.8, col);
    bool found = false;
    for (size_t k = 0; k < n; k++) {
        assert_true(k == 0 || col[k] > col[k - 1]);
        found = found || col[k] == input;
    }
    assert_true(n + 1 >= TR_FEATURE_INPUTS); /* the others are full */
    return found;
}

/* Takes the values of sample rows begin .. end - 1 away. */
static void erase(struct fixture *f, const struct tr_sample *sample, size_t input, size_t begin, size_t end)
{
    double *column = tr_matrix_column(&f->features, TR_FEATURE_OVERLAYS + input);
    for (size_t i = begin; i < end; i++)
        column[sample->row[i]] = (double)NAN;
}

static void restore(struct fixture *f, size_t input)
{
    double *column = tr_matrix_column(&f->features, TR_FEATURE_OVERLAYS + input);
    for (size_t t = 0; t < f->n; t++)
        column[t] = 1.0;
}

static void a_recorded_column_needs_values_in_each_tenth_of_the_rows(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 64, 0);
    struct fixture f;
    struct tr_error err;
    begin(&f, &rng, 4000);
    struct tr_sample sample;
    assert_ok(tr_dataset_rows(&f.set, 0, INT64_MAX, &sample, &err), &err);
    sample.n = 1000; /* parts of 100 rows, wherever the holes are */
    size_t recorded = some_input(true), computed = some_input(false);
    assert_true(keeps(&f, &sample, recorded));
    for (size_t part = 0; part < 10; part++) {
        erase(&f, &sample, recorded, part * 100 + 40, part * 100 + 60);
        assert_true(keeps(&f, &sample, recorded)); /* 80 of 100 are enough */
        erase(&f, &sample, recorded, part * 100 + 60, part * 100 + 61);
        assert_false(keeps(&f, &sample, recorded));
        restore(&f, recorded);
    }
    /* A computed column may be sparse, but not empty. Rows outside the sample do not count. */
    erase(&f, &sample, computed, 1, 1000);
    assert_true(keeps(&f, &sample, computed));
    erase(&f, &sample, computed, 0, 1);
    assert_false(keeps(&f, &sample, computed));
    tr_sample_finish(&sample);
    end(&f);
}

static void an_empty_interval_gives_an_empty_sample(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 65, 0);
    struct fixture f;
    struct tr_error err;
    begin(&f, &rng, 500);
    struct tr_sample sample;
    size_t col[TR_FEATURE_INPUTS];
    const tr_time_ms *time = f.bars.view.time;
    assert_ok(tr_dataset_sample(&f.set, &f.target, time[400], time[400], &sample, &err), &err);
    assert_int_equal(sample.n, 0);
    assert_int_equal(tr_dataset_columns(&f.set, &sample, 0.8, col), 0);
    tr_sample_finish(&sample);
    assert_ok(tr_dataset_sample(&f.set, &f.target, time[450], time[10], &sample, &err), &err);
    assert_int_equal(sample.n, 0);
    tr_sample_finish(&sample);
    end(&f);
}

static void out_of_memory_is_a_status_and_leaks_nothing(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 66, 0);
    struct fixture f;
    struct tr_error err;
    begin(&f, &rng, 600);
    size_t failures = 0;
    for (size_t k = 1;; k++) {
        struct tr_dataset set;
        struct tr_sample sample, rows;
        tr_alloc_fail_at(k);
        enum tr_status init = tr_dataset_init(&set, &f.bars.view, &f.features, &err);
        enum tr_status labelled = init ? init : tr_dataset_sample(&set, &f.target, 0, INT64_MAX, &sample, &err);
        enum tr_status plain = labelled ? labelled : tr_dataset_rows(&set, 0, INT64_MAX, &rows, &err);
        tr_alloc_fail_at(0);
        if (plain == TR_OK)
            tr_sample_finish(&rows);
        if (labelled == TR_OK)
            tr_sample_finish(&sample);
        if (init == TR_OK)
            tr_dataset_finish(&set);
        if (plain == TR_OK)
            break;
        assert_int_equal(plain, TR_NOMEM);
        assert_int_equal(err.code, TR_NOMEM);
        failures++;
    }
    assert_true(failures >= 7);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_ready_once_its_segment_is_warm),
        cmocka_unit_test(a_sample_holds_the_ready_labelled_rows_of_its_interval),
        cmocka_unit_test(weights_are_the_average_uniqueness_scaled_to_the_count),
        cmocka_unit_test(a_recorded_column_needs_values_in_each_tenth_of_the_rows),
        cmocka_unit_test(an_empty_interval_gives_an_empty_sample),
        cmocka_unit_test(out_of_memory_is_a_status_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
