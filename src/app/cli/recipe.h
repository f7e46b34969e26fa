/* The settings' vocabulary put into the engine's. */
#ifndef TR_CLI_RECIPE_H
#define TR_CLI_RECIPE_H

#include "app/cli/command.h"
#include "app/usecase/recipe.h"

/* The configured recipe, with --side and --folds applied where the verb has them. */
enum tr_status tr_cli_make_recipe(struct tr_cli *cli, struct tr_recipe *out, struct tr_error *err) TR_MUST_CHECK;

#endif
