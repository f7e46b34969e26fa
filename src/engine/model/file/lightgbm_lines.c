#include "engine/model/file/lightgbm_lines.h"

#include <string.h>

bool tr_piece_is(struct tr_piece text, const char *other)
{
    size_t n = strlen(other);
    return (size_t)(text.end - text.begin) == n && memcmp(text.begin, other, n) == 0;
}

static bool begins(struct tr_piece text, const char *front)
{
    size_t n = strlen(front);
    return (size_t)(text.end - text.begin) >= n && memcmp(text.begin, front, n) == 0;
}

bool tr_piece_word(struct tr_piece *rest, struct tr_piece *word)
{
    while (rest->begin < rest->end && *rest->begin == ' ')
        rest->begin++;
    word->begin = rest->begin;
    while (rest->begin < rest->end && *rest->begin != ' ')
        rest->begin++;
    word->end = rest->begin;
    return word->begin < word->end;
}

size_t tr_piece_words(struct tr_piece text)
{
    struct tr_piece word;
    size_t n = 0;
    while (tr_piece_word(&text, &word))
        n++;
    return n;
}

bool tr_lines_next(struct tr_lines *lines, struct tr_piece *line)
{
    if (lines->at == lines->end)
        return false;
    const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    line->begin = lines->at;
    line->end = newline ? newline : lines->end;
    lines->at = newline ? newline + 1 : lines->end;
    lines->line++;
    if (line->end > line->begin && line->end[-1] == '\r')
        line->end--;
    return true;
}

void tr_lines_skip_empty(struct tr_lines *lines)
{
    struct tr_lines next = *lines;
    struct tr_piece line;
    while (tr_lines_next(&next, &line) && line.begin == line.end)
        *lines = next;
}

/* Puts the line into the field of its key, if there is such a field. */
static enum tr_status take(const struct tr_lines *lines, struct tr_piece line, const char *equals, size_t n,
                           const char *const *key, struct tr_line_field *field, struct tr_error *err)
{
    struct tr_piece name = {line.begin, equals ? equals : line.end};
    for (size_t i = 0; i < n; i++) {
        if (!tr_piece_is(name, key[i]))
            continue;
        if (field[i].given)
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: line %zu: %s a second time", lines->line, key[i]);
        field[i] = (struct tr_line_field){true, lines->line, {equals ? equals + 1 : line.end, line.end}};
    }
    return TR_OK;
}

static const char *find_equals(struct tr_piece text)
{
    return memchr(text.begin, '=', (size_t)(text.end - text.begin));
}

enum tr_status tr_lines_header(struct tr_lines *lines, size_t n, const char *const *key, struct tr_line_field *field,
                               struct tr_error *err)
{
    struct tr_lines next = *lines;
    struct tr_piece line;
    enum tr_status status = TR_OK;
    while (status == TR_OK && tr_lines_next(&next, &line) && !begins(line, "Tree=") && !begins(line, "end of trees")) {
        const char *equals = find_equals(line);
        bool may_repeat = begins(line, "feature_names=") || begins(line, "monotone_constraints=");
        if (equals && !may_repeat && find_equals((struct tr_piece){equals + 1, line.end}))
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: line %zu: more than one \"=\"", next.line);
        status = take(&next, line, equals, n, key, field, err);
        *lines = next;
    }
    return status;
}

enum tr_status tr_lines_block(struct tr_lines *lines, size_t most, size_t n, const char *const *key,
                              struct tr_line_field *field, struct tr_error *err)
{
    struct tr_piece line;
    for (size_t i = 0; tr_lines_next(lines, &line); i++) {
        if (line.begin == line.end)
            return TR_OK;
        const char *equals = find_equals(line);
        if (!equals || i >= most)
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: line %zu: not a line of a tree", lines->line);
        enum tr_status status = take(lines, line, equals, n, key, field, err);
        if (status != TR_OK)
            return status;
    }
    return tr_error_set(err, TR_CORRUPT, "LightGBM model: it ends within a tree");
}
