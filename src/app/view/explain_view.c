#include "app/view/explain_view.h"

#include "app/view/figure.h"

#include <math.h>
#include <stdio.h>

#define INDENT "         "
#define WIDTH 72 /* of the inputs in one line */

static const char *name_of(size_t input)
{
    return tr_feature_info(TR_FEATURE_OVERLAYS + input)->name;
}

void tr_view_explanation_json(const struct tr_explanation *explanation, struct tr_json *json)
{
    size_t order[TR_FEATURE_INPUTS], n = tr_explanation_order(explanation, order);

    if (!explanation->members) {
        tr_json_null(json, "explanation");
        return;
    }
    tr_json_object(json, "explanation");
    tr_json_number(json, "base_margin", explanation->base);
    tr_json_number(json, "margin", explanation->margin);
    tr_json_array(json, "contributions");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "input", name_of(order[i]));
        tr_json_number(json, "value", explanation->value[order[i]]);
        tr_json_number(json, "contribution", explanation->phi[order[i]]);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

void tr_view_explanation_text(const struct tr_explanation *explanation, size_t limit, struct tr_buf *out)
{
    size_t order[TR_FEATURE_INPUTS], n = tr_explanation_order(explanation, order), width = 0;

    if (!explanation->members || !n)
        return;
    tr_buf_text(out, INDENT "moved most by ");
    for (size_t i = 0; i < n && i < limit; i++) {
        char text[128], value[32] = "missing";
        size_t len;

        if (!isnan(explanation->value[order[i]]))
            snprintf(value, sizeof value, "%.4g", explanation->value[order[i]]);
        len = (size_t)snprintf(text, sizeof text, "%s %s (%s)", name_of(order[i]),
                               tr_figure_signed(explanation->phi[order[i]], 2).text, value);
        if (i > 0)
            tr_buf_text(out, width + len > WIDTH ? ",\n" INDENT "              " : ", ");
        width = width + len > WIDTH ? len : width + len + 2;
        tr_buf_text(out, text);
    }
    tr_buf_text(out, "\n");
}
