#include "app/view/conformal_view.h"

#include "app/view/figure.h"
#include "app/view/walkforward_view.h"

#include <math.h>
#include <stdio.h>

const char *tr_view_set_kind(enum tr_set_kind kind)
{
    static const char *const names[] = {"off", "marginal", "class", "regime"};

    return names[kind];
}

const char *tr_view_regime(size_t regime)
{
    static const char *const names[TR_RECIPE_REGIMES] = {"low", "middle", "high", "unknown"};

    return names[regime];
}

double tr_view_uniqueness(const struct tr_run *run, enum tr_side side)
{
    const struct tr_head_score *score = &run->wf.total[side];

    return score->rows ? score->n / (double)score->rows : (double)NAN;
}

static const char *name_of(enum tr_outcome_set set)
{
    static const char *const names[TR_SET_COUNT] = {NULL, "empty", "none", "tp1", "both"};

    return names[set];
}

static bool are_off(const struct tr_run *run)
{
    return run->recipe.rolling.calibration.sets == TR_SETS_OFF;
}

static double promised(const struct tr_run *run)
{
    return 1 - run->recipe.rolling.calibration.miscoverage;
}

static void json_rate(const char *name, const struct tr_coverage_rate *rate, struct tr_json *json)
{
    char interval[48];

    snprintf(interval, sizeof interval, "%s_interval", name);
    tr_json_int(json, "rows", (int64_t)rate->rows);
    tr_json_number(json, name, rate->rate);
    tr_view_interval_json(interval, &rate->interval, json);
}

static void json_part(const char *key, struct tr_coverage_rate rate, struct tr_json *json)
{
    tr_json_object(json, key);
    json_rate("coverage", &rate, json);
    tr_json_object_end(json);
}

static void json_parts(const struct tr_coverage *c, double uniqueness, struct tr_json *json)
{
    tr_json_object(json, "by_outcome");
    json_part("tp1", tr_coverage_of_outcome(c, true, uniqueness), json);
    json_part("none", tr_coverage_of_outcome(c, false, uniqueness), json);
    tr_json_object_end(json);
    tr_json_object(json, "by_regime");
    for (size_t regime = 0; regime < TR_RECIPE_REGIMES; regime++)
        json_part(tr_view_regime(regime), tr_coverage_of_regime(c, regime, uniqueness), json);
    tr_json_object_end(json);
}

void tr_view_conformal_json(const struct tr_run *run, enum tr_side side, struct tr_json *json)
{
    const struct tr_coverage *c = &run->wf.replay.coverage[side];
    double uniqueness = tr_view_uniqueness(run, side);
    struct tr_coverage_rate all = tr_coverage_overall(c, uniqueness);
    struct tr_coverage_rate alone = tr_coverage_tp1(c, TR_SET_TP1, uniqueness);

    if (are_off(run)) {
        tr_json_null(json, "conformal");
        return;
    }
    tr_json_object(json, "conformal");
    tr_json_string(json, "kind", tr_view_set_kind(run->recipe.rolling.calibration.sets));
    tr_json_number(json, "alpha", run->recipe.rolling.calibration.miscoverage);
    tr_json_object(json, "sets");
    for (int set = TR_SET_UNKNOWN + 1; set < TR_SET_COUNT; set++)
        tr_json_int(json, name_of((enum tr_outcome_set)set), (int64_t)tr_coverage_sets(c, (enum tr_outcome_set)set));
    tr_json_object_end(json);
    json_rate("coverage", &all, json);
    json_parts(c, uniqueness, json);
    tr_json_object(json, "tp1_alone");
    json_rate("tp1_rate", &alone, json);
    tr_json_number(json, "base_rate", tr_coverage_tp1(c, TR_SET_COUNT, uniqueness).rate);
    tr_json_object_end(json);
    tr_json_object_end(json);
}

static void text_part(const char *name, struct tr_coverage_rate rate, struct tr_buf *out)
{
    tr_buf_printf(out, "%s %s", name, tr_figure_percent(rate.rate, 1).text);
}

static void text_parts(const struct tr_coverage *c, double uniqueness, struct tr_buf *out)
{
    text_part("    target 1 reached", tr_coverage_of_outcome(c, true, uniqueness), out);
    text_part(", not reached", tr_coverage_of_outcome(c, false, uniqueness), out);
    text_part("; volatility low", tr_coverage_of_regime(c, 0, uniqueness), out);
    text_part(", middle", tr_coverage_of_regime(c, 1, uniqueness), out);
    text_part(", high", tr_coverage_of_regime(c, 2, uniqueness), out);
    tr_buf_text(out, "\n");
}

void tr_view_conformal_text(const struct tr_run *run, enum tr_side side, struct tr_buf *out)
{
    const struct tr_coverage *c = &run->wf.replay.coverage[side];
    double uniqueness = tr_view_uniqueness(run, side);
    struct tr_coverage_rate all = tr_coverage_overall(c, uniqueness);
    struct tr_coverage_rate alone = tr_coverage_tp1(c, TR_SET_TP1, uniqueness);

    if (are_off(run) || !all.rows)
        return;
    tr_buf_printf(out, "  %.4g %% conformal sets (%s): the outcome was in %s of %zu\n", promised(run) * 100,
                  tr_view_set_kind(run->recipe.rolling.calibration.sets),
                  tr_figure_rate(all.rate, all.interval, 1).text, all.rows);
    text_parts(c, uniqueness, out);
    tr_buf_printf(out, "    both outcomes in %zu sets, neither in %zu, only no target 1 in %zu;\n",
                  tr_coverage_sets(c, TR_SET_BOTH), tr_coverage_sets(c, TR_SET_EMPTY),
                  tr_coverage_sets(c, TR_SET_NOT_TP1));
    tr_buf_printf(out, "    only target 1 in %zu", tr_coverage_sets(c, TR_SET_TP1));
    if (alone.rows)
        tr_buf_printf(out, ": reached in %s of these, in %s of all bars",
                      tr_figure_rate(alone.rate, alone.interval, 1).text,
                      tr_figure_percent(tr_coverage_tp1(c, TR_SET_COUNT, uniqueness).rate, 1).text);
    tr_buf_text(out, "\n");
}

void tr_view_conformal_note(const struct tr_run *run, struct tr_buf *out)
{
    bool any = false;

    for (int side = 0; side < TR_SIDE_COUNT; side++)
        any = any || tr_coverage_overall(&run->wf.replay.coverage[side], 1).rows > 0;
    if (any && !are_off(run))
        tr_buf_printf(out, "Conformal sets: %.4g %% is meant for all sets%s, not for those that hold only target 1.\n",
                      promised(run) * 100,
                      run->recipe.rolling.calibration.sets == TR_SETS_BY_CLASS      ? " (within each outcome)"
                      : run->recipe.rolling.calibration.sets == TR_SETS_BY_CATEGORY ? " (within each regime)"
                                                                                    : "");
}

void tr_view_set_json(const struct tr_run *run, enum tr_side side, struct tr_json *json)
{
    tr_json_string(json, "conformal_set", name_of(run->newest.set[side]));
}

void tr_view_set_text(const struct tr_run *run, enum tr_side side, char *out, size_t size)
{
    static const char *const phrases[TR_SET_COUNT] = {
        [TR_SET_EMPTY] = "empty, neither outcome fits the score",
        [TR_SET_NOT_TP1] = "target 1 not reached",
        [TR_SET_TP1] = "target 1 reached",
        [TR_SET_BOTH] = "target 1 reached or not, neither can be ruled out",
    };
    const char *phrase = phrases[run->newest.set[side]];

    out[0] = '\0';
    if (phrase)
        snprintf(out, size, "%.4g %% set: %s", promised(run) * 100, phrase);
}
