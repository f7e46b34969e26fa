#include "io/plugin/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum tr_status tr_library_load(const char *path, void **handle, struct tr_error *err)
{
    struct stat about;
    char here[4096];
    if (stat(path, &about) != 0)
        return tr_error_set(err, errno == ENOENT || errno == ENOTDIR ? TR_NOT_FOUND : TR_IO, "%s", strerror(errno));
    if (!S_ISREG(about.st_mode))
        return tr_error_set(err, TR_UNSUPPORTED, "is no file: name the library itself");
    /* A name without a slash would be searched for in the system's folders. */
    int len = snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./", path);
    if (len < 0 || (size_t)len >= sizeof here)
        return tr_error_set(err, TR_INVALID, "the path is longer than %zu characters", sizeof here - 1);
    *handle = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    return *handle ? TR_OK : tr_error_set(err, TR_UNSUPPORTED, "cannot be opened as a shared library: %s", dlerror());
}
