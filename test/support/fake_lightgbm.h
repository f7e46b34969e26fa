/* What the made-up LightGBM library remembers of the calls it got, and what a test may ask of it. */
#ifndef TEST_SUPPORT_FAKE_LIGHTGBM_H
#define TEST_SUPPORT_FAKE_LIGHTGBM_H

#include <stddef.h>

#define FAKE_TEXT 2048
#define FAKE_ROUNDS 64

enum fake_model {
    FAKE_SOUND,      /* a tree a round, one leaf each */
    FAKE_OTHER_SIZE, /* one feature more than it was given */
    FAKE_GARBLED,    /* no model file */
    FAKE_ENDLESS,    /* says that it is larger than any model */
    FAKE_GROWING     /* of another length when it is asked for again */
};

struct fake_lightgbm {
    /* asked for by the test */
    size_t fail_at; /* the k-th call that can fail does; 0 = none */
    enum fake_model model;
    int finished_at;          /* no more splits from this round on; 0 = never */
    int metrics;              /* losses it gives: 1 */
    double loss[FAKE_ROUNDS]; /* after each round, from loss [0] */
    /* remembered */
    size_t calls;
    int datasets, boosters; /* alive */
    int rounds;             /* trained */
    char params[FAKE_TEXT]; /* of the booster */
    int rows[2], cols[2];   /* of the training and the validation set */
    int referenced;         /* the validation set was made with the training set beside it */
    double first[2];        /* first number of each */
    double corner;          /* last number of the training set */
    float label_sum[2], weight_sum[2];
};

typedef struct fake_lightgbm *(*fake_lightgbm_fn)(void); /* "fake_lightgbm" */

#endif
