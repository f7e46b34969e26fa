#include "app/usecase/backtest_compare.h"

#include "base/alloc.h"
#include "io/store/models.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ALPHA 0.05
#define DRAWS 2000
#define LEAST_BLOCK_DAYS 3.0

static bool find_day(const struct tr_backtest_days *days, tr_time_ms day, double *ret)
{
    size_t low = 0, high = days->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (days->day[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == days->n || days->day[low] != day)
        return false;
    *ret = days->ret[low];
    return true;
}

enum tr_status tr_backtest_join(const struct tr_backtest_days *days, size_t n, struct tr_matrix *m, tr_time_ms *first,
                                tr_time_ms *last, struct tr_error *err)
{
    size_t rows = 0;
    enum tr_status status = tr_matrix_init(m, days[0].n, n, err);

    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < days[0].n; i++) {
        bool shared = true;

        for (size_t v = 0; v < n && shared; v++) {
            double value;

            shared = find_day(&days[v], days[0].day[i], &value);
            if (shared)
                tr_matrix_column(m, v)[rows] = value;
        }
        if (shared && !rows && first)
            *first = days[0].day[i];
        if (shared && last)
            *last = days[0].day[i];
        rows += shared;
    }
    m->rows = rows;
    return TR_OK;
}

static enum tr_status load(const char *name, tr_backtest_read_fn read, struct tr_store *store,
                           struct tr_backtest_report *out, struct tr_error *err)
{
    struct tr_backtest_row row;
    struct tr_buf bytes;
    enum tr_status status;

    tr_buf_init(&bytes);
    status = read(name, &bytes, err);
    if (status == TR_NOT_FOUND) {
        status = tr_store_run_find(store, name, &row, err);
        if (status == TR_OK)
            status = tr_store_blob_get(store, row.report, &bytes, err);
        else
            status = tr_error_prepend(err, "there is no file %s", name);
    }
    if (status == TR_OK)
        status = tr_backtest_report_read(name, bytes.data, bytes.len, out, err);
    tr_buf_finish(&bytes);
    return status;
}

static double correlate(size_t n, const double *x, const double *y)
{
    double mx = 0.0, my = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;

    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : (double)NAN;
}

/* A loss is what the bootstrap compares: the return with its sign turned, so that "better" is more return. */
static enum tr_status pair_up(const struct tr_matrix *m, size_t v, double block_days, uint64_t seed,
                              struct tr_paired *out, struct tr_error *err)
{
    struct tr_bootstrap_options options = {
        .block_ms = llround(block_days * (double)TR_DAY_MS), .draws = DRAWS, .seed = seed, .alpha = ALPHA};
    double *loss = tr_alloc(2 * m->rows, sizeof *loss);
    int64_t *time = tr_alloc(m->rows, sizeof *time);
    enum tr_status status;

    if (!loss || !time) {
        status = tr_error_nomem(err);
    } else {
        for (size_t i = 0; i < m->rows; i++) {
            loss[i] = -tr_matrix_at(m, i, v);
            loss[m->rows + i] = -tr_matrix_at(m, i, 0);
            time[i] = (int64_t)i * TR_DAY_MS; /* holes between shared days count as none */
        }
        status = tr_paired_compare(&options, m->rows, loss, loss + m->rows, time, out, err);
    }
    tr_free(time);
    tr_free(loss);
    if (status != TR_OK)
        return status;
    out->mean_a = -out->mean_a;
    out->mean_b = -out->mean_b;
    out->difference = -out->difference;
    out->interval = (struct tr_interval){-out->interval.upper, -out->interval.lower};
    return TR_OK;
}

static enum tr_status judge(struct tr_backtest_comparison *out, const struct tr_matrix *m, uint64_t seed,
                            struct tr_error *err)
{
    enum tr_status status = TR_OK;

    out->days = m->rows;
    out->block_days = fmax(LEAST_BLOCK_DAYS, cbrt((double)m->rows));
    for (size_t v = 0; v < out->n && status == TR_OK; v++) {
        double equity = 1.0;

        for (size_t i = 0; i < m->rows; i++)
            equity *= 1.0 + tr_matrix_at(m, i, v);
        out->total_return[v] = equity - 1.0;
        out->correlation[v] = correlate(m->rows, tr_matrix_column(m, 0), tr_matrix_column(m, v));
        if (v)
            status = pair_up(m, v, out->block_days, seed, &out->paired[v], err);
    }
    out->has_pbo = m->rows >= (size_t)2 * TR_PBO_BLOCK_ROWS;
    if (status == TR_OK && out->has_pbo)
        status = tr_pbo_estimate(m, TR_PBO_BLOCKS, &out->pbo, err);
    return status;
}

/* That none of the reports before number v is of the same run. */
static enum tr_status check_new(const struct tr_backtest_comparison *comparison, size_t v, const char *const *name,
                                struct tr_error *err)
{
    char id[TR_RUN_ID];

    memcpy(id, comparison->report[v].id, sizeof id);
    for (size_t k = 0; k < v; k++) {
        if (strcmp(comparison->report[k].id, id) == 0)
            return tr_error_set(err, TR_INVALID, "%s and %s are the same run %s: there is nothing to compare", name[k],
                                name[v], id);
    }
    return TR_OK;
}

enum tr_status tr_backtest_compare(const char *const *name, size_t n, tr_backtest_read_fn read, struct tr_store *store,
                                   uint64_t seed, struct tr_backtest_comparison *out, struct tr_error *err)
{
    struct tr_backtest_days days[TR_BACKTEST_COMPARED];
    struct tr_matrix m = {0};
    enum tr_status status = TR_OK;

    assert(n >= 2 && n <= TR_BACKTEST_COMPARED);
    memset(out, 0, sizeof *out);
    out->same_series = true;
    for (size_t v = 0; v < n && status == TR_OK; v++) {
        struct tr_backtest_report *report = &out->report[v];

        status = load(name[v], read, store, report, err);
        out->n++;
        days[v] = (struct tr_backtest_days){report->n_days, report->day, report->daily};
        out->same_series = out->same_series && strcmp(report->series, out->report[0].series) == 0;
        if (status == TR_OK)
            status = check_new(out, v, name, err);
    }
    if (status == TR_OK)
        status = tr_backtest_join(days, n, &m, &out->first_day, &out->last_day, err);
    if (status == TR_OK && !m.rows)
        status = tr_error_set(err, TR_INVALID, "%s and the others share no day: nothing can be compared", name[0]);
    if (status == TR_OK)
        status = judge(out, &m, seed, err);
    tr_matrix_finish(&m);
    return status;
}

void tr_backtest_comparison_finish(struct tr_backtest_comparison *comparison)
{
    for (size_t v = 0; v < comparison->n; v++)
        tr_backtest_report_finish(&comparison->report[v]);
    memset(comparison, 0, sizeof *comparison);
}
