/* The command line program: words in, exit code out. */
#ifndef TR_CLI_CLI_H
#define TR_CLI_CLI_H

#include "app/cli/command.h"

/* argv without the program's name. Prints to world->out and world->err; returns the exit code. */
int tr_cli_main(const struct tr_cli_world *world, size_t argc, const char *const *argv);

#endif
