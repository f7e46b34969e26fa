#include "app/cli/setup.h"

#include "app/usecase/fine.h"
#include "base/alloc.h"
#include "base/text.h"

#include <string.h>

static const char *environment_value(const struct tr_cli_world *world, const char *name)
{
    size_t len = strlen(name);

    for (const char *const *e = world->environment; e && *e; e++) {
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    }
    return NULL;
}

/* --home, else $XDG_DATA_HOME/traderai, else ~/.local/share/traderai. */
static enum tr_status find_home(struct tr_cli *cli, struct tr_error *err)
{
    const char *given = tr_args_value(&cli->args, "home");
    const char *data = environment_value(cli->world, "XDG_DATA_HOME");
    const char *user = environment_value(cli->world, "HOME");
    int len;

    if (given)
        len = snprintf(cli->home, sizeof cli->home, "%s", given);
    else if (data && data[0])
        len = snprintf(cli->home, sizeof cli->home, "%s/traderai", data);
    else if (user && user[0])
        len = snprintf(cli->home, sizeof cli->home, "%s/.local/share/traderai", user);
    else
        return tr_error_set(err, TR_USAGE, "home: neither HOME nor XDG_DATA_HOME is set; name a folder with --home");
    if (!cli->home[0] || len >= (int)sizeof cli->home)
        return tr_error_set(err, TR_USAGE,
                            "home: the path is empty or longer than %zu characters; name another with --home",
                            sizeof cli->home - 1);
    return TR_OK;
}

static bool readable(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file)
        fclose(file);
    return file != NULL;
}

static enum tr_status apply_settings(struct tr_cli *cli, struct tr_error *err)
{
    for (size_t i = 0; i < cli->args.given; i++) {
        const char *text = cli->args.option[i].value;
        const char *equals;
        char key[128];

        if (strcmp(cli->args.option[i].option->name, "set") != 0)
            continue;
        equals = strchr(text, '=');
        if (!equals || equals == text || (size_t)(equals - text) >= sizeof key)
            return tr_error_set(err, TR_USAGE, "--set %s: write it as key=value, for example --set label.stop=0.02",
                                text);
        memcpy(key, text, (size_t)(equals - text));
        key[equals - text] = '\0';
        if (tr_config_set(&cli->config, key, equals + 1, TR_CONFIG_OPTION, err) != TR_OK)
            return tr_error_prepend(err, "--set");
    }
    return TR_OK;
}

enum tr_status tr_cli_configure(struct tr_cli *cli, struct tr_error *err)
{
    const char *file = tr_args_value(&cli->args, "config");
    char standard[TR_CONFIG_TEXT + 16];
    enum tr_status status = find_home(cli, err);

    tr_config_defaults(&cli->config);
    if (status != TR_OK)
        return status;
    snprintf(standard, sizeof standard, "%s/traderai.json", cli->home);
    if (!file && readable(standard))
        file = standard;
    tr_cli_note(cli, "home %s, settings %s", cli->home, file ? file : "are the defaults");
    if (file)
        status = tr_config_load_file(&cli->config, file, err);
    if (status == TR_OK)
        status = tr_config_load_environment(&cli->config, cli->world->environment, err);
    if (status == TR_OK)
        status = apply_settings(cli, err);
    if (status == TR_OK)
        status = tr_config_check(&cli->config, err);
    return status;
}

enum tr_status tr_cli_open_store(struct tr_cli *cli, struct tr_store **out, struct tr_error *err)
{
    char path[2 * TR_CONFIG_TEXT];
    enum tr_status status;

    if (cli->config.database.path[0])
        snprintf(path, sizeof path, "%s", cli->config.database.path);
    else
        snprintf(path, sizeof path, "%s/traderai.db", cli->home);
    tr_cli_note(cli, "store %s", path);
    status = cli->world->make_home(cli->home, err);
    return status == TR_OK ? cli->world->open_store(path, out, err) : status;
}

enum tr_status tr_cli_make_pool(struct tr_cli *cli, struct tr_pool **out, struct tr_error *err)
{
    long threads = cli->threads ? cli->threads : (long)cli->config.run.threads;

    return tr_pool_create(threads ? (size_t)threads : cli->world->cores, out, err);
}

/* Settings and engine options are two vocabularies: this is where they meet. */
static void copy_gate(const struct tr_config *config, struct tr_gate_options *gate)
{
    gate->min_confidence = config->signal.min_confidence;
    gate->min_net_frac = config->signal.min_net_profit_pct / 100;
    gate->expected_value_gate = config->signal.min_expected_value_pct == config->signal.min_expected_value_pct;
    gate->min_expected_value_frac = gate->expected_value_gate ? config->signal.min_expected_value_pct / 100 : 0.0;
    gate->profile = (enum tr_risk_profile)config->risk.profile;
    gate->ladder.stop_atr = config->ladder.stop_atr;
    gate->ladder.trail_atr = config->ladder.trail_atr;
    gate->ladder.horizon_hours = config->ladder.horizon_hours;
    memcpy(gate->ladder.target_atr, config->ladder.target_atr, sizeof gate->ladder.target_atr);
    memcpy(gate->ladder.fraction, config->ladder.fraction, sizeof gate->ladder.fraction);
    gate->cost.maker_frac = config->cost.maker;
    gate->cost.taker_frac = config->cost.taker;
    gate->cost.slippage_frac = config->cost.slippage;
    gate->cost.exit_model = config->cost.exit_model == TR_CONFIG_WEIGHTED ? TR_EXIT_WEIGHTED : TR_EXIT_PER_EXIT_FULL;
    gate->cost.credit_funding = config->cost.credit_funding;
    gate->cost.holding_hours = config->cost.holding_hours;
    gate->size.capital_usd = config->risk.capital_usd;
    gate->size.maintenance_frac = config->risk.maintenance;
    memcpy(gate->size.risk_frac, config->risk.per_trade, sizeof gate->size.risk_frac);
    memcpy(gate->size.max_leverage, config->risk.max_leverage, sizeof gate->size.max_leverage);
}

static void copy_plan(const struct tr_config *config, struct tr_plan_options *plan)
{
    plan->train_days = config->walkforward.train_days;
    plan->purge_days = config->walkforward.purge_days;
    plan->embargo_days = config->walkforward.embargo_days;
    plan->test_days = config->walkforward.test_days;
    plan->advance_days = config->walkforward.advance_days;
    plan->min_last_days = config->walkforward.min_last_days;
    plan->min_train_bars = (size_t)config->walkforward.min_train_bars;
    plan->exact_days = config->walkforward.exact_days;
    plan->fit_share = config->walkforward.fit_share;
}

static void copy_settings(const struct tr_config *config, struct tr_recipe *out)
{
    out->label_kind = config->label.kind == TR_CONFIG_LADDER ? TR_LABEL_LADDER : TR_LABEL_TRIPLE_BARRIER;
    out->barrier.take_profit_frac = config->label.take_profit;
    out->barrier.stop_frac = config->label.stop;
    out->barrier.horizon_bars = (size_t)config->label.horizon_bars;
    copy_gate(config, &out->gate);
    copy_plan(config, &out->plan);
    out->max_folds = (size_t)config->walkforward.max_folds;
    out->min_share = config->features.min_share;
    out->rolling.capacity = (size_t)config->calibration.rows;
    out->rolling.calibration.delta = config->calibration.delta;
    out->rolling.calibration.min_target = config->signal.min_confidence;
    out->rolling.calibration.min_n = config->calibration.min_effective;
    out->rolling.calibration.draws = (size_t)config->calibration.draws;
    out->funding.default_rate = config->cost.funding_default;
    out->funding.default_step_ms = (int64_t)(config->cost.funding_default_hours * (double)TR_HOUR_MS);
    out->seed = (uint64_t)config->run.seed;
}

static enum tr_status choose_side(const struct tr_args *args, struct tr_recipe *out, struct tr_error *err)
{
    const char *side = tr_args_value(args, "side");

    if (!side || strcmp(side, "both") == 0)
        return TR_OK;
    if (strcmp(side, "long") != 0 && strcmp(side, "short") != 0)
        return tr_error_set(err, TR_USAGE, "--side %s: not one of long, short, both", side);
    out->side[TR_LONG] = side[0] == 'l';
    out->side[TR_SHORT] = side[0] == 's';
    return TR_OK;
}

enum tr_status tr_cli_make_recipe(struct tr_cli *cli, struct tr_recipe *out, struct tr_error *err)
{
    const struct tr_config *config = &cli->config;
    struct tr_param params[TR_CONFIG_PARAMS];
    long folds;
    enum tr_status status = TR_OK;

    tr_recipe_defaults(out);
    copy_settings(config, out);
    for (size_t i = 0; i < config->model.xgboost_params; i++)
        params[i] = (struct tr_param){config->model.xgboost_param[i].name, config->model.xgboost_param[i].value};
    if (config->model.xgboost)
        status =
            tr_recipe_add_xgboost(out, params, config->model.xgboost_params, (size_t)config->model.xgboost_rounds, err);
    if (status == TR_OK)
        status = choose_side(&cli->args, out, err);
    if (status == TR_OK)
        status = tr_args_int(&cli->args, "folds", 0, 10000, (long)out->max_folds, &folds, err);
    if (status == TR_OK)
        out->max_folds = (size_t)folds;
    return status;
}

enum tr_status tr_cli_timeframe(struct tr_cli *cli, bool required, bool *given, enum tr_timeframe *out,
                                struct tr_error *err)
{
    const char *text = tr_args_value(&cli->args, "timeframe");

    *given = text != NULL;
    if (!text && required)
        return tr_error_set(err, TR_USAGE, "--timeframe is missing; say which bars, for example --timeframe 1h");
    if (!text)
        return TR_OK;
    if (tr_timeframe_parse(text, out, err) == TR_OK)
        return TR_OK;
    tr_error_prepend(err, "--timeframe");
    return err->code = TR_USAGE;
}

static enum tr_status parse_symbol(const char *text, struct tr_symbol *out, struct tr_error *err)
{
    if (tr_symbol_parse(text, out, err) == TR_OK)
        return TR_OK;
    return err->code = TR_USAGE;
}

enum tr_status tr_cli_import(struct tr_cli *cli, struct tr_store *store, struct tr_bar_list *list,
                             struct tr_import *out, struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    struct tr_import_options options = {
        .file = {.path = cli->args.operand[0], .strict = tr_args_has(&cli->args, "strict"), .progress = &cli->progress},
        .exchange = exchange ? exchange : "file",
        .symbol = tr_args_value(&cli->args, "symbol"),
    };
    struct tr_symbol symbol;
    enum tr_status status = tr_cli_timeframe(cli, false, &options.file.timeframe_known, &options.file.timeframe, err);

    if (status == TR_OK && options.symbol)
        status = parse_symbol(options.symbol, &symbol, err);
    return status == TR_OK ? tr_import_run(&options, store, list, out, err) : status;
}

/* --exchange, else the configured one where it has the series, else the only one that has. */
static enum tr_status find_series(struct tr_cli *cli, struct tr_store *store, const char *symbol,
                                  enum tr_timeframe timeframe, struct tr_series_info *out, struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");

    if (!exchange && tr_store_series_find(store, cli->config.exchange.name, symbol, timeframe, out, err) == TR_OK)
        return TR_OK;
    return tr_store_series_find(store, exchange, symbol, timeframe, out, err);
}

enum tr_status tr_cli_load_series(struct tr_cli *cli, struct tr_store *store, struct tr_cli_series *out,
                                  struct tr_error *err)
{
    enum tr_timeframe timeframe = TR_TIMEFRAME_1H;
    struct tr_symbol symbol;
    struct tr_series_info info;
    bool given;
    enum tr_status status = tr_cli_timeframe(cli, true, &given, &timeframe, err);

    tr_cli_series_init(out);
    if (status == TR_OK)
        status = parse_symbol(cli->args.operand[0], &symbol, err);
    if (status == TR_OK)
        status = find_series(cli, store, symbol.text, timeframe, &info, err);
    if (status == TR_OK)
        status = tr_store_bars_get(store, &info.key, info.first, info.last + 1, &out->list, err);
    if (status != TR_OK)
        return status;
    out->key = info.key;
    if (!out->list.n)
        return tr_error_set(err, TR_NOT_FOUND, "%s %s: no bars are stored; import some first", info.key.symbol,
                            tr_timeframe_name(timeframe));
    return tr_cli_series_view(store, out, err);
}

void tr_cli_series_init(struct tr_cli_series *series)
{
    memset(series, 0, sizeof *series);
    tr_bar_list_init(&series->list, TR_TIMEFRAME_1H);
    tr_bar_list_init(&series->fine_list, TR_TIMEFRAME_1M);
}

enum tr_status tr_cli_series_view(struct tr_store *store, struct tr_cli_series *series, struct tr_error *err)
{
    series->bars = tr_bar_list_view(&series->list);
    return tr_fine_load(store, &series->key, &series->bars, &series->fine_list, &series->fine, err);
}

void tr_cli_series_finish(struct tr_cli_series *series)
{
    tr_bar_list_finish(&series->fine_list);
    tr_bar_list_finish(&series->list);
}

enum tr_status tr_cli_chain_open(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err)
{
    enum tr_status status;

    memset(chain, 0, sizeof *chain);
    tr_cli_series_init(&chain->series);
    status = tr_cli_make_recipe(cli, &chain->recipe, err);
    if (status == TR_OK)
        status = tr_cli_make_pool(cli, &chain->pool, err);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &chain->store, err);
    return status;
}

enum tr_status tr_cli_chain_load(struct tr_cli *cli, struct tr_cli_chain *chain, struct tr_error *err)
{
    enum tr_status status = tr_cli_chain_open(cli, chain, err);

    if (status == TR_OK && cli->args.operands)
        status = tr_cli_load_series(cli, chain->store, &chain->series, err);
    return status;
}

enum tr_status tr_cli_chain_run(struct tr_cli *cli, struct tr_cli_chain *chain, bool write, struct tr_error *err)
{
    chain->recipe.fine = chain->series.fine;
    return tr_run_series(&chain->series.key, &chain->series.bars, &chain->recipe, write ? chain->store : NULL,
                         chain->pool, &cli->progress, &chain->run, err);
}

void tr_cli_chain_finish(struct tr_cli_chain *chain)
{
    tr_run_finish(&chain->run);
    tr_cli_series_finish(&chain->series);
    tr_store_close(chain->store);
    tr_pool_destroy(chain->pool);
}
