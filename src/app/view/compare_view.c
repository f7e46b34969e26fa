#include "app/view/model_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"

static const char *verdict_name(enum tr_paired_verdict verdict)
{
    static const char *const names[] = {"unknown", "worse", "undecided", "better"};
    return names[verdict];
}

static void json_side(const struct tr_compare_side *s, struct tr_json *json)
{
    tr_json_bool(json, "possible", s->possible);
    tr_json_int(json, "rows", (int64_t)s->rows);
    if (!s->possible)
        return;
    tr_json_number(json, "log_loss_a", s->loss.mean_a);
    tr_json_number(json, "log_loss_b", s->loss.mean_b);
    tr_json_number(json, "log_loss_difference", s->loss.difference);
    tr_view_interval_json("log_loss_difference_interval", &s->loss.interval, json);
    tr_json_string(json, "a_is", verdict_name(s->loss.verdict));
    tr_json_number(json, "auc_a", s->auc_a);
    tr_json_number(json, "auc_b", s->auc_b);
    tr_json_int(json, "top_rows_a", (int64_t)s->top_rows_a);
    tr_json_int(json, "top_rows_b", (int64_t)s->top_rows_b);
    tr_json_number(json, "top_gain_atr_a", s->top_gain_a);
    tr_json_number(json, "top_gain_atr_b", s->top_gain_b);
}

void tr_view_compare_json(const struct tr_compare *c, struct tr_json *json)
{
    tr_json_object(json, "a");
    tr_view_model_json(&c->a, json);
    tr_json_object_end(json);
    tr_json_object(json, "b");
    tr_view_model_json(&c->b, json);
    tr_json_object_end(json);
    tr_json_string(json, "label", c->label);
    tr_json_bool(json, "same_data", c->same_data);
    tr_json_bool(json, "same_recipe", c->same_recipe);
    tr_json_time(json, "unseen_from", c->from);
    tr_json_time(json, "unseen_to", c->to);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_json_object(json, tr_side_name((enum tr_side)side));
        json_side(&c->side[side], json);
        tr_json_object_end(json);
    }
}

static void text_side(const struct tr_compare_side *s, enum tr_side side, struct tr_buf *out)
{
    struct tr_table *table;

    if (!s->possible) {
        tr_buf_printf(out, "%s: no bar with a label that neither has seen, or a head is missing.\n",
                      tr_side_name(side));
        return;
    }
    tr_buf_printf(out, "%s, %zu labelled bars:\n", tr_side_name(side), s->rows);
    table = tr_table_create("<  |a|b");
    tr_table_cell(table, "  log loss of the label");
    tr_table_number(table, s->loss.mean_a, 4);
    tr_table_number(table, s->loss.mean_b, 4);
    tr_table_cell(table, "  AUC");
    tr_table_number(table, s->auc_a, 3);
    tr_table_number(table, s->auc_b, 3);
    tr_table_cell(table, "  bars in the upper fifth");
    tr_table_cell(table, "%zu", s->top_rows_a);
    tr_table_cell(table, "%zu", s->top_rows_b);
    tr_table_cell(table, "  their gross gain, ATR");
    tr_table_number(table, s->top_gain_a, 2);
    tr_table_number(table, s->top_gain_b, 2);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_printf(out, "  log loss of a less that of b: %s, 90 %% interval %s: ",
                  tr_figure_signed(s->loss.difference, 4).text, tr_figure_interval(s->loss.interval, 4).text);
    if (s->loss.verdict == TR_PAIRED_UNKNOWN)
        tr_buf_text(out, "too little time to tell.\n");
    else
        tr_buf_printf(out, "%s.\n",
                      s->loss.verdict == TR_PAIRED_UNDECIDED ? "undecided"
                      : s->loss.verdict == TR_PAIRED_BETTER  ? "a is better"
                                                             : "b is better");
}

void tr_view_compare_text(const struct tr_compare *c, struct tr_buf *out)
{
    struct tr_model_record both[2] = {c->a, c->b};
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    tr_view_models_text(both, 2, out);
    if (c->same_recipe)
        tr_buf_text(out, "\nBoth follow the same recipe.");
    if (c->same_data)
        tr_buf_text(out, "\nBoth learnt from the same bars.");
    if (c->imported_a || c->imported_b)
        tr_buf_printf(out, "\n%s trained elsewhere: what it has seen is not known here.",
                      c->imported_a && c->imported_b ? "Both were"
                      : c->imported_a                ? "The first was"
                                                     : "The second was");
    if (c->to <= c->from) {
        tr_buf_text(out, "\nNo bar is stored that neither model has seen, so only their own walk-forward figures above "
                         "can be set\nside by side, and those may speak of different times.\n");
        return;
    }
    tr_view_date(c->from, from);
    tr_view_date(c->to, to);
    tr_buf_printf(out, "\nOn the bars from %s to %s, which neither has seen (a = %s, b = %s):\n", from, to, c->a.id,
                  c->b.id);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        text_side(&c->side[side], (enum tr_side)side, out);
}
