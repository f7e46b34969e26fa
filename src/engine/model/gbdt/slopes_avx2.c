#define SLOPES tr_gbdt_slopes_avx2
#include "engine/model/gbdt/slopes_body.h"
