#include "app/usecase/backtest_compare.h"
#include "base/alloc.h"
#include "io/store/models.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_VARIANTS ((size_t)20) /* the newest so many runs beside this one */

/* Nothing where its report cannot be read: it is then no variant. */
static void read_variant(struct tr_store *store, const struct tr_backtest_row *row, struct tr_backtest_report *out)
{
    struct tr_error ignored;
    struct tr_buf bytes;

    tr_buf_init(&bytes);
    if (tr_store_blob_get(store, row->report, &bytes, &ignored) != TR_OK ||
        tr_backtest_report_read(row->id, bytes.data, bytes.len, out, &ignored) != TR_OK)
        tr_backtest_report_finish(out);
    tr_buf_finish(&bytes);
}

/* days [n]: those of this run first. */
static enum tr_status overfit(struct tr_backtest *backtest, const struct tr_backtest_days *days, size_t n,
                              struct tr_error *err)
{
    struct tr_matrix m = {0};
    struct tr_pbo pbo;
    enum tr_status status = tr_backtest_join(days, n, &m, NULL, NULL, err);

    if (status == TR_OK) {
        backtest->pbo_days = m.rows;
        if (m.rows >= (size_t)2 * TR_PBO_BLOCK_ROWS) {
            status = tr_pbo_estimate(&m, TR_PBO_BLOCKS, &pbo, err);
            if (status == TR_OK)
                backtest->pbo = pbo.pbo;
        }
    }
    tr_matrix_finish(&m);
    return status;
}

static bool is_variant(const struct tr_backtest *backtest, const char *series, const struct tr_backtest_row *row)
{
    return strcmp(row->series, series) == 0 && strcmp(row->id, backtest->id) != 0 &&
           strcmp(row->entries, tr_backtest_source_name(backtest->options.source)) == 0 && row->from < backtest->to &&
           row->to > backtest->from;
}

static enum tr_status add_stored(struct tr_backtest *backtest, struct tr_store *store,
                                 const struct tr_backtest_days *own, struct tr_error *err)
{
    struct tr_backtest_report *report = tr_alloc_zero(MOST_VARIANTS, sizeof *report);
    struct tr_backtest_days days[MOST_VARIANTS + 1] = {*own};
    struct tr_backtest_row *row = NULL;
    size_t n_rows = 0, n = 0;
    char series[256];
    enum tr_status status;

    if (!report)
        return tr_error_nomem(err);
    tr_backtest_series_text(backtest, series);
    status = tr_store_run_list(store, 0, &row, &n_rows, err);
    for (size_t i = 0; i < n_rows && n < MOST_VARIANTS && status == TR_OK; i++) {
        if (!is_variant(backtest, series, &row[i]))
            continue;
        read_variant(store, &row[i], &report[n]);
        if (!report[n].n_days)
            continue;
        days[n + 1] = (struct tr_backtest_days){report[n].n_days, report[n].day, report[n].daily};
        n++;
    }
    backtest->variants = n + 1;
    if (status == TR_OK && n)
        status = overfit(backtest, days, n + 1, err);
    for (size_t v = 0; v < n; v++)
        tr_backtest_report_finish(&report[v]);
    tr_free(report);
    tr_free(row);
    return status;
}

enum tr_status tr_backtest_variants(struct tr_backtest *backtest, struct tr_store *store, struct tr_error *err)
{
    const struct tr_backtest_measures *m = &backtest->measures;
    tr_time_ms *day = tr_alloc(m->n_days, sizeof *day);
    double *ret = tr_alloc(m->n_days, sizeof *ret);
    enum tr_status status;

    backtest->pbo = (double)NAN;
    if (!day || !ret) {
        status = tr_error_nomem(err);
    } else {
        for (size_t i = 0; i < m->n_days; i++) {
            day[i] = m->day[i].day;
            ret[i] = m->day[i].return_frac;
        }
        struct tr_backtest_days own = {m->n_days, day, ret};
        status = add_stored(backtest, store, &own, err);
    }
    tr_free(ret);
    tr_free(day);
    return status;
}
