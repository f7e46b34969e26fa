#include "engine/model/gbdt/split.h"

#include "engine/model/gbdt/objective.h"

#include <math.h>
#include <string.h>

struct tr_gbdt_scan tr_gbdt_scan_of(const struct tr_gbdt_params *params, double g, double h, size_t rows)
{
    double total = h + 2.0 * TR_GBDT_EPSILON;
    return (struct tr_gbdt_scan){.g = g,
                                 .h = total,
                                 .rows = (double)rows,
                                 .rows_by_h = (double)rows / total,
                                 .min_rows = fmax(1.0, (double)params->min_data_in_leaf),
                                 .min_h = fmax(TR_GBDT_EPSILON, params->min_sum_hessian_in_leaf),
                                 .l1 = params->lambda_l1,
                                 .l2 = params->lambda_l2,
                                 .max_step = fmax(0.0, params->max_delta_step)};
}

/* A lane's two walks: down has the right side's sums, up the left side's. */
struct found {
    struct tr_gbdt_lanes down, up;
};

static void start_lanes(const bool *open, double floor, struct tr_gbdt_lanes *best)
{
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane++) {
        best->gain[lane] = open[lane] ? floor : (double)INFINITY;
        best->bin[lane] = best->g[lane] = best->h[lane] = 0.0;
    }
}

/* Moves the cells of missing values out of the histogram, or back in: scanned without them, all cuts leave them on the
 * side that is not walked over. */
static void swap_missing(const struct tr_gbdt_group *group, double *cells, double kept[TR_GBDT_LANES][2])
{
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane++) {
        if (group->missing_bin[lane] < 0)
            continue;
        double *cell = cells + 2 * ((size_t)group->missing_bin[lane] * TR_GBDT_LANES + lane);
        for (size_t i = 0; i < 2; i++) {
            double moved = cell[i];
            cell[i] = kept[lane][i];
            kept[lane][i] = moved;
        }
    }
}

static void scan_up(const struct tr_gbdt_split_search *search, const struct tr_gbdt_scan *leaf,
                    const struct tr_gbdt_group *group, const double *cells, struct tr_gbdt_lanes *best)
{
    double last[TR_GBDT_LANES];
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
        last[lane] = group->missing_bin[lane] >= 0 ? (double)group->n_bins[lane] - 2.0 : -1.0;
    search->scanner->up(leaf, group->bins, cells, last, best);
}

/* The better of a lane's walks as a split. floor: what a cut must beat. */
static struct tr_gbdt_split lane_split(const struct tr_gbdt_scan *leaf, const struct found *found, size_t lane,
                                       double floor)
{
    struct tr_gbdt_split split = TR_GBDT_NO_SPLIT;
    double left_g, left_h;
    bool down = found->down.gain[lane] > floor, up = found->up.gain[lane] > floor;
    if (down)
        split.gain = found->down.gain[lane] - floor;
    if (up && found->up.gain[lane] > split.gain + floor) {
        split.gain = found->up.gain[lane] - floor;
        split.bin = (size_t)found->up.bin[lane];
        left_g = found->up.g[lane];
        left_h = found->up.h[lane];
    } else if (down) {
        split.bin = (size_t)found->down.bin[lane];
        split.default_left = true;
        left_g = leaf->g - found->down.g[lane];
        left_h = leaf->h - found->down.h[lane];
    } else {
        return split;
    }
    double right_g = leaf->g - left_g, right_h = leaf->h - left_h;
    split.left_g = left_g;
    split.left_h = left_h - TR_GBDT_EPSILON;
    split.right_g = right_g;
    split.right_h = right_h - TR_GBDT_EPSILON;
    split.left_value = tr_gbdt_leaf_value(leaf, left_g, left_h);
    split.right_value = tr_gbdt_leaf_value(leaf, right_g, right_h);
    return split;
}

/* Enters what was found of a lane: whether it is worth a look further down, and the best cut so far. */
static void take_lane(const struct tr_gbdt_split_search *search, size_t group_at, size_t lane,
                      struct tr_gbdt_split split, bool *open, const bool *allowed, struct tr_gbdt_split *best)
{
    open[lane] = split.gain > -(double)INFINITY;
    split.used = group_at * TR_GBDT_LANES + lane;
    split.feature = search->binned->feature[split.used];
    if (search->binned->group[group_at].nan_right[lane])
        split.default_left = false;
    if ((!allowed || allowed[lane]) &&
        (split.gain > best->gain || (split.gain == best->gain && split.feature < best->feature)))
        *best = split;
}

static size_t highest_open(const double *high, const bool *left)
{
    size_t at = TR_GBDT_LANES;
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
        if (left[lane] && (at == TR_GBDT_LANES || high[lane] > high[at]))
            at = lane;
    return at;
}

/* Most lanes need no more than a peek: only those that may hold the best cut, or may have none, are scanned. */
static void search_peeking(const struct tr_gbdt_split_search *search, const struct tr_gbdt_scan *leaf, size_t group_at,
                           double floor, const double *cells, bool *open, const bool *allowed,
                           struct tr_gbdt_split *best)
{
    const struct tr_gbdt_group *group = &search->binned->group[group_at];
    double high[TR_GBDT_LANES];
    bool left[TR_GBDT_LANES];
    struct found found;
    memcpy(left, open, sizeof left);
    search->scanner->peek(leaf, group->bins, cells, high);
    start_lanes(open, floor, &found.down);
    start_lanes(open, floor, &found.up);
    for (size_t lane; (lane = highest_open(high, left)) < TR_GBDT_LANES;) {
        left[lane] = false;
        bool gains = high[lane] > floor * TR_GBDT_PEEK;
        bool may_win = (!allowed || allowed[lane]) && high[lane] * TR_GBDT_PEEK >= best->gain + floor;
        if (high[lane] <= floor)
            open[lane] = false;
        if (high[lane] <= floor || (gains && !may_win))
            continue;
        tr_gbdt_down_lane(leaf, group->bins, cells, lane, &found.down);
        take_lane(search, group_at, lane, lane_split(leaf, &found, lane, floor), open, allowed, best);
    }
}

static void search_scanning(const struct tr_gbdt_split_search *search, const struct tr_gbdt_scan *leaf, size_t group_at,
                            double floor, double *cells, bool *open, const bool *allowed, struct tr_gbdt_split *best)
{
    const struct tr_gbdt_group *group = &search->binned->group[group_at];
    double kept[TR_GBDT_LANES][2] = {{0.0}};
    struct found found;
    start_lanes(open, floor, &found.down);
    start_lanes(open, floor, &found.up);
    if (group->any_missing) {
        swap_missing(group, cells, kept);
        scan_up(search, leaf, group, cells, &found.up);
    }
    search->scanner->down(leaf, group->bins, cells, &found.down);
    if (group->any_missing)
        swap_missing(group, cells, kept);
    for (size_t lane = 0; lane < group->lanes; lane++)
        if (open[lane])
            take_lane(search, group_at, lane, lane_split(leaf, &found, lane, floor), open, allowed, best);
}

void tr_gbdt_split_search(const struct tr_gbdt_split_search *search, const struct tr_gbdt_scan *leaf, size_t group,
                          double *cells, bool *open, const bool *allowed, struct tr_gbdt_split *best)
{
    double floor = tr_gbdt_leaf_gain(leaf, leaf->g, leaf->h) + search->params->min_gain_to_split;
    bool plain = !(leaf->l1 > 0.0) && !(leaf->max_step > 0.0) && !search->binned->group[group].any_missing;
    if (plain && search->scanner->peek)
        search_peeking(search, leaf, group, floor, cells, open, allowed, best);
    else
        search_scanning(search, leaf, group, floor, cells, open, allowed, best);
}
