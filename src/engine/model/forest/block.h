/* Many rows through all trees, by comparing and choosing alone: no walk, no branch, a register of rows at a time.
 *
 * The leaves of a tree are numbered from left to right. All rows begin at leaf 0. Nodes are taken parents first; node v
 * has the leaves from `first` on, those of its right child begin at `right`. A row that reaches v stands at `first`
 * (only by v's ancestors can it have got there), and moves to `right` where v sends it right. After the last node each
 * row stands at its leaf. */
#ifndef TR_FOREST_BLOCK_H
#define TR_FOREST_BLOCK_H

#include "engine/model/forest/kernel.h"

#define TR_BLOCK_LEAVES ((size_t)256) /* of a tree, at most */

struct tr_block; /* read-only once made */

/* TR_UNSUPPORTED where a tree has more than TR_BLOCK_LEAVES leaves. */
enum tr_status tr_block_create(const struct tr_forest *forest, const struct tr_code *code, struct tr_block **out,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_block_destroy(struct tr_block *block);

/* Adds the leaves of n <= TR_CODE_BLOCK rows to margin [n * classes], in the order of the trees; XGBoost's kind in
 * float. codes: of kernel->code_block; those of rows beyond n may hold anything. */
void tr_block_add(const struct tr_block *block, const struct tr_kernel *kernel, const int8_t *codes, size_t n,
                  double *margin);

#endif
