/* What is running: the program's version and those of the libraries that decide results. */
#ifndef TR_USECASE_VERSION_H
#define TR_USECASE_VERSION_H

#include <stddef.h>

struct tr_version_info {
    const char *program;
    size_t n_linked;
    struct {
        const char *name;
        char version[32];
    } linked[4];
};

void tr_version_describe(struct tr_version_info *out);

#endif
