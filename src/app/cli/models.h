/* The words that may follow `models`: one file each, one table of them in cmd_models.c. */
#ifndef TR_CLI_MODELS_H
#define TR_CLI_MODELS_H

#include "app/cli/command.h"

struct tr_models_verb {
    const char *name;                  /* "predict" */
    const char *usage;                 /* what follows the name: "MODEL-FILE ROWS.csv [--raw]" */
    size_t min_operands, max_operands; /* that follow the name */
    const char *const *takes;          /* long names of the options that mean something here, up to a NULL */
    bool csv;                          /* --format csv is possible */
    bool model_format;                 /* --format lightgbm or xgboost is */
    /* As a command's. Operand 0 is the name itself, its own operands follow. */
    enum tr_status (*run)(struct tr_cli *cli, bool *nothing, struct tr_error *err);
};

extern const struct tr_models_verb tr_models_list, tr_models_show, tr_models_compare, tr_models_promote,
    tr_models_rollback, tr_models_export, tr_models_import, tr_models_predict;

#endif
