/* One position of the reference: its bars, its fills, its bookings. */
#ifndef TEST_ACCOUNT_REFERENCE_POSITION_H
#define TEST_ACCOUNT_REFERENCE_POSITION_H

#include "account/reference.h"

struct ref_place {
    const struct ref_options *o;
    const struct ref_series *s;
    const struct ref_entry *e;
};

int64_t ref_money(double usd); /* to the nearest 1e-8 USD, halves away from zero */
/* What slips of a price in a bar, in price. */
double ref_slip(const struct ref_options *o, const struct ref_bar *bar, double price);
/* The bar of row t->next, which has closed: an order becomes a position, or nothing (false); a position lives it. */
bool ref_play(const struct ref_place *place, struct ref_trade *t);
/* What is open when the bars end leaves, for its own account, at the last close. */
void ref_value(const struct ref_place *place, struct ref_trade *t);

#endif
