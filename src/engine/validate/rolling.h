/* Which rows may calibrate a decision at an instant, exactly as it would have been live.
 * The pool is the newest `capacity` matured out-of-sample rows; before the first fold's test block has ended, the
 * reference part of the deciding model. A row has matured when the ladder's horizon has passed since its close, however
 * early its outcome was decided. The calibration is renewed once per UTC day. */
#ifndef TR_VALIDATE_ROLLING_H
#define TR_VALIDATE_ROLLING_H

#include "engine/calibrate/calibration.h"
#include "engine/market/bars.h"
#include "engine/validate/walk.h"

/* Outcomes of one side over the bars, as label/ladder gives them; borrowed. */
struct tr_rolling_outcomes {
    const int8_t *tp1;        /* [n_bars] -1 = none */
    const uint16_t *tp1_bars; /* [n_bars] */
    const double *gain_atr;   /* [n_bars] */
};

struct tr_rolling_options {
    size_t capacity;    /* 2000 rows */
    int64_t horizon_ms; /* 48 h: the age of maturity, from the close */
    struct tr_calibration_options calibration;
};

/* Whose decision is to be calibrated, and when. Everything borrowed. */
struct tr_rolling_query {
    const struct tr_bars *bars;
    const struct tr_walk *walk;
    size_t head;
    const struct tr_rolling_outcomes *outcomes;
    size_t fold;                      /* of the deciding model; walk->n_folds for the newest model ... */
    const struct tr_walk_fit *newest; /* ... whose reference part is then this; else NULL */
    tr_time_ms instant;               /* a close instant */
    const uint8_t *category;          /* [n_bars] of the bars, for sets by category; NULL: all the same */
};

/* The calibration of one head that holds at query->instant (the caller asks once per UTC day and keeps the result):
 * rows whose maturity lies at or before it. *from_reference says which pool was taken. Destroy with
 * tr_calibration_destroy. */
enum tr_status tr_rolling_calibration(const struct tr_rolling_options *options, const struct tr_rolling_query *query,
                                      struct tr_calibration **out, bool *from_reference,
                                      struct tr_error *err) TR_MUST_CHECK;

#endif
