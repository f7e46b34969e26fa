#include "cli/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void watch_start(const struct world *world, struct watched *watched, const char *words, ...)
{
    struct manner manner = {0};
    char line[4096];
    va_list args;
    int slave;

    memset(watched, 0, sizeof *watched);
    va_start(args, words);
    assert_in_range(vsnprintf(line, sizeof line, words, args), 1, (int)sizeof line - 1);
    va_end(args);
    snprintf(watched->out_path, sizeof watched->out_path, "%s/.out", world->dir);
    watched->terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(watched->terminal >= 0);
    assert_int_equal(grantpt(watched->terminal), 0);
    assert_int_equal(unlockpt(watched->terminal), 0);
    slave = open(ptsname(watched->terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    assert_int_equal(fcntl(watched->terminal, F_SETFD, FD_CLOEXEC), 0);
    watched->pid = child_start(world, &manner, -1, slave, line);
    close(slave);
}

/* More of what the terminal shows; false at the end. */
static bool watch_more(struct watched *watched)
{
    ssize_t n;

    assert_true(watched->seen_len + 1 < sizeof watched->seen);
    n = read(watched->terminal, watched->seen + watched->seen_len, sizeof watched->seen - 1 - watched->seen_len);
    if (n <= 0) /* EIO once the child has closed its side */
        return false;
    watched->seen_len += (size_t)n;
    return true;
}

bool watch_for(struct watched *watched, const char *text)
{
    while (!strstr(watched->seen, text)) {
        if (!watch_more(watched))
            return false;
    }
    return true;
}

void watch_signal(const struct watched *watched, int number)
{
    assert_int_equal(kill(watched->pid, number), 0);
}

int watch_end(struct watched *watched)
{
    int code;

    while (watch_more(watched))
        continue;
    code = child_wait(watched->pid, NULL);
    close(watched->terminal);
    unlink(watched->out_path);
    return code;
}
