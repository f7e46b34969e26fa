#define SCAN_DOWN tr_gbdt_down_plain
#define SCAN_UP tr_gbdt_up_plain
#define LANES 2
#include "engine/model/gbdt/scan_body.h"
