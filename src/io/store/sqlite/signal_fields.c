#include "io/store/sqlite/signal_fields.h"

#include <stddef.h>
#include <string.h>

#define REAL(column, member)                                                                                           \
    {                                                                                                                  \
        column, TR_FIELD_REAL, offsetof(struct tr_stored_signal, member)                                               \
    }
#define INTEGER(column, member)                                                                                        \
    {                                                                                                                  \
        column, TR_FIELD_INTEGER, offsetof(struct tr_stored_signal, member)                                            \
    }
#define SIZE(column, member)                                                                                           \
    {                                                                                                                  \
        column, TR_FIELD_SIZE, offsetof(struct tr_stored_signal, member)                                               \
    }
#define FLAG(column, member)                                                                                           \
    {                                                                                                                  \
        column, TR_FIELD_FLAG, offsetof(struct tr_stored_signal, member)                                               \
    }

/* A member added to these structs must get a column (a new migration) and a line below. */
_Static_assert(sizeof(struct tr_signal) == 544, "struct tr_signal has changed: see the table below");
_Static_assert(sizeof(struct tr_size) == 64, "struct tr_size has changed: see the table below");

const struct tr_field tr_signal_fields[] = {
    INTEGER("timestamp", signal.time),
    INTEGER("closed", closed),
    REAL("closed_net_frac", net_frac),
    INTEGER("decided", signal.decided),
    INTEGER("expires", signal.expires),
    REAL("entry", signal.levels.entry),
    REAL("atr", signal.levels.atr),
    REAL("stop_loss", signal.levels.stop),
    REAL("tp1", signal.levels.target[0]),
    REAL("tp2", signal.levels.target[1]),
    REAL("tp3", signal.levels.target[2]),
    REAL("trail_distance", signal.levels.trail_distance),
    REAL("score", signal.evidence.score),
    REAL("rank", signal.evidence.rank),
    REAL("confidence", signal.evidence.confidence),
    REAL("p0", signal.evidence.p0),
    REAL("p1", signal.evidence.p1),
    REAL("base_rate", signal.evidence.base_rate),
    REAL("edge", signal.evidence.edge),
    SIZE("calibration_rows", signal.evidence.calibration_rows),
    REAL("calibration_n", signal.evidence.calibration_n),
    FLAG("calibration_enough", signal.evidence.enough),
    REAL("proven_threshold", signal.evidence.proven_threshold),
    FLAG("proven", signal.evidence.proven),
    SIZE("expected_rows", signal.evidence.expected_rows),
    REAL("expected_gain_atr", signal.evidence.expected_gain_atr),
    REAL("expected_lower_atr", signal.evidence.expected_lower_atr),
    REAL("expected_upper_atr", signal.evidence.expected_upper_atr),
    SIZE("top_rows", signal.evidence.top_rows),
    REAL("top_n", signal.evidence.top_n),
    REAL("top_k", signal.evidence.top_k),
    REAL("top_lower", signal.evidence.top_lower),
    REAL("gross_frac", signal.gross_frac),
    REAL("cost_entry_frac", signal.cost.entry_frac),
    REAL("cost_exit_frac", signal.cost.exit_frac),
    REAL("cost_funding_frac", signal.cost.funding_frac),
    REAL("cost_total_frac", signal.cost.total_frac),
    REAL("net_frac", signal.net_frac),
    FLAG("passed_profit_filter", signal.passed_profit_filter),
    REAL("expected_value_frac", signal.expected_value_frac),
    REAL("expected_value_lower", signal.expected_value_lower),
    REAL("expected_value_upper", signal.expected_value_upper),
    REAL("funding_rate_per_hour", signal.funding_rate_per_hour),
    FLAG("funding_assumed", signal.funding_assumed),
};
const size_t tr_signal_field_count = sizeof tr_signal_fields / sizeof *tr_signal_fields;

const struct tr_field tr_size_fields[] = {
    {"risk_usd", TR_FIELD_REAL, offsetof(struct tr_size, risk_usd)},
    {"sl_distance_frac", TR_FIELD_REAL, offsetof(struct tr_size, sl_distance_frac)},
    {"position_size_usd", TR_FIELD_REAL, offsetof(struct tr_size, position_usd)},
    {"quantity", TR_FIELD_REAL, offsetof(struct tr_size, quantity)},
    {"leverage", TR_FIELD_REAL, offsetof(struct tr_size, leverage)},
    {"margin_usd", TR_FIELD_REAL, offsetof(struct tr_size, margin_usd)},
    {"liquidation_price", TR_FIELD_REAL, offsetof(struct tr_size, liquidation_price)},
    {"capped", TR_FIELD_FLAG, offsetof(struct tr_size, capped)},
    {"too_small", TR_FIELD_FLAG, offsetof(struct tr_size, too_small)},
    {"liquidation_inside_stop", TR_FIELD_FLAG, offsetof(struct tr_size, liquidation_inside_stop)},
};
const size_t tr_size_field_count = sizeof tr_size_fields / sizeof *tr_size_fields;

static void bind(const struct tr_field *field, const void *member, sqlite3_stmt *statement, int index)
{
    double real;
    int64_t integer;
    size_t size;
    bool flag;
    switch (field->kind) {
    case TR_FIELD_REAL:
        memcpy(&real, member, sizeof real);
        sqlite3_bind_double(statement, index, real);
        break;
    case TR_FIELD_INTEGER:
        memcpy(&integer, member, sizeof integer);
        sqlite3_bind_int64(statement, index, integer);
        break;
    case TR_FIELD_SIZE:
        memcpy(&size, member, sizeof size);
        sqlite3_bind_int64(statement, index, (int64_t)size);
        break;
    case TR_FIELD_FLAG:
        memcpy(&flag, member, sizeof flag);
        sqlite3_bind_int64(statement, index, flag);
        break;
    }
}

void tr_fields_bind(const struct tr_field *fields, size_t n, const void *record, sqlite3_stmt *statement, int first)
{
    for (size_t i = 0; i < n; i++)
        bind(&fields[i], (const char *)record + fields[i].offset, statement, first + (int)i);
}

static void read_column(const struct tr_field *field, sqlite3_stmt *row, int column, void *member)
{
    double real;
    int64_t integer = sqlite3_column_int64(row, column);
    size_t size = (size_t)integer;
    bool flag = integer != 0;
    switch (field->kind) {
    case TR_FIELD_REAL:
        real = tr_sqlite_real(row, column);
        memcpy(member, &real, sizeof real);
        break;
    case TR_FIELD_INTEGER:
        memcpy(member, &integer, sizeof integer);
        break;
    case TR_FIELD_SIZE:
        memcpy(member, &size, sizeof size);
        break;
    case TR_FIELD_FLAG:
        memcpy(member, &flag, sizeof flag);
        break;
    }
}

void tr_fields_read(const struct tr_field *fields, size_t n, sqlite3_stmt *row, int first, void *record)
{
    for (size_t i = 0; i < n; i++)
        read_column(&fields[i], row, first + (int)i, (char *)record + fields[i].offset);
}
