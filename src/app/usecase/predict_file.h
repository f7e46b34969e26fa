/* Any model file on any table of numbers: the program's predictor, for whoever wants to hold it against the library's.
 */
#ifndef TR_USECASE_PREDICT_FILE_H
#define TR_USECASE_PREDICT_FILE_H

#include "base/error.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_predict_file_options {
    const char *model, *rows; /* paths; "-" = standard input, for one of them */
    bool header;              /* of the rows: io/format/table.h says how columns are found */
    bool raw;                 /* margins instead of probabilities */
    const struct tr_progress *progress;
};

struct tr_predict_file {
    size_t rows, features, classes;
    bool by_name; /* columns were found by the model's feature names */
};

/* Takes the predictions of n rows [n * classes], the classes of a row side by side. */
typedef enum tr_status (*tr_predictions_fn)(void *context, size_t classes, size_t n, const double *out,
                                            struct tr_error *err);

/* Calls fn once with n = 0 when model and header are understood, then for each block of rows, in order; an error of fn
 * ends it. Memory does not grow with the rows. Errors: of tr_model_file_read and io/format/table.h, naming file, line
 * and column; TR_CANCELLED; TR_NOMEM. The blocks before a bad row have been handed out by then. */
enum tr_status tr_predict_file(const struct tr_predict_file_options *options, tr_predictions_fn fn, void *context,
                               struct tr_predict_file *out, struct tr_error *err) TR_MUST_CHECK;

#endif
