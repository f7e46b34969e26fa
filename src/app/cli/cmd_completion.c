#include "app/cli/command.h"

#include <string.h>

static void words(struct tr_buf *out, const struct tr_option *options, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, " --%s", options[i].name);
}

static void bash(struct tr_buf *out)
{
    size_t n, globals;
    const struct tr_command *const *commands = tr_commands(&n);
    const struct tr_option *options = tr_global_options(&globals);

    tr_buf_text(out,
                "_traderai() {\n"
                "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb= w\n"
                "    for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                "        case $w in -*) ;; *) verb=$w; break ;; esac\n"
                "    done\n"
                "    case $before in\n"
                "        --timeframe|-i) COMPREPLY=($(compgen -W '1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d' -- \"$word\")); "
                "return ;;\n"
                "        --format) COMPREPLY=($(compgen -W 'table json csv' -- \"$word\")); return ;;\n"
                "        --side) COMPREPLY=($(compgen -W 'long short both' -- \"$word\")); return ;;\n"
                "    esac\n"
                "    local options=");
    tr_buf_char(out, '\'');
    words(out, options, globals);
    tr_buf_text(out, "'\n    case $verb in\n        '') COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, "%s%s", i ? " " : "", commands[i]->name);
    tr_buf_text(out, "' -- \"$word\")) ;;\n");
    for (size_t i = 0; i < n; i++) {
        tr_buf_printf(out, "        %s) COMPREPLY=($(compgen -W \"$options", commands[i]->name);
        words(out, commands[i]->options, commands[i]->n_options);
        tr_buf_text(out, "\" -- \"$word\")) ;;\n");
    }
    tr_buf_text(out, "    esac\n"
                     "    [[ $word == -* || -z $verb ]] || COMPREPLY+=($(compgen -f -- \"$word\"))\n"
                     "}\n"
                     "complete -o filenames -F _traderai traderai\n");
}

static void zsh(struct tr_buf *out)
{
    tr_buf_text(out, "#compdef traderai\nautoload -U +X bashcompinit && bashcompinit\n");
    bash(out);
}

static void fish(struct tr_buf *out)
{
    size_t n, globals;
    const struct tr_command *const *commands = tr_commands(&n);
    const struct tr_option *options = tr_global_options(&globals);

    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, "complete -c traderai -n __fish_use_subcommand -a %s -d \"%s\"\n", commands[i]->name,
                      commands[i]->summary);
    for (size_t i = 0; i < globals; i++)
        tr_buf_printf(out, "complete -c traderai -l %s%s\n", options[i].name, options[i].argument ? " -r" : "");
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < commands[i]->n_options; k++)
            tr_buf_printf(out, "complete -c traderai -n \"__fish_seen_subcommand_from %s\" -l %s%s\n",
                          commands[i]->name, commands[i]->options[k].name,
                          commands[i]->options[k].argument ? " -r" : "");
    }
}

static enum tr_status run(struct tr_cli *cli, bool *nothing, struct tr_error *err)
{
    static const struct {
        const char *name;
        void (*write)(struct tr_buf *out);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    const char *shell = cli->args.operand[0];
    struct tr_json json;
    struct tr_buf script;

    (void)nothing;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, shell) != 0)
            continue;
        if (!cli->json) {
            shells[i].write(&cli->out);
            return TR_OK;
        }
        tr_buf_init(&script);
        shells[i].write(&script);
        tr_json_init(&json, &cli->out, 2);
        tr_json_object(&json, NULL);
        tr_json_string(&json, "shell", shell);
        tr_json_string(&json, "script", tr_buf_string(&script));
        tr_json_object_end(&json);
        tr_buf_char(&cli->out, '\n');
        tr_buf_finish(&script);
        return TR_OK;
    }
    return tr_error_set(err, TR_USAGE, "completion %s: not one of bash, zsh, fish", shell);
}

const struct tr_command tr_command_completion = {
    .name = "completion",
    .synopsis = "completion bash|zsh|fish",
    .summary = "a completion script for your shell",
    .help =
        "bash: source <(traderai completion bash). zsh: the same with zsh. fish: traderai completion fish | source.\n",
    .min_operands = 1,
    .max_operands = 1,
    .no_settings = true,
    .run = run,
};
