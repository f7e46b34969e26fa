#include "app/usecase/replay.h"

#include "base/alloc.h"

#include <math.h>
#include <string.h>

/* The calibrations that hold today, one a side; renewed when the UTC day or the deciding model changes. */
struct today {
    struct tr_calibration *calibration[TR_SIDE_COUNT];
    tr_time_ms day;
    int fold;
};

struct desk {
    const struct tr_study *study;
    const struct tr_recipe *recipe;
    const struct tr_walk *walk;
    struct tr_replay *out;
    struct tr_outcome_rules rules;
    struct today today;
    size_t capacity;                  /* of out->signals */
    size_t busy_until[TR_SIDE_COUNT]; /* first row at whose close the side's last signal is over */
};

static void drop_today(struct today *today)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_calibration_destroy(today->calibration[side]);
        today->calibration[side] = NULL;
    }
}

static enum tr_status renew(struct desk *desk, int fold, tr_time_ms day, struct tr_error *err)
{
    struct today *today = &desk->today;

    if (today->day == day && today->fold == fold)
        return TR_OK;
    drop_today(today);
    today->day = day;
    today->fold = fold;
    desk->out->calibrations++;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_ladder_labels *ladder = &desk->study->ladder[side];
        struct tr_rolling_outcomes outcomes = {ladder->tp1, ladder->tp1_bars, ladder->gain_atr};
        struct tr_rolling_query query = {&desk->study->bars, desk->walk, (size_t)side, &outcomes,
                                         (size_t)fold,       NULL,       day,          desk->study->regime};
        bool from_reference;
        enum tr_status status;

        if (!desk->recipe->side[side] || !desk->walk->fit[side][fold].trained)
            continue;
        status =
            tr_rolling_calibration(&desk->recipe->rolling, &query, &today->calibration[side], &from_reference, err);
        if (status != TR_OK)
            return status;
        desk->out->calibrations_by_side[side]++;
        desk->out->calibrations_proven[side] += tr_calibration_facts(today->calibration[side])->proven_any;
    }
    return TR_OK;
}

enum tr_status tr_replay_evidence(const struct tr_calibration *calibration, double score, double rank, bool interval,
                                  struct tr_evidence *out, struct tr_error *err)
{
    struct tr_evidence e = {.score = score,
                            .rank = rank,
                            .confidence = (double)NAN,
                            .p0 = (double)NAN,
                            .p1 = (double)NAN,
                            .base_rate = (double)NAN,
                            .edge = (double)NAN,
                            .proven_threshold = (double)INFINITY,
                            .expected_gain_atr = (double)NAN,
                            .expected_lower_atr = (double)NAN,
                            .expected_upper_atr = (double)NAN,
                            .top_lower = (double)NAN};

    if (calibration && !isnan(rank)) {
        const struct tr_calibration_facts *facts = tr_calibration_facts(calibration);
        struct tr_venn_abers_value p = tr_calibration_probability(calibration, rank);
        struct tr_top_rate top = tr_calibration_top_rate(calibration, rank);
        struct tr_expected_value value;
        enum tr_status status = tr_calibration_expected_value(calibration, rank, interval, &value, err);

        if (status != TR_OK)
            return status;
        e.confidence = p.p;
        e.p0 = p.p0;
        e.p1 = p.p1;
        e.base_rate = facts->base_rate;
        e.edge = p.p - facts->base_rate;
        e.calibration_rows = facts->rows;
        e.calibration_n = facts->n;
        e.enough = facts->enough;
        e.proven_threshold = facts->proven_threshold;
        e.proven = facts->proven_any && rank >= facts->proven_threshold;
        e.expected_rows = value.rows;
        e.expected_gain_atr = value.mean_atr;
        e.expected_lower_atr = value.lower_atr;
        e.expected_upper_atr = value.upper_atr;
        e.top_rows = top.rows;
        e.top_n = top.n;
        e.top_k = top.k;
        e.top_lower = top.lower;
    }
    *out = e;
    return TR_OK;
}

struct tr_candidate tr_replay_candidate(const struct tr_study *study, const struct tr_recipe *recipe, size_t row,
                                        enum tr_side side, const struct tr_evidence *evidence, bool has_model)
{
    tr_time_ms closed = study->bars.time[row] + tr_timeframe_ms(study->bars.timeframe);
    int assumed = 0;
    struct tr_candidate candidate = {
        .side = side,
        .time = study->bars.time[row],
        .timeframe = study->bars.timeframe,
        .close = study->bars.close[row],
        .atr = study->atr[row],
        .has_model = has_model,
        .evidence = *evidence,
    };

    candidate.funding_rate_per_hour = tr_funding_rate_per_hour(&recipe->funding, closed, &assumed);
    candidate.funding_assumed = assumed;
    return candidate;
}

static enum tr_status record(struct desk *desk, size_t row, const struct tr_signal *signal, struct tr_error *err)
{
    struct tr_replay *out = desk->out;
    struct tr_replay_signal *s;

    if (out->n_signals == desk->capacity) {
        size_t capacity = desk->capacity ? desk->capacity * 2 : 64;
        struct tr_replay_signal *grown =
            tr_alloc_grow(out->signals, desk->capacity * sizeof *grown, capacity, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        out->signals = grown;
        desk->capacity = capacity;
    }
    s = &out->signals[out->n_signals++];
    s->row = row;
    s->signal = *signal;
    tr_outcome_run(&desk->rules, &signal->levels, &desk->study->bars, row, &s->outcome);
    desk->busy_until[signal->side] = s->outcome.reason == TR_EXIT_OPEN ? desk->study->bars.n : row + s->outcome.bars;
    return TR_OK;
}

/* The interval of the expected value costs a bootstrap: only what became a signal gets one. */
static enum tr_status complete(struct desk *desk, struct tr_signal *signal, size_t row, struct tr_error *err)
{
    enum tr_status status = tr_replay_evidence(desk->today.calibration[signal->side], signal->evidence.score,
                                               signal->evidence.rank, true, &signal->evidence, err);

    if (status != TR_OK)
        return status;
    tr_gate_expect(&desk->recipe->gate, signal);
    return record(desk, row, signal, err);
}

static void count_set(struct desk *desk, enum tr_side side, size_t row)
{
    size_t regime = desk->study->regime[row];
    enum tr_outcome_set set = TR_SET_UNKNOWN;

    if (!desk->recipe->side[side] || desk->recipe->rolling.calibration.sets == TR_SETS_OFF)
        return;
    if (desk->today.calibration[side])
        set = tr_calibration_set(desk->today.calibration[side], desk->walk->rank[side][row], regime);
    tr_coverage_add(&desk->out->coverage[side], set, regime, desk->study->ladder[side].tp1[row]);
}

static enum tr_status decide_row(struct desk *desk, size_t row, struct tr_error *err)
{
    const struct tr_walk *walk = desk->walk;
    int fold = walk->fold[row];
    tr_time_ms closed = desk->study->bars.time[row] + tr_timeframe_ms(desk->study->bars.timeframe);
    struct tr_candidate candidate[TR_SIDE_COUNT];
    struct tr_decision decision[TR_SIDE_COUNT];
    bool active[TR_SIDE_COUNT];
    enum tr_status status = renew(desk, fold, tr_time_floor(closed, TR_DAY_MS), err);

    if (status != TR_OK)
        return status;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        bool run = desk->recipe->side[side];
        struct tr_evidence evidence;

        status = tr_replay_evidence(desk->today.calibration[side], run ? walk->score[side][row] : (double)NAN,
                                    run ? walk->rank[side][row] : (double)NAN, false, &evidence, err);
        if (status != TR_OK)
            return status;
        candidate[side] = tr_replay_candidate(desk->study, desk->recipe, row, (enum tr_side)side, &evidence,
                                              run && walk->fit[side][fold].trained);
        active[side] = row < desk->busy_until[side];
        desk->out->confidence[side][row] = evidence.confidence;
        desk->out->base_rate[side][row] = evidence.base_rate;
        count_set(desk, (enum tr_side)side, row);
    }
    tr_gate_decide(&desk->recipe->gate, candidate, &desk->recipe->limits, active, decision);
    desk->out->funnel.bars++;
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        if (!desk->recipe->side[side])
            continue;
        tr_funnel_count(&desk->out->funnel, &decision[side]);
        if (decision[side].stage == TR_STAGE_SIGNAL)
            status = complete(desk, &decision[side].signal, row, err);
    }
    return status;
}

static enum tr_status alloc_columns(struct tr_replay *out, size_t n, struct tr_error *err)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        out->confidence[side] = tr_alloc(n, sizeof **out->confidence);
        out->base_rate[side] = tr_alloc(n, sizeof **out->base_rate);
        if (!out->confidence[side] || !out->base_rate[side])
            return tr_error_nomem(err);
        for (size_t i = 0; i < n; i++)
            out->confidence[side][i] = out->base_rate[side][i] = (double)NAN;
    }
    return TR_OK;
}

enum tr_status tr_replay_run(const struct tr_study *study, const struct tr_recipe *recipe, const struct tr_walk *walk,
                             const struct tr_progress *progress, struct tr_replay *out, struct tr_error *err)
{
    size_t n = study->bars.n;
    struct desk desk = {.study = study,
                        .recipe = recipe,
                        .walk = walk,
                        .out = out,
                        .rules = tr_outcome_rules_ladder(&recipe->gate.ladder, study->bars.timeframe),
                        .today = {.fold = -1}};
    enum tr_status status;

    memset(out, 0, sizeof *out);
    tr_funnel_init(&out->funnel);
    status = alloc_columns(out, n, err);
    for (size_t row = 0; row < n && status == TR_OK; row++) {
        if (walk->fold[row] < 0 || !study->set.ready[row])
            continue;
        status = decide_row(&desk, row, err);
        if (status == TR_OK && row % 512 == 0 && !tr_progress_tell(progress, "replay", row, n, "bars"))
            status = tr_error_set(err, TR_CANCELLED, "stopped");
    }
    drop_today(&desk.today);
    return status;
}

void tr_replay_finish(struct tr_replay *replay)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_free(replay->confidence[side]);
        tr_free(replay->base_rate[side]);
    }
    tr_free(replay->signals);
    memset(replay, 0, sizeof *replay);
}
