#include "app/usecase/backtest_compare.h"
#include "base/alloc.h"
#include "io/store/models.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_SHARE 0.9            /* of this run's time that a variant has */
#define MOST_VARIANTS ((size_t)12) /* the newest so many runs beside this one */

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

/* Another run of the same series and kind of entries, of which something lies in this one's time. */
static bool is_related(const struct tr_backtest *backtest, const char *series, const struct tr_backtest_row *row)
{
    return strcmp(row->series, series) == 0 && strcmp(row->id, backtest->id) != 0 &&
           strcmp(row->entries, tr_backtest_source_name(backtest->options.source)) == 0 && row->from < backtest->to &&
           row->to > backtest->from;
}

/* LEAST_SHARE of this run's time. */
static bool covers(const struct tr_backtest *backtest, const struct tr_backtest_row *row)
{
    tr_time_ms from = row->from > backtest->from ? row->from : backtest->from;
    tr_time_ms to = row->to < backtest->to ? row->to : backtest->to;

    return (double)(to - from) >= LEAST_SHARE * (double)(backtest->to - backtest->from);
}

/* The same return on every day: a cap that bound nothing, or a step that rounded nothing, made no other run of it. */
static bool same_days(const struct tr_backtest_days *a, const struct tr_backtest_days *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; i < a->n && same; i++)
        same = a->day[i] == b->day[i] && fabs(a->ret[i] - b->ret[i]) <= 1e-12;
    return same;
}

static struct tr_backtest_days days_of(const struct tr_backtest_report *report)
{
    return (struct tr_backtest_days){report->n_days, report->day, report->daily};
}

/* Charged and read alike, of another configuration than this run and the variants found so far. */
static bool is_variant(const struct tr_backtest *backtest, const struct tr_backtest_days *own,
                       const struct tr_backtest_report *report, const struct tr_backtest_report *found, size_t n)
{
    const struct tr_backtest_days days = days_of(report);
    const struct tr_cost_options *cost = &backtest->options.account.cost;
    const double costs[] = {cost->maker_frac, cost->taker_frac, cost->slippage_frac, cost->slippage_range};
    bool alike = strcmp(report->intrabar, tr_backtest_intrabar_name(backtest->options.intrabar)) == 0;

    for (size_t k = 0; k < 3; k++)
        alike = alike && fabs(report->cost[k] - 100.0 * costs[k]) <= 1e-12;
    alike = alike && fabs(report->cost[3] - costs[3]) <= 1e-12;
    if (strcmp(report->config, backtest->config) == 0 || same_days(&days, own))
        return false;
    for (size_t k = 0; k < n; k++) {
        const struct tr_backtest_days other = days_of(&found[k]);
        alike = alike && strcmp(report->config, found[k].config) != 0 && !same_days(&days, &other);
    }
    return alike && report->n_days > 0;
}

/* Up to MOST_VARIANTS of them into report; *n of them. */
static enum tr_status find_variants(struct tr_backtest *backtest, struct tr_store *store,
                                    const struct tr_backtest_days *own, struct tr_backtest_report *report, size_t *n,
                                    struct tr_error *err)
{
    struct tr_backtest_row *row = NULL;
    size_t n_rows = 0;
    char series[256];
    enum tr_status status = tr_store_run_list(store, 0, &row, &n_rows, err);

    *n = 0;
    tr_backtest_series_text(backtest, series);
    for (size_t i = 0; i < n_rows && *n < MOST_VARIANTS && status == TR_OK; i++) {
        if (!is_related(backtest, series, &row[i]))
            continue;
        if (covers(backtest, &row[i]))
            read_variant(store, &row[i], &report[*n]);
        if (is_variant(backtest, own, &report[*n], report, *n)) {
            ++*n;
            continue;
        }
        tr_backtest_report_finish(&report[*n]);
        backtest->passed_over++;
    }
    tr_free(row);
    return status;
}

static enum tr_status add_stored(struct tr_backtest *backtest, struct tr_store *store,
                                 const struct tr_backtest_days *own, struct tr_error *err)
{
    struct tr_backtest_report *report = tr_alloc_zero(MOST_VARIANTS, sizeof *report);
    struct tr_backtest_days days[MOST_VARIANTS + 1] = {*own};
    size_t n = 0;
    enum tr_status status;

    if (!report)
        return tr_error_nomem(err);
    status = find_variants(backtest, store, own, report, &n, err);
    for (size_t v = 0; v < n; v++)
        days[v + 1] = days_of(&report[v]);
    backtest->variants = n + 1;
    if (status == TR_OK && n)
        status = overfit(backtest, days, n + 1, err);
    for (size_t v = 0; v < n; v++)
        tr_backtest_report_finish(&report[v]);
    tr_free(report);
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
