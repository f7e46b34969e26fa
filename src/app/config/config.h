/* All settings: one typed table says key, type, default, unit, range and help of each; file, environment and command
 * line write into one plain struct (settings.h). */
#ifndef TR_CONFIG_CONFIG_H
#define TR_CONFIG_CONFIG_H

#include "app/config/settings.h"
#include "base/buf.h"
#include "base/error.h"

#include <stddef.h>

/* Where the last value of a setting came from, for `config show`. */
enum tr_config_source { TR_CONFIG_DEFAULT, TR_CONFIG_FILE, TR_CONFIG_ENVIRONMENT, TR_CONFIG_OPTION };

void tr_config_defaults(struct tr_config *config);

/* A JSON file with // and block comments and trailing commas. Errors are one line "file:line: key ...: value X is not
 * allowed: allowed range; default". Unknown keys, wrong types and values out of range are TR_INVALID and name the
 * nearest known key. "$schema" is ignored. On error the config is as before. */
enum tr_status tr_config_load_file(struct tr_config *config, const char *path, struct tr_error *err) TR_MUST_CHECK;
/* The same from memory; `name` stands for the file in messages. */
enum tr_status tr_config_load_text(struct tr_config *config, const char *name, const char *text, size_t len,
                                   struct tr_error *err) TR_MUST_CHECK;

/* "walkforward.train_days", "90": as command line --set and environment write it. Arrays as "1,2,3" or JSON text,
 * parameters as JSON text (replaces all of them) or one by one: "model.xgboost.params.max_depth", "4". On error the
 * config is as before. */
enum tr_status tr_config_set(struct tr_config *config, const char *key, const char *value, enum tr_config_source source,
                             struct tr_error *err) TR_MUST_CHECK;

/* All TRADERAI__SECTION__KEY of an environment (NULL-terminated "NAME=value" strings, as environ); other variables are
 * ignored, unknown keys of ours are errors naming the variable. */
enum tr_status tr_config_load_environment(struct tr_config *config, const char *const *environment,
                                          struct tr_error *err) TR_MUST_CHECK;

/* Rules over several settings (targets rising, fractions summing to one ...): one error line for the first broken one.
 */
enum tr_status tr_config_check(const struct tr_config *config, struct tr_error *err) TR_MUST_CHECK;

/* Every setting as JSON in the file's own shape (what `config show --json` prints). */
void tr_config_write_json(const struct tr_config *config, int indent, struct tr_buf *out);
/* Table: key, value, default, unit, help; one line each. */
void tr_config_write_table(const struct tr_config *config, struct tr_buf *out);
/* JSON Schema (draft 2020-12) of the file. */
void tr_config_write_schema(struct tr_buf *out);

#endif
