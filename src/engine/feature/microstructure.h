/* What bars tell of trading costs and order flow: Corwin-Schultz spread, Amihud illiquidity, volume surprise,
 * on-balance volume. Sources: Corwin and Schultz (2012); Amihud (2002); J. Granville (1963). Each function computes one
 * block. */
#ifndef TR_FEATURE_MICROSTRUCTURE_H
#define TR_FEATURE_MICROSTRUCTURE_H

#include "engine/feature/block.h"

#define tr_microstructure_obv TR_ISA(tr_microstructure_obv)
#define tr_microstructure_spread TR_ISA(tr_microstructure_spread)
#define tr_microstructure_illiquidity TR_ISA(tr_microstructure_illiquidity)
#define tr_microstructure_volume TR_ISA(tr_microstructure_volume)
#define tr_microstructure_recorded TR_ISA(tr_microstructure_recorded)

void tr_microstructure_obv(const struct tr_block *block);         /* obv */
void tr_microstructure_spread(const struct tr_block *block);      /* corwin_schultz_spread */
void tr_microstructure_illiquidity(const struct tr_block *block); /* amihud_24 */
void tr_microstructure_volume(const struct tr_block *block);      /* volume_z_48, obv_slope_24 */
/* The columns that are joined from recordings, all NaN: bars alone do not hold them. */
void tr_microstructure_recorded(const struct tr_block *block);

#endif
