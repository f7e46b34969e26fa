#include "app/view/summary_view.h"

#include "app/view/table.h"
#include "engine/feature/list.h"

#include <math.h>

struct column_facts {
    size_t values;
    double newest, low, mean, high;
};

static struct column_facts describe(const struct tr_study *study, size_t column)
{
    const double *x = tr_matrix_column(&study->features, column);
    struct column_facts f = {.newest = (double)NAN, .low = (double)INFINITY, .high = -(double)INFINITY};
    size_t n = study->bars.n;

    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        f.values++;
        f.mean += (x[i] - f.mean) / (double)f.values;
        f.low = fmin(f.low, x[i]);
        f.high = fmax(f.high, x[i]);
    }
    if (n)
        f.newest = x[n - 1];
    if (!f.values)
        f.low = f.mean = f.high = (double)NAN;
    return f;
}

void tr_view_features_json(const struct tr_study *study, struct tr_json *json)
{
    tr_json_int(json, "bars", (int64_t)study->bars.n);
    tr_json_array(json, "columns");
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        const struct tr_feature_info *info = tr_feature_info(column);
        struct column_facts f = describe(study, column);

        tr_json_object(json, NULL);
        tr_json_string(json, "name", info->name);
        tr_json_string(json, "family", info->family);
        tr_json_string(json, "formula", info->formula);
        tr_json_string(json, "unit", info->unit);
        tr_json_string(json, "kind", info->input ? "input" : "overlay");
        tr_json_int(json, "values", (int64_t)f.values);
        tr_json_number(json, "newest", f.newest);
        tr_json_number(json, "minimum", f.low);
        tr_json_number(json, "mean", f.mean);
        tr_json_number(json, "maximum", f.high);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void short_number(struct tr_table *table, double value, int digits)
{
    if (isnan(value))
        tr_table_cell(table, "-");
    else
        tr_table_cell(table, "%.*g", digits, value);
}

void tr_view_features_text(const struct tr_study *study, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<column|<family|<kind|values|newest|minimum|mean|maximum");

    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        const struct tr_feature_info *info = tr_feature_info(column);
        struct column_facts f = describe(study, column);

        tr_table_cell(table, "%s", info->name);
        tr_table_cell(table, "%s", info->family);
        tr_table_cell(table, info->input ? "input" : "overlay");
        tr_table_cell(table, "%zu", f.values);
        short_number(table, f.newest, 6);
        short_number(table, f.low, 4);
        short_number(table, f.mean, 4);
        short_number(table, f.high, 4);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}

struct label_facts {
    size_t labelled, hits[TR_HIT_TIME + 1];
    double bars, gain; /* means */
    size_t ladder, tp1;
};

static struct label_facts count_labels(const struct tr_study *study, enum tr_side side)
{
    const struct tr_barrier_labels *barrier = &study->barrier[side];
    const struct tr_ladder_labels *ladder = &study->ladder[side];
    struct label_facts f = {0};

    for (size_t i = 0; i < study->bars.n; i++) {
        f.hits[barrier->hit[i]]++;
        if (barrier->hit[i] != TR_HIT_NONE) {
            f.labelled++;
            f.bars += barrier->bars[i];
            f.gain += barrier->return_frac[i];
        }
        f.ladder += ladder->tp1[i] >= 0;
        f.tp1 += ladder->tp1[i] == 1;
    }
    f.bars /= (double)f.labelled;
    f.gain /= (double)f.labelled;
    return f;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : (double)NAN;
}

void tr_view_labels_json(const struct tr_study *study, struct tr_json *json)
{
    tr_json_int(json, "bars", (int64_t)study->bars.n);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct label_facts f = count_labels(study, (enum tr_side)side);

        tr_json_object(json, tr_side_name((enum tr_side)side));
        tr_json_int(json, "labelled", (int64_t)f.labelled);
        tr_json_number(json, "tp", share(f.hits[TR_HIT_TP], f.labelled));
        tr_json_number(json, "sl", share(f.hits[TR_HIT_SL], f.labelled));
        tr_json_number(json, "time", share(f.hits[TR_HIT_TIME], f.labelled));
        tr_json_number(json, "mean_bars_to_hit", f.bars);
        tr_json_number(json, "mean_return_pct", f.gain * 100);
        tr_json_int(json, "ladder_labelled", (int64_t)f.ladder);
        tr_json_number(json, "tp1_before_stop", share(f.tp1, f.ladder));
        tr_json_object_end(json);
    }
}

void tr_view_labels_text(const struct tr_study *study, struct tr_buf *out)
{
    struct tr_table *table =
        tr_table_create("<side|labelled|take-profit first|stop first|time|mean bars|mean return|TP1 before stop");

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct label_facts f = count_labels(study, (enum tr_side)side);

        tr_table_cell(table, "%s", tr_side_name((enum tr_side)side));
        tr_table_cell(table, "%zu", f.labelled);
        tr_table_percent(table, share(f.hits[TR_HIT_TP], f.labelled), 1);
        tr_table_percent(table, share(f.hits[TR_HIT_SL], f.labelled), 1);
        tr_table_percent(table, share(f.hits[TR_HIT_TIME], f.labelled), 1);
        tr_table_number(table, f.bars, 1);
        tr_table_percent(table, f.gain, 3);
        tr_table_percent(table, share(f.tp1, f.ladder), 1);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_printf(out,
                  "%zu bars. Without drift the take-profit comes first in about a third of the cases, since it lies\n"
                  "twice as far as the stop. The last column is the event that confidence speaks of: 1 ATR in favour\n"
                  "before 1.5 ATR against, within the ladder's horizon.\n",
                  study->bars.n);
}
