#include "app/usecase/version.h"

#include "engine/model/xgboost.h"

#include <stdio.h>

void tr_version_describe(struct tr_version_info *out)
{
    out->program = TR_PROGRAM_VERSION;
    out->n_linked = 1;
    out->linked[0].name = "xgboost";
    tr_xgboost_version(out->linked[0].version, sizeof out->linked[0].version);
}
