/* What a registered model consists of, as one text: the window it learnt from, each head's inputs, members and
 * reference scores, the recipe, how it did out of sample. The members' trees and the drift reference are artefacts of
 * their own, named by hash. */
#ifndef TR_USECASE_MANIFEST_H
#define TR_USECASE_MANIFEST_H

#include "app/usecase/run.h"
#include "base/hash.h"

#define TR_MANIFEST_LABEL 192

/* One head, as read back. */
struct tr_manifest_head {
    bool trained;
    char reason[96]; /* why not */
    size_t fit_rows, reference_rows;
    double fit_n, fit_positive;
    size_t cols;
    size_t col[TR_FEATURE_INPUTS]; /* [cols] inputs, ascending */
    double gain[TR_FEATURE_INPUTS], permutation[TR_FEATURE_INPUTS];
    double *reference; /* [reference_rows] scores, ascending; owned */
    size_t members;
    char member[TR_ENSEMBLE_MEMBERS][24]; /* "lightgbm" */
    char artefact[TR_ENSEMBLE_MEMBERS][TR_HASH_TEXT];
};

struct tr_manifest {
    struct tr_series_key series;
    struct tr_fold window; /* test_from, test_to are the bar it decided first */
    char data_hash[TR_HASH_TEXT], recipe_hash[TR_HASH_TEXT], code[32];
    char drift[TR_HASH_TEXT];      /* artefact; "" = none */
    char label[TR_MANIFEST_LABEL]; /* what it learnt to predict: the recipe's label and ladder, as text */
    bool imported;                 /* trained elsewhere: the window is only where its scores were ranked */
    int64_t seed;
    struct tr_manifest_head head[TR_SIDE_COUNT];
};

/* What this recipe's heads learn, as struct tr_manifest has it. */
void tr_manifest_label(const struct tr_recipe *recipe, char out[TR_MANIFEST_LABEL]);

/* artefact [TR_SIDE_COUNT * TR_ENSEMBLE_MEMBERS], side * TR_ENSEMBLE_MEMBERS + member: hashes of the members' files;
 * drift: of the drift reference, or "". The run kept its newest model. imported: it was trained elsewhere. */
enum tr_status tr_manifest_write(const struct tr_run *run, char (*artefact)[TR_HASH_TEXT], const char *drift,
                                 bool imported, struct tr_buf *out, struct tr_error *err) TR_MUST_CHECK;

/* out: not initialised before; finish with tr_manifest_finish, also after an error. TR_CORRUPT where it is not such a
 * text; TR_UNSUPPORTED where it names inputs this program does not have. */
enum tr_status tr_manifest_read(const char *text, size_t len, struct tr_manifest *out,
                                struct tr_error *err) TR_MUST_CHECK;
void tr_manifest_finish(struct tr_manifest *manifest);

#endif
