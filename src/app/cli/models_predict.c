#include "app/cli/models.h"
#include "app/cli/output.h"
#include "app/usecase/predict_file.h"
#include "base/text.h"

#include <string.h>

struct printer {
    struct tr_cli *cli;
    struct tr_json json;
};

static void print_row(struct tr_buf *out, size_t classes, const double *answer, char separator)
{
    char number[TR_NUMBER_TEXT];

    for (size_t k = 0; k < classes; k++) {
        if (k)
            tr_buf_char(out, separator);
        tr_buf_add(out, number, tr_text_from_double17(answer[k], number));
    }
    tr_buf_char(out, '\n');
}

static void print_header(struct tr_buf *out, size_t classes)
{
    if (classes == 1)
        tr_buf_text(out, "prediction");
    for (size_t k = 0; k < classes && classes > 1; k++)
        tr_buf_printf(out, "%sclass_%zu", k ? "," : "", k);
    tr_buf_char(out, '\n');
}

static void json_row(struct tr_json *json, size_t classes, const double *answer)
{
    if (classes == 1) {
        tr_json_number(json, NULL, answer[0]);
        return;
    }
    tr_json_array(json, NULL);
    for (size_t k = 0; k < classes; k++)
        tr_json_number(json, NULL, answer[k]);
    tr_json_array_end(json);
}

/* JSON stays in memory to its end, so that standard output never holds half of one; lines go out block by block. */
static enum tr_status print(void *context, size_t classes, size_t n, const double *answer, struct tr_error *err)
{
    struct printer *printer = context;
    struct tr_cli *cli = printer->cli;

    if (cli->json) {
        for (size_t i = 0; i < n; i++)
            json_row(&printer->json, classes, answer + i * classes);
        return tr_buf_status(&cli->out, err);
    }
    if (cli->csv && n == 0)
        print_header(&cli->out, classes);
    for (size_t i = 0; i < n; i++)
        print_row(&cli->out, classes, answer + i * classes, cli->csv ? ',' : '\t');
    tr_progress_bar_clear(&cli->bar);
    return tr_cli_flush(cli, err);
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_predict_file_options options = {
        .model = cli->args.operand[1],
        .rows = cli->args.operand[2],
        .header = !tr_args_has(&cli->args, "no-header"),
        .raw = tr_args_has(&cli->args, "raw"),
        .progress = &cli->progress,
    };
    struct printer printer = {.cli = cli};
    struct tr_predict_file about;
    enum tr_status status;

    if (strcmp(options.model, "-") == 0 && strcmp(options.rows, "-") == 0)
        return tr_error_set(err, TR_USAGE, "models predict: only one of model and rows can be standard input");
    tr_json_init(&printer.json, &cli->out, 0);
    if (cli->json) {
        tr_json_object(&printer.json, NULL);
        tr_json_array(&printer.json, "predictions");
    }
    status = tr_predict_file(&options, print, &printer, &about, err);
    if (status != TR_OK)
        return status;
    *nothing = about.rows == 0;
    tr_cli_note(cli, "%zu rows, %zu features by %s", about.rows, about.features, about.by_name ? "name" : "position");
    if (cli->json) {
        tr_json_array_end(&printer.json);
        tr_json_int(&printer.json, "rows", (int64_t)about.rows);
        tr_json_int(&printer.json, "classes", (int64_t)about.classes);
        tr_json_bool(&printer.json, "by_name", about.by_name);
        tr_json_object_end(&printer.json);
        tr_buf_char(&cli->out, '\n');
    }
    return TR_OK;
}

static const char *const taken[] = {"no-header", "raw", NULL};

const struct tr_models_verb tr_models_predict = {
    .name = "predict",
    .usage = "MODEL-FILE ROWS.csv [--no-header] [--raw]",
    .min_operands = 2,
    .max_operands = 2,
    .takes = taken,
    .csv = true,
    .run = run,
};
