#include "app/cli/command.h"

#include <string.h>

extern const struct tr_command tr_command_import, tr_command_data, tr_command_features, tr_command_label,
    tr_command_train, tr_command_models, tr_command_walkforward, tr_command_signals, tr_command_drift, tr_command_run,
    tr_command_backtest, tr_command_check, tr_command_parity, tr_command_config, tr_command_version, tr_command_help,
    tr_command_completion;

const struct tr_command *const *tr_commands(size_t *n)
{
    static const struct tr_command *const commands[] = {
        &tr_command_run,      &tr_command_import,      &tr_command_data,   &tr_command_features, &tr_command_label,
        &tr_command_train,    &tr_command_walkforward, &tr_command_models, &tr_command_signals,  &tr_command_drift,
        &tr_command_backtest, &tr_command_check,       &tr_command_parity, &tr_command_config,   &tr_command_version,
        &tr_command_help,     &tr_command_completion,
    };

    *n = sizeof commands / sizeof *commands;
    return commands;
}

const struct tr_command *tr_command_find(const char *name)
{
    size_t n;
    const struct tr_command *const *commands = tr_commands(&n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

const struct tr_option *tr_global_options(size_t *n)
{
    static const struct tr_option options[] = {
        {"home", 0, "DIR", "data folder (default $XDG_DATA_HOME/traderai or ~/.local/share/traderai)", false},
        {"config", 'c', "FILE", "settings file (default HOME/traderai.json where it exists)", false},
        {"set", 0, "KEY=VALUE", "one setting; may be repeated", true},
        {"threads", 0, "N", "threads for CPU work; results do not depend on it", false},
        {"json", 0, NULL, "print JSON and nothing else on standard output", false},
        {"format", 0, "FORMAT", "table (default), json, or csv where rows come out", false},
        {"quiet", 'q', NULL, "no progress bar on standard error", false},
        {"no-color", 0, NULL, "no colours (nothing is coloured so far)", false},
        {"verbose", 'v', NULL, "say on standard error which files are used, and how long it took", true},
        {"help", 'h', NULL, "help for a verb", false},
        {"version", 'V', NULL, "version of the program and its libraries", false},
    };

    *n = sizeof options / sizeof *options;
    return options;
}
