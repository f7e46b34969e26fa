/* What most verbs need before they can work: home, settings, store, thread pool. */
#ifndef TR_CLI_SETUP_H
#define TR_CLI_SETUP_H

#include "app/cli/command.h"
#include "base/pool.h"

/* cli->home and cli->config from options, environment and file. */
enum tr_status tr_cli_configure(struct tr_cli *cli, struct tr_error *err) TR_MUST_CHECK;

/* Makes the home where it is missing and opens the store. Close with tr_store_close. */
enum tr_status tr_cli_open_store(struct tr_cli *cli, struct tr_store **out, struct tr_error *err) TR_MUST_CHECK;

/* What a verb is asked to write: tr_cli_file_check, and TR_USAGE where it is the database or the file of settings. */
enum tr_status tr_cli_output_check(const struct tr_cli *cli, const char *path, struct tr_error *err) TR_MUST_CHECK;

enum tr_status tr_cli_make_pool(struct tr_cli *cli, struct tr_pool **out, struct tr_error *err) TR_MUST_CHECK;

/* LightGBM's own trainer, where the settings ask for it: cli->lightgbm is what the recipe then trains with. It is
 * closed when the verb has ended. */
enum tr_status tr_cli_open_trainer(struct tr_cli *cli, struct tr_error *err) TR_MUST_CHECK;

/* --timeframe as given; TR_USAGE with the list where it is missing and `required`. */
enum tr_status tr_cli_timeframe(struct tr_cli *cli, bool required, bool *given, enum tr_timeframe *out,
                                struct tr_error *err) TR_MUST_CHECK;

#endif
