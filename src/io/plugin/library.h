/* A shared library opened by its path. */
#ifndef TR_PLUGIN_LIBRARY_H
#define TR_PLUGIN_LIBRARY_H

#include "base/error.h"

/* path: a file, never searched for in the system's folders. *handle is closed with dlclose. The errors do not name the
 * path: TR_NOT_FOUND (no such file), TR_IO, TR_UNSUPPORTED (no shared library), TR_INVALID (the path is too long). */
enum tr_status tr_library_load(const char *path, void **handle, struct tr_error *err) TR_MUST_CHECK;

#endif
