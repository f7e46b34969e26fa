#include "support/lines.h"

#include "base/alloc.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

char *test_flat(const char *text)
{
    char *copy = tr_alloc_string(text), *to = copy;

    assert_non_null(copy);
    for (const char *from = text; *from; from++) {
        bool blank = *from == ' ' || *from == '\n';

        if (!blank || (to > copy && to[-1] != ' '))
            *to++ = (char)(blank ? ' ' : *from);
    }
    *to = '\0';
    return copy;
}

void test_says(const char *text, const char *piece)
{
    if (!strstr(text, piece))
        fail_msg("nothing says \"%s\" in:\n%s", piece, text);
}

void test_says_not(const char *text, const char *piece)
{
    if (strstr(text, piece))
        fail_msg("something says \"%s\" in:\n%s", piece, text);
}

char *test_row(const char *text, const char *name)
{
    char start[80], *row;
    const char *at;
    size_t len;

    snprintf(start, sizeof start, "\n%s  ", name);
    at = strstr(text, start);
    if (!at) {
        fail_msg("no row \"%s\" in:\n%s", name, text);
        return NULL;
    }
    len = strcspn(at + 1, "\n");
    row = tr_alloc(len + 1, 1);
    assert_non_null(row);
    memcpy(row, at + 1, len);
    row[len] = '\0';
    return row;
}

void test_row_says(const char *text, const char *name, const char *value)
{
    char *row = test_row(text, name);

    test_says(row, value);
    tr_free(row);
}

void test_narrow(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len > 100)
            fail_msg("%zu columns: %.*s", len, (int)len, text);
        if (len && text[len - 1] == ' ')
            fail_msg("blanks at the end: \"%.*s\"", (int)len, text);
        text += len + (text[len] == '\n');
    }
}
