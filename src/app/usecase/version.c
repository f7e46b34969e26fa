#include "app/usecase/version.h"

#include "engine/model/xgboost.h"

#include <stdio.h>

void tr_version_describe(struct tr_version_info *out)
{
    out->program = TR_PROGRAM_VERSION;
    out->libraries = 1;
    out->library[0].name = "xgboost";
    tr_xgboost_version(out->library[0].version, sizeof out->library[0].version);
}
