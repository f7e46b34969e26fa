#include "app/usecase/search_space.h"

#include "engine/feature/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS "rounds"
#define LEAST_ROUNDS 10
#define MOST_ROUNDS 10000
#define TRY_ROWS 64

static enum tr_status form(struct tr_error *err, const char *text)
{
    return tr_error_set(err, TR_USAGE,
                        "--param %.80s: write it as member.name=value,value: for example "
                        "lightgbm.num_leaves=7,15,31 or xgboost.rounds=100,200",
                        text);
}

/* Of the value that was added last: no other is equal, and rounds are a number. */
static enum tr_status check_value(const struct tr_search_param *param, const char *text, struct tr_error *err)
{
    const char *value = param->value[param->n - 1];

    for (size_t i = 0; i + 1 < param->n; i++) {
        if (strcmp(param->value[i], value) == 0)
            return tr_error_set(err, TR_USAGE, "--param %.80s: %s stands there twice", text, value);
    }
    if (strcmp(param->name, ROUNDS) == 0 && (strspn(value, "0123456789") != strlen(value) || strlen(value) > 5 ||
                                             atol(value) < 1 || atol(value) > MOST_ROUNDS))
        return tr_error_set(err, TR_USAGE, "--param %.80s: %s is no number of rounds from 1 to %d", text, value,
                            MOST_ROUNDS);
    return TR_OK;
}

static enum tr_status add_values(struct tr_search_param *param, const char *text, const char *values,
                                 struct tr_error *err)
{
    while (*values) {
        size_t len = strcspn(values, ",");

        if (!len || len >= sizeof param->value[0])
            return form(err, text);
        if (param->n == TR_SEARCH_VALUES)
            return tr_error_set(err, TR_USAGE, "--param %.80s: at most %d values", text, TR_SEARCH_VALUES);
        memcpy(param->value[param->n], values, len);
        param->value[param->n++][len] = '\0';
        if (check_value(param, text, err) != TR_OK)
            return TR_USAGE;
        values += len;
        if (*values == ',' && !*++values)
            return form(err, text);
    }
    return param->n ? TR_OK : form(err, text);
}

enum tr_status tr_search_space_add(struct tr_search_space *space, const char *text, struct tr_error *err)
{
    struct tr_search_param *param = &space->param[space->n];
    const char *dot = strchr(text, '.'), *equals = strchr(text, '=');

    if (space->n == TR_SEARCH_PARAMS)
        return tr_error_set(err, TR_USAGE, "--param: at most %d parameters", TR_SEARCH_PARAMS);
    if (!dot || !equals || dot > equals || dot == text || (size_t)(dot - text) >= sizeof param->member ||
        equals == dot + 1 || (size_t)(equals - dot) > sizeof param->name)
        return form(err, text);
    memset(param, 0, sizeof *param);
    memcpy(param->member, text, (size_t)(dot - text));
    memcpy(param->name, dot + 1, (size_t)(equals - dot) - 1);
    if (add_values(param, text, equals + 1, err) != TR_OK)
        return TR_USAGE;
    space->n++;
    if (tr_search_space_size(space) > TR_SEARCH_CANDIDATES)
        return tr_error_set(err, TR_USAGE, "--param %.80s: more than %d combinations in all", text,
                            TR_SEARCH_CANDIDATES);
    return TR_OK;
}

static bool has_member(const struct tr_recipe *recipe, const char *name)
{
    for (size_t m = 0; m < recipe->ensemble.n; m++) {
        if (strcmp(recipe->ensemble.member[m].impl->name, name) == 0)
            return true;
    }
    return false;
}

void tr_search_space_defaults(struct tr_search_space *space, const struct tr_recipe *recipe)
{
    struct tr_error ignored;

    if (has_member(recipe, "lightgbm"))
        (void)!tr_search_space_add(space, "lightgbm.num_leaves=7,31", &ignored);
    if (has_member(recipe, "xgboost"))
        (void)!tr_search_space_add(space, "xgboost.max_depth=3,6", &ignored);
}

size_t tr_search_space_size(const struct tr_search_space *space)
{
    size_t size = 1;

    for (size_t i = 0; i < space->n; i++)
        size *= space->param[i].n;
    return size;
}

enum tr_status tr_search_space_check(const struct tr_search_space *space, const struct tr_recipe *recipe,
                                     struct tr_error *err)
{
    for (size_t i = 0; i < space->n; i++) {
        const struct tr_search_param *p = &space->param[i];

        if (!has_member(recipe, p->member))
            return tr_error_set(err, TR_USAGE, "--param %s.%s: the ensemble has no member %s", p->member, p->name,
                                p->member);
        for (const struct tr_search_param *q = space->param; q < p; q++) {
            if (strcmp(q->member, p->member) == 0 &&
                strcmp(tr_recipe_param_name(p->member, q->name), tr_recipe_param_name(p->member, p->name)) == 0)
                return tr_error_set(err, TR_USAGE, "--param %s.%s: is given twice", p->member, p->name);
        }
    }
    return space->n ? TR_OK : tr_error_set(err, TR_USAGE, "--search: there is no parameter to search over");
}

/* Replaces or adds one parameter of a member, whose list ends in a block of its own. */
static enum tr_status set_param(struct tr_member *member, struct tr_param *list, size_t *n, const char *name,
                                const char *value, struct tr_error *err)
{
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(tr_recipe_param_name(member->impl->name, list[i].name),
                   tr_recipe_param_name(member->impl->name, name)) == 0) {
            list[i].value = value;
            return TR_OK;
        }
    }
    if (*n == TR_RECIPE_PARAMS)
        return tr_error_set(err, TR_INVALID, "member %s has no room for %s", member->impl->name, name);
    list[(*n)++] = (struct tr_param){name, value};
    return TR_OK;
}

static size_t budget_of(size_t rounds, double budget)
{
    size_t n = (size_t)((double)rounds * budget + 0.5);

    return n < LEAST_ROUNDS ? (rounds < LEAST_ROUNDS ? rounds : LEAST_ROUNDS) : n;
}

/* The member with the values of this combination, added to out. */
static enum tr_status add_member(const struct tr_search_space *space, const size_t *choice, double budget,
                                 const struct tr_member *from, struct tr_recipe *out, struct tr_error *err)
{
    struct tr_param list[TR_RECIPE_PARAMS];
    struct tr_member member = *from;
    size_t n = from->n_params;
    enum tr_status status = TR_OK;

    memcpy(list, from->params, n * sizeof *list);
    for (size_t i = 0; i < space->n && status == TR_OK; i++) {
        const struct tr_search_param *p = &space->param[i];
        const char *value = p->value[choice[i]];

        if (strcmp(p->member, from->impl->name) != 0)
            continue;
        if (strcmp(p->name, ROUNDS) == 0)
            member.rounds = strtoul(value, NULL, 10);
        else
            status = set_param(&member, list, &n, p->name, value, err);
    }
    if (status == TR_OK)
        status = tr_recipe_add_member(out, from->impl, list, n, budget_of(member.rounds, budget), err);
    if (status == TR_OK)
        out->ensemble.member[out->ensemble.n - 1].context = from->context;
    return status;
}

/* Another member has a parameter of that name too. */
static bool is_shared(const struct tr_search_space *space, size_t param)
{
    for (size_t i = 0; i < space->n; i++) {
        if (i != param && strcmp(space->param[i].name, space->param[param].name) == 0)
            return true;
    }
    return false;
}

enum tr_status tr_search_space_recipe(const struct tr_search_space *space, size_t candidate, double budget,
                                      const struct tr_recipe *recipe, struct tr_recipe *out,
                                      char label[TR_SEARCH_LABEL], struct tr_error *err)
{
    size_t choice[TR_SEARCH_PARAMS] = {0}, rest = candidate, len = 0;
    enum tr_status status = TR_OK;

    for (size_t i = space->n; i-- > 0;) {
        choice[i] = rest % space->param[i].n;
        rest /= space->param[i].n;
    }
    label[0] = '\0';
    for (size_t i = 0; i < space->n && len < TR_SEARCH_LABEL; i++) {
        const struct tr_search_param *p = &space->param[i];
        bool shared = is_shared(space, i);

        len += (size_t)snprintf(label + len, TR_SEARCH_LABEL - len, "%s%s%s%s=%s", i ? " " : "",
                                shared ? p->member : "", shared ? "." : "", p->name, p->value[choice[i]]);
    }
    *out = *recipe;
    out->ensemble.n = out->params = 0;
    for (size_t m = 0; m < recipe->ensemble.n && status == TR_OK; m++)
        status = add_member(space, choice, budget, &recipe->ensemble.member[m], out, err);
    return status;
}

/* One round on a few made-up rows: enough for the library to read its parameters. */
static enum tr_status try_member(const struct tr_member *member, const struct tr_fit *rows, struct tr_error *err)
{
    struct tr_fit fit = *rows;
    struct tr_model *model = NULL;
    enum tr_status status;

    fit.params = member->params;
    fit.n_params = member->n_params;
    fit.context = member->context;
    status = member->impl->train(&fit, &model, err);
    if (status == TR_OK)
        member->impl->destroy(model);
    return status;
}

static enum tr_status try_all(const struct tr_search_space *space, const struct tr_recipe *recipe,
                              const struct tr_fit *rows, struct tr_error *err)
{
    char label[TR_SEARCH_LABEL];
    enum tr_status status = TR_OK;

    for (size_t i = 0; i < tr_search_space_size(space) && status == TR_OK; i++) {
        struct tr_recipe one;

        status = tr_search_space_recipe(space, i, 1.0, recipe, &one, label, err);
        for (size_t m = 0; m < one.ensemble.n && status == TR_OK; m++)
            status = try_member(&one.ensemble.member[m], rows, err);
    }
    if (status == TR_OK || status == TR_NOMEM)
        return status;
    tr_error_prepend(err, "--param, %s", label);
    return err->code = TR_USAGE;
}

enum tr_status tr_search_space_try(const struct tr_search_space *space, const struct tr_recipe *recipe,
                                   struct tr_error *err)
{
    struct tr_matrix x;
    size_t row[TRY_ROWS], col[TR_FEATURE_INPUTS];
    double y[TRY_ROWS];
    struct tr_fit rows = {
        .x = &x, .n = TRY_ROWS, .row = row, .y = y, .cols = TR_FEATURE_INPUTS, .col = col, .rounds = 1};
    enum tr_status status = tr_matrix_init(&x, TRY_ROWS, TR_FEATURE_INPUTS, err);

    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
        col[j] = j;
        for (size_t i = 0; i < TRY_ROWS && status == TR_OK; i++)
            tr_matrix_column(&x, j)[i] = (double)((i * (j + 3)) % TRY_ROWS);
    }
    for (size_t i = 0; i < TRY_ROWS; i++) {
        row[i] = i;
        y[i] = (double)(i % 2);
    }
    if (status == TR_OK)
        status = try_all(space, recipe, &rows, err);
    tr_matrix_finish(&x);
    return status;
}
