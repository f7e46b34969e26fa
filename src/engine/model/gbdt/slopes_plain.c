#define SLOPES tr_gbdt_slopes_plain
#include "engine/model/gbdt/slopes_body.h"
