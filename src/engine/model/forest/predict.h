/* The one predictor of the program: rows of numbers -> margins and probabilities, bit-equal to the library whose rules
 * the forest follows (LightGBM 4: sums and link in double; XGBoost 1.7 to 3.4: in float). XGBoost takes floats: a row's
 * values become the nearest ones, after a bound of +-1e37 within which our training keeps them too. */
#ifndef TR_FOREST_PREDICT_H
#define TR_FOREST_PREDICT_H

#include "base/matrix.h"
#include "engine/model/forest/forest.h"

struct tr_predictor; /* read-only once made: may be asked by several threads */

/* Lays the forest out for speed; the forest may go afterwards. Destroy with tr_predictor_destroy. */
enum tr_status tr_predictor_create(const struct tr_forest *forest, struct tr_predictor **out,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_predictor_destroy(struct tr_predictor *predictor);
size_t tr_predictor_features(const struct tr_predictor *predictor);
size_t tr_predictor_classes(const struct tr_predictor *predictor);

/* One row: x [features], NaN = missing. out [classes]. raw: margins instead of linked values. Does not allocate; takes
 * 5 kB of stack. */
void tr_predict_row(const struct tr_predictor *predictor, const double *x, bool raw, double *out);

/* Rows row [n] of x, feature j in its column col [features][j]; col NULL = columns 0, 1, 2 ...; row NULL = 0, 1, 2 ...
 * out [n * classes], the classes of a row side by side. The same bits as row by row. Errors: TR_NOMEM. */
enum tr_status tr_predict(const struct tr_predictor *predictor, const struct tr_matrix *x, size_t n, const size_t *row,
                          const size_t *col, bool raw, double *out, struct tr_error *err) TR_MUST_CHECK;

#endif
