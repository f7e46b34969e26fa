/* A progress bar with rate and remaining time on standard error, when that is a terminal. */
#ifndef TR_CLI_PROGRESS_H
#define TR_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tr_progress_bar {
    FILE *err;
    bool shown; /* off: --quiet, --json without a terminal, or not a terminal */
    double (*seconds)(void);
    char stage[32];
    double stage_began, last_drawn;
    bool drawn; /* a line stands on the terminal */
};

/* One step; draws at most ten times a second. */
void tr_progress_bar_tell(struct tr_progress_bar *bar, const char *stage, size_t done, size_t total, const char *units);
/* Wipes the line. */
void tr_progress_bar_clear(struct tr_progress_bar *bar);
/* "walk-forward [######      ] 52 %  38/76 fits  3.1 fits/s  ETA 0:12": without terminal control. */
void tr_progress_bar_line(const char *stage, size_t done, size_t total, const char *units, double elapsed, char *out,
                          size_t size);

#endif
