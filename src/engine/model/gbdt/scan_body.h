/* The one source of all variants of the scan: each scan_*.c defines SCAN_DOWN, SCAN_UP (the functions' names) and LANES
 * (doubles in a register), includes this and is compiled with its own flags. No include guard: it is a template. */
#include "engine/model/gbdt/objective.h"
#include "engine/model/gbdt/scan.h"
#include "engine/model/gbdt/scan_lanes.h"

/* See tr_gbdt_leaf_gain; general: with l1 or a limit of steps. */
static ALWAYS_INLINE lanes gain_of(const struct tr_gbdt_scan *leaf, bool general, lanes g, lanes h)
{
    lanes weight = h + leaf->l2;
    if (!general)
        return g * g / weight;
    lanes size = magnitude(g) - leaf->l1;
    size = pick(size > 0.0, size, all(0.0));
    if (!(leaf->max_step > 0.0))
        return size * size / weight;
    lanes step = size / weight;
    step = pick(step > leaf->max_step, all(leaf->max_step), step);
    return 2.0 * size * step - weight * step * step;
}

struct walk {
    lanes g, h, rows;                /* of the side walked over */
    lanes at;                        /* the cut behind the bin that comes next */
    lanes gain, bin, best_g, best_h; /* the best cut so far */
};

/* Takes one bin into the walked side and weighs the cut behind it. allowed: lanes that may be cut here. */
static ALWAYS_INLINE void step(const struct tr_gbdt_scan *leaf, bool general, const double *cell, mask allowed,
                               struct walk *w)
{
    lanes low = load(cell), high = load(cell + LANES);
    lanes h = ODD(low, high);
    w->g += EVEN(low, high);
    w->h += h;
    w->rows += nearest(h * leaf->rows_by_h);
    lanes g_rest = leaf->g - w->g, h_rest = leaf->h - w->h;
    mask sound = (w->rows >= leaf->min_rows) & (w->rows <= leaf->rows - leaf->min_rows) & (w->h >= leaf->min_h) &
                 (h_rest >= leaf->min_h) & allowed;
    lanes gain = gain_of(leaf, general, w->g, w->h) + gain_of(leaf, general, g_rest, h_rest);
    mask better = sound & (gain > w->gain);
    w->gain = pick(better, gain, w->gain);
    w->bin = pick(better, w->at, w->bin);
    w->best_g = pick(better, w->g, w->best_g);
    w->best_h = pick(better, w->h, w->best_h);
}

static ALWAYS_INLINE struct walk begin(const struct tr_gbdt_lanes *best, size_t lane, double at)
{
    return (struct walk){.g = all(0.0),
                         .h = all(TR_GBDT_EPSILON),
                         .rows = all(0.0),
                         .at = all(at),
                         .gain = load(best->gain + lane),
                         .bin = load(best->bin + lane),
                         .best_g = load(best->g + lane),
                         .best_h = load(best->h + lane)};
}

static ALWAYS_INLINE void end(const struct walk *w, size_t lane, struct tr_gbdt_lanes *best)
{
    store(best->gain + lane, w->gain);
    store(best->bin + lane, w->bin);
    store(best->g + lane, w->best_g);
    store(best->h + lane, w->best_h);
}

static ALWAYS_INLINE void walk_down(const struct tr_gbdt_scan *leaf, bool general, size_t bins, const double *cells,
                                    struct tr_gbdt_lanes *best)
{
    const struct tr_gbdt_scan own = *leaf; /* which the compiler may keep in registers */
    const mask everywhere = (mask){0} - 1;
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane += LANES) {
        struct walk w = begin(best, lane, (double)bins - 2.0);
        for (size_t b = bins - 1; b > 0; b--, w.at -= 1.0)
            step(&own, general, cells + 2 * (b * TR_GBDT_LANES + lane), everywhere, &w);
        end(&w, lane, best);
    }
}

static ALWAYS_INLINE void walk_up(const struct tr_gbdt_scan *leaf, bool general, size_t bins, const double *cells,
                                  const double *last, struct tr_gbdt_lanes *best)
{
    const struct tr_gbdt_scan own = *leaf;
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane += LANES) {
        struct walk w = begin(best, lane, 0.0);
        lanes end_of_lane = load(last + lane);
        for (size_t b = 0; b + 1 < bins; b++, w.at += 1.0)
            step(&own, general, cells + 2 * (b * TR_GBDT_LANES + lane), end_of_lane >= w.at, &w);
        end(&w, lane, best);
    }
}

void SCAN_DOWN(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, struct tr_gbdt_lanes *best)
{
    if (leaf->l1 > 0.0 || leaf->max_step > 0.0)
        walk_down(leaf, true, bins, cells, best);
    else
        walk_down(leaf, false, bins, cells, best);
}

void SCAN_UP(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, const double *last,
             struct tr_gbdt_lanes *best)
{
    if (leaf->l1 > 0.0 || leaf->max_step > 0.0)
        walk_up(leaf, true, bins, cells, last, best);
    else
        walk_up(leaf, false, bins, cells, last, best);
}
