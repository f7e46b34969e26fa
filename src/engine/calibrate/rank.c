#include "engine/calibrate/rank.h"

/* How many of sorted [m] are < score, or <= score where equal counts too. */
static size_t count_below(size_t m, const double *sorted, double score, int equal)
{
    size_t low = 0, high = m;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < score || (equal && sorted[middle] == score))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double tr_rank(size_t m, const double *sorted, double score)
{
    size_t less = count_below(m, sorted, score, 0);
    size_t equal = count_below(m, sorted, score, 1) - less;
    return ((double)less + 0.5 * (double)equal + 0.5) / ((double)m + 1.0);
}
