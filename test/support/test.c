#include "support/test.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

void test_assert_ok(enum tr_status status, const struct tr_error *err, const char *file, int line)
{
    if (status == TR_OK)
        return;
    print_error("status %s: %s\n", tr_status_name(status), err ? err->text : "(no error text)");
    _fail(file, line);
}

void test_assert_near(double a, double b, double tolerance, const char *file, int line)
{
    if (a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance)
        return;
    print_error("%.17g is not within %g of %.17g\n", a, tolerance, b);
    _fail(file, line);
}

bool test_same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

void test_assert_same_bits(double a, double b, const char *file, int line)
{
    if (test_same_bits(a, b))
        return;
    print_error("%.17g (%a) and %.17g (%a) differ in bits\n", a, a, b, b);
    _fail(file, line);
}

/* cmocka 1.1.5 says "not ok 3 # SKIP ..." of a skipped test, which readers of TAP count as a failure. All it prints
 * comes through here, because a program's own definition goes before that of a shared library. */
void print_message(const char *const format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bool skipped = strncmp(text, "not ok ", 7) == 0 && strstr(text, " # SKIP ");
    fputs(skipped ? text + strlen("not ") : text, stdout);
}

const char *test_shared(const char *relative)
{
    static char path[4096];
    const char *shared = getenv("TRADERAI_SHARED"), *source = getenv("TRADERAI_SOURCE"), *ci = getenv("CI");
    if (shared)
        snprintf(path, sizeof path, "%s/%s", shared, relative);
    else
        snprintf(path, sizeof path, "%s%s../shared/%s", source ? source : "", source ? "/" : "", relative);
    if (access(path, R_OK) == 0)
        return path;
    if (ci && strcmp(ci, "true") == 0)
        fail_msg("%s is absent, and CI=true allows no skipping", path);
    print_message("# skipped: %s is absent\n", path);
    skip();
    return NULL;
}

void test_make_dir(char path[256])
{
    const char *parent = getenv("TMPDIR"); /* never the tree itself, where an interrupted test would leave it */
    int n = snprintf(path, 256, "%s/traderai-test-XXXXXX", parent ? parent : "/tmp");
    assert_in_range(n, 1, 255);
    if (!mkdtemp(path))
        fail_msg("cannot make a directory %s: %s", path, strerror(errno));
}

static void remove_entry(int parent, const char *name)
{
    struct stat info;
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        fail_msg("cannot look at %s: %s", name, strerror(errno));
    bool is_dir = S_ISDIR(info.st_mode);
    if (is_dir) {
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
        if (!dir) {
            fail_msg("cannot open %s: %s", name, strerror(errno));
            return; /* not reached, but analysers do not know fail_msg */
        }
        for (const struct dirent *entry; (entry = readdir(dir));)
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                remove_entry(fd, entry->d_name);
        closedir(dir);
    }
    if (unlinkat(parent, name, is_dir ? AT_REMOVEDIR : 0) != 0)
        fail_msg("cannot remove %s: %s", name, strerror(errno));
}

void test_remove_dir(const char *path)
{
    remove_entry(AT_FDCWD, path);
}

char *test_read_file(const char *path, size_t *len)
{
    enum { CHUNK = 1 << 16 };
    gzFile file = gzopen(path, "rb"); /* reads plain files as they are */
    if (!file)
        fail_msg("cannot open %s", path);
    struct tr_buf text;
    tr_buf_init(&text);
    int n;
    do {
        char *room = tr_buf_reserve(&text, CHUNK);
        assert_non_null(room);
        n = gzread(file, room, CHUNK);
        if (n < 0)
            fail_msg("cannot read %s: %s", path, gzerror(file, &n));
        text.len += (size_t)n;
    } while (n > 0);
    gzclose(file);
    *len = text.len;
    return text.data;
}

static size_t count_fields(const char *line, const char *end)
{
    size_t n = 1;
    for (; line < end && *line != '\n'; line++)
        n += *line == ',';
    return n;
}

/* The cell at *p, which moves behind it and its comma. Its end leaves out a carriage return. */
static const char *take_cell(const char **p, const char *end)
{
    while (*p < end && **p != ',' && **p != '\n')
        ++*p;
    const char *cell_end = *p;
    if (*p < end && **p == ',')
        ++*p;
    return cell_end;
}

static const char *without_return(const char *begin, const char *end)
{
    return end > begin && end[-1] == '\r' ? end - 1 : end;
}

static void read_names(const char **p, const char *end, struct test_table *table)
{
    for (size_t c = 0; c < table->cols; c++) {
        const char *begin = *p, *cell_end = without_return(begin, take_cell(p, end));
        size_t n = (size_t)(cell_end - begin);
        table->names[c] = tr_alloc(n + 1, 1);
        assert_non_null(table->names[c]);
        memcpy(table->names[c], begin, n);
        table->names[c][n] = '\0';
    }
}

static void read_row(const char **p, const char *end, struct test_table *table, size_t row)
{
    for (size_t c = 0; c < table->cols; c++) {
        const char *begin = *p, *cell_end = without_return(begin, take_cell(p, end));
        double value;
        table->values[c * table->rows + row] = tr_text_to_double(begin, cell_end, &value) ? value : (double)NAN;
    }
}

void test_table_read(const char *path, struct test_table *table)
{
    size_t len;
    char *text = test_read_file(path, &len);
    const char *p = text, *end = text + len;
    size_t lines = len > 0 && end[-1] != '\n';
    for (const char *c = text; c < end; c++)
        lines += *c == '\n';
    if (lines == 0)
        fail_msg("%s has no header line", path);
    *table = (struct test_table){.rows = lines - 1, .cols = count_fields(p, end)};
    table->names = tr_alloc_zero(table->cols, sizeof *table->names);
    table->values = tr_alloc(table->cols * table->rows, sizeof *table->values);
    assert_non_null(table->names);
    assert_non_null(table->values);
    read_names(&p, end, table);
    for (size_t row = 0; row < table->rows; row++) {
        while (p < end && *p++ != '\n')
            ;
        if (count_fields(p, end) != table->cols)
            fail_msg("%s line %zu has not %zu fields", path, row + 2, table->cols);
        read_row(&p, end, table, row);
    }
    tr_free(text);
}

void test_table_free(struct test_table *table)
{
    for (size_t c = 0; c < table->cols; c++)
        tr_free(table->names[c]);
    tr_free(table->names);
    tr_free(table->values);
    *table = (struct test_table){0};
}

const double *test_table_column(const struct test_table *table, const char *name)
{
    for (size_t c = 0; c < table->cols; c++)
        if (strcmp(table->names[c], name) == 0)
            return table->values + c * table->rows;
    fail_msg("the table has no column %s", name);
    return NULL;
}
