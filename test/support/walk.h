/* A walk-forward run over a made-up world, and a member that writes down what it is shown. For the tests of
 * engine/validate/walk. */
#ifndef TEST_SUPPORT_WALK_H
#define TEST_SUPPORT_WALK_H

#include "engine/validate/walk.h"

#include <pthread.h>

#define TEST_SPY_CALLS 64
#define TEST_WALK_HORIZON 24 /* bars that a label of the world may span */

/* What the spy saw in one call. */
struct test_sighting {
    size_t n;
    size_t *row; /* [n] copies */
    uint64_t seed;
};

/* In one thread, calls come in the order of the tasks. Beyond TEST_SPY_CALLS nothing is written down. */
struct test_spy {
    pthread_mutex_t lock;
    bool recording;
    size_t trainings, predictions;
    struct test_sighting train[TEST_SPY_CALLS], predict[TEST_SPY_CALLS];
    size_t fail_from; /* training on rows from here on fails; SIZE_MAX = never */
};

extern struct test_spy test_spy;
void test_spy_reset(bool recording);

/* Learns one slope a column, so that every row, label, weight and the seed leave their mark on each score. */
extern const struct tr_model_impl test_spy_impl;
extern const struct tr_ensemble_plan test_spy_plan;

/* Hourly bars, 24 of them missing in the middle, with random features and labels; 20 days to train, 5 to test. */
struct test_walk_world {
    size_t n;
    struct tr_bars bars;
    tr_time_ms *time;
    double *price;
    struct tr_matrix features;
    struct tr_target target[TR_WALK_HEADS];
    struct tr_dataset set;
    struct tr_plan_options options;
    struct tr_fold *folds;
    size_t n_folds;
    struct tr_walk_input input;
};

void test_walk_world_init(struct test_walk_world *w, size_t n);
/* The columns as they were at first. */
void test_walk_world_fill(struct test_walk_world *w);
void test_walk_world_finish(struct test_walk_world *w);

/* Fails the test where the run does. */
struct tr_walk test_walk_run(const struct tr_walk_input *input);
/* The rows of a window, listed the slow way. row [w->n]; returns how many. */
size_t test_walk_rows(const struct test_walk_world *w, const struct tr_target *target, tr_time_ms from, tr_time_ms to,
                      size_t *row);
/* The first `folds` folds and all bars before `end` agree to the bit. */
void test_assert_same_walk(const struct tr_walk *a, const struct tr_walk *b, size_t folds, size_t end);

#endif
