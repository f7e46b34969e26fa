#include "app/usecase/search.h"

#include "app/usecase/identity.h"
#include "app/usecase/resume.h"
#include "base/alloc.h"
#include "io/store/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE 3 /* of successive halving: a third goes on, with three times the rounds */
#define MAX_RUNGS 4
#define PBO_DAYS 24 /* six blocks of four days: 20 ways to cut them */

/* One configuration on its way through the rungs. */
struct runner {
    struct tr_recipe recipe;  /* of the present rung */
    struct tr_walkforward wf; /* each fit from the last rung it took part in */
    bool *alive;              /* [sides * folds] */
    double *loss;             /* [sides * folds] at that rung; NaN = not judged */
};

struct search {
    const struct tr_study *study;
    const struct tr_recipe *recipe;
    const struct tr_search_options *options;
    const struct tr_series_key *series;
    struct tr_world world; /* keeps its steps until all is done */
    struct tr_search *out;
    struct runner *runner; /* [n] */
    size_t cells;          /* sides * folds */
};

static void runner_finish(struct runner *runner)
{
    tr_walkforward_finish(&runner->wf);
    tr_free(runner->alive);
    tr_free(runner->loss);
}

static enum tr_status runner_init(struct search *s, struct runner *runner, struct tr_error *err)
{
    enum tr_status status = tr_walkforward_plan(s->study, s->recipe, &runner->wf, err);

    runner->alive = tr_alloc(s->cells, sizeof *runner->alive);
    runner->loss = tr_alloc(s->cells, sizeof *runner->loss);
    if (status == TR_OK && (!runner->alive || !runner->loss))
        status = tr_error_nomem(err);
    for (size_t c = 0; c < s->cells && status == TR_OK; c++) {
        runner->alive[c] = s->recipe->side[c / s->out->wf.n_folds];
        runner->loss[c] = (double)NAN;
    }
    return status;
}

static enum tr_status rung_recipe(struct search *s, size_t i, double budget, struct tr_recipe *out,
                                  char label[TR_SEARCH_LABEL], struct tr_error *err)
{
    enum tr_status status = tr_search_space_recipe(&s->options->space, i, budget, s->recipe, out, label, err);

    out->tail = s->recipe->tail; /* early stopping, where it is on, watches the rows that judge */
    out->tail.share = s->options->tail_share;
    return status;
}

/* One rung of one configuration: the fits it still takes part in, their losses, and the walk they leave behind. */
static enum tr_status run_rung(struct search *s, size_t i, double budget, bool first, struct tr_error *err)
{
    struct runner *runner = &s->runner[i];
    struct tr_search_candidate *candidate = &s->out->candidate[i];
    size_t folds = s->out->wf.n_folds;
    const struct tr_ensemble_plan **plan = tr_alloc_zero(s->cells, sizeof *plan);
    struct tr_walkforward rung = {0};
    enum tr_status status = plan ? TR_OK : tr_error_nomem(err);

    if (status == TR_OK)
        status = rung_recipe(s, i, budget, &runner->recipe, candidate->label, err);
    for (size_t c = 0; c < s->cells && status == TR_OK; c++)
        plan[c] = runner->alive[c] ? &runner->recipe.ensemble : NULL;
    if (status == TR_OK)
        status = tr_walkforward_plan(s->study, &runner->recipe, &rung, err);
    if (status == TR_OK)
        status = tr_walkforward_fit(s->study, &runner->recipe, plan, &s->world, &rung, err);
    s->out->resumed += rung.walk.resumed;
    for (size_t c = 0; c < s->cells && status == TR_OK; c++) {
        if (!runner->alive[c])
            continue;
        runner->loss[c] = rung.walk.fit[c / folds][c % folds].tail_loss;
        if (!first)
            tr_walk_adopt(&runner->wf.walk, &rung.walk, c / folds, c % folds);
    }
    if (status == TR_OK && first) {
        runner->wf.walk = rung.walk;
        memset(&rung.walk, 0, sizeof rung.walk);
    }
    tr_walkforward_finish(&rung);
    tr_free(plan);
    if (status != TR_OK)
        tr_error_prepend(err, "search, %s", candidate->label);
    return status;
}

/* Smaller loss first; what was not judged last; equal ones by number. */
static bool better(const struct search *s, size_t cell, size_t a, size_t b)
{
    double x = s->runner[a].loss[cell], y = s->runner[b].loss[cell];

    if (isnan(x) || isnan(y))
        return !isnan(x) && isnan(y);
    return x < y || (x == y && a < b);
}

/* In each fold and side the better third stays, at least one. */
static void halve(struct search *s)
{
    for (size_t cell = 0; cell < s->cells; cell++) {
        size_t alive = 0, keep;
        bool stays[TR_SEARCH_CANDIDATES] = {false};

        for (size_t i = 0; i < s->out->n; i++)
            alive += s->runner[i].alive[cell];
        keep = (alive + RATE - 1) / RATE;
        for (size_t i = 0; i < s->out->n; i++) {
            size_t before = 0;

            for (size_t k = 0; k < s->out->n && s->runner[i].alive[cell]; k++)
                before += k != i && s->runner[k].alive[cell] && better(s, cell, k, i);
            stays[i] = s->runner[i].alive[cell] && before < keep;
        }
        for (size_t i = 0; i < s->out->n; i++)
            s->runner[i].alive[cell] = stays[i];
    }
}

static size_t count_rungs(const struct tr_search_options *options, size_t candidates)
{
    size_t rungs = 1;

    if (options->method == TR_SEARCH_HALVING) {
        for (size_t left = candidates; left > 1 && rungs < MAX_RUNGS; left = (left + RATE - 1) / RATE)
            rungs++;
    }
    return rungs;
}

static enum tr_status judge_all(struct search *s, struct tr_error *err)
{
    double budget = 1.0;
    enum tr_status status = TR_OK;

    for (size_t r = 1; r < s->out->rungs; r++)
        budget /= RATE;
    for (size_t r = 0; r < s->out->rungs && status == TR_OK; r++) {
        for (size_t i = 0; i < s->out->n && status == TR_OK; i++)
            status = run_rung(s, i, budget, r == 0, err);
        if (status == TR_OK && r + 1 < s->out->rungs)
            halve(s);
        budget *= RATE;
    }
    return status;
}

static void choose(struct search *s)
{
    size_t folds = s->out->wf.n_folds;

    for (size_t cell = 0; cell < s->cells; cell++) {
        size_t best = s->out->n;

        for (size_t i = 0; i < s->out->n; i++) {
            struct tr_search_candidate *candidate = &s->out->candidate[i];
            double loss = s->runner[i].loss[cell];

            if (isnan(loss))
                continue;
            candidate->loss += loss;
            candidate->fits++;
            if (s->runner[i].alive[cell] && (best == s->out->n || better(s, cell, i, best)))
                best = i;
        }
        s->out->choice[cell / folds][cell % folds] = best;
        if (best < s->out->n)
            s->out->candidate[best].chosen++;
    }
    for (size_t i = 0; i < s->out->n; i++)
        s->out->candidate[i].loss /= (double)s->out->candidate[i].fits; /* 0 / 0: NaN, not judged */
}

/* Which of its fits a configuration was tested with depends, under halving, on the whole set it ran against. */
static void hash_set(const struct search *s, struct tr_hash *hash)
{
    tr_hash_u64(hash, (uint64_t)s->options->method);
    tr_hash_double(hash, s->options->tail_share);
    for (size_t i = 0; i < s->options->space.n && s->options->method == TR_SEARCH_HALVING; i++) {
        const struct tr_search_param *p = &s->options->space.param[i];

        tr_hash_text(hash, p->member);
        tr_hash_text(hash, tr_recipe_param_name(p->member, p->name));
        for (size_t k = 0; k < p->n; k++)
            tr_hash_text(hash, p->value[k]);
    }
}

/* The trial's name: not that of a plain walk-forward with these parameters, whose fits use the whole fit window. */
static enum tr_status name_candidate(struct search *s, size_t i, struct tr_error *err)
{
    struct tr_search_candidate *candidate = &s->out->candidate[i];
    struct tr_recipe recipe;
    struct tr_hash hash;
    char name[TR_HASH_TEXT];
    enum tr_status status = rung_recipe(s, i, 1.0, &recipe, candidate->label, err);

    if (status == TR_OK)
        status = tr_identity_recipe(&recipe, name, err);
    if (status != TR_OK)
        return status;
    tr_hash_init(&hash);
    tr_hash_text(&hash, "search candidate");
    tr_hash_text(&hash, name);
    hash_set(s, &hash);
    tr_hash_end(&hash, candidate->config);
    return TR_OK;
}

/* Each configuration's own test results: its daily returns into column i, its trial into the ledger. */
static enum tr_status enter_candidate(struct search *s, size_t i, struct tr_matrix *daily, struct tr_error *err)
{
    struct runner *runner = &s->runner[i];
    struct tr_search_candidate *candidate = &s->out->candidate[i];
    struct tr_luck luck = {0};
    char label[TR_SEARCH_LABEL + 8];
    enum tr_status status = tr_walkforward_judge(s->study, &runner->recipe, &s->world, &runner->wf, err);

    if (status == TR_OK)
        status = tr_luck_measure(&runner->wf, &s->study->bars, &luck, err);
    if (status == TR_OK && !daily->data)
        status = tr_matrix_init(daily, luck.days, s->out->n, err);
    if (status == TR_OK)
        memcpy(tr_matrix_column(daily, i), luck.daily, luck.days * sizeof *luck.daily);
    if (status == TR_OK)
        status = name_candidate(s, i, err);
    snprintf(label, sizeof label, "search %s", candidate->label);
    if (status == TR_OK && s->world.store)
        status = tr_luck_enter(&luck, s->world.store, s->series, candidate->config, label, s->world.now, err);
    candidate->days = luck.days;
    candidate->sharpe = luck.sharpe.ratio;
    tr_luck_finish(&luck);
    return status;
}

/* Nothing is told apart where all configurations did the same every day. */
static bool all_alike(const struct tr_matrix *daily)
{
    for (size_t j = 1; j < daily->cols; j++) {
        if (memcmp(tr_matrix_column(daily, 0), tr_matrix_column(daily, j), daily->rows * sizeof *daily->data) != 0)
            return false;
    }
    return true;
}

/* Too few configurations or days, or all alike, to say anything: NaN, a value. */
static enum tr_status estimate_pbo(const struct tr_matrix *daily, struct tr_pbo *out, struct tr_error *err)
{
    *out = (struct tr_pbo){.pbo = (double)NAN, .median_lambda = (double)NAN, .slope = (double)NAN};
    out->loss_share = (double)NAN;
    if (daily->cols < 2 || daily->rows < PBO_DAYS || all_alike(daily))
        return TR_OK;
    return tr_pbo_estimate(daily, TR_PBO_BLOCKS, out, err);
}

static enum tr_status measure_overfitting(struct search *s, struct tr_error *err)
{
    struct tr_matrix daily = {0};
    enum tr_status status = TR_OK;

    for (size_t i = 0; i < s->out->n && status == TR_OK; i++)
        status = enter_candidate(s, i, &daily, err);
    if (status == TR_OK)
        status = estimate_pbo(&daily, &s->out->pbo, err);
    tr_matrix_finish(&daily);
    return status;
}

/* In order of their names: the order in which values were given is no part of a search. */
static void hash_candidates(const struct search *s, struct tr_hash *hash)
{
    const char *last = "";

    for (size_t k = 0; k < s->out->n; k++) {
        const char *next = NULL;

        for (size_t i = 0; i < s->out->n; i++) {
            const char *config = s->out->candidate[i].config;

            if (strcmp(config, last) > 0 && (!next || strcmp(config, next) < 0))
                next = config;
        }
        if (!next)
            return;
        tr_hash_text(hash, next);
        last = next;
    }
}

/* The name of the nested trial: how it was searched, over what, and the recipe around it. */
static enum tr_status name_nested(struct search *s, struct tr_error *err)
{
    char recipe[TR_HASH_TEXT];
    struct tr_hash hash;
    enum tr_status status = tr_identity_recipe(s->recipe, recipe, err);

    tr_hash_init(&hash);
    tr_hash_text(&hash, "nested search");
    tr_hash_u64(&hash, (uint64_t)s->options->method);
    tr_hash_double(&hash, s->options->tail_share);
    tr_hash_text(&hash, status == TR_OK ? recipe : "");
    hash_candidates(s, &hash);
    tr_hash_end(&hash, s->out->config);
    return status;
}

/* The steps of all configurations and rungs are not needed any more. */
static void forget_steps(struct search *s)
{
    double budget = 1.0;

    for (size_t r = 0; r < s->out->rungs; r++, budget /= RATE) {
        for (size_t i = 0; i < s->out->n && s->world.store; i++) {
            struct tr_recipe recipe;
            struct tr_resume resume;
            struct tr_error ignored;
            char label[TR_SEARCH_LABEL];

            if (rung_recipe(s, i, budget, &recipe, label, &ignored) == TR_OK &&
                tr_resume_init(&resume, &s->world, &s->study->bars, &recipe, s->out->wf.folds, &ignored) == TR_OK)
                tr_resume_done(&resume);
        }
    }
}

/* The chosen ones, fitted on the whole fit windows and tested. */
static enum tr_status run_nested(struct search *s, struct tr_error *err)
{
    size_t folds = s->out->wf.n_folds;
    const struct tr_ensemble_plan **plan = tr_alloc_zero(s->cells, sizeof *plan);
    struct tr_recipe *whole = tr_alloc(s->out->n, sizeof *whole);
    struct tr_world world = s->world;
    char label[TR_SEARCH_LABEL];
    enum tr_status status = plan && whole ? TR_OK : tr_error_nomem(err);

    world.store = NULL; /* which configuration a fold took is not in the name of a step */
    for (size_t i = 0; i < s->out->n && status == TR_OK; i++)
        status = tr_search_space_recipe(&s->options->space, i, 1.0, s->recipe, &whole[i], label, err);
    for (size_t c = 0; c < s->cells && status == TR_OK; c++) {
        size_t choice = s->out->choice[c / folds][c % folds];

        plan[c] = choice < s->out->n ? &whole[choice].ensemble : NULL;
    }
    if (status == TR_OK)
        status = tr_walkforward_fit(s->study, s->recipe, plan, &world, &s->out->wf, err);
    if (status == TR_OK)
        status = tr_walkforward_judge(s->study, s->recipe, &world, &s->out->wf, err);
    if (status == TR_OK)
        status = tr_luck_measure(&s->out->wf, &s->study->bars, &s->out->luck, err);
    if (status == TR_OK)
        status = name_nested(s, err);
    if (status == TR_OK && s->world.store)
        status = tr_luck_enter(&s->out->luck, s->world.store, s->series, s->out->config, "search, nested", s->world.now,
                               err);
    tr_free(whole);
    tr_free(plan);
    return status;
}

static enum tr_status prepare(struct search *s, struct tr_error *err)
{
    struct tr_search *out = s->out;
    enum tr_status status = tr_search_space_check(&s->options->space, s->recipe, err);

    if (status == TR_OK)
        status = tr_walkforward_plan(s->study, s->recipe, &out->wf, err);
    if (status != TR_OK)
        return status;
    if (!out->wf.n_folds)
        return tr_error_set(err, TR_NOT_FOUND, "the series is too short for a single fold: nothing can be searched");
    status = tr_search_space_try(&s->options->space, s->recipe, err);
    if (status != TR_OK)
        return status;
    out->method = s->options->method;
    out->n = tr_search_space_size(&s->options->space);
    out->rungs = count_rungs(s->options, out->n);
    s->cells = TR_SIDE_COUNT * out->wf.n_folds;
    out->candidate = tr_alloc_zero(out->n, sizeof *out->candidate);
    s->runner = tr_alloc_zero(out->n, sizeof *s->runner);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        out->choice[side] = tr_alloc_zero(out->wf.n_folds, sizeof **out->choice);
    if (!out->candidate || !s->runner || !out->choice[TR_LONG] || !out->choice[TR_SHORT])
        return tr_error_nomem(err);
    for (size_t i = 0; i < out->n && status == TR_OK; i++)
        status = runner_init(s, &s->runner[i], err);
    return status;
}

enum tr_status tr_search_run(const struct tr_study *study, const struct tr_recipe *recipe,
                             const struct tr_search_options *options, const struct tr_series_key *series,
                             const struct tr_world *world, struct tr_search *out, struct tr_error *err)
{
    struct search s = {study, recipe, options, series, *world, out, NULL, 0};
    enum tr_status status;

    memset(out, 0, sizeof *out);
    s.world.keep_steps = true;
    status = prepare(&s, err);
    if (status == TR_OK)
        status = judge_all(&s, err);
    if (status == TR_OK)
        choose(&s);
    if (status == TR_OK)
        status = measure_overfitting(&s, err);
    if (status == TR_OK)
        status = run_nested(&s, err);
    if (status == TR_OK)
        forget_steps(&s);
    for (size_t i = 0; s.runner && i < out->n; i++)
        runner_finish(&s.runner[i]);
    tr_free(s.runner);
    return status;
}

void tr_search_finish(struct tr_search *search)
{
    tr_luck_finish(&search->luck);
    tr_walkforward_finish(&search->wf);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_free(search->choice[side]);
    tr_free(search->candidate);
    memset(search, 0, sizeof *search);
}
