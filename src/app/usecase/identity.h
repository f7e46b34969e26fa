/* Names by content: which data, which recipe. What has the same names was computed from the same things. */
#ifndef TR_USECASE_IDENTITY_H
#define TR_USECASE_IDENTITY_H

#include "app/usecase/recipe.h"
#include "base/hash.h"
#include "base/json.h"
#include "engine/market/bars.h"

/* Every column of every bar. */
void tr_identity_bars(const struct tr_bars *bars, char out[TR_HASH_TEXT]);

/* The same, and every recorded rate of funding beside them; without one the name is that of the bars. The default rate
 * is a setting, not data. */
void tr_identity_data(const struct tr_bars *bars, const struct tr_funding *funding, char out[TR_HASH_TEXT]);

/* Everything in the recipe that decides what is computed from given bars, as members of the open object: labels,
 * ladder, costs, gate, plan, calibration, members with their parameters in order of name, sides, seed. How many folds
 * are run is not part of it, nor are conformal sets: they describe, and decide no score, signal or trial. */
void tr_recipe_json(const struct tr_recipe *recipe, struct tr_json *json);
/* The hash of that text; of two recipes equal only where they compute the same. */
enum tr_status tr_identity_recipe(const struct tr_recipe *recipe, char out[TR_HASH_TEXT],
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
