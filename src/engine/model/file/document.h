/* What a model file says, whatever it is written in (JSON, UBJSON): objects, lists, texts and numbers, as a tree that
 * can be asked. Nothing is copied that stands in the bytes already. */
#ifndef TR_FILE_DOCUMENT_H
#define TR_FILE_DOCUMENT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_DOC_DEPTH 32
/* What a document holds at most: objects, lists and single values; numbers in lists that are copied (those that stand
 * in the bytes are free); bytes that a JSON text and all that is made of it may take. */
#define TR_DOC_VALUES ((size_t)1 << 22)
#define TR_DOC_COPIES ((size_t)1 << 24)
#define TR_DOC_JSON_MEMORY ((size_t)600 << 20)

enum tr_doc_kind { TR_DOC_NULL, TR_DOC_NUMBER, TR_DOC_TEXT, TR_DOC_NUMBERS, TR_DOC_LIST, TR_DOC_OBJECT };

struct tr_doc_value {
    enum tr_doc_kind kind;
    char type;       /* of NUMBERS: UBJSON's letter for numbers in the bytes, 0 for doubles in the document */
    const char *key; /* [key_length] name of a member of an object; NULL elsewhere */
    size_t key_length;
    const char *bytes; /* TEXT: [n]; NUMBERS of a type: where they stand */
    size_t n;          /* TEXT: bytes; NUMBERS, LIST, OBJECT: how many */
    double number;     /* NUMBER; true is 1 and false 0 */
    size_t first;      /* LIST, OBJECT: the first value inside, 0 = none; NUMBERS of type 0: place in the document */
    size_t last, next; /* the last one inside; the next one beside it */
};

struct tr_doc {
    struct tr_doc_value *value; /* [n]; the root is value 0 */
    size_t n, room;
    double *number; /* [numbers] */
    size_t numbers, numbers_room;
    void *json; /* jansson's tree, which the texts point into; or NULL */
};

void tr_doc_init(struct tr_doc *doc);
void tr_doc_finish(struct tr_doc *doc);

/* For readers of a format. Puts a copy of *value inside value `parent` (the root: into an empty document; parent is
 * ignored); *place receives its number. A number inside a list makes it NUMBERS; a list of numbers takes nothing else:
 * TR_CORRUPT. TR_CORRUPT also for more than TR_DOC_VALUES, TR_UNSUPPORTED for more than TR_DOC_COPIES. */
enum tr_status tr_doc_add(struct tr_doc *doc, size_t parent, const struct tr_doc_value *value, size_t *place,
                          struct tr_error *err) TR_MUST_CHECK;

/* Reads JSON with jansson. doc: initialised. TR_CORRUPT names the byte; TR_UNSUPPORTED, before anything is built: more
 * than TR_DOC_JSON_MEMORY, told from the punctuation. That is room for ten million numbers. */
enum tr_status tr_doc_read_json(struct tr_doc *doc, const void *bytes, size_t n, struct tr_error *err) TR_MUST_CHECK;

/* The member of that name; NULL where there is none, where there are two, and where value is no object or NULL. */
const struct tr_doc_value *tr_doc_get(const struct tr_doc *doc, const struct tr_doc_value *value, const char *key);
/* The values inside a list, one after the other; NULL at the end and for anything but a list or object. */
const struct tr_doc_value *tr_doc_first(const struct tr_doc *doc, const struct tr_doc_value *value);
const struct tr_doc_value *tr_doc_next(const struct tr_doc *doc, const struct tr_doc_value *value);
/* A list of n numbers (any list is one of 0 numbers if empty). */
bool tr_doc_is_numbers(const struct tr_doc_value *value, size_t n);
double tr_doc_number_at(const struct tr_doc *doc, const struct tr_doc_value *numbers, size_t i);
bool tr_doc_is_text(const struct tr_doc_value *value, const char *text);

#endif
