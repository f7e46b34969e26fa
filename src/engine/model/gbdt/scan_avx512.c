#define SCAN_DOWN tr_gbdt_down_avx512
#define SCAN_UP tr_gbdt_up_avx512
#define LANES 8
#include "engine/model/gbdt/scan_body.h"
