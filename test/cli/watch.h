/* A child with a terminal before it, looked at while it works. */
#ifndef TEST_CLI_WATCH_H
#define TEST_CLI_WATCH_H

#include "cli/child.h"

/* A child that is watched while it works: standard error is a terminal, standard output is captured. */
struct watched {
    pid_t pid;
    int terminal;
    char out_path[300];
    char seen[1 << 16]; /* what came over the terminal */
    size_t seen_len;
};

void watch_start(const struct world *world, struct watched *watched, const char *words, ...)
    __attribute__((format(printf, 3, 4)));
/* Waits until the terminal showed the text; false when the child ended before. */
bool watch_for(struct watched *watched, const char *text);
void watch_signal(const struct watched *watched, int number);
/* Waits for its end; the exit code, or -1. */
int watch_end(struct watched *watched);

#endif
