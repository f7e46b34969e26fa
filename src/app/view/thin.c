#include "app/view/thin.h"

static size_t add(size_t *row, size_t kept, size_t next)
{
    if (!kept || row[kept - 1] < next)
        row[kept++] = next;
    return kept;
}

size_t tr_thin(size_t n, const double *y, size_t most, size_t *row)
{
    size_t kept = 0, stretches = (most - 2) / 2;

    if (n <= most) {
        for (size_t i = 0; i < n; i++)
            row[i] = i;
        return n;
    }
    kept = add(row, kept, 0);
    for (size_t s = 0; s < stretches; s++) {
        size_t from = n / stretches * s + n % stretches * s / stretches;
        size_t to = n / stretches * (s + 1) + n % stretches * (s + 1) / stretches;
        size_t least = from, greatest = from;

        for (size_t i = from + 1; i < to; i++) {
            if (y[i] < y[least])
                least = i;
            if (y[i] > y[greatest])
                greatest = i;
        }
        kept = add(row, kept, least < greatest ? least : greatest);
        kept = add(row, kept, least < greatest ? greatest : least);
    }
    return add(row, kept, n - 1);
}
