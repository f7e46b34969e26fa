/* Lines, words and "key=value" fields of LightGBM's model text: where they stand in the bytes, nothing copied. */
#ifndef TR_FILE_LIGHTGBM_LINES_H
#define TR_FILE_LIGHTGBM_LINES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_piece {
    const char *begin, *end;
};

/* A place in the bytes. */
struct tr_lines {
    const char *at, *end;
    size_t line; /* lines read so far: the number of the last one, from 1 */
};

/* One field that a reader knows. */
struct tr_line_field {
    bool given;
    size_t line;
    struct tr_piece value;
};

bool tr_piece_is(struct tr_piece text, const char *other);
/* Takes the next word (anything but blanks) off the front of *rest; false where there is none. */
bool tr_piece_word(struct tr_piece *rest, struct tr_piece *word);
size_t tr_piece_words(struct tr_piece text);

/* The next line without its end ("\n" or "\r\n"); false at the end of the bytes. */
bool tr_lines_next(struct tr_lines *lines, struct tr_piece *line);
void tr_lines_skip_empty(struct tr_lines *lines);

/* Fills field [n] from the lines up to the first that begins a tree or ends them all; that one is not taken. Keys that
 * are not asked for are passed over. TR_CORRUPT: a key twice, or a second '=' in a line (names may hold one). */
enum tr_status tr_lines_header(struct tr_lines *lines, size_t n, const char *const *key, struct tr_line_field *field,
                               struct tr_error *err) TR_MUST_CHECK;
/* The same from the lines of a tree, up to the empty one behind it, which is taken. TR_CORRUPT: a key twice, a line
 * without '=', more than `most` lines, or no empty line. */
enum tr_status tr_lines_block(struct tr_lines *lines, size_t most, size_t n, const char *const *key,
                              struct tr_line_field *field, struct tr_error *err) TR_MUST_CHECK;

#endif
