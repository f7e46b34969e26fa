#include "app/usecase/search_space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS "rounds"
#define LEAST_ROUNDS 10

static enum tr_status form(struct tr_error *err, const char *text)
{
    return tr_error_set(err, TR_USAGE,
                        "--param %.80s: write it as member.name=value,value: for example "
                        "lightgbm.num_leaves=7,15,31 or xgboost.rounds=100,200",
                        text);
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
        for (size_t k = 0; k < i; k++) {
            if (strcmp(space->param[k].member, p->member) == 0 && strcmp(space->param[k].name, p->name) == 0)
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
        if (strcmp(list[i].name, name) == 0) {
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
        if (strcmp(p->name, ROUNDS) != 0)
            status = set_param(&member, list, &n, p->name, value, err);
        else if ((member.rounds = strtoul(value, NULL, 10)) == 0 || member.rounds > 10000)
            status = tr_error_set(err, TR_USAGE, "--param %s.rounds=%s: 1 to 10000", p->member, value);
    }
    if (status == TR_OK)
        status = tr_recipe_add_member(out, from->impl, list, n, budget_of(member.rounds, budget), err);
    if (status == TR_OK)
        out->ensemble.member[out->ensemble.n - 1].context = from->context;
    return status;
}

enum tr_status tr_search_space_recipe(const struct tr_search_space *space, size_t candidate, double budget,
                                      const struct tr_recipe *recipe, struct tr_recipe *out,
                                      char label[TR_SEARCH_LABEL], struct tr_error *err)
{
    size_t choice[TR_SEARCH_PARAMS], rest = candidate, len = 0;
    enum tr_status status = TR_OK;

    for (size_t i = space->n; i-- > 0;) {
        choice[i] = rest % space->param[i].n;
        rest /= space->param[i].n;
    }
    label[0] = '\0';
    for (size_t i = 0; i < space->n && len < TR_SEARCH_LABEL; i++)
        len += (size_t)snprintf(label + len, TR_SEARCH_LABEL - len, "%s%s=%s", i ? " " : "", space->param[i].name,
                                space->param[i].value[choice[i]]);
    *out = *recipe;
    out->ensemble.n = out->params = 0;
    for (size_t m = 0; m < recipe->ensemble.n && status == TR_OK; m++)
        status = add_member(space, choice, budget, &recipe->ensemble.member[m], out, err);
    return status;
}
