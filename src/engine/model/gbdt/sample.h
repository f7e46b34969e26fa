/* Which rows and which columns a tree sees. LightGBM's own random numbers depend on its blocks and threads and are not
 * imitated: only the shares are the same. */
#ifndef TR_GBDT_SAMPLE_H
#define TR_GBDT_SAMPLE_H

#include "base/rng.h"
#include "engine/model/gbdt/objective.h"

struct tr_gbdt_sample {
    struct tr_rng rows, columns;
    size_t n, used;  /* rows of the fit, columns with something to split */
    size_t bag, out; /* rows in the bag; rows left out */
    uint32_t *row;   /* [n] the bag, ascending, then the others, ascending */
    bool *open;      /* [used] columns of the tree at hand */
    uint32_t *draw;  /* [used] scratch */
};

/* All rows and columns at first. Finish with tr_gbdt_sample_finish, also after an error. */
enum tr_status tr_gbdt_sample_init(struct tr_gbdt_sample *out, size_t n, size_t used, uint64_t seed,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_gbdt_sample_finish(struct tr_gbdt_sample *sample);

/* Before each round: a new bag if it is time for one. A bag that would be empty holds every row. */
void tr_gbdt_sample_rows(struct tr_gbdt_sample *sample, const struct tr_gbdt_params *params,
                         const struct tr_gbdt_target *target, size_t round);
/* Before each tree: round(feature_fraction * used) columns, at least one. */
void tr_gbdt_sample_columns(struct tr_gbdt_sample *sample, const struct tr_gbdt_params *params);

#endif
