/* The clock and the week as points on a circle, the same bits on every machine. */
#ifndef TR_FEATURE_CIRCLE_H
#define TR_FEATURE_CIRCLE_H

struct tr_circle_point {
    double sin, cos;
};

/* The angle of a time of day is that of its hour plus that of its minute. */
struct tr_circle {
    struct tr_circle_point hour[24], minute[60];
    struct tr_circle_point weekday[7]; /* Monday first */
};

/* sin and cos of 2 pi part/whole, part < whole: by symmetry from an angle of at most 45 degrees and its Taylor series,
 * so that multiples of 90 degrees are exact. Within 2^-52. */
struct tr_circle_point tr_circle_point(unsigned part, unsigned whole);

void tr_circle_init(struct tr_circle *circle);

#endif
