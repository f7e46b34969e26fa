#include "app/cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum tr_status tr_cli_flush(struct tr_cli *cli, struct tr_error *err)
{
    enum tr_status status = tr_buf_status(&cli->out, err);

    if (status != TR_OK)
        return status;
    errno = 0;
    if (fwrite(cli->out.len ? cli->out.data : "", 1, cli->out.len, cli->world->out) != cli->out.len ||
        fflush(cli->world->out) != 0) {
        cli->out_failed = true;
        status = tr_error_set(err, TR_IO, "standard output: could not be written to the end: %s",
                              errno ? strerror(errno) : "write error");
    }
    tr_buf_clear(&cli->out);
    return status;
}

void tr_cli_note(const struct tr_cli *cli, const char *format, ...)
{
    va_list args;

    if (!cli->verbosity)
        return;
    va_start(args, format);
    fputs("traderai: ", cli->world->err);
    vfprintf(cli->world->err, format, args);
    fputc('\n', cli->world->err);
    va_end(args);
}
