#define BARRIER_SCAN tr_barrier_scan_avx512
#define LANES 8
#define GROUP 2
#include "engine/label/barrier_scan_body.h"
