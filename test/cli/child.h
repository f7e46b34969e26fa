/* The built program run as a child, in a folder of its own: what it was given, what it said, how it ended. */
#ifndef TEST_CLI_CHILD_H
#define TEST_CLI_CHILD_H

#include "support/test.h"

#include <sys/types.h>

/* A folder that the child runs in; its home is "home" there, unless the words say otherwise. */
struct world {
    char dir[256];
};

void world_init(struct world *world);
void world_finish(struct world *world);
/* "dir/name"; lives until the next call. */
const char *world_path(const struct world *world, const char *name);
void world_write(const struct world *world, const char *name, const char *text);
/* Candles in the program's own layout, with gaps and holes of none; hourly from 2024-01-01. */
void world_write_bars(const struct world *world, const char *name, size_t n, unsigned seed);
/* A name in the world that leads to a shared file, so that its path needs no care with blanks; lives until the next
 * call. Skips the running test where the file is absent. */
const char *world_borrow(const struct world *world, const char *file);

/* Settings that make the chain quick: few rounds, short windows. */
#define QUICK                                                                                                          \
    "--set model.xgboost.rounds=8 --set calibration.draws=100 --set walkforward.train_days=20 "                        \
    "--set walkforward.min_train_bars=400 --set walkforward.test_days=10 --set walkforward.advance_days=10 "           \
    "--set walkforward.min_last_days=2"

enum output { OUTPUT_CAPTURED, OUTPUT_CLOSED, OUTPUT_FULL };

/* How a child is started; all zero is the usual way. */
struct manner {
    const char *input;       /* file in the world that is its standard input; NULL = nothing */
    void (*feed)(int fd);    /* or a process of its own that writes it */
    enum output output;      /* where standard output goes */
    bool unprivileged;       /* not the superuser, if that is who runs the tests */
    size_t max_file_bytes;   /* 0 = no limit */
    size_t max_memory_bytes; /* of address space; 0 = no limit */
    const char *environment; /* one more NAME=value; NULL = none */
};

struct result {
    int code;  /* exit code, -1 when a signal ended it */
    char *out; /* standard output */
    char *err; /* standard error */
    size_t out_len;
    long peak_kib; /* most memory it held */
};

/* words: the command line, blank between words. */
void run_as(const struct world *world, const struct manner *manner, struct result *result, const char *words, ...)
    __attribute__((format(printf, 4, 5)));
void run(const struct world *world, struct result *result, const char *words, ...)
    __attribute__((format(printf, 3, 4)));
void result_free(struct result *result);

/* Runs the words, expects this exit code and (unless it is 0) one line on standard error that begins with "traderai: "
 * and holds every one of the texts. manner may be NULL. */
#define expect(world, manner, code, words, ...)                                                                        \
    expect_texts(world, manner, code, words, (const char *const[]){__VA_ARGS__, NULL})
void expect_texts(const struct world *world, const struct manner *manner, int code, const char *words,
                  const char *const *texts);
/* Runs the words with exit code 0 and gives standard output; the caller frees with tr_free. */
char *output_of(const struct world *world, const char *words, ...) __attribute__((format(printf, 2, 3)));

/* The parts of a run, for children that are watched while they work: words is cut into pieces. in: -1 = as the manner
 * says; err: where standard error goes. */
pid_t child_start(const struct world *world, const struct manner *manner, int in, int err, char *words);
/* The exit code, or -1; peak_kib may be NULL. */
int child_wait(pid_t pid, long *peak_kib);

#endif
