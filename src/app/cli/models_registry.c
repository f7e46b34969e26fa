#include "app/cli/chain.h"
#include "app/cli/models.h"
#include "app/cli/recipe.h"
#include "app/cli/setup.h"
#include "app/usecase/compare.h"
#include "app/usecase/registry.h"
#include "app/view/model_view.h"
#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

/* "" members match anything. */
static enum tr_status wanted_series(struct tr_cli *cli, struct tr_series_key *key, bool *any_timeframe,
                                    struct tr_error *err)
{
    const char *exchange = tr_args_value(&cli->args, "exchange");
    struct tr_symbol symbol;
    bool given;
    enum tr_status status;

    memset(key, 0, sizeof *key);
    status = tr_cli_timeframe(cli, false, &given, &key->timeframe, err);
    *any_timeframe = !given;
    if (status != TR_OK)
        return status;
    if (exchange && strlen(exchange) >= sizeof key->exchange)
        return tr_error_set(err, TR_USAGE, "--exchange %.40s: the name is too long", exchange);
    snprintf(key->exchange, sizeof key->exchange, "%s", exchange ? exchange : "");
    if (cli->args.operands < 2)
        return TR_OK;
    if (tr_symbol_parse(cli->args.operand[1], &symbol, err) != TR_OK)
        return err->code = TR_USAGE;
    snprintf(key->symbol, sizeof key->symbol, "%s", symbol.text);
    return TR_OK;
}

static bool matches(const struct tr_model_record *r, const struct tr_series_key *key, bool any_timeframe)
{
    return (!key->exchange[0] || strcmp(key->exchange, r->series.exchange) == 0) &&
           (!key->symbol[0] || strcmp(key->symbol, r->series.symbol) == 0) &&
           (any_timeframe || key->timeframe == r->series.timeframe);
}

static void print_list(struct tr_cli *cli, const struct tr_model_record *list, size_t n)
{
    struct tr_json json;

    if (cli->json) {
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_array(&json, "models");
        for (size_t i = 0; i < n; i++) {
            tr_json_object(&json, NULL);
            tr_view_model_json(&list[i], &json);
            tr_json_object_end(&json);
        }
        tr_json_array_end(&json);
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
    } else if (cli->csv) {
        tr_view_models_csv(list, n, &cli->out);
    } else if (n) {
        tr_view_models_text(list, n, &cli->out);
    } else {
        tr_buf_text(&cli->out, "No such model is registered. Train one: traderai train SYMBOL --timeframe TF\n");
    }
}

static enum tr_status run_list(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_model_record *list = NULL;
    struct tr_series_key key;
    bool any_timeframe;
    size_t n = 0, kept = 0;
    enum tr_status status = wanted_series(cli, &key, &any_timeframe, err);

    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_store_model_list(store, NULL, NULL, &list, &n, err);
    for (size_t i = 0; i < n && status == TR_OK; i++) {
        if (matches(&list[i], &key, any_timeframe))
            list[kept++] = list[i];
    }
    *nothing = kept == 0;
    if (status == TR_OK)
        print_list(cli, list, kept);
    tr_free(list);
    tr_store_close(store);
    return status;
}

static void print_object(struct tr_cli *cli, const struct tr_model_details *details)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_model_details_text(details, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_model_details_json(details, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status run_show(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_model_record record;
    struct tr_registered model = {0};
    struct tr_model_artefact *artefact = NULL;
    struct tr_model_event *event = NULL;
    struct tr_model_details details = {.model = &model};
    enum tr_status status = tr_cli_open_store(cli, &store, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_registry_find(store, NULL, cli->args.operand[1], &record, err);
    if (status == TR_OK)
        status = tr_registry_load(store, &record, &model, err);
    if (status == TR_OK)
        status = tr_store_model_artefacts(store, record.id, &artefact, &details.n_artefacts, err);
    if (status == TR_OK)
        status = tr_store_model_events(store, &record.series, &event, &details.n_events, err);
    details.artefact = artefact;
    details.event = event;
    if (status == TR_OK)
        print_object(cli, &details);
    tr_free(event);
    tr_free(artefact);
    tr_registered_finish(&model);
    tr_store_close(store);
    return status;
}

static void print_compare(struct tr_cli *cli, const struct tr_compare *compare)
{
    struct tr_json json;

    if (!cli->json) {
        tr_view_compare_text(compare, &cli->out);
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_view_compare_json(compare, &json);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

static enum tr_status load_bars(struct tr_store *store, const struct tr_series_key *key, struct tr_cli_series *series,
                                struct tr_error *err)
{
    enum tr_status status = tr_store_bars_get(store, key, INT64_MIN, INT64_MAX, &series->list, err);

    series->key = *key;
    return status == TR_OK ? tr_cli_series_view(store, series, err) : status;
}

/* Who compares has looked: the recipes count as trials of the series from now on. */
static enum tr_status count_trial(struct tr_cli *cli, struct tr_store *store, const struct tr_model_record *record,
                                  struct tr_error *err)
{
    return tr_luck_count(store, &record->series, record->recipe_hash, "compared", cli->world->now(), err);
}

static enum tr_status run_compare(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_model_record a, b;
    struct tr_cli_series series;
    struct tr_recipe recipe;
    struct tr_compare compare;
    enum tr_status status = tr_cli_make_recipe(cli, &recipe, err);

    (void)nothing;
    tr_cli_series_init(&series);
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_registry_find(store, NULL, cli->args.operand[1], &a, err);
    if (status == TR_OK)
        status = tr_registry_find(store, NULL, cli->args.operand[2], &b, err);
    if (status == TR_OK)
        status = load_bars(store, &a.series, &series, err);
    tr_cli_series_lend(&series, &recipe);
    if (status == TR_OK)
        status = tr_compare_models(store, &a, &b, &series.bars, &recipe, &compare, err);
    if (status == TR_OK)
        status = count_trial(cli, store, &a, err);
    if (status == TR_OK)
        status = count_trial(cli, store, &b, err);
    if (status == TR_OK)
        print_compare(cli, &compare);
    tr_cli_series_finish(&series);
    tr_store_close(store);
    return status;
}

/* What a change of champion prints: the new one, and the one it follows. */
static void print_change(struct tr_cli *cli, const struct tr_model_record *to, const char *before)
{
    struct tr_json json;

    if (!cli->json) {
        tr_buf_printf(&cli->out, "%s is the champion of %s %s (%s) now", to->id, to->series.symbol,
                      tr_timeframe_name(to->series.timeframe), to->series.exchange);
        if (before[0] && strcmp(before, to->id) != 0)
            tr_buf_printf(&cli->out, "; %s is archived", before);
        tr_buf_text(&cli->out, ".\n");
        return;
    }
    tr_json_init(&json, &cli->out, 2);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "champion", to->id);
    tr_json_string(&json, "before", before[0] ? before : NULL);
    tr_json_object_end(&json);
    tr_buf_char(&cli->out, '\n');
}

/* One line of the log, which is printed as it is. NULL: --reason was not given. */
static enum tr_status check_reason(const char *reason, struct tr_error *err)
{
    size_t most = sizeof((struct tr_model_event *)0)->reason - 1;
    bool plain = true;

    for (const char *p = reason ? reason : ""; *p; p++)
        plain = plain && (unsigned char)*p >= ' ' && *p != 0x7f;
    if (reason && (!reason[0] || strlen(reason) > most || !plain))
        return tr_error_set(err, TR_USAGE, "--reason: needs 1 to %zu bytes of text in one line", most);
    return TR_OK;
}

static enum tr_status run_promote(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    const char *reason = tr_args_value(&cli->args, "reason");
    struct tr_store *store = NULL;
    struct tr_model_record record;
    char before[TR_MODEL_ID];
    enum tr_status status = check_reason(reason, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_registry_find(store, NULL, cli->args.operand[1], &record, err);
    if (status == TR_OK)
        status =
            tr_registry_promote(store, &record, cli->world->now(), reason ? reason : "promoted by hand", before, err);
    if (status == TR_OK)
        print_change(cli, &record, before);
    tr_store_close(store);
    return status;
}

static enum tr_status run_rollback(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    struct tr_store *store = NULL;
    struct tr_model_record *list = NULL, to, before = {0};
    struct tr_series_key key;
    bool any_timeframe;
    size_t n = 0, champions = 0;
    enum tr_status status = wanted_series(cli, &key, &any_timeframe, err);

    (void)nothing;
    if (status == TR_OK)
        status = tr_cli_open_store(cli, &store, err);
    if (status == TR_OK)
        status = tr_store_model_list(store, NULL, NULL, &list, &n, err);
    for (size_t i = 0; i < n && status == TR_OK; i++) {
        if (list[i].state == TR_MODEL_CHAMPION && matches(&list[i], &key, any_timeframe)) {
            before = list[i];
            champions++;
        }
    }
    tr_free(list);
    if (status == TR_OK && champions != 1)
        status = tr_error_set(err, champions ? TR_USAGE : TR_NOT_FOUND,
                              champions ? "models rollback %s: %zu series match; add --timeframe and --exchange"
                                        : "models rollback %s: no such series has a champion (%zu match)",
                              cli->args.operand[1], champions);
    if (status == TR_OK)
        status = tr_registry_rollback(store, &before.series, cli->world->now(), &to, err);
    if (status == TR_OK)
        print_change(cli, &to, before.id);
    tr_store_close(store);
    return status;
}

static const char *const of_list[] = {"timeframe", "exchange", NULL};
static const char *const of_promote[] = {"reason", NULL};
static const char *const of_none[] = {NULL};

const struct tr_models_verb tr_models_list = {
    .name = "list",
    .usage = "[SYMBOL] [--timeframe TF] [--exchange NAME]",
    .max_operands = 1,
    .takes = of_list,
    .csv = true,
    .run = run_list,
};

const struct tr_models_verb tr_models_show = {
    .name = "show", .usage = "ID", .min_operands = 1, .max_operands = 1, .takes = of_none, .run = run_show};

const struct tr_models_verb tr_models_compare = {
    .name = "compare", .usage = "ID ID", .min_operands = 2, .max_operands = 2, .takes = of_none, .run = run_compare};

const struct tr_models_verb tr_models_promote = {
    .name = "promote",
    .usage = "ID [--reason TEXT]",
    .min_operands = 1,
    .max_operands = 1,
    .takes = of_promote,
    .run = run_promote,
};

const struct tr_models_verb tr_models_rollback = {
    .name = "rollback",
    .usage = "SYMBOL [--timeframe TF] [--exchange NAME]",
    .min_operands = 1,
    .max_operands = 1,
    .takes = of_list,
    .run = run_rollback,
};
