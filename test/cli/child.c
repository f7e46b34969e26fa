#include "cli/child.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS 64
#define NOBODY 65534

void world_init(struct world *world)
{
    char relative[256], here[256];

    test_make_dir(relative);
    if (relative[0] == '/') {
        snprintf(world->dir, sizeof world->dir, "%s", relative);
    } else {
        assert_non_null(getcwd(here, sizeof here));
        assert_in_range(snprintf(world->dir, sizeof world->dir, "%.127s/%.127s", here, relative), 1, 250);
    }
    assert_int_equal(chmod(world->dir, 0777), 0); /* for children of another user */
}

void world_finish(struct world *world)
{
    test_remove_dir(world->dir);
}

const char *world_path(const struct world *world, const char *name)
{
    static char path[600];

    snprintf(path, sizeof path, "%s/%s", world->dir, name);
    return path;
}

void world_write(const struct world *world, const char *name, const char *text)
{
    FILE *file = fopen(world_path(world, name), "wb");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void world_write_bars(const struct world *world, const char *name, size_t n, unsigned seed)
{
    FILE *file = fopen(world_path(world, name), "wb");
    struct tr_rng rng;
    double price = 1000;

    assert_non_null(file);
    tr_rng_init(&rng, seed, 0);
    fputs("timestamp_ms,open,high,low,close,volume\n", file);
    for (size_t i = 0; i < n; i++) {
        double open = price, close = open * (1 + 0.01 * tr_rng_normal(&rng));
        double high = (open > close ? open : close) * (1 + 0.004 * tr_rng_uniform(&rng));
        double low = (open < close ? open : close) * (1 - 0.004 * tr_rng_uniform(&rng));

        fprintf(file, "%lld,%.8g,%.8g,%.8g,%.8g,%.5f\n", 1704067200000LL + (long long)i * 3600000, open, high, low,
                close, 1 + 9 * tr_rng_uniform(&rng));
        price = close;
    }
    assert_int_equal(fclose(file), 0);
}

const char *world_borrow(const struct world *world, const char *file)
{
    static char name[128];
    char here[2048], target[4200];
    const char *path = test_shared(file);

    assert_non_null(getcwd(here, sizeof here));
    snprintf(target, sizeof target, "%s%s%s", path[0] == '/' ? "" : here, path[0] == '/' ? "" : "/", path);
    snprintf(name, sizeof name, "%s", strrchr(file, '/') + 1);
    unlink(world_path(world, name));
    assert_int_equal(symlink(target, world_path(world, name)), 0);
    return name;
}

/* Words of the command line; they point into text. */
static void split(char *text, const char *argv[WORDS])
{
    const char *program = getenv("TRADERAI_BINARY");
    char *save = NULL;
    size_t n = 0;

    if (!program)
        fail_msg("TRADERAI_BINARY does not name the program");
    argv[n++] = program;
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        assert_true(n + 1 < WORDS);
        argv[n++] = word;
    }
    argv[n] = NULL;
}

static void set_limits(const struct manner *manner)
{
    struct rlimit file = {manner->max_file_bytes, manner->max_file_bytes};
    struct rlimit memory = {manner->max_memory_bytes, manner->max_memory_bytes}, seconds = {300, 300};

    if ((file.rlim_cur && setrlimit(RLIMIT_FSIZE, &file) != 0) ||
        (memory.rlim_cur && setrlimit(RLIMIT_AS, &memory) != 0) || setrlimit(RLIMIT_CPU, &seconds) != 0)
        _exit(126);
}

static void put_at(int fd, int place)
{
    if (fd < 0 || dup2(fd, place) != place)
        _exit(126);
    if (fd != place)
        close(fd);
}

static void set_environment(const struct world *world, const struct manner *manner)
{
    static char extra[600];

    setenv("HOME", world->dir, 1);
    unsetenv("XDG_DATA_HOME");
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 0);
    if (!manner->environment)
        return;
    snprintf(extra, sizeof extra, "%s", manner->environment);
    putenv(extra);
}

/* In the child, between fork and exec. in: -1 = nothing to read. */
static void become(const struct world *world, const struct manner *manner, int in, int err, const char *argv[WORDS])
{
    static const char *const flat[] = {".out", NULL, "/dev/full"};

    if (chdir(world->dir) != 0)
        _exit(126);
    put_at(in >= 0 ? in : open(manner->input ? manner->input : "/dev/null", O_RDONLY), STDIN_FILENO);
    put_at(err, STDERR_FILENO);
    if (manner->output == OUTPUT_CLOSED)
        close(STDOUT_FILENO);
    else
        put_at(open(flat[manner->output], O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
    set_environment(world, manner);
    set_limits(manner);
    if (manner->unprivileged && geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(126);
    execv(argv[0], (char *const *)(const void *)argv);
    _exit(127);
}

static pid_t start_feeder(void (*feed)(int fd), int pipe_ends[2])
{
    pid_t pid;

    assert_int_equal(pipe(pipe_ends), 0);
    fflush(NULL); /* a sanitizer writes out the streams of a child that ends: they must be empty */
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(pipe_ends[0]);
        signal(SIGPIPE, SIG_DFL); /* a reader that gave up ends the writer */
        feed(pipe_ends[1]);
        _exit(0);
    }
    close(pipe_ends[1]);
    return pid;
}

pid_t child_start(const struct world *world, const struct manner *manner, int in, int err, char *words)
{
    const char *argv[WORDS];
    pid_t pid;

    split(words, argv);
    fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(world, manner, in, err, argv);
    return pid;
}

int child_wait(pid_t pid, long *peak_kib)
{
    struct rusage usage;
    int status;

    while (wait4(pid, &status, 0, &usage) < 0)
        assert_int_equal(errno, EINTR);
    if (peak_kib)
        *peak_kib = usage.ru_maxrss;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void run_list(const struct world *world, const struct manner *manner, struct result *result, const char *words,
                     va_list args) __attribute__((format(printf, 4, 0)));
static void run_list(const struct world *world, const struct manner *manner, struct result *result, const char *words,
                     va_list args)
{
    char line[4096];
    size_t len;
    int ends[2] = {-1, -1};
    pid_t feeder = manner->feed ? start_feeder(manner->feed, ends) : 0, pid;
    int err = open(world_path(world, ".err"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    assert_in_range(vsnprintf(line, sizeof line, words, args), 0, (int)sizeof line - 1);
    unlink(world_path(world, ".out"));
    pid = child_start(world, manner, ends[0], err, line);
    close(err);
    if (feeder)
        close(ends[0]);
    result->code = child_wait(pid, &result->peak_kib);
    if (feeder)
        child_wait(feeder, NULL);
    result->err = test_read_file(world_path(world, ".err"), &len);
    result->out = NULL;
    result->out_len = 0;
    if (manner->output == OUTPUT_CAPTURED)
        result->out = test_read_file(world_path(world, ".out"), &result->out_len);
    unlink(world_path(world, ".out"));
    unlink(world_path(world, ".err"));
}

void run_as(const struct world *world, const struct manner *manner, struct result *result, const char *words, ...)
{
    va_list args;

    va_start(args, words);
    run_list(world, manner, result, words, args);
    va_end(args);
}

void run(const struct world *world, struct result *result, const char *words, ...)
{
    struct manner manner = {0};
    va_list args;

    va_start(args, words);
    run_list(world, &manner, result, words, args);
    va_end(args);
}

void result_free(struct result *result)
{
    tr_free(result->out);
    tr_free(result->err);
}

static void check_error_line(const char *words, const char *err)
{
    size_t len = strlen(err);

    if (strncmp(err, "traderai: ", 10) != 0 || len < 12 || strchr(err, '\n') != err + len - 1)
        fail_msg("%s: standard error is not one line that begins with \"traderai: \": %s", words, err);
}

void expect_texts(const struct world *world, const struct manner *manner, int code, const char *words,
                  const char *const *texts)
{
    static const struct manner usual = {0};
    struct result result;

    run_as(world, manner ? manner : &usual, &result, "%s", words);
    if (result.code != code)
        fail_msg("%s: exit code %d, not %d: %s", words, result.code, code, result.err);
    if (code != 0)
        check_error_line(words, result.err);
    for (size_t i = 0; texts[i]; i++) {
        if (!strstr(result.err, texts[i]))
            fail_msg("%s: the error does not say \"%s\": %s", words, texts[i], result.err);
    }
    result_free(&result);
}

char *output_of(const struct world *world, const char *words, ...)
{
    struct manner manner = {0};
    struct result result;
    va_list args;

    va_start(args, words);
    run_list(world, &manner, &result, words, args);
    va_end(args);
    if (result.code != 0)
        fail_msg("%s: exit code %d: %s", words, result.code, result.err);
    assert_string_equal(result.err, "");
    tr_free(result.err);
    return result.out;
}
