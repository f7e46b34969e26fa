#include "io/format/source.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PACKED_BLOCK ((size_t)1 << 16)

enum packing { NOT_LOOKED_YET, PLAIN, GZIP };

struct tr_format_source {
    int fd; /* -1: memory */
    bool close_fd;
    const unsigned char *memory;
    size_t memory_left;
    enum packing packing;
    bool inflating;  /* inside a gzip member */
    bool ended;      /* no more raw bytes */
    z_stream stream; /* next_in, avail_in: raw bytes read but not used yet, for plain files too */
    unsigned char block[PACKED_BLOCK];
    char *ahead; /* [ahead_end]: unpacked bytes that were looked at; those from ahead_start on are not yet read */
    size_t ahead_start, ahead_end;
};

static void *zlib_alloc(void *context, unsigned count, unsigned size)
{
    (void)context;
    return tr_alloc(count, size);
}

static void zlib_free(void *context, void *block)
{
    (void)context;
    tr_free(block);
}

static enum tr_status create(int fd, struct tr_format_source **out, struct tr_error *err)
{
    struct tr_format_source *source = tr_alloc_zero(1, sizeof *source);
    if (!source)
        return tr_error_nomem(err);
    source->fd = fd;
    source->stream.zalloc = zlib_alloc;
    source->stream.zfree = zlib_free;
    *out = source;
    return TR_OK;
}

static enum tr_status open_fd(const char *path, int *fd, struct tr_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0)
        return tr_error_set(err, errno == ENOENT || errno == ENOTDIR ? TR_NOT_FOUND : TR_IO, "%s", strerror(errno));
    struct stat about;
    if (fstat(*fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(*fd);
        return tr_error_set(err, TR_IO, "is a directory: name a file in it");
    }
    return TR_OK;
}

enum tr_status tr_format_source_open(const char *path, struct tr_format_source **out, struct tr_error *err)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    if (!standard_input) {
        enum tr_status status = open_fd(path, &fd, err);
        if (status)
            return status;
    }
    enum tr_status status = create(fd, out, err);
    if (!status)
        (*out)->close_fd = !standard_input;
    else if (!standard_input)
        close(fd);
    return status;
}

enum tr_status tr_format_source_memory(const void *bytes, size_t n, struct tr_format_source **out, struct tr_error *err)
{
    enum tr_status status = create(-1, out, err);
    if (!status) {
        (*out)->memory = bytes;
        (*out)->memory_left = n;
    }
    return status;
}

/* Bytes as they stand in the file. */
static enum tr_status read_raw(struct tr_format_source *source, void *to, size_t capacity, size_t *got,
                               struct tr_error *err)
{
    *got = 0;
    if (source->fd < 0) {
        *got = capacity < source->memory_left ? capacity : source->memory_left;
        if (*got > 0)
            memcpy(to, source->memory, *got);
        source->memory += *got;
        source->memory_left -= *got;
    } else {
        ssize_t n;
        do
            n = read(source->fd, to, capacity < SSIZE_MAX ? capacity : SSIZE_MAX);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return tr_error_set(err, TR_IO, "cannot read: %s", strerror(errno));
        *got = (size_t)n;
    }
    source->ended = *got == 0;
    return TR_OK;
}

/* Until at least `want` raw bytes (or all there are) wait in the block. */
static enum tr_status fill(struct tr_format_source *source, size_t want, struct tr_error *err)
{
    z_stream *stream = &source->stream;
    if (stream->avail_in > 0)
        memmove(source->block, stream->next_in, stream->avail_in);
    stream->next_in = source->block;
    while (stream->avail_in < want && !source->ended) {
        size_t got;
        enum tr_status status =
            read_raw(source, source->block + stream->avail_in, sizeof source->block - stream->avail_in, &got, err);
        if (status)
            return status;
        stream->avail_in += (unsigned)got;
    }
    return TR_OK;
}

static bool at_gzip_magic(const z_stream *stream)
{
    return stream->avail_in >= 2 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b;
}

static enum tr_status begin_member(struct tr_format_source *source, struct tr_error *err)
{
    int code = source->stream.state ? inflateReset(&source->stream) : inflateInit2(&source->stream, 15 + 16);
    if (code != Z_OK)
        return code == Z_MEM_ERROR ? tr_error_nomem(err) : tr_error_set(err, TR_INTERNAL, "zlib refuses to start");
    source->inflating = true;
    return TR_OK;
}

/* Behind a member: another one, zeros that fill up a tape's block, or the end. */
static enum tr_status next_member(struct tr_format_source *source, struct tr_error *err)
{
    z_stream *stream = &source->stream;
    for (;;) {
        enum tr_status status = fill(source, 2, err);
        if (status)
            return status;
        if (at_gzip_magic(stream))
            return begin_member(source, err);
        if (stream->avail_in == 0)
            return TR_OK;
        if (*stream->next_in != 0)
            return tr_error_set(err, TR_IO,
                                "damaged: the gzip data is followed by something else; fetch the file again");
        stream->next_in++;
        stream->avail_in--;
    }
}

static enum tr_status inflate_some(struct tr_format_source *source, char *to, size_t capacity, size_t *got,
                                   struct tr_error *err)
{
    z_stream *stream = &source->stream;
    unsigned room = capacity < UINT_MAX ? (unsigned)capacity : UINT_MAX;
    enum tr_status status = TR_OK;
    stream->next_out = (unsigned char *)to;
    stream->avail_out = room;
    while (stream->avail_out == room && source->inflating && !status) {
        status = fill(source, 1, err);
        if (status)
            break;
        if (stream->avail_in == 0)
            return tr_error_set(err, TR_IO, "the gzip data ends early: the file is cut off; fetch it again");
        int code = inflate(stream, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            source->inflating = false;
            status = next_member(source, err);
        } else if (code == Z_MEM_ERROR) {
            status = tr_error_nomem(err);
        } else if (code != Z_OK) {
            status = tr_error_set(err, TR_IO, "damaged gzip data (%s): fetch the file again",
                                  stream->msg ? stream->msg : "unreadable");
        }
    }
    *got = room - stream->avail_out;
    return status;
}

static enum tr_status look(struct tr_format_source *source, struct tr_error *err)
{
    enum tr_status status = fill(source, 2, err);
    if (status)
        return status;
    source->packing = at_gzip_magic(&source->stream) ? GZIP : PLAIN;
    return source->packing == GZIP ? begin_member(source, err) : TR_OK;
}

static enum tr_status read_some(struct tr_format_source *source, char *to, size_t capacity, size_t *got,
                                struct tr_error *err)
{
    *got = 0;
    if (source->packing == NOT_LOOKED_YET) {
        enum tr_status status = look(source, err);
        if (status)
            return status;
    }
    if (source->packing == GZIP)
        return inflate_some(source, to, capacity, got, err);
    z_stream *stream = &source->stream;
    if (stream->avail_in == 0)
        return source->ended ? TR_OK : read_raw(source, to, capacity, got, err);
    *got = capacity < stream->avail_in ? capacity : stream->avail_in;
    memcpy(to, stream->next_in, *got);
    stream->next_in += *got;
    stream->avail_in -= (unsigned)*got;
    return TR_OK;
}

enum tr_status tr_format_source_read(struct tr_format_source *source, char *to, size_t capacity, size_t *got,
                                     struct tr_error *err)
{
    size_t ahead = source->ahead_end - source->ahead_start;
    if (ahead == 0)
        return read_some(source, to, capacity, got, err);
    *got = capacity < ahead ? capacity : ahead;
    memcpy(to, source->ahead + source->ahead_start, *got);
    source->ahead_start += *got;
    return TR_OK;
}

enum tr_status tr_format_source_peek(struct tr_format_source *source, size_t n, const char **bytes, size_t *got,
                                     struct tr_error *err)
{
    enum tr_status status = TR_OK;
    assert(!source->ahead);
    *got = 0;
    source->ahead = tr_alloc(n, 1);
    if (!source->ahead)
        return tr_error_nomem(err);
    for (size_t more = 1; *got < n && more > 0 && !status; *got += more)
        status = read_some(source, source->ahead + *got, n - *got, &more, err);
    source->ahead_end = *got;
    *bytes = source->ahead;
    return status;
}

void tr_format_source_close(struct tr_format_source *source)
{
    if (!source)
        return;
    if (source->stream.state)
        inflateEnd(&source->stream);
    if (source->close_fd)
        close(source->fd);
    tr_free(source->ahead);
    tr_free(source);
}
