/* The one source of all kernels: each kernel_*.c defines KERNEL (the table's name), KERNEL_NAME and BYTES (of a
 * register), includes this, says in supported() where it can run, and is compiled with its own flags. No include guard:
 * it is a template. */
#define TR_SEARCH_BYTES BYTES
#include "engine/model/forest/cut.h"
#include "engine/model/forest/kernel.h"
#include "engine/model/forest/search.h"

#include <string.h>

enum { GROUP = 8 }; /* registers worked on side by side */
_Static_assert(TR_CODE_BLOCK % (BYTES * GROUP) == 0, "a block is whole groups of registers");

typedef int8_t lanes __attribute__((vector_size(BYTES)));
typedef uint8_t numbers __attribute__((vector_size(BYTES)));
typedef uint32_t words __attribute__((vector_size(BYTES)));

static uint32_t rank_among_slices(const struct tr_code_feature *feature, double value)
{
    size_t slice = 0;
    while (slice + 1 < feature->slices && tr_search_last(feature->table + slice * TR_SEARCH_TABLE) < value)
        slice++;
    return (uint32_t)(slice * TR_SEARCH_MAX + tr_search_below(feature->table + slice * TR_SEARCH_TABLE, value));
}

/* How many of the feature's cuts lie below the value; 0 for NaN. */
static inline uint32_t rank_of(const struct tr_code_feature *feature, double value)
{
    return feature->slices == 1 ? (uint32_t)tr_search_below(feature->table, value) : rank_among_slices(feature, value);
}

static inline int8_t code_of(const struct tr_code_column *column, uint32_t rank)
{
    uint32_t above = rank > column->below ? rank - column->below : 0;
    return (int8_t)((int)(above < column->cuts ? above : column->cuts) - 128);
}

static inline bool is_zero(double value)
{
    return fabs(value) <= TR_CUT_ZERO;
}

static void code_row(const struct tr_code *code, const double *x, int8_t *codes)
{
    for (size_t f = 0; f < code->features; f++) {
        const struct tr_code_feature *feature = &code->feature[f];
        double value = tr_cut_value(code->kind, x[feature->feature]);
        uint32_t rank = rank_of(feature, value);
        bool zero = feature->zero_missing && is_zero(value);
        for (uint32_t k = 0; k < feature->columns; k++) {
            const struct tr_code_column *column = &feature->column[k];
            int8_t c = code_of(column, rank);
            if (isnan(value))
                c = column->nan;
            else if (zero && column->zero_missing)
                c = column->zero;
            codes[feature->first + k] = c;
        }
    }
}

/* A feature's values and where they stand. */
struct strip {
    double value[TR_CODE_BLOCK];
    uint32_t rank[TR_CODE_BLOCK];
    uint16_t odd[TR_CODE_BLOCK]; /* rows that are NaN, or zero where zero may be missing */
    size_t n, odds;
};

static void take_strip(const struct tr_code *code, const struct tr_code_feature *feature,
                       const struct tr_kernel_rows *rows, struct strip *strip)
{
    const double *from = tr_matrix_column(rows->x, rows->col ? rows->col[feature->feature] : feature->feature);
    size_t odds = 0;
    for (size_t i = 0; i < strip->n; i++)
        strip->value[i] = tr_cut_value(code->kind, from[rows->row ? rows->row[rows->first + i] : rows->first + i]);
    for (size_t i = 0; i < strip->n; i++)
        strip->rank[i] = rank_of(feature, strip->value[i]);
    for (size_t i = 0; i < strip->n; i++) {
        strip->odd[odds] = (uint16_t)i;
        odds += isnan(strip->value[i]) || (feature->zero_missing && is_zero(strip->value[i]));
    }
    strip->odds = odds;
}

static void fill_column(const struct strip *strip, const struct tr_code_column *column, int8_t *codes)
{
    for (size_t i = 0; i < strip->n; i++)
        codes[i] = code_of(column, strip->rank[i]);
    for (size_t k = 0; k < strip->odds; k++) {
        size_t i = strip->odd[k];
        if (isnan(strip->value[i]))
            codes[i] = column->nan;
        else if (column->zero_missing)
            codes[i] = column->zero;
    }
}

static void code_block(const struct tr_code *code, const struct tr_kernel_rows *rows, int8_t *codes)
{
    struct strip strip;
    strip.n = rows->n;
    for (size_t f = 0; f < code->features; f++) {
        const struct tr_code_feature *feature = &code->feature[f];
        take_strip(code, feature, rows, &strip);
        for (uint32_t k = 0; k < feature->columns; k++)
            fill_column(&strip, &feature->column[k], codes + (feature->first + k) * TR_CODE_BLOCK);
    }
}

static inline words spread(uint32_t word)
{
    return (words){0} + word;
}

static void leaves(size_t n, const struct tr_kernel_node *node, const int8_t *codes, uint8_t *leaf)
{
    for (size_t i = 0; i < TR_CODE_BLOCK; i += BYTES * GROUP) {
        numbers at[GROUP] = {{0}};
        for (size_t k = 0; k < n; k++) {
            const int8_t *column = codes + node[k].column * TR_CODE_BLOCK + i;
            lanes mark = (lanes)spread(node[k].mark);
            numbers first = (numbers)spread(node[k].first), step = (numbers)spread(node[k].step);
            for (size_t g = 0; g < GROUP; g++) {
                lanes some;
                memcpy(&some, column + g * BYTES, BYTES);
                at[g] += (numbers)((some > mark) & (at[g] == first)) & step;
            }
        }
        memcpy(leaf + i, at, sizeof at);
    }
}

static int supported(void);

const struct tr_kernel KERNEL = {KERNEL_NAME, supported, code_row, code_block, leaves};
