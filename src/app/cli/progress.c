#include "app/cli/progress.h"

#include <string.h>

#define BAR_CELLS 24
#define DRAW_EVERY_S 0.1

void tr_progress_bar_line(const char *stage, size_t done, size_t total, const char *units, double elapsed, char *out,
                          size_t size)
{
    double share = total ? (double)done / (double)total : 0.0;
    double rate = elapsed > 0 ? (double)done / elapsed : 0.0;
    char cells[BAR_CELLS + 1], eta[32] = "-:--";

    share = share > 1.0 ? 1.0 : share;
    for (int i = 0; i < BAR_CELLS; i++)
        cells[i] = (double)i < share * BAR_CELLS ? '#' : ' ';
    cells[BAR_CELLS] = '\0';
    if (!total) {
        snprintf(out, size, "%s  %zu %s  %.3g %s/s", stage, done, units, rate, units);
        return;
    }
    if (rate > 0) {
        unsigned long left = (unsigned long)((double)(total - (done > total ? total : done)) / rate + 0.5);

        if (left >= 3600)
            snprintf(eta, sizeof eta, "%lu:%02lu:%02lu", left / 3600, left / 60 % 60, left % 60);
        else
            snprintf(eta, sizeof eta, "%lu:%02lu", left / 60, left % 60);
    }
    snprintf(out, size, "%s [%s] %3.0f %%  %zu/%zu %s  %.3g %s/s  ETA %s", stage, cells, share * 100, done, total,
             units, rate, units, eta);
}

void tr_progress_bar_tell(struct tr_progress_bar *bar, const char *stage, size_t done, size_t total, const char *units)
{
    double now;
    char line[160];

    if (!bar->shown)
        return;
    now = bar->seconds();
    if (strncmp(bar->stage, stage, sizeof bar->stage - 1) != 0) {
        snprintf(bar->stage, sizeof bar->stage, "%s", stage);
        bar->stage_began = now;
        bar->last_drawn = 0;
    }
    if (bar->drawn && now - bar->last_drawn < DRAW_EVERY_S && done != total)
        return;
    bar->last_drawn = now;
    tr_progress_bar_line(stage, done, total, units, now - bar->stage_began, line, sizeof line);
    fprintf(bar->err, "\r\033[K%s", line);
    fflush(bar->err);
    bar->drawn = true;
}

void tr_progress_bar_clear(struct tr_progress_bar *bar)
{
    if (bar->shown && bar->drawn) {
        fputs("\r\033[K", bar->err);
        fflush(bar->err);
        bar->drawn = false;
    }
}
