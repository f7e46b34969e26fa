#include "app/usecase/predict_file.h"

#include "app/usecase/model_file.h"
#include "base/alloc.h"
#include "engine/model/forest/predict.h"
#include "io/format/table.h"

#define BLOCK_ROWS ((size_t)4096)
#define BLOCK_CELLS ((size_t)1 << 20)

struct work {
    const struct tr_predict_file_options *options;
    struct tr_predictor *predictor;
    struct tr_format_table *table;
    struct tr_matrix block;
    double *answer; /* [block.rows * classes] */
};

/* The predictor, and the table opened by the model's feature names; the forest is not needed after that. */
static enum tr_status begin(struct work *work, struct tr_error *err)
{
    const struct tr_predict_file_options *options = work->options;
    struct tr_model_file model;
    enum tr_status status = tr_model_file_read(options->model, &model, err);
    if (!status)
        status = tr_predictor_create(&model.forest, &work->predictor, err);
    if (!status) {
        struct tr_format_table_options table = {options->rows, options->header, model.forest.features,
                                                (const char *const *)model.forest.feature_name, NULL};
        status = tr_format_table_open(&table, &work->table, err);
    }
    tr_model_file_finish(&model);
    return status;
}

static enum tr_status make_room(struct work *work, const struct tr_predict_file *about, struct tr_error *err)
{
    size_t widest = about->features > about->classes ? about->features : about->classes;
    size_t rows = BLOCK_CELLS / widest < BLOCK_ROWS ? BLOCK_CELLS / widest : BLOCK_ROWS;
    rows = rows ? rows : 1;
    if (tr_matrix_init(&work->block, rows, about->features, err))
        return err->code;
    work->answer = tr_alloc(rows, about->classes * sizeof *work->answer);
    return work->answer ? TR_OK : tr_error_nomem(err);
}

static enum tr_status predict_block(struct work *work, tr_predictions_fn fn, void *context,
                                    struct tr_predict_file *about, size_t *got, struct tr_error *err)
{
    enum tr_status status = tr_format_table_read(work->table, &work->block, got, err);
    if (!status && *got > 0)
        status = tr_predict(work->predictor, &work->block, *got, NULL, NULL, work->options->raw, work->answer, err);
    if (!status && *got > 0)
        status = fn(context, about->classes, *got, work->answer, err);
    if (status)
        return status;
    about->rows += *got;
    if (!tr_progress_tell(work->options->progress, "predict", about->rows, 0, "rows"))
        return tr_error_set(err, TR_CANCELLED, "stopped after %zu rows", about->rows);
    return TR_OK;
}

enum tr_status tr_predict_file(const struct tr_predict_file_options *options, tr_predictions_fn fn, void *context,
                               struct tr_predict_file *out, struct tr_error *err)
{
    struct work work = {.options = options};
    size_t got = 1;
    *out = (struct tr_predict_file){0};
    enum tr_status status = begin(&work, err);
    if (!status) {
        out->features = tr_predictor_features(work.predictor);
        out->classes = tr_predictor_classes(work.predictor);
        out->by_name = tr_format_table_by_name(work.table);
        status = make_room(&work, out, err);
    }
    if (!status)
        status = fn(context, out->classes, 0, NULL, err);
    while (!status && got > 0)
        status = predict_block(&work, fn, context, out, &got, err);
    tr_free(work.answer);
    tr_matrix_finish(&work.block);
    tr_format_table_close(work.table);
    tr_predictor_destroy(work.predictor);
    return status;
}
