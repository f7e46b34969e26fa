#include "engine/model/gbdt/objective.h"
#include "engine/model/gbdt/scan.h"

#include <immintrin.h>
#include <math.h>

/* VRCP14PD is off by at most 2^-14 of the result, on every CPU that has it. */
static const double SLACK = 1.0 + 0x1p-13;

/* As in scan_lanes.h. */
static inline __m512d nearest(__m512d x)
{
    const __m512d shift = _mm512_set1_pd(0x1p52);
    __m512d moved = _mm512_add_pd(x, _mm512_set1_pd(0.5));
    __m512d rounded = _mm512_sub_pd(_mm512_add_pd(moved, shift), shift);
    __mmask8 over = _mm512_cmp_pd_mask(rounded, moved, _CMP_GT_OQ);
    return _mm512_mask_sub_pd(rounded, over, rounded, _mm512_set1_pd(1.0));
}

void tr_gbdt_peek_avx512(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, double *high)
{
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0), odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
    const __m512d all_g = _mm512_set1_pd(leaf->g), all_h = _mm512_set1_pd(leaf->h), l2 = _mm512_set1_pd(leaf->l2);
    const __m512d rows_by_h = _mm512_set1_pd(leaf->rows_by_h);
    const __m512d min_rows = _mm512_set1_pd(leaf->min_rows), max_rows = _mm512_set1_pd(leaf->rows - leaf->min_rows);
    const __m512d min_h = _mm512_set1_pd(leaf->min_h);
    __m512d g = _mm512_setzero_pd(), h = _mm512_set1_pd(TR_GBDT_EPSILON), rows = _mm512_setzero_pd();
    __m512d best = _mm512_set1_pd(-(double)INFINITY);
    for (size_t b = bins - 1; b > 0; b--) {
        const double *cell = cells + b * TR_GBDT_LANES * 2;
        __m512d low = _mm512_loadu_pd(cell), up = _mm512_loadu_pd(cell + 8);
        __m512d cell_h = _mm512_permutex2var_pd(low, odd, up);
        g = _mm512_add_pd(g, _mm512_permutex2var_pd(low, even, up));
        h = _mm512_add_pd(h, cell_h);
        rows = _mm512_add_pd(rows, nearest(_mm512_mul_pd(cell_h, rows_by_h)));
        __m512d g_rest = _mm512_sub_pd(all_g, g), h_rest = _mm512_sub_pd(all_h, h);
        __mmask8 sound = _mm512_cmp_pd_mask(rows, min_rows, _CMP_GE_OQ);
        sound = _mm512_mask_cmp_pd_mask(sound, rows, max_rows, _CMP_LE_OQ);
        sound = _mm512_mask_cmp_pd_mask(sound, h, min_h, _CMP_GE_OQ);
        sound = _mm512_mask_cmp_pd_mask(sound, h_rest, min_h, _CMP_GE_OQ);
        __m512d walked = _mm512_mul_pd(_mm512_mul_pd(g, g), _mm512_rcp14_pd(_mm512_add_pd(h, l2)));
        __m512d both =
            _mm512_fmadd_pd(_mm512_mul_pd(g_rest, g_rest), _mm512_rcp14_pd(_mm512_add_pd(h_rest, l2)), walked);
        best = _mm512_mask_max_pd(best, sound, best, both);
    }
    _mm512_storeu_pd(high, _mm512_mul_pd(best, _mm512_set1_pd(SLACK)));
}
