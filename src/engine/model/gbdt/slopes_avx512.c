#define SLOPES tr_gbdt_slopes_avx512
#include "engine/model/gbdt/slopes_body.h"
