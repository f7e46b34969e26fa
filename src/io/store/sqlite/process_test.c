#include "support/test.h"

#include "support/store_place.h"

#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/sqlite.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Several processes on one database. */

struct job {
    char path[300];
    size_t first, n;   /* the bars first .. first + n - 1 of one long series */
    int busy_ms, puts; /* so many times, one after the other */
    int ready;         /* a byte is written here once the first bars are in the transaction; -1 = nobody waits */
};

static void make_slice(struct tr_bar_list *out, size_t first, size_t n)
{
    struct tr_error err;
    tr_bar_list_init(out, store_btc.timeframe);
    for (size_t i = first; i < first + n; i++) {
        double open = 100.0 + (double)i / 3.0;
        struct tr_bar bar = {.time = (int64_t)i * TR_HOUR_MS,
                             .open = open,
                             .high = open + 1.0,
                             .low = open - 1.0,
                             .close = open + 0.5,
                             .volume = (double)i};
        if (tr_bar_list_add(out, &bar, &err))
            _exit(102);
    }
}

static int work(const struct job *job)
{
    struct tr_store *store;
    struct tr_error err = {0};
    enum tr_status status = tr_store_sqlite_open(job->path, job->busy_ms, &store, &err);
    size_t step = job->n / (size_t)job->puts;
    for (int i = 0; i < job->puts && !status; i++) {
        struct tr_bar_list list;
        struct tr_put_report report;
        make_slice(&list, job->first + (size_t)i * step, step);
        struct tr_bars bars = tr_bar_list_view(&list);
        status = tr_store_bars_put(store, &store_btc, &bars, &report, &err);
        tr_bar_list_finish(&list);
    }
    tr_store_close(store);
    return (int)status;
}

static pid_t start(const struct job *job)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(work(job));
    return pid;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The counters say what the table holds, all bars are right, and the file is sound. */
static size_t assert_sound(const char *path)
{
    struct tr_store *store;
    struct tr_error err;
    struct tr_bar_list back;
    int64_t sound = 0, counted = 0;
    assert_ok(tr_store_sqlite_open(path, 5000, &store, &err), &err);
    struct tr_sqlite *handle = tr_sqlite_of(store);
    assert_ok(tr_sqlite_ask(handle, "SELECT integrity_check = 'ok' FROM pragma_integrity_check", &sound, &err), &err);
    assert_int_equal(sound, 1);
    assert_ok(tr_sqlite_ask(handle, "SELECT bars FROM series", &counted, &err), &err);
    tr_bar_list_init(&back, store_btc.timeframe);
    assert_ok(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &back, &err), &err);
    assert_int_equal(back.n, counted);
    for (size_t i = 0; i < back.n; i++) {
        int64_t hour = back.time[i] / TR_HOUR_MS;
        assert_same_bits(back.open[i], 100.0 + (double)hour / 3.0);
    }
    size_t n = back.n;
    tr_bar_list_finish(&back);
    tr_store_close(store);
    return n;
}

static void two_processes_put_at_once_and_both_succeed(void **state)
{
    (void)state;
    char dir[256];
    test_make_dir(dir);
    struct job a = {.first = 0, .n = 6000, .busy_ms = 30000, .puts = 60}, b = a;
    snprintf(a.path, sizeof a.path, "%s/t.db", dir);
    b = a;
    b.first = 3000; /* half of it is what the other puts as well */
    pid_t first = start(&a), second = start(&b);
    assert_int_equal(wait_for(first), TR_OK);
    assert_int_equal(wait_for(second), TR_OK);
    assert_int_equal(assert_sound(a.path), 9000);
    test_remove_dir(dir);
}

static void who_cannot_wait_is_busy_and_spoils_nothing(void **state)
{
    (void)state;
    char dir[256];
    test_make_dir(dir);
    struct job a = {.first = 0, .n = 20000, .busy_ms = 30000, .puts = 1}, b;
    snprintf(a.path, sizeof a.path, "%s/t.db", dir);
    b = a;
    b.first = 20000;
    b.busy_ms = 0;
    /* Made first, so that both only put. */
    struct tr_store *store;
    struct tr_error err;
    assert_ok(tr_store_sqlite_open(a.path, 5000, &store, &err), &err);
    tr_store_close(store);
    int busy = 0;
    for (int round = 0; round < 3; round++) {
        pid_t first = start(&a), second = start(&b);
        assert_int_equal(wait_for(first), TR_OK);
        int status = wait_for(second);
        assert_true(status == TR_OK || status == TR_BUSY);
        busy += status == TR_BUSY;
        a.first += 40000;
        b.first += 40000;
    }
    assert_int_equal(assert_sound(a.path), (size_t)(6 - busy) * 20000);
    test_remove_dir(dir);
}

static int tell(void *context)
{
    const struct job *job = context;
    char byte = 1;
    return write(job->ready, &byte, 1) != 1;
}

/* Puts without end, telling the parent again and again that it is in the midst of it. */
static int work_until_killed(struct job *job)
{
    struct tr_store *store;
    struct tr_error err = {0};
    struct tr_bar_list list;
    struct tr_put_report report;
    if (tr_store_sqlite_open(job->path, 5000, &store, &err))
        return 100;
    make_slice(&list, job->first, job->n);
    struct tr_bars bars = tr_bar_list_view(&list);
    sqlite3_progress_handler(tr_sqlite_of(store)->db, 100000, tell, job);
    return (int)tr_store_bars_put(store, &store_btc, &bars, &report, &err);
}

static void a_process_that_is_killed_leaves_nothing_half_done(void **state)
{
    (void)state;
    char dir[256], byte;
    int ends[2], status = 0;
    test_make_dir(dir);
    struct job before = {.first = 0, .n = 500, .busy_ms = 5000, .puts = 1}, killed, after;
    snprintf(before.path, sizeof before.path, "%s/t.db", dir);
    killed = after = before;
    assert_int_equal(work(&before), TR_OK);
    assert_int_equal(pipe(ends), 0);
    killed.first = 1000;
    killed.n = 400000;
    killed.ready = ends[1];
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(work_until_killed(&killed));
    close(ends[1]);
    for (int i = 0; i < 5; i++)
        assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    close(ends[0]);
    assert_int_equal(assert_sound(before.path), 500);
    after.first = 500;
    assert_int_equal(work(&after), TR_OK);
    assert_int_equal(assert_sound(before.path), 1000);
    test_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_processes_put_at_once_and_both_succeed),
        cmocka_unit_test(who_cannot_wait_is_busy_and_spoils_nothing),
        cmocka_unit_test(a_process_that_is_killed_leaves_nothing_half_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
