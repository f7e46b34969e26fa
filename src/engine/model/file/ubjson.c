#include "engine/model/file/ubjson.h"

#include "base/text.h"

#include <string.h>

/* A place in the bytes. */
struct reader {
    const char *begin, *at, *end;
    struct tr_doc *doc;
    struct tr_error *err;
};

size_t tr_ubj_size(char type)
{
    switch (type) {
    case 'U':
    case 'i':
        return 1;
    case 'I':
        return 2;
    case 'l':
    case 'd':
        return 4;
    case 'L':
    case 'D':
        return 8;
    default:
        return 0;
    }
}

static uint64_t big_endian(const char *bytes, size_t size)
{
    uint64_t x = 0;
    for (size_t i = 0; i < size; i++)
        x = x << 8 | (unsigned char)bytes[i];
    return x;
}

static int64_t integer(char type, const char *bytes)
{
    uint64_t x = big_endian(bytes, tr_ubj_size(type));
    switch (type) {
    case 'i':
        return (int8_t)x;
    case 'I':
        return (int16_t)x;
    case 'l':
        return (int32_t)x;
    default:
        return (int64_t)x;
    }
}

double tr_ubj_number(char type, const char *bytes)
{
    if (type == 'd') {
        uint32_t bits = (uint32_t)big_endian(bytes, 4);
        float x;
        memcpy(&x, &bits, sizeof x);
        return (double)x;
    }
    if (type == 'D') {
        uint64_t bits = big_endian(bytes, 8);
        double x;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    return (double)integer(type, bytes);
}

static enum tr_status damaged(const struct reader *reader, const char *what)
{
    return tr_error_set(reader->err, TR_CORRUPT, "%s at byte %td", what, reader->at - reader->begin);
}

static size_t rest(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* The next letter; 'N' stands for nothing. */
static enum tr_status letter(struct reader *reader, char *out)
{
    while (reader->at < reader->end && *reader->at == 'N')
        reader->at++;
    if (reader->at == reader->end)
        return damaged(reader, "it ends too early");
    *out = *reader->at++;
    return TR_OK;
}

/* A count or length: a letter and a whole number that is not more than the bytes that are left, `size` bytes each. */
static enum tr_status count(struct reader *reader, size_t size, size_t *out)
{
    char type = 0;
    enum tr_status status = letter(reader, &type);
    if (status != TR_OK)
        return status;
    size_t width = tr_ubj_size(type);
    if (width == 0 || type == 'd' || type == 'D' || width > rest(reader))
        return damaged(reader, "not a count");
    int64_t n = integer(type, reader->at);
    reader->at += width;
    if (n < 0 || (uint64_t)n > rest(reader) / size)
        return damaged(reader, "a count beyond the end");
    *out = (size_t)n;
    return TR_OK;
}

/* A length and as many bytes. */
static enum tr_status text(struct reader *reader, const char **bytes, size_t *n)
{
    enum tr_status status = count(reader, 1, n);
    if (status != TR_OK)
        return status;
    *bytes = reader->at;
    reader->at += *n;
    return TR_OK;
}

static enum tr_status number(struct reader *reader, char type, double *out)
{
    if (type == 'H') { /* digits */
        const char *bytes;
        size_t n;
        enum tr_status status = text(reader, &bytes, &n);
        if (status == TR_OK && !tr_text_to_double(bytes, bytes + n, out))
            return damaged(reader, "not a number");
        return status;
    }
    size_t size = tr_ubj_size(type);
    if (size == 0)
        return damaged(reader, "an unknown letter");
    if (size > rest(reader))
        return damaged(reader, "it ends too early");
    *out = tr_ubj_number(type, reader->at);
    reader->at += size;
    return TR_OK;
}

/* A value that is not a list or object. */
static enum tr_status single(struct reader *reader, char type, struct tr_doc_value *value)
{
    switch (type) {
    case 'Z':
        value->kind = TR_DOC_NULL;
        return TR_OK;
    case 'T':
    case 'F':
        value->kind = TR_DOC_NUMBER;
        value->number = type == 'T' ? 1.0 : 0.0;
        return TR_OK;
    case 'S':
        value->kind = TR_DOC_TEXT;
        return text(reader, &value->bytes, &value->n);
    case 'C':
        if (rest(reader) == 0)
            return damaged(reader, "it ends too early");
        value->kind = TR_DOC_TEXT;
        value->bytes = reader->at++;
        value->n = 1;
        return TR_OK;
    default:
        value->kind = TR_DOC_NUMBER;
        return number(reader, type, &value->number);
    }
}

/* "$d#L....": a list of numbers that stays where it is. Behind the '$'. */
static enum tr_status typed(struct reader *reader, struct tr_doc_value *value)
{
    char mark = 0;
    enum tr_status status = letter(reader, &value->type);
    if (status != TR_OK)
        return status;
    size_t size = tr_ubj_size(value->type);
    if (size == 0)
        return damaged(reader, "a list of an unknown type");
    status = letter(reader, &mark);
    if (status == TR_OK && mark != '#')
        return damaged(reader, "a type without a count");
    if (status == TR_OK)
        status = count(reader, size, &value->n);
    if (status != TR_OK)
        return status;
    value->kind = TR_DOC_NUMBERS;
    value->bytes = reader->at;
    reader->at += value->n * size;
    return TR_OK;
}

/* Where a container ends: at its count, or at its closing letter. */
struct bounds {
    bool counted;
    size_t n;
    char close;
};

static bool at_end(struct reader *reader, const struct bounds *bounds, size_t i)
{
    if (bounds->counted)
        return i == bounds->n;
    while (reader->at < reader->end && *reader->at == 'N')
        reader->at++;
    if (reader->at == reader->end || *reader->at != bounds->close)
        return false;
    reader->at++;
    return true;
}

static enum tr_status any_value(struct reader *reader, size_t parent, bool keyed, int depth);

static enum tr_status inside(struct reader *reader, size_t place, char close, int depth)
{
    struct bounds bounds = {.close = close};
    enum tr_status status = TR_OK;
    if (reader->at < reader->end && *reader->at == '#') {
        reader->at++;
        bounds.counted = true;
        status = count(reader, 1, &bounds.n);
    }
    for (size_t i = 0; status == TR_OK && !at_end(reader, &bounds, i); i++)
        status = any_value(reader, place, close == '}', depth + 1);
    return status;
}

/* One value, with its key in front where it is a member of an object. */
static enum tr_status any_value(struct reader *reader, size_t parent, bool keyed, int depth)
{
    struct tr_doc_value value = {.kind = TR_DOC_NULL};
    char type = 0;
    size_t place;
    if (depth > TR_DOC_DEPTH)
        return damaged(reader, "lists and objects stand too deep in each other");
    enum tr_status status = keyed ? text(reader, &value.key, &value.key_length) : TR_OK;
    if (status == TR_OK)
        status = letter(reader, &type);
    if (status != TR_OK)
        return status;
    bool holds = type == '{' || type == '[';
    if (type == '[' && reader->at < reader->end && *reader->at == '$') {
        reader->at++;
        holds = false;
        status = typed(reader, &value);
    } else if (holds) {
        value.kind = type == '{' ? TR_DOC_OBJECT : TR_DOC_LIST;
    } else {
        status = single(reader, type, &value);
    }
    if (status == TR_OK)
        status = tr_doc_add(reader->doc, parent, &value, &place, reader->err);
    return status == TR_OK && holds ? inside(reader, place, type == '{' ? '}' : ']', depth) : status;
}

enum tr_status tr_doc_read_ubj(struct tr_doc *doc, const void *bytes, size_t n, struct tr_error *err)
{
    struct reader reader = {.begin = bytes, .at = bytes, .end = bytes, .doc = doc, .err = err};
    reader.end += n;
    enum tr_status status = any_value(&reader, 0, false, 0);
    if (status == TR_OK && reader.at != reader.end)
        return damaged(&reader, "more bytes than there should be");
    return status;
}

void tr_ubj_add_big(struct tr_buf *out, uint64_t x, size_t size)
{
    for (size_t i = size; i > 0; i--)
        tr_buf_char(out, (char)(unsigned char)(x >> 8 * (i - 1)));
}

void tr_ubj_add_key(struct tr_buf *out, const char *key)
{
    size_t n = strlen(key);
    tr_buf_char(out, 'L');
    tr_ubj_add_big(out, n, 8);
    tr_buf_add(out, key, n);
}

void tr_ubj_add_int(struct tr_buf *out, int64_t x)
{
    static const char types[] = {'i', 'I', 'l'};
    static const int64_t most[] = {INT8_MAX, INT16_MAX, INT32_MAX};
    char type = 'L';
    for (size_t i = sizeof types; i > 0; i--)
        if (x <= most[i - 1] && x >= -most[i - 1] - 1)
            type = types[i - 1];
    tr_buf_char(out, type);
    tr_ubj_add_big(out, (uint64_t)x, tr_ubj_size(type));
}

void tr_ubj_add_count(struct tr_buf *out, size_t n)
{
    tr_buf_text(out, "#L");
    tr_ubj_add_big(out, n, 8);
}
