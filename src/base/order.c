#include "base/order.h"

#include "base/alloc.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 64 / DIGIT_BITS, BUCKETS = 1 << DIGIT_BITS, SMALL = 24 };

/* Sorting with spare memory: few passes over wide digits, from as many values on as pay for the counters. */
enum { WIDE_BITS = 11, WIDE_PASSES = 3, WIDE_BUCKETS = 1 << WIDE_BITS, WIDE_MIN = 512, MOST_SHIFTS = 8 };

struct item {
    uint64_t key;
    size_t position;
};

/* Maps numbers to integers of the same order; -0 comes right before 0. */
static uint64_t key_of_number(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ ((UINT64_C(0) - (bits >> 63)) | UINT64_C(1) << 63);
}

/* The same where -0 equals 0 and every NaN comes last. */
static uint64_t key_of(double x)
{
    return isnan(x) ? UINT64_MAX : key_of_number(x + 0.0);
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return key >> digit * DIGIT_BITS & (BUCKETS - 1);
}

/* One pass of a radix sort, stable. false: all keys share this digit, nothing was moved. */
static bool scatter(size_t n, const struct item *from, struct item *to, unsigned digit, const size_t *count)
{
    if (count[digit_of(from[0].key, digit)] == n)
        return false;
    size_t next[BUCKETS];
    size_t sum = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        next[b] = sum;
        sum += count[b];
    }
    for (size_t i = 0; i < n; i++)
        to[next[digit_of(from[i].key, digit)]++] = from[i];
    return true;
}

/* Sorts items [n] with help of spare [n]; returns which of the two holds the result. Least significant digit first:
 * stable, and without the mispredicted branches that a comparison sort pays for. */
static struct item *radix_sort(size_t n, struct item *items, struct item *spare)
{
    size_t count[DIGITS][BUCKETS] = {{0}};
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < DIGITS; d++)
            count[d][digit_of(items[i].key, d)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        if (scatter(n, items, spare, d, count[d])) {
            struct item *sorted = spare;
            spare = items;
            items = sorted;
        }
    }
    return items;
}

static void insertion_order(size_t n, const double *x, size_t *order)
{
    uint64_t keys[SMALL];
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(x[i]);
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--) {
            keys[j] = keys[j - 1];
            order[j] = order[j - 1];
        }
        keys[j] = key;
        order[j] = i;
    }
}

enum tr_status tr_order_ascending(size_t n, const double *x, size_t *order, struct tr_error *err)
{
    if (n <= SMALL) {
        insertion_order(n, x, order);
        return TR_OK;
    }
    if (n > SIZE_MAX / 2)
        return tr_error_nomem(err);
    struct item *items = tr_alloc(2 * n, sizeof *items);
    if (!items)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct item){key_of(x[i]), i};
    const struct item *sorted = radix_sort(n, items, items + n);
    for (size_t i = 0; i < n; i++)
        order[i] = sorted[i].position;
    tr_free(items);
    return TR_OK;
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_down(size_t n, double *x, size_t root)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && x[child] < x[child + 1])
            child++;
        if (!(x[root] < x[child]))
            return;
        swap(&x[root], &x[child]);
    }
}

static void heap_sort(size_t n, double *x)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(n, x, i);
    for (size_t last = n; last-- > 1;) {
        swap(&x[0], &x[last]);
        sift_down(last, x, 0);
    }
}

static void insertion_sort(size_t n, double *x)
{
    for (size_t i = 1; i < n; i++) {
        double value = x[i];
        size_t j = i;
        for (; j > 0 && value < x[j - 1]; j--)
            x[j] = x[j - 1];
        x[j] = value;
    }
}

static double median_of_three(double a, double b, double c)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Hoare's partition: returns cut with x[0 .. cut) <= pivot <= x[cut .. n), both sides not empty. */
static size_t partition(size_t n, double *x)
{
    double pivot = median_of_three(x[0], x[n / 2], x[n - 1]);
    size_t i = 0, j = n - 1;
    for (;;) {
        while (x[i] < pivot)
            i++;
        while (pivot < x[j])
            j--;
        if (i >= j)
            return i > 0 ? i : 1;
        swap(&x[i++], &x[j--]);
    }
}

/* Quicksort that hands a part to heapsort once its depth shows a bad choice of pivots (Musser 1997, introsort). */
static void intro_sort(size_t n, double *x, unsigned depth)
{
    while (n > SMALL) {
        if (depth-- == 0) {
            heap_sort(n, x);
            return;
        }
        size_t cut = partition(n, x);
        intro_sort(n - cut, x + cut, depth);
        n = cut;
    }
    insertion_sort(n, x);
}

/* Moves every NaN behind the numbers and returns how many numbers there are. */
static size_t put_numbers_first(size_t n, double *x)
{
    size_t numbers = n;
    for (size_t i = 0; i < numbers;) {
        if (isnan(x[i]))
            swap(&x[i], &x[--numbers]);
        else
            i++;
    }
    return numbers;
}

static void sort_numbers(size_t n, double *x)
{
    unsigned depth = 2;
    for (size_t rest = n; rest > 1; rest /= 2)
        depth += 2;
    intro_sort(n, x, depth);
}

void tr_sort_doubles(size_t n, double *x)
{
    sort_numbers(put_numbers_first(n, x), x);
}

/* One pass of a radix sort by the digit above low_bit; counts of the digits become places. */
static void scatter_wide(size_t n, const double *restrict from, double *restrict to, unsigned low_bit,
                         uint32_t counts[WIDE_BUCKETS])
{
    uint32_t sum = 0;
    for (size_t b = 0; b < WIDE_BUCKETS; b++) {
        uint32_t count = counts[b];
        counts[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        double value = from[i];
        to[counts[key_of_number(value) >> low_bit & (WIDE_BUCKETS - 1)]++] = value;
    }
}

/* By 33 bits of the keys, from low_bit up. */
static void sort_high_bits(size_t n, double *x, double *spare, unsigned low_bit)
{
    uint32_t counts[WIDE_PASSES][WIDE_BUCKETS] = {{0}};
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of_number(x[i]) >> low_bit;
        for (unsigned d = 0; d < WIDE_PASSES; d++)
            counts[d][key >> d * WIDE_BITS & (WIDE_BUCKETS - 1)]++;
    }
    for (unsigned d = 0; d < WIDE_PASSES; d++) {
        bool back = d % 2;
        scatter_wide(n, back ? spare : x, back ? x : spare, low_bit + d * WIDE_BITS, counts[d]);
    }
    memcpy(x, spare, n * sizeof *x); /* the number of passes is odd */
}

/* Insertion sort of what is nearly sorted; false: too many shifts, x is still to be sorted. */
static bool finish_sorting(size_t n, double *x)
{
    size_t shifts = 0;
    for (size_t i = 1; i < n; i++) {
        double value = x[i];
        if (!(value < x[i - 1]))
            continue;
        size_t j = i;
        for (; j > 0 && value < x[j - 1]; j--)
            x[j] = x[j - 1];
        x[j] = value;
        shifts += i - j;
        if (shifts > MOST_SHIFTS * n)
            return false;
    }
    return true;
}

/* Bits in which the keys differ, in one pass with the question whether there is a NaN: adding the largest fraction to
 * a magnitude above infinity's carries into bit 63. */
static uint64_t find_differing_bits(size_t n, const double *x, bool *any_nan)
{
    const uint64_t first_key = key_of_number(x[0]);
    uint64_t differs = 0, carried = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        differs |= key_of_number(x[i]) ^ first_key;
        carried |= (bits & (UINT64_MAX >> 1)) + (UINT64_MAX >> 12);
    }
    *any_nan = carried >> 63;
    return differs;
}

void tr_sort_doubles_spare(size_t n, double *x, double *spare)
{
    if (n < WIDE_MIN || n > UINT32_MAX) {
        tr_sort_doubles(n, x);
        return;
    }
    bool any_nan;
    uint64_t differs = find_differing_bits(n, x, &any_nan);
    if (any_nan) {
        tr_sort_doubles_spare(put_numbers_first(n, x), x, spare);
        return;
    }
    unsigned low_bit = 0;
    while (differs >> low_bit >> WIDE_BITS * WIDE_PASSES)
        low_bit++;
    sort_high_bits(n, x, spare, low_bit);
    if (!finish_sorting(n, x))
        sort_numbers(n, x);
}

double tr_quantile_sorted(size_t n, const double *x, double q)
{
    assert(q >= 0.0 && q <= 1.0);
    if (n == 0)
        return (double)NAN;
    double place = (double)(n - 1) * q;
    size_t low = (size_t)place;
    if (low >= n - 1)
        return x[n - 1];
    double part = place - (double)low;
    if (part == 0.0 || x[low] == x[low + 1])
        return x[low];
    return x[low] + part * (x[low + 1] - x[low]);
}
