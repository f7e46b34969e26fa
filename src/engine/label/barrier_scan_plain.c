#define BARRIER_SCAN tr_barrier_scan_plain
#define LANES 2
#define GROUP 2
#include "engine/label/barrier_scan_body.h"
