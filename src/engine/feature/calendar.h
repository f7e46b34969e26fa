/* Time of day and day of week of the bar's open (UTC) as points on a circle. */
#ifndef TR_FEATURE_CALENDAR_H
#define TR_FEATURE_CALENDAR_H

#include "engine/feature/block.h"
#include "engine/feature/circle.h"

#define tr_calendar_run TR_ISA(tr_calendar_run)

/* hour_sin, hour_cos, dow_sin, dow_cos. */
void tr_calendar_run(const struct tr_block *block);

#endif
