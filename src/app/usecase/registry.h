/* The registry of models: a trained run goes in, a model that can score comes out. */
#ifndef TR_USECASE_REGISTRY_H
#define TR_USECASE_REGISTRY_H

#include "app/usecase/manifest.h"
#include "io/store/models.h"

#define TR_REGISTRY_ROLLBACK "rollback" /* the log's reason of one */

/* A registered model, ready to score. */
struct tr_registered {
    struct tr_model_record record;
    struct tr_manifest manifest;
    struct tr_ensemble ensemble[TR_SIDE_COUNT]; /* n = 0 where the head is not trained */
};

/* Stores the newest model of a run: artefacts, manifest, row; reason goes into the log; imported:
 * trained elsewhere. The first model of a
 * series becomes its champion at once, later ones are candidates. *is_new false: it was there already, as it is.
 * Errors: TR_INVALID where no head could be trained. */
enum tr_status tr_registry_add(const struct tr_run *run, const struct tr_world *world, const char *reason,
                               bool imported, struct tr_model_record *out, bool *is_new,
                               struct tr_error *err) TR_MUST_CHECK;

/* The one model whose id begins with `id`; TR_NOT_FOUND, TR_INVALID where several do. "" or NULL with a series: its
 * champion. */
enum tr_status tr_registry_find(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                struct tr_model_record *out, struct tr_error *err) TR_MUST_CHECK;
/* Reads everything back, each artefact checked against its hash. Finish with tr_registered_finish, also after an error.
 */
enum tr_status tr_registry_load(struct tr_store *store, const struct tr_model_record *record, struct tr_registered *out,
                                struct tr_error *err) TR_MUST_CHECK;
void tr_registered_finish(struct tr_registered *model);

/* Makes it its series' champion; the one before is archived. Its artefacts are read first: a damaged model is not
 * promoted. *before: id of the champion it follows, "" = none. */
enum tr_status tr_registry_promote(struct tr_store *store, const struct tr_model_record *record, tr_time_ms now,
                                   const char *reason, char before[TR_MODEL_ID], struct tr_error *err) TR_MUST_CHECK;
/* Back to the champion before the present one, by the log: rolling back twice goes back two steps. *to is that one.
 * TR_NOT_FOUND where there was none. */
enum tr_status tr_registry_rollback(struct tr_store *store, const struct tr_series_key *series, tr_time_ms now,
                                    struct tr_model_record *to, struct tr_error *err) TR_MUST_CHECK;

#endif
