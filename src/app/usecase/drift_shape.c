#include "app/usecase/drift_shape.h"

#include "base/alloc.h"
#include "base/order.h"

#include <math.h>
#include <string.h>

/* The rows from..to of a window, sorted, and all the others, sorted. order [n]: the window in order of value. */
static void split(size_t n, const double *values, const size_t *order, size_t from, size_t to, double *block,
                  double *rest)
{
    for (size_t i = 0; i < n; i++) {
        if (order[i] >= from && order[i] < to)
            *block++ = values[order[i]];
        else
            *rest++ = values[order[i]];
    }
}

/* The larger; NaN counts as nothing. */
static double larger(double a, double b)
{
    return isnan(a) || b > a ? b : a;
}

static enum tr_status compare_blocks(size_t n, const double *values, const size_t *order, struct tr_drift_shape *out,
                                     struct tr_error *err)
{
    double *block = tr_alloc(n, sizeof *block), *rest = tr_alloc(n, sizeof *rest);
    enum tr_status status = TR_OK;
    if (!block || !rest) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t k = 0; k < out->blocks; k++) {
        size_t from = k * n / out->blocks, to = (k + 1) * n / out->blocks, inside = to - from;
        struct tr_psi_bins bins;
        split(n, values, order, from, to, block, rest);
        tr_psi_bins_init(n - inside, rest, &bins);
        out->own_psi = larger(out->own_psi, tr_psi_sorted(&bins, inside, block));
        out->own_ks = larger(out->own_ks, tr_ks_statistic(n - inside, rest, inside, block));
    }
out:
    tr_free(rest);
    tr_free(block);
    return status;
}

/* -0 to 0: equal to every comparison, and JSON readers do not tell them apart. */
static void drop_signs_of_zero(struct tr_drift_shape *shape)
{
    for (size_t e = 0; e < shape->bins.edges; e++)
        shape->bins.edge[e] += 0.0;
    for (size_t i = 0; i < TR_SKETCH_QUANTILES; i++)
        shape->sketch.value[i] += 0.0;
}

enum tr_status tr_drift_shape_make(size_t n, const double *values, size_t blocks, struct tr_drift_shape *out,
                                   struct tr_error *err)
{
    size_t *order = tr_alloc(n, sizeof *order);
    double *sorted = tr_alloc(n, sizeof *sorted);
    enum tr_status status = TR_OK;
    *out = (struct tr_drift_shape){.rows = n, .blocks = blocks, .own_psi = (double)NAN, .own_ks = (double)NAN};
    if (!order || !sorted) {
        status = tr_error_nomem(err);
        goto out;
    }
    status = tr_order_ascending(n, values, order, err);
    if (status != TR_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        sorted[i] = values[order[i]];
    tr_psi_bins_init(n, sorted, &out->bins);
    tr_quantile_sketch_init(n, sorted, &out->sketch);
    drop_signs_of_zero(out);
    out->missing = n - out->sketch.n;
    status = compare_blocks(n, values, order, out, err);
out:
    tr_free(sorted);
    tr_free(order);
    return status;
}

enum tr_status tr_drift_shape_compare(const struct tr_drift_shape *shape, size_t n, const double *values, double *psi,
                                      double *ks, struct tr_error *err)
{
    double *sorted = tr_alloc(n, sizeof *sorted);
    if (!sorted)
        return tr_error_nomem(err);
    memcpy(sorted, values, n * sizeof *sorted);
    tr_sort_doubles(n, sorted);
    *psi = tr_psi_sorted(&shape->bins, n, sorted);
    *ks = tr_ks_sketch(&shape->sketch, n, sorted);
    tr_free(sorted);
    return TR_OK;
}

static void write_numbers(const char *key, size_t n, const double *x, struct tr_json *json)
{
    tr_json_array(json, key);
    for (size_t i = 0; i < n; i++)
        tr_json_number(json, NULL, x[i]);
    tr_json_array_end(json);
}

void tr_drift_shape_json(const struct tr_drift_shape *shape, struct tr_json *json)
{
    tr_json_int(json, "rows", (int64_t)shape->rows);
    tr_json_int(json, "missing", (int64_t)shape->missing);
    tr_json_int(json, "blocks", (int64_t)shape->blocks);
    tr_json_number(json, "own_psi", shape->own_psi);
    tr_json_number(json, "own_ks", shape->own_ks);
    write_numbers("edges", shape->bins.edges, shape->bins.edge, json);
    write_numbers("shares", shape->bins.edges + 2, shape->bins.share, json);
    write_numbers("quantiles", shape->sketch.n ? TR_SKETCH_QUANTILES : 0, shape->sketch.value, json);
}

static enum tr_status malformed(struct tr_error *err, const char *what)
{
    return tr_error_set(err, TR_CORRUPT, "%s is missing or malformed", what);
}

static bool read_count(const json_t *object, const char *key, size_t most, size_t *out)
{
    const json_t *value = json_object_get(object, key);
    json_int_t count = json_integer_value(value);
    *out = (size_t)count;
    return json_is_integer(value) && count >= 0 && (size_t)count <= most;
}

/* A number in [0, most], or null = NaN. */
static bool read_figure(const json_t *object, const char *key, double most, double *out)
{
    const json_t *value = json_object_get(object, key);
    *out = json_is_number(value) ? json_number_value(value) + 0.0 : (double)NAN;
    return json_is_null(value) || (*out >= 0.0 && *out <= most);
}

/* Between least and most numbers. */
static bool read_numbers(const json_t *object, const char *key, size_t least, size_t most, double *out, size_t *n)
{
    const json_t *list = json_object_get(object, key);
    *n = json_array_size(list);
    if (!json_is_array(list) || *n < least || *n > most)
        return false;
    for (size_t i = 0; i < *n; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_number(value))
            return false;
        out[i] = json_number_value(value) + 0.0; /* -0 becomes 0 */
    }
    return true;
}

static bool ascending(size_t n, const double *x, bool equal)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] < x[i - 1] || (!equal && x[i] == x[i - 1]))
            return false;
    return true;
}

static enum tr_status read_bins(const json_t *object, struct tr_psi_bins *bins, struct tr_error *err)
{
    size_t shares;
    double sum = 0.0;
    if (!read_numbers(object, "edges", 0, TR_PSI_EDGES, bins->edge, &bins->edges) ||
        !ascending(bins->edges, bins->edge, false))
        return malformed(err, "edges");
    if (!read_numbers(object, "shares", bins->edges + 2, bins->edges + 2, bins->share, &shares))
        return malformed(err, "shares");
    for (size_t b = 0; b < shares; b++) {
        if (!(bins->share[b] >= 0.0))
            return malformed(err, "shares");
        sum += bins->share[b];
    }
    return fabs(sum - 1.0) < 1e-9 ? TR_OK : malformed(err, "the sum of shares");
}

enum tr_status tr_drift_shape_read(const json_t *object, struct tr_drift_shape *out, struct tr_error *err)
{
    size_t wanted, quantiles;
    memset(out, 0, sizeof *out);
    if (!read_count(object, "rows", SIZE_MAX / 2, &out->rows) || !out->rows)
        return malformed(err, "rows");
    if (!read_count(object, "missing", out->rows, &out->missing))
        return malformed(err, "missing");
    if (!read_count(object, "blocks", out->rows, &out->blocks))
        return malformed(err, "blocks");
    if (!read_figure(object, "own_psi", HUGE_VAL, &out->own_psi) || !read_figure(object, "own_ks", 1.0, &out->own_ks))
        return malformed(err, "own_psi or own_ks");
    out->sketch.n = out->rows - out->missing;
    wanted = out->sketch.n ? TR_SKETCH_QUANTILES : 0;
    if (!read_numbers(object, "quantiles", wanted, wanted, out->sketch.value, &quantiles) ||
        !ascending(quantiles, out->sketch.value, true))
        return malformed(err, "quantiles");
    for (size_t i = quantiles; i < TR_SKETCH_QUANTILES; i++)
        out->sketch.value[i] = (double)NAN;
    return read_bins(object, &out->bins, err);
}
