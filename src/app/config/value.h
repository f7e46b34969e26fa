/* One setting's value: from JSON with its checks, and back to text. */
#ifndef TR_CONFIG_VALUE_H
#define TR_CONFIG_VALUE_H

#include "app/config/table.h"
#include "base/json.h"

#include <jansson.h>

/* TR_INVALID: "key: value is not allowed: range (default ...)"; config is then as before. Not for TR_SETTING_PARAMS. */
enum tr_status tr_setting_assign(const struct tr_setting *setting, struct tr_config *config, const json_t *value,
                                 struct tr_error *err) TR_MUST_CHECK;
/* Adds or replaces one of model.xgboost.params. */
enum tr_status tr_setting_assign_param(struct tr_config *config, const char *name, const json_t *value,
                                       struct tr_error *err) TR_MUST_CHECK;

void tr_setting_default(const struct tr_setting *setting, struct tr_config *config);
void tr_setting_write(const struct tr_setting *setting, const struct tr_config *config, struct tr_json *json,
                      const char *name);
/* As written on a command line: texts without quotes. */
void tr_setting_print(const struct tr_setting *setting, const struct tr_config *config, struct tr_buf *out);

#endif
