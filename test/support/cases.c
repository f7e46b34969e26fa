#include "support/cases.h"

#include "base/alloc.h"

#include <string.h>

json_t *test_golden(const char *relative)
{
    size_t len;
    char *text = test_read_file(test_shared(relative), &len);
    json_t *golden = json_loadb(text, len, 0, NULL);
    assert_non_null(golden);
    tr_free(text);
    return golden;
}

/* Ends the field that begins at *at and moves *at behind its separator; *last: the line ends with it. */
static char *take_field(char **at, bool *last)
{
    char *field = *at, *end = field + strcspn(field, ",\n");
    *last = *end != ',';
    *at = *end ? end + 1 : end;
    *end = '\0';
    return field;
}

static size_t find_column(char **at, const char *column)
{
    size_t found = SIZE_MAX;
    bool last = false;
    for (size_t c = 0; !last; c++)
        if (strcmp(take_field(at, &last), column) == 0)
            found = c;
    if (found == SIZE_MAX)
        fail_msg("there is no column %s", column);
    return found;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

void test_words_read(const char *path, const char *column, struct test_words *words)
{
    size_t len;
    words->text = test_read_file(path, &len);
    words->text = tr_alloc_grow(words->text, len, len + 1, 1);
    assert_non_null(words->text);
    words->text[len] = '\0';
    words->cell = tr_alloc(count_lines(words->text) + 1, sizeof *words->cell);
    assert_non_null(words->cell);
    char *at = words->text;
    size_t wanted = find_column(&at, column);
    for (words->rows = 0; *at; words->rows++) {
        bool last = false;
        for (size_t c = 0; !last; c++) {
            const char *field = take_field(&at, &last);
            if (c == wanted)
                words->cell[words->rows] = field;
        }
    }
}

void test_words_free(struct test_words *words)
{
    tr_free(words->cell);
    tr_free(words->text);
}

size_t test_words_pick(const struct test_words *words, const char *word, const struct test_words *second_words,
                       const char *second, const double *values, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < words->rows; i++)
        if (strcmp(words->cell[i], word) == 0 && (!second || strcmp(second_words->cell[i], second) == 0))
            out[n++] = values[i];
    return n;
}
