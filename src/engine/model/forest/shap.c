#include "engine/model/forest/shap.h"

#include "base/alloc.h"
#include "engine/model/forest/cut.h"
#include "engine/model/forest/link.h"

#include <math.h>

/* A tree is a game that its features play: with the features S known, a leaf of value v weighs
 *     v * product over the path's features j of (j in S ? o_j : z_j),
 * where o_j is 1 if the row follows the path at every node that asks about j, else 0, and z_j is the product of the
 * shares of training rows that follow it there. The Shapley value of feature k in such a product is
 *     v * (o_k - z_k) * integral over t in [0, 1] of the product over j != k of (t o_j + (1 - t) z_j),
 * since the integral of t^s (1 - t)^(n - s) is the weight s! (n - s)! / (n + 1)! of a coalition of s. The integrand is
 * a polynomial, for which Gauss's rule is exact; all its terms are positive, so that nothing cancels, unlike in the
 * usual recursion, which divides features out again. */
struct rule {
    size_t n; /* exact up to degree 2n - 1 */
    double *t, *weight;
};

struct step {
    int32_t feature;
    double one, zero;
};

struct scratch {
    int32_t *parent; /* [inner + leaves]: of inner nodes, then of leaves; -1 = none */
    double *share;   /* [inner + leaves] of the parent's training rows */
    uint8_t *follow; /* [inner + leaves] the row goes here from the parent */
    struct step *step;
    size_t steps_max;
    struct rule rule;
};

static size_t place_of(const struct tr_tree *tree, int32_t child)
{
    return child >= 0 ? (size_t)child : tree->leaves - 1 + (size_t) - (child + 1);
}

static double rows_below(const double *inner, const double *leaf, int32_t child)
{
    return child >= 0 ? inner[child] : leaf[-(child + 1)];
}

/* False where some node has no rows below it: then these are no counts. */
static bool fill_shares(const struct tr_tree *tree, const double *inner, const double *leaf, double *share)
{
    for (size_t i = 0; i + 1 < tree->leaves; i++) {
        double left = rows_below(inner, leaf, tree->left[i]), right = rows_below(inner, leaf, tree->right[i]);
        if (!(left >= 0.0 && right >= 0.0 && left + right > 0.0 && isfinite(left + right)))
            return false;
        share[place_of(tree, tree->left[i])] = left / (left + right);
        share[place_of(tree, tree->right[i])] = right / (left + right);
    }
    return true;
}

static bool find_shares(enum tr_forest_kind kind, const struct tr_tree *tree, double *share)
{
    if (kind == TR_FOREST_LIGHTGBM && fill_shares(tree, tree->inner_count, tree->leaf_count, share))
        return true;
    return fill_shares(tree, tree->inner_weight, tree->leaf_weight, share);
}

static void mark_paths(enum tr_forest_kind kind, const struct tr_tree *tree, const double *x, struct scratch *s)
{
    s->parent[0] = -1;
    for (size_t i = 0; i + 1 < tree->leaves; i++) {
        size_t left = place_of(tree, tree->left[i]), right = place_of(tree, tree->right[i]);
        bool goes_right = tr_cut_right(tr_cut_of(kind, tree->threshold[i]), tr_cut_missing(kind, tree->flags[i]),
                                       tr_cut_value(kind, x[tree->feature[i]]));
        s->parent[left] = s->parent[right] = (int32_t)i;
        s->follow[left] = !goes_right;
        s->follow[right] = goes_right;
    }
}

/* The features on the way to a leaf, each once. */
static size_t collect_steps(const struct tr_tree *tree, size_t leaf, struct scratch *s)
{
    size_t n = 0;
    for (size_t at = tree->leaves - 1 + leaf; s->parent[at] >= 0; at = (size_t)s->parent[at]) {
        int32_t feature = tree->feature[s->parent[at]];
        size_t k = 0;
        while (k < n && s->step[k].feature != feature)
            k++;
        if (k == n)
            s->step[n++] = (struct step){feature, 1.0, 1.0};
        s->step[k].zero *= s->share[at];
        s->step[k].one *= s->follow[at];
    }
    return n;
}

static void add_leaf(double value, size_t n, const struct scratch *s, double *phi)
{
    for (size_t q = 0; q < s->rule.n; q++) {
        double t = s->rule.t[q], product = s->rule.weight[q] * value;
        for (size_t k = 0; k < n; k++)
            product *= t * s->step[k].one + (1.0 - t) * s->step[k].zero;
        for (size_t k = 0; k < n; k++) {
            const struct step *step = &s->step[k];
            phi[step->feature] += product / (t * step->one + (1.0 - t) * step->zero) * (step->one - step->zero);
        }
    }
}

/* A leaf that neither the row nor any training row reaches by some feature weighs nothing in any coalition. */
static bool out_of_reach(size_t n, const struct step *step)
{
    for (size_t k = 0; k < n; k++)
        if (step[k].one + step[k].zero <= 0.0)
            return true;
    return false;
}

static void add_tree(enum tr_forest_kind kind, const struct tr_tree *tree, const double *x, struct scratch *s,
                     double *phi, double *expected)
{
    mark_paths(kind, tree, x, s);
    for (size_t leaf = 0; leaf < tree->leaves; leaf++) {
        size_t n = collect_steps(tree, leaf, s);
        double reach = tree->leaf_value[leaf];
        for (size_t k = 0; k < n; k++)
            reach *= s->step[k].zero;
        *expected += reach;
        if (!out_of_reach(n, s->step))
            add_leaf(tree->leaf_value[leaf], n, s, phi);
    }
}

/* Gauss's rule on [0, 1]: roots of the Legendre polynomial by Newton's method (Abramowitz and Stegun, 25.4.30). */
static void make_rule(struct rule *rule)
{
    double n = (double)rule->n;
    for (size_t i = 0; i < rule->n; i++) {
        double x = cos(acos(-1.0) * ((double)i + 0.75) / (n + 0.5)), slope = 1.0;
        for (size_t round = 0; round < 8; round++) {
            double before = 1.0, p = x;
            for (size_t k = 2; k <= rule->n; k++) {
                double next = ((2.0 * (double)k - 1.0) * x * p - ((double)k - 1.0) * before) / (double)k;
                before = p;
                p = next;
            }
            slope = n * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        rule->t[i] = 0.5 + 0.5 * x;
        rule->weight[i] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
}

/* The longest way to a leaf. depth [leaves]: scratch. */
static size_t depth_of(const struct tr_tree *tree, int32_t *depth)
{
    size_t most = 0;
    depth[0] = 1;
    for (size_t i = 0; i + 1 < tree->leaves; i++) {
        if ((size_t)depth[i] > most)
            most = (size_t)depth[i];
        if (tree->left[i] >= 0)
            depth[tree->left[i]] = depth[i] + 1;
        if (tree->right[i] >= 0)
            depth[tree->right[i]] = depth[i] + 1;
    }
    return most;
}

static enum tr_status make_scratch(const struct tr_forest *forest, struct scratch *s, struct tr_error *err)
{
    size_t leaves = 0, depth = 0;
    for (size_t t = 0; t < forest->n; t++)
        leaves = forest->tree[t].leaves > leaves ? forest->tree[t].leaves : leaves;
    s->parent = tr_alloc(2 * leaves, sizeof *s->parent);
    s->share = tr_alloc(2 * leaves, sizeof *s->share);
    s->follow = tr_alloc(2 * leaves, sizeof *s->follow);
    if (!s->parent || !s->share || !s->follow)
        return tr_error_nomem(err);
    for (size_t t = 0; t < forest->n; t++) {
        size_t own = depth_of(&forest->tree[t], s->parent);
        depth = own > depth ? own : depth;
    }
    s->steps_max = depth < forest->features ? depth : forest->features;
    s->rule.n = (s->steps_max + 1) / 2;
    s->step = tr_alloc(s->steps_max, sizeof *s->step);
    s->rule.t = tr_alloc(s->rule.n, sizeof *s->rule.t);
    s->rule.weight = tr_alloc(s->rule.n, sizeof *s->rule.weight);
    if (!s->step || !s->rule.t || !s->rule.weight)
        return tr_error_nomem(err);
    make_rule(&s->rule);
    return TR_OK;
}

enum tr_status tr_shap(const struct tr_forest *forest, const double *x, double *phi, struct tr_error *err)
{
    struct scratch s = {0};
    size_t width = forest->features + 1;
    enum tr_status status = make_scratch(forest, &s, err);
    for (size_t i = 0; i < forest->classes * width; i++)
        phi[i] = 0.0;
    for (size_t c = 0; c < forest->classes; c++)
        phi[c * width + forest->features] = tr_link_of(forest).base_margin;
    for (size_t t = 0, c = 0; t < forest->n && status == TR_OK; t++) {
        double *own = phi + c * width;
        if (find_shares(forest->kind, &forest->tree[t], s.share))
            add_tree(forest->kind, &forest->tree[t], x, &s, own, &own[forest->features]);
        else
            status = tr_error_set(err, TR_INVALID, "tree %zu does not say how many rows went which way", t);
        c = c + 1 < forest->classes ? c + 1 : 0;
    }
    tr_free(s.parent);
    tr_free(s.share);
    tr_free(s.follow);
    tr_free(s.step);
    tr_free(s.rule.t);
    tr_free(s.rule.weight);
    return status;
}
