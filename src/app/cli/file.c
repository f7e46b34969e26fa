#include "app/cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 100 /* names tried for the new file; others are what an earlier run left behind */

static enum tr_status refuse(struct tr_error *err, const char *path, const char *what, int number)
{
    return tr_error_set(err, TR_IO, "%s: %s: %s", path, what, number ? strerror(number) : "write error");
}

/* The folder that holds path, with a slash at its end or ".". */
static void folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');

    snprintf(folder, PATH_MAX, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
}

enum tr_status tr_cli_file_check(const char *path, struct tr_error *err)
{
    struct stat info;
    char folder[PATH_MAX];

    if (!path[0] || strcmp(path, "-") == 0)
        return tr_error_set(err, TR_USAGE, "\"%s\" is no name of a file to write", path);
    if (stat(path, &info) == 0)
        return S_ISDIR(info.st_mode) ? tr_error_set(err, TR_IO, "%s: cannot be written: it is a folder", path) : TR_OK;
    folder_of(path, folder);
    if (stat(folder, &info) != 0)
        return tr_error_set(err, TR_IO, "%s: cannot be written: there is no folder %s", path, folder);
    return TR_OK;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool tr_cli_file_same(const char *a, const char *b)
{
    struct stat first, second;
    char folder_a[PATH_MAX], folder_b[PATH_MAX];
    const char *name_a = strrchr(a, '/'), *name_b = strrchr(b, '/');
    bool there_a = stat(a, &first) == 0, there_b = stat(b, &second) == 0;

    if (there_a && there_b)
        return same_inode(&first, &second) && S_ISREG(first.st_mode);
    if (there_a || there_b || strcmp(name_a ? name_a + 1 : a, name_b ? name_b + 1 : b) != 0)
        return false;
    folder_of(a, folder_a);
    folder_of(b, folder_b);
    return stat(folder_a, &first) == 0 && stat(folder_b, &second) == 0 && same_inode(&first, &second);
}

static bool write_all(int fd, const struct tr_buf *bytes)
{
    size_t done = 0;

    while (done < bytes->len) {
        ssize_t n = write(fd, bytes->data + done, bytes->len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static enum tr_status write_in_place(const char *path, const struct tr_buf *bytes, struct tr_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), number;

    if (fd < 0)
        return refuse(err, path, "cannot be written", errno);
    number = write_all(fd, bytes) ? 0 : errno;
    if (close(fd) != 0 || number)
        return refuse(err, path, "could not be written to the end", number ? number : errno);
    return TR_OK;
}

/* A new file beside path, its name in temporary [PATH_MAX]; -1 with errno. */
static int open_beside(const char *path, char *temporary)
{
    int fd = -1;

    for (int i = 0; i < ATTEMPTS && fd < 0; i++) {
        int n = snprintf(temporary, PATH_MAX, "%s.%ld-%d.new", path, (long)getpid(), i);

        if (n >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd;
}

static enum tr_status replace(const char *path, const struct tr_buf *bytes, struct tr_error *err)
{
    char temporary[PATH_MAX];
    int fd = open_beside(path, temporary), number = 0;

    if (fd < 0)
        return refuse(err, path, "cannot be written", errno);
    if (!write_all(fd, bytes) || fsync(fd) != 0)
        number = errno;
    if (close(fd) != 0 && !number)
        number = errno;
    if (!number && rename(temporary, path) != 0)
        number = errno;
    if (!number)
        return TR_OK;
    unlink(temporary);
    return refuse(err, path, "could not be written to the end", number);
}

enum tr_status tr_cli_file_write(const char *path, const struct tr_buf *bytes, struct tr_error *err)
{
    struct stat info;
    enum tr_status status = tr_buf_status(bytes, err);

    if (status == TR_OK)
        status = tr_cli_file_check(path, err);
    if (status != TR_OK)
        return status;
    if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return write_in_place(path, bytes, err);
    return replace(path, bytes, err);
}
