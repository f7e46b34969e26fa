/* The packed form of a fit: magic, the plain members as one block, then the arrays. Read back on the same machine by
 * the same program only, so the block is taken as it lies in memory; pointers in it are not used. */
#include "engine/validate/walk_fit.h"

#include "base/alloc.h"

#include <math.h>
#include <string.h>

static const char magic[8] = {'w', 'a', 'l', 'k', 'f', 'i', 't', '1'};

void tr_walk_fit_pack(const struct tr_walk_fit *fit, struct tr_buf *out)
{
    struct tr_walk_fit plain = *fit;
    size_t size = sizeof plain;

    plain.reference_row = plain.test_row = NULL;
    plain.reference_score = plain.reference_rank = plain.test_score = plain.test_rank = plain.member_score = NULL;
    memset(&plain.model, 0, sizeof plain.model);
    tr_buf_add(out, magic, sizeof magic);
    tr_buf_add(out, &size, sizeof size);
    tr_buf_add(out, &plain, sizeof plain);
    if (!fit->trained)
        return;
    tr_buf_add(out, fit->reference_row, fit->reference_rows * sizeof *fit->reference_row);
    tr_buf_add(out, fit->reference_score, fit->reference_rows * sizeof *fit->reference_score);
    tr_buf_add(out, fit->reference_rank, fit->reference_rows * sizeof *fit->reference_rank);
    tr_buf_add(out, fit->test_row, fit->test_rows * sizeof *fit->test_row);
    tr_buf_add(out, fit->test_score, fit->test_rows * sizeof *fit->test_score);
    tr_buf_add(out, fit->test_rank, fit->test_rows * sizeof *fit->test_rank);
    tr_buf_add(out, fit->member_score, fit->members * fit->test_rows * sizeof *fit->member_score);
}

struct reader {
    const char *at, *end;
    bool failed, nomem;
};

/* A copy of the next count * size bytes; NULL (and failed) where there are not so many. */
static void *take(struct reader *reader, size_t count, size_t size)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (reader->failed || count > left / size) {
        reader->failed = true;
        return NULL;
    }
    void *copy = tr_alloc(count, size);
    if (!copy) {
        reader->failed = reader->nomem = true;
        return NULL;
    }
    if (count)
        memcpy(copy, reader->at, count * size);
    reader->at += count * size;
    return copy;
}

static bool rows_sound(const size_t *row, size_t n, size_t n_bars)
{
    for (size_t i = 0; i < n; i++)
        if (row[i] >= n_bars || (i > 0 && row[i] <= row[i - 1]))
            return false;
    return true;
}

static bool plain_sound(const struct tr_walk_fit *fit, size_t n_bars)
{
    return fit->members <= TR_ENSEMBLE_MEMBERS && fit->reference_rows <= n_bars && fit->test_rows <= n_bars &&
           memchr(fit->reason, '\0', sizeof fit->reason);
}

enum tr_status tr_walk_fit_unpack(const void *bytes, size_t n, size_t n_bars, struct tr_walk_fit *out,
                                  struct tr_error *err)
{
    struct reader reader = {bytes, (const char *)bytes + n, false, false};
    size_t size = 0, head = sizeof magic + sizeof size;

    memset(out, 0, sizeof *out);
    if (n >= head)
        memcpy(&size, (const char *)bytes + sizeof magic, sizeof size);
    if (n < head + sizeof *out || size != sizeof *out || memcmp(bytes, magic, sizeof magic) != 0)
        return tr_error_set(err, TR_CORRUPT, "not a stored fit of this program");
    memcpy(out, (const char *)bytes + head, sizeof *out);
    reader.at += head + sizeof *out;
    if (!plain_sound(out, n_bars)) {
        memset(out, 0, sizeof *out);
        return tr_error_set(err, TR_CORRUPT, "the stored fit does not belong to these bars");
    }
    if (!out->trained)
        return TR_OK;
    out->reference_row = take(&reader, out->reference_rows, sizeof *out->reference_row);
    out->reference_score = take(&reader, out->reference_rows, sizeof *out->reference_score);
    out->reference_rank = take(&reader, out->reference_rows, sizeof *out->reference_rank);
    out->test_row = take(&reader, out->test_rows, sizeof *out->test_row);
    out->test_score = take(&reader, out->test_rows, sizeof *out->test_score);
    out->test_rank = take(&reader, out->test_rows, sizeof *out->test_rank);
    out->member_score = take(&reader, out->members * out->test_rows, sizeof *out->member_score);
    if (reader.nomem)
        return tr_error_nomem(err);
    if (reader.failed || reader.at != reader.end || !rows_sound(out->reference_row, out->reference_rows, n_bars) ||
        !rows_sound(out->test_row, out->test_rows, n_bars))
        return tr_error_set(err, TR_CORRUPT, "the stored fit is damaged");
    return TR_OK;
}
