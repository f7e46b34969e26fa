/* The feature list: every column once, in the order of CSV files and matrices. */
#ifndef TR_FEATURE_LIST_H
#define TR_FEATURE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define TR_FEATURE_OVERLAYS ((size_t)24) /* columns 0 .. 23: for charts, in price or volume units */
#define TR_FEATURE_INPUTS ((size_t)76)   /* columns 24 .. 99: what models see */
#define TR_FEATURE_COLUMNS (TR_FEATURE_OVERLAYS + TR_FEATURE_INPUTS)
/* The first row of a segment at which every input computed from bars alone by row count is defined (ema_200_slope). */
#define TR_FEATURE_WARMUP_ROWS ((size_t)219)

struct tr_feature_info {
    const char *name;    /* "ema_9_dist" */
    const char *family;  /* trend, momentum, volatility, support_resistance, microstructure, regime, calendar,
                            sentiment */
    const char *formula; /* one line */
    const char *unit;
    int first;     /* 0-based row of the first value in a segment; -1 where it depends on the clock or on data */
    bool input;    /* a model input (else an overlay) */
    bool recorded; /* joined from recordings: enters a fit only with enough values (features.md, end) */
};

/* column < TR_FEATURE_COLUMNS. */
const struct tr_feature_info *tr_feature_info(size_t column);
/* Column of that name, or TR_FEATURE_COLUMNS. */
size_t tr_feature_find(const char *name);

#endif
