#include "engine/trade/fee.h"

#include "base/text.h"

#include <string.h>

#define LEAST_RATE (-0.01)
#define MOST_RATE 0.05

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The number that fills [begin, end) but for blanks. */
static bool number_of(const char *begin, const char *end, double *out)
{
    while (begin < end && blank(*begin))
        begin++;
    while (begin < end && blank(end[-1]))
        end--;
    return begin < end && tr_text_to_double(begin, end, out);
}

static const char *find(const char *begin, const char *end, char c)
{
    return memchr(begin, c, (size_t)(end - begin));
}

static enum tr_status read_tier(const char *begin, const char *end, size_t number, struct tr_fee_tier *out,
                                struct tr_error *err)
{
    const char *colon = find(begin, end, ':');
    const char *slash = colon ? find(colon, end, '/') : NULL;
    if (!slash)
        return tr_error_set(err, TR_INVALID, "fee tier %zu: \"%.*s\" is not VOLUME:MAKER/TAKER", number,
                            (int)(end - begin), begin);
    if (!number_of(begin, colon, &out->volume_usd) || out->volume_usd < 0.0)
        return tr_error_set(err, TR_INVALID, "fee tier %zu: its volume \"%.*s\" is not a number of dollars", number,
                            (int)(colon - begin), begin);
    if (!number_of(colon + 1, slash, &out->maker_frac) || !number_of(slash + 1, end, &out->taker_frac))
        return tr_error_set(err, TR_INVALID, "fee tier %zu: \"%.*s\" are not two rates as fractions", number,
                            (int)(end - colon - 1), colon + 1);
    const double rate[] = {out->maker_frac, out->taker_frac};
    for (int k = 0; k < 2; k++)
        if (rate[k] < LEAST_RATE || rate[k] > MOST_RATE)
            return tr_error_set(
                err, TR_INVALID,
                "fee tier %zu: the %s rate %g lies outside -0.01 .. 0.05 (a fraction: 0.0005 is 0.05 %%)", number,
                k == 0 ? "maker" : "taker", rate[k]);
    return TR_OK;
}

enum tr_status tr_fee_schedule_parse(const char *text, struct tr_fee_schedule *out, struct tr_error *err)
{
    *out = (struct tr_fee_schedule){0};
    const char *begin = text, *end = text + strlen(text);
    while (begin < end && blank(*begin))
        begin++;
    while (begin < end) {
        const char *comma = find(begin, end, ',');
        const char *tier_end = comma ? comma : end;
        if (out->n == TR_FEE_TIERS)
            return tr_error_set(err, TR_INVALID, "fee schedule: more than %d tiers", TR_FEE_TIERS);
        struct tr_fee_tier *tier = &out->tier[out->n];
        enum tr_status status = read_tier(begin, tier_end, out->n + 1, tier, err);
        if (status != TR_OK)
            return status;
        if (out->n > 0 && !(tier->volume_usd > tier[-1].volume_usd))
            return tr_error_set(err, TR_INVALID, "fee tier %zu: its volume is not above that of the tier before it",
                                out->n + 1);
        out->n++;
        begin = comma ? comma + 1 : end;
        if (comma && begin == end)
            return tr_error_set(err, TR_INVALID, "fee schedule: nothing follows its last comma");
    }
    return TR_OK;
}

const struct tr_fee_tier *tr_fee_tier_at(const struct tr_fee_schedule *schedule, double volume_usd)
{
    const struct tr_fee_tier *reached = NULL;
    for (size_t k = 0; k < schedule->n && schedule->tier[k].volume_usd <= volume_usd; k++)
        reached = &schedule->tier[k];
    return reached;
}
