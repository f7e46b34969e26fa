#include "app/usecase/check.h"

#include "base/alloc.h"
#include "engine/feature/list.h"
#include "engine/market/gaps.h"
#include "engine/simulate/market.h"

#include <stdio.h>
#include <string.h>

#define MARKET_BARS 5000
#define MARKET_SEED 1

/* One of the two checks over one source: the columns wanted of it go to the end of out->column. */
typedef enum tr_status (*check_fn)(const struct tr_causal_source *source, const struct tr_bars *bars,
                                   const bool *wanted, struct tr_check *out, struct tr_error *err);

enum tr_status tr_check_market(enum tr_timeframe timeframe, struct tr_series_key *key, struct tr_bar_list *list,
                               struct tr_error *err)
{
    struct tr_simulate_options options = tr_simulate_defaults();

    options.seed = MARKET_SEED;
    options.timeframe = timeframe;
    options.n = MARKET_BARS;
    memset(key, 0, sizeof *key);
    snprintf(key->exchange, sizeof key->exchange, "synthetic");
    snprintf(key->symbol, sizeof key->symbol, "SYNTH%d/USDT:USDT", MARKET_SEED);
    key->timeframe = timeframe;
    return tr_simulate_market(&options, list, err);
}

/* --- which columns --- */

static bool is_named(const char *word, const char *plugin, const char *name)
{
    size_t len = plugin ? strlen(plugin) : 0;

    if (strcmp(word, name) == 0)
        return true;
    return plugin && strncmp(word, plugin, len) == 0 && word[len] == '.' && strcmp(word + len + 1, name) == 0;
}

/* Marks the columns of a source that are asked for; returns how many. */
static size_t choose(const struct tr_check_options *options, const char *plugin, const struct tr_causal_source *source,
                     bool *wanted)
{
    size_t n = 0;

    for (size_t column = 0; column < source->columns; column++) {
        wanted[column] = options->n_columns == 0;
        for (size_t k = 0; k < options->n_columns && !wanted[column]; k++)
            wanted[column] = is_named(options->column[k], plugin, source->name(source->context, column));
        n += wanted[column];
    }
    return n;
}

static bool has_column(const struct tr_check_plugin *plugin, const char *word)
{
    const struct tr_causal_source *source = &plugin->source;

    for (size_t column = 0; column < source->columns; column++) {
        if (is_named(word, plugin->name, source->name(source->context, column)))
            return true;
    }
    return false;
}

static enum tr_status check_names(const struct tr_check_options *options, struct tr_error *err)
{
    for (size_t k = 0; k < options->n_columns; k++) {
        const char *word = options->column[k];
        bool found = tr_feature_find(word) < TR_FEATURE_COLUMNS;

        for (size_t p = 0; p < options->n_plugins && !found; p++)
            found = has_column(&options->plugin[p], word);
        if (!found)
            return tr_error_set(err, TR_USAGE,
                                "no column has the name \"%s\"; traderai features names the built-in ones%s", word,
                                options->n_plugins ? ", a plug-in's are written PLUGIN.COLUMN" : "");
    }
    return TR_OK;
}

/* Room for the columns wanted, described but not yet judged; they are the last n of out->column. */
static enum tr_status add_columns(const char *plugin, const struct tr_causal_source *source, const bool *wanted,
                                  size_t n, struct tr_check *out, struct tr_error *err)
{
    size_t size = sizeof *out->column;
    struct tr_check_column *grown = tr_alloc_grow(out->column, out->n * size, out->n + n, size);

    if (!grown)
        return tr_error_nomem(err);
    out->column = grown;
    for (size_t column = 0; column < source->columns; column++) {
        struct tr_check_column *added = &out->column[out->n];

        if (!wanted[column])
            continue;
        *added = (struct tr_check_column){.plugin = plugin, .name = source->name(source->context, column), .first = -1};
        if (!plugin) {
            const struct tr_feature_info *info = tr_feature_info(column);

            added->input = info->input;
            added->recorded = info->recorded;
            added->first = info->first;
        }
        out->n++;
    }
    return TR_OK;
}

static enum tr_status check_source(const struct tr_check_options *options, const char *plugin,
                                   const struct tr_causal_source *source, const struct tr_bars *bars, check_fn check,
                                   struct tr_check *out, struct tr_error *err)
{
    bool *wanted = tr_alloc(source->columns, sizeof *wanted);
    struct tr_causal_source subset = *source;
    enum tr_status status = TR_OK;

    if (!wanted)
        return tr_error_nomem(err);
    size_t n = choose(options, plugin, source, wanted);
    if (!plugin)
        subset = tr_causal_features(wanted);
    if (n > 0)
        status = add_columns(plugin, source, wanted, n, out, err);
    if (n > 0 && status == TR_OK)
        status = check(&subset, bars, wanted, out, err);
    tr_free(wanted);
    return status;
}

static enum tr_status check_all(const struct tr_check_options *options, const struct tr_bars *bars, check_fn check,
                                struct tr_check *out, struct tr_error *err)
{
    struct tr_causal_source features = tr_causal_features(NULL);
    enum tr_status status = check_names(options, err);

    out->bars = bars->n;
    out->first = bars->n ? bars->time[0] : 0;
    out->last = bars->n ? bars->time[bars->n - 1] : 0;
    if (status == TR_OK)
        status = check_source(options, NULL, &features, bars, check, out, err);
    for (size_t p = 0; p < options->n_plugins && status == TR_OK; p++)
        status = check_source(options, options->plugin[p].name, &options->plugin[p].source, bars, check, out, err);
    return status;
}

static size_t count(const bool *wanted, size_t columns)
{
    size_t n = 0;

    for (size_t column = 0; column < columns; column++)
        n += wanted[column];
    return n;
}

/* --- look-ahead --- */

static enum tr_status look_ahead(const struct tr_causal_source *source, const struct tr_bars *bars, const bool *wanted,
                                 struct tr_check *out, struct tr_error *err)
{
    struct tr_lookahead found;
    size_t at = out->n - count(wanted, source->columns);
    enum tr_status status = tr_lookahead_check(source, bars, &found, err);

    for (size_t column = 0; column < source->columns && status == TR_OK; column++) {
        const struct tr_lookahead_column *seen = &found.column[column];

        if (!wanted[column])
            continue;
        out->column[at].lookahead = *seen;
        if (seen->first_bad < bars->n)
            out->column[at].first_bad_time = bars->time[seen->first_bad];
        out->bad += seen->verdict != TR_CAUSAL;
        at++;
    }
    tr_lookahead_finish(&found);
    return status;
}

enum tr_status tr_check_lookahead(const struct tr_check_options *options, const struct tr_bars *bars,
                                  struct tr_check *out, struct tr_error *err)
{
    memset(out, 0, sizeof *out);
    return check_all(options, bars, look_ahead, out, err);
}

/* --- history needed --- */

static enum tr_status recurse(const struct tr_causal_source *source, const struct tr_bars *bars, const bool *wanted,
                              struct tr_check *out, struct tr_error *err)
{
    struct tr_recursive found;
    size_t at = out->n - count(wanted, source->columns);
    enum tr_status status = tr_recursive_check(source, bars, TR_CHECK_TRIALS, out->longest, out->warmup, &found, err);

    for (size_t column = 0; column < source->columns && status == TR_OK; column++) {
        if (wanted[column])
            out->column[at++].recursive = found.column[column];
    }
    out->trials = found.trials;
    tr_recursive_finish(&found);
    return status;
}

static size_t longest_segment(const struct tr_bars *bars)
{
    size_t longest = 0;

    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        longest = end - start > longest ? end - start : longest;
    }
    return longest;
}

enum tr_status tr_check_recursive(const struct tr_check_options *options, const struct tr_bars *bars,
                                  struct tr_check *out, struct tr_error *err)
{
    size_t stretch = longest_segment(bars), part = stretch - stretch * 2 / 5;

    memset(out, 0, sizeof *out);
    out->warmup = TR_FEATURE_WARMUP_ROWS;
    out->longest = part < TR_CHECK_LONGEST ? part : TR_CHECK_LONGEST;
    if (stretch < 2 * out->warmup)
        return tr_error_set(err, TR_INVALID,
                            "the longest stretch without a large hole has %zu bars; %zu are needed, twice the warm-up",
                            stretch, 2 * out->warmup);
    return check_all(options, bars, recurse, out, err);
}

void tr_check_finish(struct tr_check *check)
{
    tr_free(check->column);
    memset(check, 0, sizeof *check);
}
