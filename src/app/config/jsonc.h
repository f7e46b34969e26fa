/* JSON with comments: what has to happen before jansson can read it, and which line a key stands on. */
#ifndef TR_CONFIG_JSONC_H
#define TR_CONFIG_JSONC_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Replaces a byte order mark, // and block comments and trailing commas by blanks, in place; line breaks stay, so that
 * lines keep their numbers. Returns 0, or the line on which a block comment begins that never ends. */
size_t tr_jsonc_strip(char *text, size_t len);

/* The line (from 1) of the key that path [n] names from the top object down; of the nearest key above it where it is
 * not there; 1 where none is. text: valid JSON. */
size_t tr_jsonc_line(const char *text, size_t len, const char *const *path, size_t n);

#endif
