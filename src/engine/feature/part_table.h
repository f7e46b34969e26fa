/* The table of parts of one instruction set (see parts.h, isa.h). */
#ifndef TR_FEATURE_PART_TABLE_H
#define TR_FEATURE_PART_TABLE_H

#include "engine/feature/parts.h"

extern const tr_part_fn tr_part_table_plain[TR_PART_COUNT];
extern const tr_part_fn tr_part_table_avx2[TR_PART_COUNT];

#endif
