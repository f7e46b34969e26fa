#include "app/view/search_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>

static const char *method_name(enum tr_search_method method)
{
    return method == TR_SEARCH_HALVING ? "halving" : "grid";
}

static void json_candidates(const struct tr_search *search, struct tr_json *json)
{
    tr_json_array(json, "candidates");
    for (size_t i = 0; i < search->n; i++) {
        const struct tr_search_candidate *c = &search->candidate[i];

        tr_json_object(json, NULL);
        tr_json_string(json, "label", c->label);
        tr_json_string(json, "config", c->config);
        tr_json_int(json, "fits", (int64_t)c->fits);
        tr_json_number(json, "tail_log_loss", c->loss);
        tr_json_int(json, "chosen", (int64_t)c->chosen);
        tr_json_int(json, "days", (int64_t)c->days);
        tr_json_number(json, "sharpe_daily", c->sharpe);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_choices(const struct tr_search *search, enum tr_side side, const struct tr_fold *folds, size_t n_folds,
                         struct tr_json *json)
{
    tr_json_array(json, tr_side_name(side));
    for (size_t k = 0; k < n_folds; k++) {
        size_t choice = search->choice[side][k];

        tr_json_object(json, NULL);
        tr_json_time(json, "test_from", folds[k].test_from);
        tr_json_string(json, "chosen", choice < search->n ? search->candidate[choice].label : NULL);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_search_json(const struct tr_search *search, const struct tr_fold *folds, size_t n_folds,
                         const bool side[TR_SIDE_COUNT], struct tr_json *json)
{
    tr_json_object(json, "search");
    tr_json_string(json, "method", method_name(search->method));
    tr_json_int(json, "rungs", (int64_t)search->rungs);
    json_candidates(search, json);
    tr_json_object(json, "choices");
    for (int s = 0; s < TR_SIDE_COUNT; s++) {
        if (side[s])
            json_choices(search, (enum tr_side)s, folds, n_folds, json);
    }
    tr_json_object_end(json);
    tr_json_number(json, "pbo", search->pbo.pbo);
    tr_json_number(json, "pbo_median_lambda", search->pbo.median_lambda);
    tr_json_number(json, "pbo_slope", search->pbo.slope);
    tr_json_int(json, "pbo_choices", (int64_t)search->pbo.choices);
    tr_json_object_end(json);
}

void tr_view_search_text(const struct tr_search *search, size_t n_folds, const bool side[TR_SIDE_COUNT],
                         struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<configuration|log loss, held back|chosen|Sharpe a day, tested");
    size_t sides = (size_t)side[TR_LONG] + (size_t)side[TR_SHORT];

    tr_buf_printf(out,
                  "SEARCH over %zu configurations, %s: in each fold and side the one with the least log loss on the\n"
                  "newest part of the fit window, held back for that, is fitted anew and tested.\n",
                  search->n, search->method == TR_SEARCH_HALVING ? "by successive halving" : "all of a grid");
    for (size_t i = 0; i < search->n; i++) {
        const struct tr_search_candidate *c = &search->candidate[i];

        tr_table_cell(table, "%s", c->label);
        tr_table_number(table, c->loss, 4);
        tr_table_cell(table, "%zu of %zu", c->chosen, n_folds * sides);
        tr_table_number(table, c->sharpe, 3);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    if (search->method == TR_SEARCH_HALVING)
        tr_buf_text(out,
                    "Log losses are means at the last rung a configuration reached: those of different rungs do not "
                    "compare.\n");
    if (isnan(search->pbo.pbo))
        tr_buf_text(out, "Probability of backtest overfitting: too little to tell.\n\n");
    else
        tr_buf_printf(
            out,
            "Probability of backtest overfitting: %s. So often the configuration that was best on one half of\n"
            "the tested days was no better than the middle one on the other half; pure chance gives about "
            "50 %%.\n\n",
            tr_figure_percent(search->pbo.pbo, 0).text);
}
