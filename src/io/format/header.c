#include "io/format/header.h"

#include "base/text.h"
#include "io/format/report.h"
#include "io/format/stamp.h"

#include <stdio.h>
#include <string.h>

#define NO_COLUMN SIZE_MAX

/* Where several columns could be meant, the lowest rank wins, then the first listed. */
static const struct synonym {
    const char *name;
    enum tr_format_column column;
    int rank;
} synonyms[] = {
    {"timestamp_ms", TR_FORMAT_TIME, 0},
    {"timestamp", TR_FORMAT_TIME, 1},
    {"unix", TR_FORMAT_TIME, 1},
    {"unix_timestamp", TR_FORMAT_TIME, 1},
    {"unix_time", TR_FORMAT_TIME, 1},
    {"open_time", TR_FORMAT_TIME, 1},
    {"opentime", TR_FORMAT_TIME, 1},
    {"open_timestamp", TR_FORMAT_TIME, 1},
    {"time_open", TR_FORMAT_TIME, 1},
    {"epoch", TR_FORMAT_TIME, 1},
    {"ts", TR_FORMAT_TIME, 1},
    {"t", TR_FORMAT_TIME, 1},
    {"time", TR_FORMAT_TIME, 2},
    {"start", TR_FORMAT_TIME, 2},
    {"start_time", TR_FORMAT_TIME, 2},
    {"time_period_start", TR_FORMAT_TIME, 2},
    {"candle_begin_time", TR_FORMAT_TIME, 2},
    {"datetime", TR_FORMAT_DATE, 3},
    {"date_time", TR_FORMAT_DATE, 3},
    {"date", TR_FORMAT_DATE, 4},
    {"open", TR_FORMAT_OPEN, 0},
    {"o", TR_FORMAT_OPEN, 1},
    {"open_price", TR_FORMAT_OPEN, 1},
    {"price_open", TR_FORMAT_OPEN, 1},
    {"high", TR_FORMAT_HIGH, 0},
    {"h", TR_FORMAT_HIGH, 1},
    {"high_price", TR_FORMAT_HIGH, 1},
    {"price_high", TR_FORMAT_HIGH, 1},
    {"low", TR_FORMAT_LOW, 0},
    {"l", TR_FORMAT_LOW, 1},
    {"low_price", TR_FORMAT_LOW, 1},
    {"price_low", TR_FORMAT_LOW, 1},
    {"close", TR_FORMAT_CLOSE, 0},
    {"c", TR_FORMAT_CLOSE, 1},
    {"close_price", TR_FORMAT_CLOSE, 1},
    {"price_close", TR_FORMAT_CLOSE, 1},
    {"volume", TR_FORMAT_VOLUME, 0},
    {"vol", TR_FORMAT_VOLUME, 0},
    {"v", TR_FORMAT_VOLUME, 0},
    {"base_volume", TR_FORMAT_VOLUME, 0},
    {"volume_base", TR_FORMAT_VOLUME, 0},
    {"basevolume", TR_FORMAT_VOLUME, 0},
    {"vol_base", TR_FORMAT_VOLUME, 0},
    {"base_asset_volume", TR_FORMAT_VOLUME, 0},
    {"volumefrom", TR_FORMAT_VOLUME, 0},
    {"volume_traded", TR_FORMAT_VOLUME, 0},
    {"symbol", TR_FORMAT_SYMBOL, 0},
    {"pair", TR_FORMAT_SYMBOL, 1},
    {"ticker", TR_FORMAT_SYMBOL, 1},
    {"market", TR_FORMAT_SYMBOL, 2},
};

static const char *const words[TR_FORMAT_COLUMN_COUNT] = {"time", "open", "high", "low", "close", "volume"};

/* What is known of the header while its names are read. */
struct finding {
    size_t index[TR_FORMAT_COLUMN_COUNT];
    int rank[TR_FORMAT_COLUMN_COUNT];
    size_t columns, coin_volumes;
    bool funding, book, close_time;
};

static bool is_blank(char c, char separator)
{
    return c == ' ' || (c == '\t' && separator != '\t');
}

static const char *find(const char *p, const char *end, char c)
{
    return p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
}

/* p stands on a quote. false where there is no second one, or where more than blanks follows it. */
static bool read_quoted(const char *p, const char *end, char separator, struct tr_format_field *field,
                        const char **stop)
{
    const char *quote = find(p + 1, end, '"');
    if (!quote)
        return false;
    *field = (struct tr_format_field){p + 1, quote};
    for (p = quote + 1; p < end && is_blank(*p, separator);)
        p++;
    *stop = p < end ? p : NULL;
    return p == end || *p == separator;
}

struct tr_format_field tr_format_field_next(const char **cursor, const char *end, char separator)
{
    const char *p = *cursor, *stop;
    struct tr_format_field field;
    while (p < end && is_blank(*p, separator))
        p++;
    if (p == end || *p != '"' || !read_quoted(p, end, separator, &field, &stop)) {
        stop = find(p, end, separator);
        field = (struct tr_format_field){p, stop ? stop : end};
        while (field.end > p && is_blank(field.end[-1], separator))
            field.end--;
    }
    *cursor = stop ? stop + 1 : NULL;
    return field;
}

void tr_format_fields_find(const struct tr_format_columns *columns, const char *begin, const char *end,
                           struct tr_format_field fields[TR_FORMAT_COLUMN_COUNT])
{
    memset(fields, 0, TR_FORMAT_COLUMN_COUNT * sizeof *fields);
    const char *cursor = begin;
    for (size_t i = 0; i <= columns->last && cursor; i++) {
        struct tr_format_field field = tr_format_field_next(&cursor, end, columns->separator);
        if (columns->meaning[i] < TR_FORMAT_COLUMN_COUNT)
            fields[columns->meaning[i]] = field;
    }
}

void tr_format_name_normalise(struct tr_format_field field, char name[TR_FORMAT_NAME])
{
    size_t n = 0;
    for (const char *p = field.begin; p < field.end && n < TR_FORMAT_NAME - 1; p++) {
        char c = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            name[n++] = c;
        else if (n > 0 && name[n - 1] != '_')
            name[n++] = '_';
    }
    if (n > 0 && name[n - 1] == '_')
        n--;
    name[n] = 0;
}

static void note(struct finding *finding, enum tr_format_column column, int rank, size_t index)
{
    if (finding->index[column] == NO_COLUMN || rank < finding->rank[column]) {
        finding->index[column] = index;
        finding->rank[column] = rank;
    }
}

#define RANK_DOLLARS 3

/* "volume_btc": 1 for a coin that is hardly ever a quote, 2 for one that may be, 3 for money. */
static int volume_rank(const char *coin)
{
    static const char *const money[] = {"usdt", "usdc", "usd", "busd", "fdusd", "tusd",     "dai",  "eur",
                                        "gbp",  "jpy",  "krw", "try",  "brl",   "currency", "quote"};
    static const char *const either[] = {"btc", "eth", "bnb"};
    for (size_t i = 0; i < sizeof money / sizeof *money; i++) {
        if (strcmp(coin, money[i]) == 0)
            return RANK_DOLLARS;
    }
    for (size_t i = 0; i < sizeof either / sizeof *either; i++) {
        if (strcmp(coin, either[i]) == 0)
            return 2;
    }
    return 1;
}

static void note_name(struct finding *finding, const char *name, size_t index)
{
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
        if (strcmp(name, synonyms[i].name) == 0) {
            note(finding, synonyms[i].column, synonyms[i].rank, index);
            return;
        }
    }
    if (strncmp(name, "volume_", 7) == 0) {
        finding->coin_volumes++;
        note(finding, TR_FORMAT_VOLUME, volume_rank(name + 7), index);
    }
    finding->funding |= strstr(name, "funding_rate") || strcmp(name, "fundingrate") == 0;
    finding->book |= strcmp(name, "bid_px") == 0 || strcmp(name, "bid_px_1") == 0;
    finding->close_time |= index == 6 && strcmp(name, "close_time") == 0;
}

static enum tr_status read_names(const char *begin, const char *end, char separator, struct finding *finding,
                                 struct tr_error *err)
{
    *finding = (struct finding){0};
    for (size_t i = 0; i < TR_FORMAT_COLUMN_COUNT; i++)
        finding->index[i] = NO_COLUMN;
    for (const char *cursor = begin; cursor; finding->columns++) {
        char name[TR_FORMAT_NAME];
        if (finding->columns == TR_FORMAT_MAX_COLUMNS)
            return tr_error_set(err, TR_INVALID, "more than %zu columns: this is no CSV of candles",
                                TR_FORMAT_MAX_COLUMNS);
        tr_format_name_normalise(tr_format_field_next(&cursor, end, separator), name);
        note_name(finding, name, finding->columns);
    }
    /* The only time there is may be called a date. */
    if (finding->index[TR_FORMAT_TIME] == NO_COLUMN) {
        finding->index[TR_FORMAT_TIME] = finding->index[TR_FORMAT_DATE];
        finding->index[TR_FORMAT_DATE] = NO_COLUMN;
    }
    return TR_OK;
}

char tr_format_separator(const char *begin, const char *end)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof candidates] = {0}, best = 0;
    for (const char *p = begin; p < end; p++) {
        for (size_t i = 0; i < sizeof candidates; i++)
            counts[i] += *p == candidates[i];
    }
    for (size_t i = 1; i < sizeof candidates; i++) {
        if (counts[i] > counts[best])
            best = i;
    }
    return candidates[best];
}

static enum tr_status check_complete(const struct finding *finding, const char *begin, const char *end,
                                     struct tr_error *err)
{
    char text[TR_FORMAT_CLIP], missing[64] = "";
    tr_format_clip(begin, end, text);
    if (finding->funding && finding->index[TR_FORMAT_OPEN] == NO_COLUMN)
        return tr_error_set(err, TR_UNSUPPORTED,
                            "funding rates, not candles ('%s'): import stores them; here candles are read", text);
    if (finding->book)
        return tr_error_set(err, TR_UNSUPPORTED, "order book quotes, not candles ('%s'): candles are read here", text);
    size_t used = 0;
    for (size_t i = TR_FORMAT_TIME; i <= TR_FORMAT_VOLUME; i++) {
        if (finding->index[i] == NO_COLUMN)
            used += (size_t)snprintf(missing + used, sizeof missing - used, "%s%s", used ? ", " : "", words[i]);
    }
    if (used > 0)
        return tr_error_set(err, TR_INVALID,
                            "no column named %s in '%s': candles need a header such as "
                            "timestamp_ms,open,high,low,close,volume",
                            missing, text);
    if (finding->rank[TR_FORMAT_VOLUME] == RANK_DOLLARS && finding->coin_volumes < 2)
        return tr_error_set(err, TR_INVALID,
                            "the only volume in '%s' is counted in the quote coin: volume in the base "
                            "coin is needed",
                            text);
    return TR_OK;
}

static void assign(const struct finding *finding, struct tr_format_columns *columns)
{
    memset(columns->meaning, TR_FORMAT_COLUMN_COUNT, sizeof columns->meaning);
    columns->plain = true;
    for (size_t i = 0; i < TR_FORMAT_COLUMN_COUNT; i++) {
        size_t index = finding->index[i];
        columns->has[i] = index != NO_COLUMN;
        if (!columns->has[i])
            continue;
        columns->meaning[index] = (unsigned char)i;
        columns->last = index > columns->last ? index : columns->last;
        columns->plain = columns->plain && (i > TR_FORMAT_VOLUME ? false : index == i);
    }
}

static bool is_own(const char *begin, const char *end)
{
    static const char own[] = "timestamp_ms,open,high,low,close,volume";
    return (size_t)(end - begin) == sizeof own - 1 && memcmp(begin, own, sizeof own - 1) == 0;
}

/* 12 columns, the first an instant of opening, the seventh a later number: Binance's. (Its close times end in 999:
 * those in microseconds are no whole milliseconds, so they are read as mere numbers.) */
static bool looks_like_binance(const char *begin, const char *end, char separator)
{
    tr_time_ms instant;
    enum tr_format_unit unit;
    double open = 0, close = 0;
    size_t count = 0;
    for (const char *cursor = begin; cursor && count <= 12; count++) {
        struct tr_format_field field = tr_format_field_next(&cursor, end, separator);
        if (count == 0 && (!tr_format_stamp_read(field.begin, field.end, &instant, &unit) ||
                           !tr_text_to_double(field.begin, field.end, &open)))
            return false;
        if (count == 6 && !tr_text_to_double(field.begin, field.end, &close))
            return false;
    }
    return count == 12 && close > open;
}

static enum tr_status read_headless(const char *begin, const char *end, struct tr_format_columns *columns,
                                    struct tr_error *err)
{
    if (!looks_like_binance(begin, end, columns->separator)) {
        char text[TR_FORMAT_CLIP];
        tr_format_clip(begin, end, text);
        return tr_error_set(err, TR_INVALID,
                            "begins without a header ('%s'): put a line such as "
                            "timestamp_ms,open,high,low,close,volume on top",
                            text);
    }
    struct finding finding = {.index = {0, 1, 2, 3, 4, 5, NO_COLUMN, NO_COLUMN}};
    assign(&finding, columns);
    columns->layout = TR_FORMAT_BINANCE_VISION;
    columns->first_is_data = true;
    return TR_OK;
}

enum tr_status tr_format_header_read(const char *begin, const char *end, bool after_banner,
                                     struct tr_format_columns *columns, struct tr_error *err)
{
    struct finding finding;
    *columns = (struct tr_format_columns){.separator = tr_format_separator(begin, end)};
    const char *cursor = begin;
    struct tr_format_field first = tr_format_field_next(&cursor, end, columns->separator);
    if (first.begin < first.end && *first.begin >= '0' && *first.begin <= '9')
        return read_headless(begin, end, columns, err);
    enum tr_status status = read_names(begin, end, columns->separator, &finding, err);
    if (!status)
        status = check_complete(&finding, begin, end, err);
    if (status)
        return status;
    assign(&finding, columns);
    if (after_banner)
        columns->layout = TR_FORMAT_CRYPTODATADOWNLOAD;
    else if (is_own(begin, end))
        columns->layout = TR_FORMAT_OWN;
    else
        columns->layout =
            finding.columns == 12 && finding.close_time && columns->plain ? TR_FORMAT_BINANCE_VISION : TR_FORMAT_HEADER;
    return TR_OK;
}
