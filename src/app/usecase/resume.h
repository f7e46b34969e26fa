/* Finished fits of walk-forward runs kept in the store, so that a run that was stopped goes on where it was. */
#ifndef TR_USECASE_RESUME_H
#define TR_USECASE_RESUME_H

#include "app/usecase/recipe.h"
#include "app/usecase/world.h"
#include "engine/validate/walk.h"

struct tr_resume {
    struct tr_walk_cache cache; /* to be handed to tr_walk_run */
    struct tr_store *store;
    tr_time_ms now;
    char key[112]; /* the program, the bars and the recipe */
    const struct tr_fold *folds;
};

/* The cache of one run over these bars with this recipe and these folds (borrowed). resume->cache points into resume,
 * which must stay where it is. What cannot be read or written is simply computed anew. */
enum tr_status tr_resume_init(struct tr_resume *resume, const struct tr_world *world, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, const struct tr_fold *folds,
                              struct tr_error *err) TR_MUST_CHECK;
/* Forgets the steps of this run: its result stands elsewhere now. */
void tr_resume_done(const struct tr_resume *resume);

#endif
