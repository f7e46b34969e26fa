#include "app/cli/backtest.h"
#include "app/cli/chain.h"
#include "app/cli/file.h"
#include "app/cli/output.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/backtest.h"
#include "app/usecase/backtest_report.h"
#include "app/view/account_html.h"
#include "app/view/account_view.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define LABEL_MOST (sizeof((struct tr_backtest_row *)0)->label - 1)

/* What the verb holds while it runs. */
struct desk {
    struct tr_store *store;
    struct tr_pool *pool;
    struct tr_recipe recipe;
    struct tr_backtest_options options;
    struct tr_series_key key[TR_BACKTEST_SERIES];
    size_t n;
    struct tr_backtest backtest;
};

/* What is written at the end is looked at before long work. No two of these may be one file; the first is read. */
static enum tr_status check_files(const struct tr_cli *cli, struct tr_error *err)
{
    static const char *const files[] = {"entries", "trades-csv", "equity-csv", "html"};

    for (size_t i = 1; i < sizeof files / sizeof *files; i++) {
        const char *path = tr_args_value(&cli->args, files[i]);
        enum tr_status status = path ? tr_cli_output_check(cli, path, err) : TR_OK;

        for (size_t k = 0; k < i && path && status == TR_OK; k++) {
            const char *other = tr_args_value(&cli->args, files[k]);
            if (other && tr_cli_file_same(other, path))
                status = tr_error_set(err, TR_USAGE, "--%s %s: --%s names the same file", files[i], path, files[k]);
        }
        if (status != TR_OK)
            return status;
    }
    return TR_OK;
}

static enum tr_status choose(const struct tr_cli *cli, const char *option, const char *const *words, int *out,
                             struct tr_error *err)
{
    const char *value = tr_args_value(&cli->args, option);
    char list[96] = "";

    if (!value)
        return TR_OK;
    for (int i = 0; words[i]; i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = i;
            return TR_OK;
        }
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i]);
    }
    return tr_error_set(err, TR_USAGE, "--%s %s: not one of %s", option, value, list);
}

static enum tr_status choose_source(const struct tr_cli *cli, struct tr_backtest_options *out, struct tr_error *err)
{
    static const char *const origins[] = {"walkforward", "newest", NULL};
    static const char *const proven[] = {"all", "only", NULL};
    int origin = -1, which = 0;
    enum tr_status status = choose(cli, "signals", origins, &origin, err);

    if (status == TR_OK)
        status = choose(cli, "proven", proven, &which, err);
    out->entries = tr_args_value(&cli->args, "entries");
    out->proven_only = which == 1;
    out->strict = tr_args_has(&cli->args, "strict");
    if (status != TR_OK)
        return status;
    if (out->entries && origin >= 0)
        return tr_error_set(err, TR_USAGE, "--entries and --signals: entries come from one place; leave one out");
    if (out->entries && (out->proven_only || tr_args_has(&cli->args, "side") || tr_args_has(&cli->args, "folds")))
        return tr_error_set(err, TR_USAGE, "--proven, --side and --folds are about signals, not entries of a file");
    if (out->strict && !out->entries)
        return tr_error_set(err, TR_USAGE, "--strict: only with --entries, which was not given");
    out->source = out->entries ? TR_BACKTEST_FILE : origin >= 0 ? TR_BACKTEST_STORED : TR_BACKTEST_WALKFORWARD;
    out->origin = origin == 1 ? TR_ORIGIN_NEWEST : TR_ORIGIN_WALKFORWARD;
    return TR_OK;
}

static enum tr_status read_time(const struct tr_cli *cli, const char *option, tr_time_ms *out, struct tr_error *err)
{
    const char *value = tr_args_value(&cli->args, option);

    *out = 0;
    if (!value)
        return TR_OK;
    if (!tr_time_parse(value, strlen(value), out) || *out <= 0)
        return tr_error_set(err, TR_USAGE,
                            "--%s %s: no time after 1970; write 2024-01-31, 2024-01-31T08:00 or epoch milliseconds",
                            option, value);
    return TR_OK;
}

static enum tr_status choose_span(const struct tr_cli *cli, struct tr_backtest_options *out, struct tr_error *err)
{
    enum tr_status status = read_time(cli, "since", &out->from, err);

    if (status == TR_OK)
        status = read_time(cli, "until", &out->to, err);
    if (status == TR_OK && out->to > 0 && out->from >= out->to)
        return tr_error_set(err, TR_USAGE, "--since lies at --until or after it: nothing is left to test");
    return status;
}

static enum tr_status choose_account(struct tr_cli *cli, const struct tr_recipe *recipe, struct tr_account_options *out,
                                     struct tr_error *err)
{
    struct tr_error why;
    long max_open;
    enum tr_status status;

    *out = (struct tr_account_options){.size = recipe->gate.size,
                                       .profile = recipe->gate.profile,
                                       .compound =
                                           cli->config.backtest.compound && !tr_args_has(&cli->args, "no-compound"),
                                       .max_side_exposure = cli->config.backtest.max_side_exposure,
                                       .max_correlated_exposure = cli->config.backtest.max_correlated_exposure,
                                       .correlation = cli->config.backtest.correlation,
                                       .correlation_bars = (size_t)cli->config.backtest.correlation_bars,
                                       .cost = recipe->gate.cost};
    status = tr_args_number(&cli->args, "capital", 1, 1e9, recipe->gate.size.capital_usd, &out->size.capital_usd, err);
    if (status == TR_OK)
        status = tr_args_number(&cli->args, "leverage", 1, 125, cli->config.backtest.leverage, &out->leverage, err);
    if (status == TR_OK && out->leverage * out->size.maintenance_frac >= 1.0)
        return tr_error_set(err, TR_USAGE,
                            "leverage %g of the margin: with risk.maintenance %g a position would be liquidated at its "
                            "entry; it must be under %g",
                            out->leverage, out->size.maintenance_frac, 1.0 / out->size.maintenance_frac);
    if (status == TR_OK)
        status = tr_args_int(&cli->args, "max-open", 1, 1000, (long)cli->config.backtest.max_open, &max_open, err);
    if (status != TR_OK)
        return status;
    out->max_open = (size_t)max_open;
    if (tr_fee_schedule_parse(cli->config.cost.fee_tiers, &out->fees, &why) != TR_OK)
        return tr_error_set(err, TR_USAGE, "cost.fee_tiers: %s", why.text);
    return TR_OK;
}

/* It stands in lists and reports: text of one line. */
static enum tr_status choose_label(const struct tr_cli *cli, const char **out, struct tr_error *err)
{
    const char *label = tr_args_value(&cli->args, "label");
    size_t length, bad;

    *out = label ? label : "";
    if (strlen(*out) > LABEL_MOST)
        return tr_error_set(err, TR_USAGE, "--label: longer than %zu bytes", LABEL_MOST);
    for (const char *at = *out; *at; at += length) {
        length = tr_text_utf8_length(at, &bad);
        if (!length)
            return tr_error_set(err, TR_USAGE, "--label: byte %zu is not UTF-8", (size_t)(at - *out) + 1);
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return tr_error_set(err, TR_USAGE, "--label: a control character; write plain text on one line");
    }
    return TR_OK;
}

static enum tr_status choose_options(struct tr_cli *cli, struct desk *desk, struct tr_error *err)
{
    static const char *const readings[] = {"pessimistic", "optimistic", "detail", NULL};
    static const char *const kinds[] = {"market", "limit", NULL};
    struct tr_backtest_options *out = &desk->options;
    int reading = (int)cli->config.backtest.intrabar, kind = (int)cli->config.backtest.entry;
    enum tr_status status = choose_source(cli, out, err);

    if (status == TR_OK)
        status = choose_span(cli, out, err);
    if (status == TR_OK)
        status = choose(cli, "intrabar", readings, &reading, err);
    if (status == TR_OK)
        status = choose(cli, "entry", kinds, &kind, err);
    if (status == TR_OK)
        status = choose_account(cli, &desk->recipe, &out->account, err);
    out->intrabar = (enum tr_backtest_intrabar)reading;
    out->account.entry = (enum tr_entry_kind)kind;
    out->draws = (size_t)cli->config.backtest.draws;
    return status == TR_OK ? choose_label(cli, &out->label, err) : status;
}

/* The operands as stored series. */
static enum tr_status find_series(struct tr_cli *cli, struct desk *desk, struct tr_error *err)
{
    enum tr_timeframe timeframe = TR_TIMEFRAME_1H;
    bool given;
    enum tr_status status = tr_cli_timeframe(cli, true, &given, &timeframe, err);

    for (size_t i = 1; i < cli->args.operands && status == TR_OK; i++) {
        struct tr_series_info info;

        status = tr_cli_find_series(cli, desk->store, cli->args.operand[i], timeframe, &info, err);
        if (status == TR_OK)
            desk->key[desk->n++] = info.key;
    }
    return status;
}

static enum tr_status open_desk(struct tr_cli *cli, struct desk *desk, struct tr_error *err)
{
    enum tr_status status = check_files(cli, err);

    if (status == TR_OK)
        status = tr_cli_make_recipe(cli, &desk->recipe, err);
    if (status == TR_OK)
        status = choose_options(cli, desk, err);
    if (status == TR_OK && desk->options.source == TR_BACKTEST_WALKFORWARD)
        status = tr_cli_open_trainer(cli, err);
    if (status == TR_OK && desk->options.source == TR_BACKTEST_WALKFORWARD)
        status = tr_cli_make_recipe(cli, &desk->recipe, err); /* once more, with the trainer that is open now */
    if (status == TR_OK)
        status = tr_cli_make_pool(cli, &desk->pool, err);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &desk->store, err);
    return status == TR_OK ? find_series(cli, desk, err) : status;
}

static enum tr_status write_file(struct tr_cli *cli, const struct desk *desk, const char *option,
                                 void (*view)(const struct tr_backtest *, struct tr_buf *), struct tr_error *err)
{
    const char *path = tr_args_value(&cli->args, option);
    struct tr_buf text;
    enum tr_status status;

    if (!path)
        return TR_OK;
    tr_buf_init(&text);
    view(&desk->backtest, &text);
    status = tr_cli_file_write(path, &text, err);
    tr_buf_finish(&text);
    if (status == TR_OK && !cli->json && !cli->csv)
        tr_buf_printf(&cli->out, "Written: %s\n", path);
    return status;
}

/* The report as JSON goes into the store whatever is printed. */
static enum tr_status report(struct tr_cli *cli, const struct desk *desk, const struct tr_world *world,
                             struct tr_error *err)
{
    struct tr_buf text;
    struct tr_json json;
    enum tr_status status;

    tr_buf_init(&text);
    tr_json_init(&json, &text, 2);
    tr_json_object(&json, NULL);
    tr_view_account_json(&desk->backtest, &json);
    tr_json_object_end(&json);
    tr_buf_char(&text, '\n');
    status = tr_buf_status(&text, err);
    if (status == TR_OK)
        status = tr_backtest_keep(&desk->backtest, &text, world, err);
    if (status == TR_OK && cli->json)
        tr_buf_add(&cli->out, text.data, text.len);
    else if (status == TR_OK && cli->csv)
        tr_view_account_trades_csv(&desk->backtest, &cli->out);
    else if (status == TR_OK)
        tr_view_account_text(&desk->backtest, &cli->out);
    tr_buf_finish(&text);
    return status;
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct desk desk;
    struct tr_world world;
    enum tr_status status;

    (void)nothing;
    memset(&desk, 0, sizeof desk);
    status = open_desk(cli, &desk, err);
    world =
        (struct tr_world){.store = desk.store, .pool = desk.pool, .progress = &cli->progress, .now = cli->world->now()};
    if (status == TR_OK)
        status = tr_backtest_run(desk.key, desk.n, &desk.recipe, &desk.options, &world, &desk.backtest, err);
    if (status == TR_OK)
        status = report(cli, &desk, &world, err);
    if (status == TR_OK)
        status = write_file(cli, &desk, "trades-csv", tr_view_account_trades_csv, err);
    if (status == TR_OK)
        status = write_file(cli, &desk, "equity-csv", tr_view_account_equity_csv, err);
    if (status == TR_OK)
        status = write_file(cli, &desk, "html", tr_view_account_html, err);
    tr_backtest_finish(&desk.backtest);
    tr_store_close(desk.store);
    tr_pool_destroy(desk.pool);
    return status;
}

static const char *const takes[] = {"timeframe",  "exchange",    "entries",  "signals", "proven",  "strict",
                                    "since",      "until",       "intrabar", "entry",   "side",    "folds",
                                    "trades-csv", "equity-csv",  "html",     "label",   "capital", "leverage",
                                    "max-open",   "no-compound", NULL};

const struct tr_backtest_verb tr_backtest_verb_run = {
    .name = "run",
    .usage = "SYMBOL... --timeframe TF [--entries FILE | --signals walkforward|newest]",
    .min_operands = 1,
    .max_operands = TR_BACKTEST_SERIES,
    .takes = takes,
    .csv = true,
    .run = run,
};
