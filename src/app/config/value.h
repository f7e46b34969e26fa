/* One setting's value: from JSON with its checks, and back to text. */
#ifndef TR_CONFIG_VALUE_H
#define TR_CONFIG_VALUE_H

#include "app/config/table.h"
#include "base/json.h"

#include <jansson.h>

/* TR_INVALID: "key: value is not allowed: range (default ...)"; config is then as before. Not for TR_SETTING_PARAMS. */
enum tr_status tr_setting_assign(const struct tr_setting *setting, struct tr_config *config, const json_t *value,
                                 struct tr_error *err) TR_MUST_CHECK;
/* For TR_SETTING_PARAMS: empties it where `object` is one, so that its members can be assigned as the whole set; else
 * TR_INVALID. */
enum tr_status tr_setting_begin_params(const struct tr_setting *setting, struct tr_config *config, const json_t *object,
                                       struct tr_error *err) TR_MUST_CHECK;
/* For TR_SETTING_PARAMS: adds or replaces one parameter. On error config is as before. */
enum tr_status tr_setting_assign_param(const struct tr_setting *setting, struct tr_config *config, const char *name,
                                       const json_t *value, struct tr_error *err) TR_MUST_CHECK;

void tr_setting_default(const struct tr_setting *setting, struct tr_config *config);
void tr_setting_write(const struct tr_setting *setting, const struct tr_config *config, struct tr_json *json,
                      const char *name);
/* As written on a command line: texts without quotes. */
void tr_setting_print(const struct tr_setting *setting, const struct tr_config *config, struct tr_buf *out);

#endif
