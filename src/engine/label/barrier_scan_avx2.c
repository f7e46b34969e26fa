#define BARRIER_SCAN tr_barrier_scan_avx2
#define LANES 4
#define GROUP 2
#include "engine/label/barrier_scan_body.h"
