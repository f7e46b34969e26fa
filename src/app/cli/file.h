/* Files that a verb writes at the user's word. */
#ifndef TR_CLI_FILE_H
#define TR_CLI_FILE_H

#include "base/buf.h"

#include <stdbool.h>

/* Before long work: could path be written? TR_USAGE for "" and "-", TR_IO with a clear line where its folder is missing
 * or it is a folder itself. What the disk will say later is not known yet. */
enum tr_status tr_cli_file_check(const char *path, struct tr_error *err) TR_MUST_CHECK;
/* Would writing to one of the two names change what the other names? True for a file's names by different ways ("a" and
 * "./a", links), also where it is not there yet. Devices and pipes (/dev/null) take from both: not the same. */
bool tr_cli_file_same(const char *a, const char *b);
/* All or nothing: the bytes go to a new file beside path, which then takes its name. What is no plain file
 * (a pipe, a device, a link) stays what it is and is written to. TR_IO names path and what the system said. */
enum tr_status tr_cli_file_write(const char *path, const struct tr_buf *bytes, struct tr_error *err) TR_MUST_CHECK;

#endif
