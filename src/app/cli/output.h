/* Where a verb's words go. */
#ifndef TR_CLI_OUTPUT_H
#define TR_CLI_OUTPUT_H

#include "app/cli/command.h"

/* Writes and empties cli->out. */
enum tr_status tr_cli_flush(struct tr_cli *cli, struct tr_error *err) TR_MUST_CHECK;
/* A line on standard error where -v asks for more. */
void tr_cli_note(const struct tr_cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
