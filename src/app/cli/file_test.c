#include "support/test.h"

#include "app/cli/file.h"
#include "base/alloc.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];

static int set_up(void **state)
{
    (void)state;
    test_make_dir(dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_dir(dir);
    return 0;
}

static const char *path_of(const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static enum tr_status write_text(const char *path, const char *text, struct tr_error *err)
{
    struct tr_buf bytes;
    tr_buf_init(&bytes);
    tr_buf_text(&bytes, text);
    enum tr_status status = tr_cli_file_write(path, &bytes, err);
    tr_buf_finish(&bytes);
    return status;
}

static void check_text(const char *path, const char *want)
{
    size_t len;
    char *text = test_read_file(path, &len);
    assert_true(len == strlen(want));
    assert_string_equal(text, want);
    tr_free(text);
}

static size_t files(void)
{
    DIR *folder = opendir(dir);
    size_t n = 0;
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n - 2;
}

static void a_file_is_written_and_written_again(void **state)
{
    (void)state;
    struct tr_error err;
    struct stat info;
    mode_t mask = umask(022);
    assert_ok(write_text(path_of("a.html"), "first, and longer", &err), &err);
    umask(mask);
    check_text(path_of("a.html"), "first, and longer");
    assert_int_equal(stat(path_of("a.html"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
    assert_ok(write_text(path_of("a.html"), "second", &err), &err);
    check_text(path_of("a.html"), "second");
    assert_ok(write_text(path_of("empty"), "", &err), &err);
    check_text(path_of("empty"), "");
    assert_true(files() == 2);
}

static void a_name_that_cannot_be_written_is_refused_before_the_work(void **state)
{
    (void)state;
    struct tr_error err;
    char missing[600];
    assert_int_equal(tr_cli_file_check("", &err), TR_USAGE);
    assert_int_equal(tr_cli_file_check("-", &err), TR_USAGE);
    snprintf(missing, sizeof missing, "%s", path_of("missing/a.html"));
    assert_int_equal(tr_cli_file_check(missing, &err), TR_IO);
    assert_non_null(strstr(err.text, missing));
    assert_non_null(strstr(err.text, "there is no folder"));
    assert_int_equal(write_text(missing, "x", &err), TR_IO);
    assert_non_null(strstr(err.text, "there is no folder"));
    assert_int_equal(tr_cli_file_check(dir, &err), TR_IO);
    assert_non_null(strstr(err.text, "it is a folder"));
    assert_ok(tr_cli_file_check(path_of("new.html"), &err), &err);
    assert_ok(tr_cli_file_check("new.html", &err), &err); /* the working folder is there */
}

static void a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    struct tr_error err;
    struct rlimit limit, small;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    struct tr_buf bytes;
    assert_ok(write_text(path_of("old"), "as it was", &err), &err);
    tr_buf_init(&bytes);
    for (size_t i = 0; i < 100000; i++)
        tr_buf_char(&bytes, 'x');
    size_t had = files();
    assert_int_equal(sigaction(SIGXFSZ, &ignore, &before), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 5000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum tr_status status = tr_cli_file_write(path_of("old"), &bytes, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
    tr_buf_finish(&bytes);
    assert_int_equal(status, TR_IO);
    assert_non_null(strstr(err.text, "could not be written to the end"));
    check_text(path_of("old"), "as it was");
    assert_true(files() == had);
}

static void a_buffer_that_failed_writes_nothing(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_buf bytes;
    tr_buf_init(&bytes);
    bytes.failed = true;
    assert_int_equal(tr_cli_file_write(path_of("none"), &bytes, &err), TR_NOMEM);
    assert_int_equal(access(path_of("none"), F_OK), -1);
}

static void a_link_stays_a_link_and_a_device_a_device(void **state)
{
    (void)state;
    struct tr_error err;
    struct stat info;
    char target[600];
    snprintf(target, sizeof target, "%s", path_of("target"));
    assert_ok(write_text(target, "longer than what follows", &err), &err);
    assert_int_equal(symlink("target", path_of("link")), 0);
    assert_ok(write_text(path_of("link"), "through", &err), &err);
    check_text(target, "through");
    assert_int_equal(lstat(path_of("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_ok(write_text("/dev/null", "gone", &err), &err);
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

static void what_an_earlier_run_left_behind_is_passed_over(void **state)
{
    (void)state;
    struct tr_error err;
    char left[700], path[600];
    snprintf(path, sizeof path, "%s", path_of("b"));
    snprintf(left, sizeof left, "%s.%ld-0.new", path, (long)getpid());
    assert_ok(write_text(left, "half", &err), &err);
    assert_ok(write_text(path, "whole", &err), &err);
    check_text(path, "whole");
    check_text(left, "half");
}

static void one_file_is_known_by_all_its_names(void **state)
{
    (void)state;
    char there[600], around[700], other[600], link[600];
    struct tr_error err;
    snprintf(there, sizeof there, "%s", path_of("one-there"));
    snprintf(around, sizeof around, "%s/./one-there", dir);
    snprintf(other, sizeof other, "%s", path_of("one-other"));
    snprintf(link, sizeof link, "%s", path_of("one-link"));
    assert_true(tr_cli_file_same(there, around)); /* neither is there yet */
    assert_false(tr_cli_file_same(there, other));
    assert_ok(write_text(there, "x", &err), &err);
    assert_true(tr_cli_file_same(there, around));
    assert_false(tr_cli_file_same(there, other)); /* one of them is there */
    assert_int_equal(symlink("one-there", link), 0);
    assert_true(tr_cli_file_same(link, there));
    assert_ok(write_text(other, "x", &err), &err);
    assert_false(tr_cli_file_same(there, other)); /* both are, of the same bytes */
    assert_false(tr_cli_file_same("/dev/null", "/dev/null"));
    assert_false(tr_cli_file_same("nowhere/at/all", "nowhere/at/all"));
    unlink(link);
    unlink(other);
    unlink(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_and_written_again),
        cmocka_unit_test(a_name_that_cannot_be_written_is_refused_before_the_work),
        cmocka_unit_test(a_failed_write_leaves_the_old_file_and_nothing_else),
        cmocka_unit_test(a_buffer_that_failed_writes_nothing),
        cmocka_unit_test(a_link_stays_a_link_and_a_device_a_device),
        cmocka_unit_test(what_an_earlier_run_left_behind_is_passed_over),
        cmocka_unit_test(one_file_is_known_by_all_its_names),
    };
    return cmocka_run_group_tests_name("cli/file", tests, set_up, tear_down);
}
