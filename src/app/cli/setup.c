#include "app/cli/setup.h"

#include "app/cli/file.h"
#include "app/cli/output.h"

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

#define STORE_PATH (2 * TR_CONFIG_TEXT)

static void store_path(const struct tr_cli *cli, char out[STORE_PATH])
{
    if (cli->config.database.path[0])
        snprintf(out, STORE_PATH, "%s", cli->config.database.path);
    else
        snprintf(out, STORE_PATH, "%s/traderai.db", cli->home);
}

enum tr_status tr_cli_output_check(const struct tr_cli *cli, const char *path, struct tr_error *err)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    const char *config = tr_args_value(&cli->args, "config");
    char store[STORE_PATH], own[STORE_PATH + 32];
    enum tr_status status = tr_cli_file_check(path, err);

    store_path(cli, store);
    for (size_t i = 0; i < sizeof tails / sizeof *tails && status == TR_OK; i++) {
        snprintf(own, sizeof own, "%s%s", store, tails[i]);
        if (tr_cli_file_same(path, own))
            status = tr_error_set(err, TR_USAGE, "%s is the database; name another file to write to", path);
    }
    snprintf(own, sizeof own, "%s/traderai.json", cli->home);
    if (status == TR_OK && (tr_cli_file_same(path, own) || (config && tr_cli_file_same(path, config))))
        status = tr_error_set(err, TR_USAGE, "%s is the file of settings; name another file to write to", path);
    return status;
}

enum tr_status tr_cli_open_store(struct tr_cli *cli, struct tr_store **out, struct tr_error *err)
{
    char path[STORE_PATH];
    enum tr_status status;

    store_path(cli, path);
    tr_cli_note(cli, "store %s", path);
    status = cli->world->make_home(cli->home, err);
    return status == TR_OK ? cli->world->open_store(path, out, err) : status;
}

enum tr_status tr_cli_make_pool(struct tr_cli *cli, struct tr_pool **out, struct tr_error *err)
{
    long threads = cli->threads ? cli->threads : (long)cli->config.run.threads;

    return tr_pool_create(threads ? (size_t)threads : cli->world->cores, out, err);
}

enum tr_status tr_cli_open_trainer(struct tr_cli *cli, struct tr_error *err)
{
    const char *path = cli->config.model.lightgbm_path;

    if (cli->lightgbm || !cli->config.model.lightgbm || cli->config.model.lightgbm_engine != TR_CONFIG_LIBRARY)
        return TR_OK;
    tr_cli_note(cli, "LightGBM's library %s", path);
    if (cli->world->open_lightgbm(path, &cli->lightgbm, &cli->lightgbm_context, &cli->lightgbm_trainer, err) == TR_OK) {
        tr_cli_note(cli, "trainer %s", cli->lightgbm_trainer);
        return TR_OK;
    }
    return tr_error_prepend(err, "model.lightgbm.path");
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
