/* Status codes and the caller-owned error text.
 * What can fail returns enum tr_status and fills a struct tr_error; each level on the way up prepends its context,
 * only app/ prints. "No signal" and "not found in a list" are values, not errors. */
#ifndef TR_BASE_ERROR_H
#define TR_BASE_ERROR_H

enum tr_status {
    TR_OK = 0,
    TR_NOMEM,       /* an allocation failed */
    TR_INVALID,     /* input from outside is malformed or out of range */
    TR_IO,          /* the operating system refused a read or write */
    TR_NOT_FOUND,   /* the named thing does not exist */
    TR_BUSY,        /* somebody else holds it: try again later */
    TR_FULL,        /* no space left */
    TR_READ_ONLY,   /* may not be written */
    TR_VERSION,     /* made by a newer version of the program */
    TR_CORRUPT,     /* stored data is damaged */
    TR_CANCELLED,   /* the caller asked to stop */
    TR_UNSUPPORTED, /* recognised, but not something this program does */
    TR_INTERNAL,    /* a library failed in a way that is our mistake */
    TR_USAGE        /* the command line was wrong: nothing was begun */
};

#define TR_MUST_CHECK __attribute__((warn_unused_result))

#define TR_ERROR_TEXT 512

struct tr_error {
    enum tr_status code;
    char text[TR_ERROR_TEXT]; /* one line, no newline; always terminated */
};

/* Sets code and text; returns code, so that `return tr_error_set(err, TR_INVALID, ...)` reads well. err may be NULL.
 * Control characters that came in through arguments are replaced by '?': the text stays one printable line. */
enum tr_status tr_error_set(struct tr_error *err, enum tr_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<context>: " in front of the text and returns err->code. The front is kept when it grows too long.
 * err NULL: returns TR_INTERNAL, since the code is not known then. */
enum tr_status tr_error_prepend(struct tr_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* tr_error_set(err, TR_NOMEM, "out of memory"). */
enum tr_status tr_error_nomem(struct tr_error *err);

#ifdef __clang_analyzer__
/* The analyser looks at one file at a time: so that it knows that these never return TR_OK. */
#define tr_error_set(err, code, ...) (tr_error_set(err, code, __VA_ARGS__), (code))
#define tr_error_nomem(err) (tr_error_nomem(err), TR_NOMEM)
#endif

/* "invalid", "not found" ...: the stable word used in JSON error output. */
const char *tr_status_name(enum tr_status status);

#endif
