# shellcheck shell=bash
# What the lint scripts share. Sourced by them, never run.
# LINT_ROOT names another tree to look at; script/lint/selftest uses it to show that each rule can fail.
set -euo pipefail
export LC_ALL=C

lint_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
lint_root=${LINT_ROOT:-$(cd "$lint_dir/../.." && pwd -P)}
cd "$lint_root"

# 77 is what Meson reads as "skipped".
lint_skip()
{
    echo "SKIP: $1"
    exit 77
}

# lint_tool NAME MAJOR: prints NAME-MAJOR, or NAME where that is of this major version; nothing otherwise.
lint_tool()
{
    if command -v "$1-$2" >/dev/null; then
        echo "$1-$2"
    elif command -v "$1" >/dev/null && grep -q "version $2\." <<<"$("$1" --version)"; then
        echo "$1"
    fi
}

# C files of the tree, sorted; with FOLDER... only those lying directly in these.
lint_sources()
{
    local d
    if [ $# -gt 0 ]; then
        for d in "$@"; do
            [ ! -d "$d" ] || find "$d" -maxdepth 1 -name '*.[ch]' -type f
        done | sort
        return
    fi
    for d in src include test fuzz bench; do
        [ ! -d "$d" ] || find "$d" -name '*.[ch]' -type f
    done | sort
}

# lint_is_test FILE: x_test.c or x_test.h. A module may itself be called y_test (learn_then_test): it has y_test.h and no y.c.
lint_is_test()
{
    local stem=${1%_test.[ch]}
    [ "$stem" != "$1" ] && ! { [ -f "${stem}_test.h" ] && [ ! -f "$stem.c" ]; }
}

# lint_closures FILE...: for each file a line "FILE HEADER" for every header of ours that it reaches, and for itself.
lint_closures()
{
    {
        printf '@%s\n' "$@"
        grep -rHoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' --include='*.[ch]' src test fuzz bench 2>/dev/null || true
        lint_sources | sed 's/^/+/'
    } | awk '
        /^@/ { want[++wanted] = substr($0, 2); next }
        /^\+/ { known[substr($0, 2)] = 1; next }
        {
            file = $0; sub(/:.*/, "", file)
            name = $0; sub(/^[^"]*"/, "", name); sub(/"$/, "", name)
            edges[file] = edges[file] name "\n"
        }
        function walk(file,    names, n, i) {
            if (file in seen) return
            seen[file] = 1
            print start, file
            n = split(edges[file], names, "\n")
            for (i = 1; i < n; i++) {
                if (("src/" names[i]) in known) walk("src/" names[i])
                else if (("test/" names[i]) in known) walk("test/" names[i])
            }
        }
        END {
            for (w = 1; w <= wanted; w++) {
                split("", seen)
                start = want[w]
                walk(start)
            }
        }'
}

# lint_commands BUILD_DIR: from its compile_commands.json lines "FILE<tab>COMMAND", FILE relative to the tree.
lint_commands()
{
    local json=$1/compile_commands.json
    [ -f "$json" ] || { echo "$json: not found: run meson setup first" >&2; return 1; }
    paste <(awk -F'"' '/^ *"file":/ { print $4 }' "$json" | (cd "$1" && xargs -r realpath -m --relative-to="$lint_root")) \
        <(awk '/^ *"command":/ { sub(/^ *"command": "/, ""); sub(/",?$/, ""); print }' "$json") | sort -u
}
