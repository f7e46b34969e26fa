#define BARRIER_SCAN tr_barrier_scan_plain
#define LANES 4
#include "engine/label/barrier_scan_body.h"
