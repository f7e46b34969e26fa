/* The one table of settings: key, type, place in struct tr_config, default, range, unit, help. Everything else in this
 * folder reads it. */
#ifndef TR_CONFIG_TABLE_H
#define TR_CONFIG_TABLE_H

#include "app/config/config.h"

enum tr_setting_kind {
    TR_SETTING_TEXT,    /* char [size] */
    TR_SETTING_BOOL,    /* bool */
    TR_SETTING_INTEGER, /* int64_t */
    TR_SETTING_NUMBER,  /* double [count] */
    TR_SETTING_CHOICE,  /* an enum: the index into choices */
    TR_SETTING_PARAMS   /* struct tr_config_params */
};

#define TR_SETTING_ARRAY 3
#define TR_SETTING_KEY 64  /* bytes of the longest key, with room */
#define TR_SETTING_DEPTH 3 /* "model.xgboost.params" */

struct tr_setting {
    const char *key; /* sections and name, with dots; those of one section stand together */
    enum tr_setting_kind kind;
    size_t offset;                   /* in struct tr_config */
    size_t size;                     /* of a text's buffer */
    size_t count;                    /* numbers: 1, or TR_SETTING_ARRAY for an array of as many */
    double number[TR_SETTING_ARRAY]; /* default; for a bool 0 or 1, for a choice its index; NaN = null */
    const char *text;                /* default of a text */
    double min, max;                 /* both allowed */
    bool nullable;                   /* null is allowed and becomes NaN */
    const char *const *choices;      /* ends with NULL */
    const char *unit;                /* "" = none */
    const char *reason;              /* why the range is what it is, where users will ask; else NULL */
    const char *help;
};

extern const struct tr_setting tr_settings[];
extern const size_t tr_setting_count;

/* NULL where there is none of this key. */
const struct tr_setting *tr_setting_find(const char *key);
/* The TR_SETTING_PARAMS whose parameter this is, "model.xgboost.params.eta", and in *name what stands behind its dot
 * (may be empty); NULL where it is none. */
const struct tr_setting *tr_setting_of_param(const char *key, const char **name);
/* Whether keys begin with "section.". */
bool tr_setting_is_section(const char *section);
/* The key or section that was probably meant; false where none is near. */
bool tr_setting_nearest(const char *key, char out[TR_SETTING_KEY]);
/* TR_INVALID that says so and what was probably meant. */
enum tr_status tr_setting_unknown(const char *key, struct tr_error *err);

static inline void *tr_setting_place(const struct tr_setting *setting, struct tr_config *config)
{
    return (char *)config + setting->offset;
}
static inline const void *tr_setting_value(const struct tr_setting *setting, const struct tr_config *config)
{
    return (const char *)config + setting->offset;
}

#endif
