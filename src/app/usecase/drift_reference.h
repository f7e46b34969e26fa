/* What a model's training window looked like, frozen with the model, so that a later check needs no old bars: the shape
 * of each input that a head uses over the window's ready rows, the shape of each head's scores over its reference part
 * (which it was not fitted on), and what each input is worth to each head. */
#ifndef TR_USECASE_DRIFT_REFERENCE_H
#define TR_USECASE_DRIFT_REFERENCE_H

#include "app/usecase/drift_shape.h"
#include "app/usecase/run.h"

/* The window's own blocks are as long as what a check compares with it by default: the longer of the two. A window that
 * holds less than one and a half of them is cut into as many blocks as have 100 rows each, at least two: smaller blocks
 * differ more from each other by chance, so the limit taken from them is wider, and alarms are rarer. This is usual for
 * scores, whose part is a fifth of the window. */
#define TR_DRIFT_BLOCK_DAYS 30
#define TR_DRIFT_BLOCK_BARS ((size_t)400)
#define TR_DRIFT_SMALL_BLOCK ((size_t)100)
/* Scores are compared only where the reference holds as many as two such blocks. */
#define TR_DRIFT_SCORE_ROWS (2 * TR_DRIFT_SMALL_BLOCK)

struct tr_drift_reference_input {
    size_t input; /* number among the inputs */
    struct tr_drift_shape shape;
};

struct tr_drift_reference_head {
    bool trained;
    struct tr_drift_shape score;          /* rows 0 where not trained */
    double importance[TR_FEATURE_INPUTS]; /* share of the gain; sums to 1, or all 0 where no member tells */
};

struct tr_drift_reference {
    enum tr_timeframe timeframe;
    tr_time_ms from, to; /* rows with from <= open stamp < to */
    size_t rows;
    size_t inputs;
    struct tr_drift_reference_input *input; /* [inputs] ascending; owned */
    struct tr_drift_reference_head head[TR_SIDE_COUNT];
};

/* The reference of the run's newest model. Finish with tr_drift_reference_finish, also after an error. */
enum tr_status tr_drift_reference_measure(const struct tr_run *run, struct tr_drift_reference *out,
                                          struct tr_error *err) TR_MUST_CHECK;
/* As JSON text, added to text. */
void tr_drift_reference_write(const struct tr_drift_reference *reference, struct tr_buf *text);
/* Both: the same run gives the same bytes. */
enum tr_status tr_drift_reference_make(const struct tr_run *run, struct tr_buf *text,
                                       struct tr_error *err) TR_MUST_CHECK;
/* Reads it back to the same bits. TR_CORRUPT where it is not such a text, TR_VERSION where a newer program wrote it,
 * TR_UNSUPPORTED where it names an input that this program does not compute. Finish with tr_drift_reference_finish,
 * also after an error. */
enum tr_status tr_drift_reference_read(const char *text, size_t len, struct tr_drift_reference *out,
                                       struct tr_error *err) TR_MUST_CHECK;
void tr_drift_reference_finish(struct tr_drift_reference *reference);

#endif
