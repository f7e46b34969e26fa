/* What may be stored: checks that the doors of the store share. Each fails with TR_INVALID and a line that says what
 * was expected; `what` names the value in it. */
#ifndef TR_STORE_CHECK_H
#define TR_STORE_CHECK_H

#include "base/hash.h"
#include "io/store/store.h"

/* The largest content that is taken, in bytes. Every back end can hold it in one row. */
#define TR_STORE_BYTES_MAX ((size_t)256 << 20)

enum tr_status tr_store_check_series(const struct tr_series_key *key, struct tr_error *err) TR_MUST_CHECK;
/* text [size]: ended within it, and not empty. */
enum tr_status tr_store_check_text(const char *text, size_t size, const char *what, struct tr_error *err) TR_MUST_CHECK;
/* text [length + 1]: so many hexadecimal digits in lower case. */
bool tr_store_is_hex(const char *text, size_t length);
enum tr_status tr_store_check_hash(const char *hash, const char *what, struct tr_error *err) TR_MUST_CHECK;
/* Of a model. */
enum tr_status tr_store_check_id(const char *id, const char *what, struct tr_error *err) TR_MUST_CHECK;
/* A count that a signed number of 64 bits holds. */
enum tr_status tr_store_check_count(size_t count, const char *what, struct tr_error *err) TR_MUST_CHECK;
/* The length of a content. */
enum tr_status tr_store_check_size(size_t n, const char *what, struct tr_error *err) TR_MUST_CHECK;

/* Of a step's key and bytes: what a back end stores beside them and compares when it reads them. */
void tr_store_step_hash(const char *key, const void *bytes, size_t n, char out[TR_HASH_TEXT]);

/* "bitget BTC/USDT:USDT 1h: " in front of the error. */
enum tr_status tr_store_name_series(const struct tr_series_key *key, struct tr_error *err);

#endif
