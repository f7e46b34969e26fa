# shellcheck shell=bash
# What script/start and script/test share. Sourced by them, never run. All it says goes to standard error.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # these are used by what sources this
build_packages=(gcc libc6-dev meson ninja-build pkgconf libxgboost-dev libsqlite3-dev libjansson-dev libsodium-dev zlib1g-dev)
# shellcheck disable=SC2034
fuzz_packages=(clang libclang-rt-dev)
# shellcheck disable=SC2034
test_packages=(git locales libcmocka-dev clang libclang-rt-dev clang-format clang-tidy cppcheck pmccabe shellcheck)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# need_space FOLDER: at least 2 GB free there.
need_space()
{
    local free_kb
    free_kb=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')
    [ "${free_kb:-0}" -ge 2000000 ] ||
        die "$1: $((free_kb / 1000)) MB free, 2000 MB are needed to install and build: make room and start again"
}

missing_packages()
{
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk '$2 == "installed" { print $1 }' |
        sort -u | comm -13 - <(printf '%s\n' "$@" | sort -u)
}

# Runs as root, in a shell of its own: reads the package lists, says the size, installs.
install_packages()
{
    set -eu
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
    apt-get -q update >&2 || echo "apt-get update failed; going on with the package lists at hand" >&2
    absent=
    for package in "$@"; do
        # Not through a pipe: grep -q ends early, the writer dies of it, and pipefail calls that a failure.
        grep -q 'Candidate: [^(]' <<<"$(apt-cache policy "$package")" || absent="$absent $package"
    done
    if [ -n "$absent" ]; then
        echo "no package source of this system has:$absent (Debian 12, Debian 13 and Ubuntu 24.04 with its component universe do): enable it and start again" >&2
        exit 1
    fi
    # Asking and declining makes apt print both sizes.
    apt-get install --no-install-recommends --assume-no "$@" 2>/dev/null | grep -E '^(Need to get|After this)' >&2 || true
    apt-get -q install -y --no-install-recommends "$@" >&2
}

# ensure_packages NAME...: installs what is missing; no network, no questions where nothing is.
ensure_packages()
{
    local missing line
    if ! command -v dpkg-query >/dev/null; then
        say "this is no Debian or Ubuntu; going on with the tools at hand (on Debian 12: $*)"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    need_space /
    say "missing packages: ${missing[*]}"
    if [ "$(id -u)" -eq 0 ]; then
        (install_packages "${missing[@]}") || die "the packages above were not installed: run \"$line\" and start again"
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        say "installing them with sudo"
        sudo bash -c "$(declare -f install_packages); install_packages \"\$@\"" install "${missing[@]}" ||
            die "the packages above were not installed: run as root \"$line\" and start again"
    else
        die "no root and no sudo to install them with: run as root \"$line\" and start again"
    fi
}

# configure DIR CC OPTION...: meson setup, once; again from scratch where compiler or options changed.
configure()
{
    local dir=$1 cc=$2
    shift 2
    if [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/configured" 2>/dev/null)" = "$cc $*" ]; then
        return 0
    fi
    [ ! -d "$dir/meson-private" ] || rm -rf "$dir"
    mkdir -p "$dir"
    need_space "$dir"
    CC=$cc meson setup "$dir" "$root" "$@" >"$dir/setup.log" 2>&1 || return 1
    echo "$cc $*" >"$dir/configured"
}
