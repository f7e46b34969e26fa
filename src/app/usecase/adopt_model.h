/* A model trained elsewhere as a candidate of a series: its features must be inputs of ours, by name. */
#ifndef TR_USECASE_ADOPT_MODEL_H
#define TR_USECASE_ADOPT_MODEL_H

#include "app/usecase/registry.h"

struct tr_adopt_options {
    const struct tr_model_impl *impl; /* whose file format the bytes are in */
    enum tr_side side;                /* the head it is to be */
};

/* Its reference scores are those over the reference part of the newest window of the bars, which it may have learnt
 * from: nobody here can tell, and the log says so. Errors: TR_CORRUPT, TR_UNSUPPORTED (not a binary forest), TR_INVALID
 * (a feature without name, or one that is no input of ours, named). */
enum tr_status tr_adopt_model(const struct tr_adopt_options *options, const void *bytes, size_t n,
                              const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, const struct tr_world *world, struct tr_model_record *out,
                              bool *is_new, struct tr_error *err) TR_MUST_CHECK;

#endif
