#include "app/config/config.h"

#include "app/config/jsonc.h"
#include "app/config/value.h"
#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_FILE = 1 << 20, KEY_TEXT = 128, DEPTH = TR_SETTING_DEPTH + 1 };

/* A file being read, and where in it we are. */
struct load {
    struct tr_config config; /* becomes the caller's once all is well */
    const char *name;
    const char *text; /* stripped */
    size_t len;
    const char *path[DEPTH];
    size_t depth;
};

/* Puts "name:line: " of the current key in front of the error. */
static enum tr_status locate(const struct load *load, struct tr_error *err)
{
    return tr_error_prepend(err, "%s:%zu", load->name, tr_jsonc_line(load->text, load->len, load->path, load->depth));
}

/* "a.b.c" of the current path; false where no setting has so long a key. */
static bool join(const struct load *load, char key[KEY_TEXT])
{
    size_t len = 0;
    for (size_t i = 0; i < load->depth; i++) {
        int n = snprintf(key + len, KEY_TEXT - len, "%s%s", i > 0 ? "." : "", load->path[i]);
        if (n < 0 || (size_t)n >= KEY_TEXT - len)
            return false;
        len += (size_t)n;
    }
    return true;
}

/* The whole set at once: a file says what it holds, not what is added to an earlier one. */
static enum tr_status load_params(struct load *load, const struct tr_setting *setting, json_t *object,
                                  struct tr_error *err)
{
    const char *name;
    json_t *value;
    if (tr_setting_begin_params(setting, &load->config, object, err))
        return locate(load, err);
    load->depth++;
    json_object_foreach(object, name, value)
    {
        load->path[load->depth - 1] = name;
        if (tr_setting_assign_param(setting, &load->config, name, value, err))
            return locate(load, err);
    }
    load->depth--;
    return TR_OK;
}

static enum tr_status load_object(struct load *load, json_t *object, struct tr_error *err);

static enum tr_status load_member(struct load *load, json_t *value, struct tr_error *err)
{
    char key[KEY_TEXT];
    bool fits = join(load, key);
    const struct tr_setting *setting = fits ? tr_setting_find(key) : NULL;
    if (strchr(load->path[load->depth - 1], '.') || !(setting || tr_setting_is_section(key))) {
        tr_setting_unknown(key, err);
        return locate(load, err);
    }
    if (setting && setting->kind == TR_SETTING_PARAMS)
        return load_params(load, setting, value, err);
    if (setting)
        return tr_setting_assign(setting, &load->config, value, err) ? locate(load, err) : TR_OK;
    if (json_is_object(value))
        return load_object(load, value, err);
    tr_error_set(err, TR_INVALID, "%s: is a section, so its value is an object {\"name\": value, ...}", key);
    return locate(load, err);
}

/* Sections are at most TR_SETTING_DEPTH - 1 deep, and only sections are entered: the recursion is bounded. */
static enum tr_status load_object(struct load *load, json_t *object, struct tr_error *err)
{
    const char *name;
    json_t *value;
    enum tr_status status = TR_OK;
    load->depth++;
    json_object_foreach(object, name, value)
    {
        load->path[load->depth - 1] = name;
        if (load->depth == 1 && strcmp(name, "$schema") == 0)
            continue;
        status = load_member(load, value, err);
        if (status)
            return status;
    }
    load->depth--;
    return TR_OK;
}

static enum tr_status parse(struct load *load, json_t **out, struct tr_error *err)
{
    json_error_t fault;
    *out = json_loadb(load->text, load->len, JSON_REJECT_DUPLICATES, &fault);
    if (!*out && json_error_code(&fault) == json_error_out_of_memory)
        return tr_error_nomem(err);
    if (!*out)
        return tr_error_set(err, TR_INVALID, "%s:%d: not valid JSON: %s", load->name, fault.line, fault.text);
    if (!json_is_object(*out))
        return tr_error_set(err, TR_INVALID, "%s:1: not an object {\"section\": {...}}", load->name);
    return TR_OK;
}

enum tr_status tr_config_load_text(struct tr_config *config, const char *name, const char *text, size_t len,
                                   struct tr_error *err)
{
    if (len > LARGEST_FILE)
        return tr_error_set(err, TR_INVALID, "%s: larger than %d bytes: not a configuration", name, LARGEST_FILE);
    struct load load = {.config = *config, .name = name, .len = len};
    json_t *root = NULL;
    char *stripped = tr_alloc(len, 1);
    if (!stripped)
        return tr_error_nomem(err);
    if (len > 0)
        memcpy(stripped, text, len);
    load.text = stripped;
    enum tr_status status = TR_OK;
    size_t line = tr_jsonc_strip(stripped, len);
    if (line > 0)
        status = tr_error_set(err, TR_INVALID, "%s:%zu: the comment that begins here has no end", name, line);
    if (!status)
        status = parse(&load, &root, err);
    if (!status)
        status = load_object(&load, root, err);
    if (!status)
        *config = load.config;
    json_decref(root);
    tr_free(stripped);
    return status;
}

static enum tr_status read_all(FILE *file, const char *path, struct tr_buf *out, struct tr_error *err)
{
    char chunk[4096];
    size_t n;
    while (out->len <= LARGEST_FILE && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
        tr_buf_add(out, chunk, n);
    if (ferror(file))
        return tr_error_set(err, TR_IO, "%s: cannot be read: %s", path, strerror(errno));
    return tr_buf_status(out, err);
}

enum tr_status tr_config_load_file(struct tr_config *config, const char *path, struct tr_error *err)
{
    struct stat info;
    struct tr_buf text;
    /* A pipe without a writer would block for ever. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return tr_error_set(err, TR_IO, "%s: is not a plain file", path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return tr_error_set(err, errno == ENOENT ? TR_NOT_FOUND : TR_IO, "%s: cannot be read: %s", path,
                            strerror(errno));
    tr_buf_init(&text);
    enum tr_status status = read_all(file, path, &text, err);
    if (!status)
        status = tr_config_load_text(config, path, tr_buf_string(&text), text.len, err);
    tr_buf_finish(&text);
    fclose(file);
    return status;
}
