/* A parameter search: what was tried, what each fold chose, how much of it was overfitting. The nested result itself is
 * a walk-forward like any other. JSON: one member of the open object. */
#ifndef TR_VIEW_SEARCH_VIEW_H
#define TR_VIEW_SEARCH_VIEW_H

#include "app/usecase/search.h"
#include "base/buf.h"
#include "base/json.h"

/* folds: of the nested result. side: which sides were run. */
void tr_view_search_json(const struct tr_search *search, const struct tr_fold *folds, size_t n_folds,
                         const bool side[TR_SIDE_COUNT], struct tr_json *json);
void tr_view_search_text(const struct tr_search *search, size_t n_folds, const bool side[TR_SIDE_COUNT],
                         struct tr_buf *out);

#endif
