#define SCAN_DOWN tr_gbdt_down_avx2
#define SCAN_UP tr_gbdt_up_avx2
#define LANES 4
#include "engine/model/gbdt/scan_body.h"
