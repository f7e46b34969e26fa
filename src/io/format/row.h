/* One line of a candle file -> a bar, not yet checked. */
#ifndef TR_FORMAT_ROW_H
#define TR_FORMAT_ROW_H

#include "io/format/header.h"
#include "io/format/stamp.h"

struct tr_format_row {
    struct tr_bar bar;
    enum tr_format_unit unit;
    struct tr_format_field date, symbol; /* as they stand in the line; NULL where the file has none */
    char reason[96];                     /* why it could not be read */
};

/* true, or false with *defect and row->reason. */
bool tr_format_row_read(const struct tr_format_columns *columns, const char *begin, const char *end,
                        struct tr_format_row *row, enum tr_format_defect *defect);

#endif
