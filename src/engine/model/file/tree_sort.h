/* The order of nodes that a forest asks for: a parent before its children. */
#ifndef TR_FILE_TREE_SORT_H
#define TR_FILE_TREE_SORT_H

#include "engine/model/forest/forest.h"

/* Renumbers the inner nodes, from the root down, where a child stands before its parent; leaves keep their numbers.
 * Every child must be a node or leaf that exists. t: the tree's number, for the message.
 * Errors: TR_CORRUPT (the links run in circles or leave a node out), TR_NOMEM. */
enum tr_status tr_tree_sort(struct tr_tree *tree, size_t t, struct tr_error *err) TR_MUST_CHECK;

#endif
