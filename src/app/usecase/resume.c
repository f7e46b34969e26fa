#include "app/usecase/resume.h"

#include "app/usecase/identity.h"
#include "app/usecase/version.h"
#include "io/store/ledger.h"

#include <inttypes.h>
#include <stdio.h>

enum { KEY_TEXT = 160, KEPT_DAYS = 14 /* steps of work that nobody came back to */ };

/* The number of the fold too: it is in the seed of the fit, and differs where fewer folds are run. */
static void step_key(const struct tr_resume *resume, size_t head, size_t fold, char out[KEY_TEXT])
{
    snprintf(out, KEY_TEXT, "%s:%zu:%zu:%" PRId64, resume->key, head, fold, resume->folds[fold].test_from);
}

static bool find(void *context, size_t head, size_t fold, struct tr_buf *bytes)
{
    const struct tr_resume *resume = context;
    struct tr_error ignored;
    char key[KEY_TEXT];
    bool found = false;

    step_key(resume, head, fold, key);
    return tr_store_step_get(resume->store, key, bytes, &found, &ignored) == TR_OK && found;
}

static void keep(void *context, size_t head, size_t fold, const struct tr_buf *bytes)
{
    const struct tr_resume *resume = context;
    struct tr_error ignored;
    char key[KEY_TEXT];

    step_key(resume, head, fold, key);
    (void)!tr_store_step_put(resume->store, key, bytes->data, bytes->len, resume->now, &ignored);
}

/* Everything that a fit's result depends on, bar the fold and the head. */
static enum tr_status name_run(const struct tr_bars *bars, const struct tr_recipe *recipe, char out[TR_HASH_TEXT],
                               struct tr_error *err)
{
    char text[TR_HASH_TEXT];
    struct tr_version_info version;
    struct tr_hash hash;
    enum tr_status status = tr_identity_recipe(recipe, text, err);

    if (status != TR_OK)
        return status;
    tr_version_describe(&version);
    tr_hash_init(&hash);
    tr_hash_text(&hash, text);
    tr_hash_text(&hash, version.program);
    for (size_t i = 0; i < version.n_linked; i++)
        tr_hash_text(&hash, version.linked[i].version);
    tr_identity_data(bars, &recipe->funding, text);
    tr_hash_text(&hash, text);
    tr_identity_bars(&recipe->fine, text);
    tr_hash_text(&hash, text);
    tr_hash_end(&hash, out);
    return TR_OK;
}

enum tr_status tr_resume_init(struct tr_resume *resume, const struct tr_world *world, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, const struct tr_fold *folds, struct tr_error *err)
{
    char name[TR_HASH_TEXT];
    struct tr_error ignored;
    size_t forgotten;
    enum tr_status status = name_run(bars, recipe, name, err);

    if (status != TR_OK)
        return status;
    *resume = (struct tr_resume){.cache = {resume, find, keep}, .store = world->store, .now = world->now};
    resume->folds = folds;
    (void)!tr_store_step_forget(world->store, "", world->now - KEPT_DAYS * TR_DAY_MS, &forgotten, &ignored);
    snprintf(resume->key, sizeof resume->key, "walk:%s", name);
    return TR_OK;
}

void tr_resume_done(const struct tr_resume *resume)
{
    struct tr_error ignored;
    size_t n;

    (void)!tr_store_step_forget(resume->store, resume->key, INT64_MAX, &n, &ignored);
}
