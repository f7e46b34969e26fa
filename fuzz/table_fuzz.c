/* Tables of numbers: the first byte says how they are asked for. Whatever the block size, the same numbers come out or
 * the same error, which is one printable line with the file's name. */
#include "fuzz.h"

#include "io/format/source.h"
#include "io/format/table.h"

#include <math.h>
#include <string.h>

#define COLS 3
#define ROWS 64

struct outcome {
    enum tr_status status;
    size_t rows;
    double first[ROWS * COLS]; /* of the first rows */
    struct tr_error err;
};

static void keep(struct outcome *out, const struct tr_matrix *block, size_t got)
{
    for (size_t i = 0; i < got; i++, out->rows++) {
        for (size_t j = 0; j < COLS && out->rows < ROWS; j++)
            out->first[out->rows * COLS + j] = tr_matrix_at(block, i, j);
    }
}

static void read_table(const uint8_t *data, size_t size, bool header, bool named, size_t block_rows,
                       struct outcome *out)
{
    static const char *const names[COLS] = {"a", "b", "c_d"};
    struct tr_format_table_options options = {"rows.csv", header, COLS, named ? names : NULL, NULL};
    struct tr_format_table *table = NULL;
    struct tr_matrix block;
    size_t got = 1;
    *out = (struct outcome){0};
    FUZZ_CHECK(tr_format_source_memory(data, size, &options.source, &out->err) == TR_OK);
    FUZZ_CHECK(tr_matrix_init(&block, block_rows, COLS, &out->err) == TR_OK);
    out->status = tr_format_table_open(&options, &table, &out->err);
    while (out->status == TR_OK && got > 0) {
        out->status = tr_format_table_read(table, &block, &got, &out->err);
        FUZZ_CHECK(got <= block_rows);
        keep(out, &block, got);
    }
    tr_format_table_close(table);
    tr_matrix_finish(&block);
    tr_format_source_close(options.source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome one, seven;
    if (size == 0)
        return 0;
    bool header = data[0] & 1, named = data[0] & 2;
    read_table(data + 1, size - 1, header, named, 1, &one);
    read_table(data + 1, size - 1, header, named, 7, &seven);
    FUZZ_CHECK(one.status == seven.status && one.rows == seven.rows);
    for (size_t i = 0; i < ROWS * COLS; i++)
        FUZZ_CHECK(one.first[i] == seven.first[i] || (isnan(one.first[i]) && isnan(seven.first[i])));
    if (one.status == TR_OK)
        return 0;
    FUZZ_CHECK(one.status == TR_INVALID || one.status == TR_IO);
    FUZZ_CHECK(strncmp(one.err.text, "rows.csv: ", 10) == 0 && strcmp(one.err.text, seven.err.text) == 0);
    for (const char *p = one.err.text; *p; p++)
        FUZZ_CHECK((unsigned char)*p >= ' ');
    return 0;
}
