#include "engine/model/file/document.h"

#include "base/alloc.h"
#include "engine/model/file/ubjson.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

void tr_doc_init(struct tr_doc *doc)
{
    *doc = (struct tr_doc){0};
}

void tr_doc_finish(struct tr_doc *doc)
{
    tr_free(doc->value);
    tr_free(doc->number);
    json_decref(doc->json);
    *doc = (struct tr_doc){0};
}

static enum tr_status push_number(struct tr_doc *doc, struct tr_doc_value *list, double x, struct tr_error *err)
{
    if (list->kind == TR_DOC_LIST && list->n > 0)
        return tr_error_set(err, TR_CORRUPT, "a number in a list of other things");
    if (doc->numbers == doc->numbers_room) {
        if (doc->numbers >= TR_DOC_COPIES)
            return tr_error_set(err, TR_UNSUPPORTED, "more than %zu numbers outside lists of one type", TR_DOC_COPIES);
        size_t room = doc->numbers_room ? 2 * doc->numbers_room : 256;
        double *grown = tr_alloc_grow(doc->number, doc->numbers * sizeof *grown, room, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        doc->number = grown;
        doc->numbers_room = room;
    }
    if (list->kind == TR_DOC_LIST) {
        list->kind = TR_DOC_NUMBERS;
        list->first = doc->numbers;
    }
    doc->number[doc->numbers++] = x;
    list->n++;
    return TR_OK;
}

static enum tr_status push_value(struct tr_doc *doc, const struct tr_doc_value *value, struct tr_error *err)
{
    if (doc->n == doc->room) {
        if (doc->n >= TR_DOC_VALUES)
            return tr_error_set(err, TR_CORRUPT, "more than %zu values", TR_DOC_VALUES);
        size_t room = doc->room ? 2 * doc->room : 64;
        struct tr_doc_value *grown = tr_alloc_grow(doc->value, doc->n * sizeof *grown, room, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        doc->value = grown;
        doc->room = room;
    }
    doc->value[doc->n++] = *value;
    return TR_OK;
}

enum tr_status tr_doc_add(struct tr_doc *doc, size_t parent, const struct tr_doc_value *value, size_t *place,
                          struct tr_error *err)
{
    *place = doc->n;
    if (doc->n == 0)
        return push_value(doc, value, err);
    assert(parent < doc->n);
    struct tr_doc_value *list = &doc->value[parent];
    if (list->kind != TR_DOC_OBJECT && value->kind == TR_DOC_NUMBER)
        return push_number(doc, list, value->number, err);
    if (list->kind == TR_DOC_NUMBERS)
        return tr_error_set(err, TR_CORRUPT, "something else in a list of numbers");
    enum tr_status status = push_value(doc, value, err);
    if (status != TR_OK)
        return status;
    list = &doc->value[parent]; /* the values may have moved */
    if (list->last)
        doc->value[list->last].next = *place;
    else
        list->first = *place;
    list->last = *place;
    list->n++;
    return TR_OK;
}

const struct tr_doc_value *tr_doc_first(const struct tr_doc *doc, const struct tr_doc_value *value)
{
    bool holds = value && (value->kind == TR_DOC_LIST || value->kind == TR_DOC_OBJECT);
    return holds && value->first ? &doc->value[value->first] : NULL;
}

const struct tr_doc_value *tr_doc_next(const struct tr_doc *doc, const struct tr_doc_value *value)
{
    return value->next ? &doc->value[value->next] : NULL;
}

const struct tr_doc_value *tr_doc_get(const struct tr_doc *doc, const struct tr_doc_value *value, const char *key)
{
    const struct tr_doc_value *found = NULL;
    size_t length = strlen(key);
    if (!value || value->kind != TR_DOC_OBJECT)
        return NULL;
    for (const struct tr_doc_value *member = tr_doc_first(doc, value); member; member = tr_doc_next(doc, member)) {
        if (member->key_length != length || memcmp(member->key, key, length) != 0)
            continue;
        if (found)
            return NULL;
        found = member;
    }
    return found;
}

bool tr_doc_is_numbers(const struct tr_doc_value *value, size_t n)
{
    if (!value || value->n != n)
        return false;
    return value->kind == TR_DOC_NUMBERS || (value->kind == TR_DOC_LIST && n == 0);
}

double tr_doc_number_at(const struct tr_doc *doc, const struct tr_doc_value *numbers, size_t i)
{
    assert(numbers->kind == TR_DOC_NUMBERS && i < numbers->n);
    if (!numbers->type)
        return doc->number[numbers->first + i];
    return tr_ubj_number(numbers->type, numbers->bytes + i * tr_ubj_size(numbers->type));
}

bool tr_doc_is_text(const struct tr_doc_value *value, const char *text)
{
    return value && value->kind == TR_DOC_TEXT && value->n == strlen(text) && memcmp(value->bytes, text, value->n) == 0;
}

static struct tr_doc_value value_of(const json_t *json)
{
    if (json_is_object(json))
        return (struct tr_doc_value){.kind = TR_DOC_OBJECT};
    if (json_is_array(json))
        return (struct tr_doc_value){.kind = TR_DOC_LIST};
    if (json_is_string(json))
        return (struct tr_doc_value){
            .kind = TR_DOC_TEXT, .bytes = json_string_value(json), .n = json_string_length(json)};
    if (json_is_number(json))
        return (struct tr_doc_value){.kind = TR_DOC_NUMBER, .number = json_number_value(json)};
    if (json_is_boolean(json))
        return (struct tr_doc_value){.kind = TR_DOC_NUMBER, .number = json_is_true(json) ? 1.0 : 0.0};
    return (struct tr_doc_value){.kind = TR_DOC_NULL};
}

static enum tr_status take_json(struct tr_doc *doc, size_t parent, json_t *json, const char *key, int depth,
                                struct tr_error *err)
{
    struct tr_doc_value value = value_of(json);
    const char *name;
    json_t *inside;
    size_t place, i;
    if (depth > TR_DOC_DEPTH)
        return tr_error_set(err, TR_CORRUPT, "lists and objects stand too deep in each other");
    value.key = key;
    value.key_length = key ? strlen(key) : 0;
    enum tr_status status = tr_doc_add(doc, parent, &value, &place, err);
    if (status != TR_OK)
        return status;
    json_array_foreach(json, i, inside)
    {
        if ((status = take_json(doc, place, inside, NULL, depth + 1, err)) != TR_OK)
            return status;
    }
    json_object_foreach(json, name, inside)
    {
        if ((status = take_json(doc, place, inside, name, depth + 1, err)) != TR_OK)
            return status;
    }
    return TR_OK;
}

/* What stands in a JSON text, told by its punctuation alone; what is no JSON may be counted wrongly, but only from the
 * byte on at which jansson gives up. */
struct census {
    size_t objects, lists, commas, colons, nulls;
    size_t texts, text_bytes, longest; /* keys too */
};

/* at: behind the opening quote; returns the place of the closing one, or end. */
static const char *text_end(const char *at, const char *end)
{
    while (at < end && *at != '"')
        at += *at == '\\' && end - at > 1 ? 2 : 1;
    return at;
}

static struct census count_json(const char *at, size_t n)
{
    struct census count = {0};
    for (const char *end = at + n; at < end; at++) {
        count.objects += *at == '{';
        count.lists += *at == '[';
        count.commas += *at == ',';
        count.colons += *at == ':';
        count.nulls += *at == 'n';
        if (*at != '"')
            continue;
        const char *begin = at + 1;
        at = text_end(begin, end);
        size_t length = (size_t)(at - begin);
        count.texts++;
        count.text_bytes += length;
        count.longest = length > count.longest ? length : count.longest;
        if (at == end)
            break;
    }
    return count;
}

/* Bytes that jansson 2 (on 64 bits, its blocks as glibc rounds them) and the document take for one of each, never too
 * few. VALUE is a struct tr_doc_value while the document moves to twice the room, PLACE a pointer in a list that moves
 * likewise. */
enum {
    VALUE = 2 * sizeof(struct tr_doc_value),
    PLACE = 16,
    LIST = 128 + PLACE + VALUE,
    OBJECT = 224 + PLACE + VALUE,
    SINGLE = 32 + 8 + 16, /* a number, its place, the double in the document */
    TEXT = 48 + VALUE,
    MEMBER = 128 + VALUE /* of an object, with its key */
};

static size_t memory_of(const struct census *count, size_t n)
{
    size_t singles = count->commas + 1; /* at most: every comma brings a value, and so does every container */
    size_t keys = count->colons < count->texts ? count->colons : count->texts;
    return n + count->objects * OBJECT + count->lists * LIST + singles * SINGLE + count->nulls * VALUE +
           count->colons * MEMBER + (count->texts - keys) * TEXT + count->text_bytes +
           2 * count->longest; /* which is held twice more while it is read */
}

static enum tr_status check_memory(const char *bytes, size_t n, struct tr_error *err)
{
    struct census count = count_json(bytes, n);
    size_t memory = memory_of(&count, n), containers = count.objects + count.lists;
    if (memory <= TR_DOC_JSON_MEMORY)
        return TR_OK;
    return tr_error_set(err, TR_UNSUPPORTED,
                        "up to %zu values in %zu lists and objects: reading this JSON may take %zu MiB of memory, and "
                        "%zu MiB are allowed; if it is a sound model, save it as .ubj",
                        containers + count.commas + 1, containers, memory >> 20, TR_DOC_JSON_MEMORY >> 20);
}

enum tr_status tr_doc_read_json(struct tr_doc *doc, const void *bytes, size_t n, struct tr_error *err)
{
    json_error_t where;
    if (check_memory(bytes, n, err) != TR_OK) /* jansson builds its whole tree before anybody can count */
        return err->code;
    doc->json = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
    if (!doc->json)
        return tr_error_set(err, TR_CORRUPT, "%s at byte %d", where.text, where.position);
    return take_json(doc, 0, doc->json, NULL, 0, err);
}
