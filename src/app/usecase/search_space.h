/* The configurations a search chooses among: named parameters of the members, each with a list of values. */
#ifndef TR_USECASE_SEARCH_SPACE_H
#define TR_USECASE_SEARCH_SPACE_H

#include "app/usecase/recipe.h"

#define TR_SEARCH_PARAMS 8
#define TR_SEARCH_VALUES 16
#define TR_SEARCH_CANDIDATES 256
#define TR_SEARCH_LABEL 96

/* "lightgbm.num_leaves=7,15,31". */
struct tr_search_param {
    char member[16]; /* "lightgbm", "xgboost" */
    char name[48];   /* the library's own name, or "rounds" */
    size_t n;
    char value[TR_SEARCH_VALUES][32];
};

struct tr_search_space {
    size_t n;
    struct tr_search_param param[TR_SEARCH_PARAMS];
};

/* Adds what the text names. TR_USAGE: not of that form, a value twice, rounds that are no number, too many parameters,
 * values or combinations. */
enum tr_status tr_search_space_add(struct tr_search_space *space, const char *text, struct tr_error *err) TR_MUST_CHECK;
/* A small grid for who names none: trees half as deep and as deep as the recipe's defaults, of each member in it. */
void tr_search_space_defaults(struct tr_search_space *space, const struct tr_recipe *recipe);
/* How many combinations. */
size_t tr_search_space_size(const struct tr_search_space *space);
/* TR_USAGE where the recipe has no such member, a name is given twice. */
enum tr_status tr_search_space_check(const struct tr_search_space *space, const struct tr_recipe *recipe,
                                     struct tr_error *err) TR_MUST_CHECK;

/* Every combination is fitted once to a few made-up rows, so that a value its library refuses is told before long work,
 * not in the middle of it. TR_USAGE names the combination. */
enum tr_status tr_search_space_try(const struct tr_search_space *space, const struct tr_recipe *recipe,
                                   struct tr_error *err) TR_MUST_CHECK;

/* The recipe of one combination, the last parameter changing fastest: values [i] point into space, which must live as
 * long. budget: share of the rounds (successive halving), 1 = all; at least 10 rounds. label: "num_leaves=15
 * max_depth=3", with the member in front where two share a name, cut where too long. */
enum tr_status tr_search_space_recipe(const struct tr_search_space *space, size_t candidate, double budget,
                                      const struct tr_recipe *recipe, struct tr_recipe *out,
                                      char label[TR_SEARCH_LABEL], struct tr_error *err) TR_MUST_CHECK;

#endif
