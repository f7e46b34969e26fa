/* A shared library with the calls of LightGBM's C API that the program uses, and a memory of them. FAKE_LACKING:
 * without one of them; FAKE_OTHER: a library of somebody else. */
#include "support/fake_lightgbm.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct fake_lightgbm *fake_lightgbm(void);

#ifndef FAKE_OTHER
const char *LGBM_GetLastError(void);
int LGBM_DatasetCreateFromMat(const void *data, int type, int32_t rows, int32_t cols, int row_major, const char *params,
                              void *reference, void **out);
int LGBM_DatasetSetField(void *dataset, const char *name, const void *data, int n, int type);
int LGBM_DatasetFree(void *dataset);
int LGBM_BoosterCreate(void *dataset, const char *params, void **out);
int LGBM_BoosterAddValidData(void *booster, void *dataset);
int LGBM_BoosterUpdateOneIter(void *booster, int *finished);
int LGBM_BoosterGetEvalCounts(void *booster, int *n);
int LGBM_BoosterGetEval(void *booster, int dataset, int *n, double *out);
int LGBM_BoosterSaveModelToString(void *booster, int start, int rounds, int importance, int64_t capacity, int64_t *n,
                                  char *out);
int LGBM_BoosterFree(void *booster);
int LGBM_FastConfigFree(void *config);
#endif

static struct fake_lightgbm memory;

struct fake_lightgbm *fake_lightgbm(void)
{
    return &memory;
}

#ifndef FAKE_OTHER
static char handles[3]; /* training set, validation set, booster */

static int call(void)
{
    return ++memory.calls == memory.fail_at ? -1 : 0;
}

const char *LGBM_GetLastError(void)
{
    return "a made-up\nfailure";
}

int LGBM_DatasetCreateFromMat(const void *data, int type, int32_t rows, int32_t cols, int row_major, const char *params,
                              void *reference, void **out)
{
    const double *x = data;
    int which = memory.datasets;
    if (call() || type != 1 || row_major != 1 || which > 1)
        return -1;
    if (which == 1)
        memory.referenced = reference == &handles[0] && strcmp(params, memory.params) == 0;
    memory.rows[which] = rows;
    memory.cols[which] = cols;
    memory.first[which] = x[0];
    if (which == 0)
        memory.corner = x[(size_t)rows * (size_t)cols - 1];
    *out = &handles[which];
    memory.datasets++;
    return 0;
}

int LGBM_DatasetSetField(void *dataset, const char *name, const void *data, int n, int type)
{
    int which = dataset == &handles[1];
    float *sum = strcmp(name, "label") == 0 ? &memory.label_sum[which] : &memory.weight_sum[which];
    if (call() || type != 0 || n != memory.rows[which])
        return -1;
    for (int i = 0; i < n; i++)
        *sum += ((const float *)data)[i];
    return 0;
}

int LGBM_DatasetFree(void *dataset)
{
    memory.datasets -= dataset == &handles[0] || dataset == &handles[1];
    return 0;
}

int LGBM_BoosterCreate(void *dataset, const char *params, void **out)
{
    if (call() || dataset != &handles[0])
        return -1;
    snprintf(memory.params, sizeof memory.params, "%s", params);
    memory.boosters++;
    *out = &handles[2];
    return 0;
}

int LGBM_BoosterAddValidData(void *booster, void *dataset)
{
    return call() || booster != &handles[2] || dataset != &handles[1] ? -1 : 0;
}

int LGBM_BoosterUpdateOneIter(void *booster, int *finished)
{
    if (call() || booster != &handles[2])
        return -1;
    *finished = memory.finished_at && memory.rounds + 1 >= memory.finished_at;
    memory.rounds += !*finished || memory.rounds == 0;
    return 0;
}

int LGBM_BoosterGetEvalCounts(void *booster, int *n)
{
    *n = memory.metrics;
    return call() || booster != &handles[2] ? -1 : 0;
}

#ifndef FAKE_LACKING
int LGBM_BoosterGetEval(void *booster, int dataset, int *n, double *out)
{
    if (call() || booster != &handles[2] || dataset != 1)
        return -1;
    *n = 1;
    *out = memory.loss[memory.rounds - 1];
    return 0;
}
#endif

static size_t write_model(int rounds, char *text, size_t size)
{
    int cols = memory.cols[0] + (memory.model == FAKE_OTHER_SIZE);
    size_t n = 0;
    if (memory.model == FAKE_GARBLED)
        return (size_t)snprintf(text, size, "tree\nversion=v4\n");
    n += (size_t)snprintf(text + n, size - n,
                          "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
                          "max_feature_idx=%d\nobjective=binary sigmoid:1\nfeature_names=",
                          cols - 1);
    for (int j = 0; j < cols; j++)
        n += (size_t)snprintf(text + n, size - n, "%sColumn_%d", j ? " " : "", j);
    n += (size_t)snprintf(text + n, size - n, "\nfeature_infos=");
    for (int j = 0; j < cols; j++)
        n += (size_t)snprintf(text + n, size - n, "%snone", j ? " " : "");
    n += (size_t)snprintf(text + n, size - n, "\n\n");
    for (int i = 0; i < rounds; i++)
        n += (size_t)snprintf(text + n, size - n, "Tree=%d\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n\n", i);
    n += (size_t)snprintf(text + n, size - n, "end of trees\n");
    return n;
}

int LGBM_BoosterSaveModelToString(void *booster, int start, int rounds, int importance, int64_t capacity, int64_t *n,
                                  char *out)
{
    char text[8192];
    if (call() || booster != &handles[2] || start != 0 || importance != 0)
        return -1;
    size_t len = write_model(rounds > 0 ? rounds : memory.rounds, text, sizeof text) + 1;
    *n = memory.model == FAKE_ENDLESS ? INT64_MAX : (int64_t)len;
    if (capacity >= (int64_t)len) {
        memcpy(out, text, len);
        *n += memory.model == FAKE_GROWING;
    }
    return 0;
}

int LGBM_BoosterFree(void *booster)
{
    memory.boosters -= booster == &handles[2];
    return 0;
}

int LGBM_FastConfigFree(void *config)
{
    (void)config;
    return 0;
}
#endif
