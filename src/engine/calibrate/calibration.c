#include "engine/calibrate/calibration.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/span.h"
#include "engine/score/bootstrap.h"
#include "engine/score/interval.h"

#include <assert.h>
#include <math.h>

enum { GAIN_BANDS = 5, MIN_GAIN_ROWS = 30 };

struct tr_calibration {
    struct tr_calibration_options options;
    struct tr_calibration_facts facts;
    struct tr_venn_abers *venn_abers; /* NULL without rows */
    struct tr_conformal *conformal;   /* NULL without rows or where sets are off */
    size_t n;
    double *memory;               /* owns the arrays of doubles below */
    double *rank, *gain, *weight; /* [n] in order of time */
    double *sorted;               /* [n] ranks ascending */
    double *n_from, *k_from;      /* [n + 1] effective counts of the rows sorted[i] and above */
    size_t band_rows[GAIN_BANDS]; /* rows ranked b / GAIN_BANDS and higher */
    double band_gain[GAIN_BANDS]; /* their mean gain */
    int64_t *time_ms;             /* [n] */
};

struct tr_calibration_options tr_calibration_defaults(void)
{
    return (struct tr_calibration_options){.delta = 0.1,
                                           .min_target = 0.55,
                                           .min_n = 50.0,
                                           .block_ms = 48 * INT64_C(3600000),
                                           .draws = 1000,
                                           .seed = 1,
                                           .sets = TR_SETS_OFF,
                                           .miscoverage = 0.1,
                                           .categories = 1};
}

static enum tr_status check_rows(const struct tr_calibration_rows *rows, struct tr_error *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (!isfinite(rows->rank[i]) || !isfinite(rows->gain_atr[i]))
            return tr_error_set(err, TR_INVALID, "calibration row %zu has a rank or gain that is not a number", i);
        if (rows->y[i] != 0.0 && rows->y[i] != 1.0)
            return tr_error_set(err, TR_INVALID, "the label of calibration row %zu is neither 0 nor 1", i);
        if (i > 0 && rows->time_ms[i] < rows->time_ms[i - 1])
            return tr_error_set(err, TR_INVALID, "calibration row %zu is older than the row before it", i);
    }
    return TR_OK;
}

static enum tr_status allocate(struct tr_calibration *c, size_t n, struct tr_error *err)
{
    c->n = n;
    c->memory = tr_alloc(n + 1, 6 * sizeof *c->memory);
    c->time_ms = tr_alloc(n, sizeof *c->time_ms);
    if (!c->memory || !c->time_ms)
        return tr_error_nomem(err);
    double **array[] = {&c->rank, &c->gain, &c->weight, &c->sorted, &c->n_from, &c->k_from};
    for (size_t i = 0; i < sizeof array / sizeof array[0]; i++)
        *array[i] = c->memory + i * (n + 1);
    return TR_OK;
}

/* Ranks in order, and what lies at or above each. */
static enum tr_status add_up_from_top(struct tr_calibration *c, const double *y, struct tr_error *err)
{
    size_t *order = tr_alloc(c->n, sizeof *order);
    if (!order)
        return tr_error_nomem(err);
    enum tr_status status = tr_order_ascending(c->n, c->rank, order, err);
    if (status == TR_OK) {
        double hits = 0.0;
        c->n_from[c->n] = c->k_from[c->n] = 0.0;
        for (size_t i = c->n; i-- > 0;) {
            hits += y[order[i]];
            c->sorted[i] = c->rank[order[i]];
            c->n_from[i] = c->n_from[i + 1] + c->weight[order[i]];
            c->k_from[i] = c->n_from[i] * (hits / (double)(c->n - i));
        }
    }
    tr_free(order);
    return status;
}

/* A band that holds a rank holds everything above it too. */
static void add_up_bands(struct tr_calibration *c)
{
    for (size_t b = 0; b < GAIN_BANDS; b++) {
        double from = (double)b / GAIN_BANDS, sum = 0.0;
        for (size_t i = 0; i < c->n; i++) {
            if (c->rank[i] < from)
                continue;
            c->band_rows[b]++;
            sum += c->gain[i];
        }
        c->band_gain[b] = c->band_rows[b] ? sum / (double)c->band_rows[b] : (double)NAN;
    }
}

static enum tr_status find_facts(struct tr_calibration *c, const double *y, struct tr_error *err)
{
    struct tr_calibration_facts *facts = &c->facts;
    facts->rows = c->n;
    facts->n = c->n_from[0];
    facts->k = c->k_from[0];
    facts->base_rate = facts->k / facts->n;
    struct tr_interval base = tr_rate_interval(facts->k, facts->n, 0.05);
    facts->base_lower = base.lower;
    facts->base_upper = base.upper;
    facts->enough = facts->n >= c->options.min_n;
    facts->first_ms = c->time_ms[0];
    facts->last_ms = c->time_ms[c->n - 1];
    struct tr_ltt_options options = {
        .target = fmax(c->options.min_target, facts->base_rate), .delta = c->options.delta, .min_n = c->options.min_n};
    enum tr_status status = tr_ltt_run(&options, c->n, c->rank, y, c->weight, &facts->ltt, err);
    facts->proven_any = facts->ltt.proven;
    facts->proven_threshold = facts->ltt.threshold;
    return status;
}

/* Class 0: no TP1, class 1: TP1; their "probabilities" are one minus the rank, and the rank. */
static enum tr_status find_sets(struct tr_calibration *c, const struct tr_calibration_rows *rows, struct tr_error *err)
{
    bool by_category = c->options.sets == TR_SETS_BY_CATEGORY && rows->category;
    struct tr_conformal_options options = {.alpha = c->options.miscoverage,
                                           .by_class = c->options.sets == TR_SETS_BY_CLASS,
                                           .categories = by_category ? c->options.categories : 0,
                                           .min_rows = TR_SETS_MIN_ROWS};
    struct tr_conformal_rows table = {.category = rows->category};
    size_t *label = tr_alloc(rows->n, sizeof *label);
    enum tr_status status = tr_matrix_init(&table.p, rows->n, 2, err);
    if (status == TR_OK && !label)
        status = tr_error_nomem(err);
    if (status != TR_OK)
        goto out;
    for (size_t i = 0; i < rows->n; i++) {
        tr_matrix_column(&table.p, 0)[i] = 1.0 - rows->rank[i];
        tr_matrix_column(&table.p, 1)[i] = rows->rank[i];
        label[i] = rows->y[i] == 1.0;
    }
    table.label = label;
    status = tr_conformal_create(&options, &table, &c->conformal, err);
out:
    tr_matrix_finish(&table.p);
    tr_free(label);
    return status;
}

static enum tr_status fill(struct tr_calibration *c, const struct tr_calibration_rows *rows, struct tr_error *err)
{
    enum tr_status status = check_rows(rows, err);
    if (status == TR_OK)
        status = allocate(c, rows->n, err);
    if (status == TR_OK)
        status = tr_span_uniqueness(rows->n, rows->first, rows->last, c->weight, err);
    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < rows->n; i++) {
        c->rank[i] = rows->rank[i];
        c->gain[i] = rows->gain_atr[i];
        c->time_ms[i] = rows->time_ms[i];
    }
    add_up_bands(c);
    status = add_up_from_top(c, rows->y, err);
    if (status == TR_OK)
        status = find_facts(c, rows->y, err);
    if (status == TR_OK)
        status = tr_venn_abers_create(rows->n, rows->rank, rows->y, &c->venn_abers, err);
    if (status == TR_OK && c->options.sets != TR_SETS_OFF)
        status = find_sets(c, rows, err);
    return status;
}

enum tr_status tr_calibration_create(const struct tr_calibration_options *options,
                                     const struct tr_calibration_rows *rows, struct tr_calibration **out,
                                     struct tr_error *err)
{
    *out = NULL;
    struct tr_calibration *c = tr_alloc_zero(1, sizeof *c);
    if (!c)
        return tr_error_nomem(err);
    c->options = *options;
    c->facts.base_rate = c->facts.base_lower = c->facts.base_upper = (double)NAN;
    c->facts.proven_threshold = (double)INFINITY;
    struct tr_ltt_options none = {.target = options->min_target, .delta = options->delta, .min_n = options->min_n};
    enum tr_status status = tr_ltt_run(&none, 0, NULL, NULL, NULL, &c->facts.ltt, err);
    if (status == TR_OK && rows->n > 0)
        status = fill(c, rows, err);
    if (status != TR_OK) {
        tr_calibration_destroy(c);
        return status;
    }
    *out = c;
    return TR_OK;
}

void tr_calibration_destroy(struct tr_calibration *calibration)
{
    if (!calibration)
        return;
    tr_conformal_destroy(calibration->conformal);
    tr_venn_abers_destroy(calibration->venn_abers);
    tr_free(calibration->time_ms);
    tr_free(calibration->memory);
    tr_free(calibration);
}

const struct tr_calibration_facts *tr_calibration_facts(const struct tr_calibration *calibration)
{
    return &calibration->facts;
}

struct tr_venn_abers_value tr_calibration_probability(const struct tr_calibration *calibration, double rank)
{
    if (!calibration->venn_abers || isnan(rank))
        return (struct tr_venn_abers_value){(double)NAN, (double)NAN, (double)NAN};
    return tr_venn_abers_at(calibration->venn_abers, rank);
}

/* The rows of the calibration that rank at least as high as the fifth the rank lies in, in order of time. */
struct band {
    size_t rows;
    double *gain;     /* [rows] */
    int64_t *time_ms; /* [rows] */
};

static enum tr_status band_interval(const struct tr_calibration *c, double from, size_t rows, struct tr_interval *out,
                                    struct tr_error *err)
{
    enum tr_status status = TR_OK;
    struct band band = {0, tr_alloc(rows, sizeof(double)), tr_alloc(rows, sizeof(int64_t))};
    if (!band.gain || !band.time_ms) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (c->rank[i] < from)
            continue;
        band.gain[band.rows] = c->gain[i];
        band.time_ms[band.rows++] = c->time_ms[i];
    }
    struct tr_bootstrap_options options = {
        .block_ms = c->options.block_ms, .draws = c->options.draws, .seed = c->options.seed, .alpha = 0.05};
    status = tr_bootstrap_mean(&options, band.rows, band.gain, NULL, band.time_ms, out, err);
out:
    tr_free(band.time_ms);
    tr_free(band.gain);
    return status;
}

enum tr_status tr_calibration_expected_value(const struct tr_calibration *calibration, double rank, bool interval,
                                             struct tr_expected_value *out, struct tr_error *err)
{
    const struct tr_calibration *c = calibration;
    *out = (struct tr_expected_value){.mean_atr = (double)NAN, .lower_atr = (double)NAN, .upper_atr = (double)NAN};
    if (isnan(rank))
        return TR_OK;
    double fifth = floor(GAIN_BANDS * rank);
    size_t b = fifth < 0.0 ? 0 : fifth >= GAIN_BANDS ? GAIN_BANDS - 1 : (size_t)fifth;
    double from = (double)b / GAIN_BANDS;
    out->rows = c->band_rows[b];
    if (out->rows < MIN_GAIN_ROWS)
        return TR_OK;
    out->mean_atr = c->band_gain[b];
    if (!interval)
        return TR_OK;
    struct tr_interval found = {(double)NAN, (double)NAN};
    enum tr_status status = band_interval(c, from, out->rows, &found, err);
    if (status == TR_OK) {
        out->lower_atr = found.lower;
        out->upper_atr = found.upper;
    }
    return status;
}

struct tr_top_rate tr_calibration_top_rate(const struct tr_calibration *calibration, double rank)
{
    const struct tr_calibration *c = calibration;
    if (c->n == 0 || isnan(rank))
        return (struct tr_top_rate){.lower = (double)NAN};
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->sorted[middle] < rank)
            low = middle + 1;
        else
            high = middle;
    }
    struct tr_top_rate top = {.rows = c->n - low, .n = c->n_from[low], .k = c->k_from[low]};
    top.lower = tr_rate_lower(top.k, top.n, c->options.delta);
    return top;
}

enum tr_outcome_set tr_calibration_set(const struct tr_calibration *calibration, double rank, size_t category)
{
    if (!calibration->conformal || isnan(rank))
        return TR_SET_UNKNOWN;
    const double p[2] = {1.0 - rank, rank};
    return (enum tr_outcome_set)(TR_SET_EMPTY + tr_conformal_set(calibration->conformal, p, category));
}

bool tr_set_holds(enum tr_outcome_set set, bool tp1)
{
    return set == TR_SET_BOTH || set == (tp1 ? TR_SET_TP1 : TR_SET_NOT_TP1);
}
