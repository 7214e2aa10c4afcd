# shellcheck shell=bash
# What ./quickstart and ./run-tests share. To be sourced with the project's folder as the current one.

# What the plugin is built with, and what the stand-in of the API needs.
# shellcheck disable=SC2034 # for those that source this
build_packages=(autoconf automake make gcc libc6-dev pkg-config libcurl4-openssl-dev libjson-c-dev
    libmd-dev python3 openssl ca-certificates xz-utils)

say() {
    printf '\n=== %s\n' "$*"
}

# A script's usage is the comment at its top.
usage() {
    sed -n '2,/^set/s/^# \?//p' "$0"
}

# How many tests have passed, been skipped, and failed, by the summary that automake writes: counts LOG
counts() {
    awk '/^# [A-Z]+:/ { n[$2] = $3 }
        END { print n["PASS:"] + 0, n["SKIP:"] + 0, n["FAIL:"] + n["XPASS:"] + n["ERROR:"] }' "$1"
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "This needs root: $*" >&2
        echo "Run it as root, or install sudo." >&2
        return 1
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The first of the packages that is installed or that this release has.
first_known() {
    local package

    # A new machine has no list of packages yet.
    apt-cache show libc6-dev >/dev/null 2>&1 || as_root apt-get update >&2
    for package in "$@"; do
        if is_installed "$package" || apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
    return 1
}

# Installs those of the Debian packages that are missing.
install_packages() {
    local package missing=()

    if ! command -v apt-get >/dev/null; then
        echo "There is no apt-get here: this is for Debian and Ubuntu. Needed are: $*" >&2
        return 1
    fi
    echo "Needed: $*"
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        echo "All of these are installed."
        return
    fi
    echo "Installing with apt-get: ${missing[*]}"
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

enabled_units() {
    find /etc/systemd/system -type l -path '*.wants/*' -printf '%f\n' 2>/dev/null | sort -u
}

# Installs packages whose services nobody here has asked for: they are neither started now nor at the next
# start of the machine. A name may be several, ONE|OTHER, of which the first known one counts; if this release has
# none of them, they are named and left out.
install_idle_packages() {
    local names package known=() policy=/usr/sbin/policy-rc.d before unit status=0

    for names in "$@"; do
        # shellcheck disable=SC2086 # words
        if package=$(first_known ${names//|/ }); then
            known+=("$package")
        else
            echo "Not in this release, so the tests that need it are skipped: $names"
        fi
    done
    before=$(enabled_units)
    if [ -e "$policy" ]; then
        policy=
    else
        printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
    fi
    install_packages "${known[@]}" || status=$?
    [ -z "$policy" ] || as_root rm "$policy"
    comm -13 <(echo "$before") <(enabled_units) | while read -r unit; do
        as_root systemctl disable "$unit"
    done
    return "$status"
}

# Copies the sources, without what a build in the same folder may have left, and makes ./configure.
copy_sources() {
    local target=$1

    rm -rf "$target"
    mkdir -p "$target"
    tar -c --exclude='./.git' --exclude='./build' --exclude='./build-*' --exclude='*.o' \
        --exclude='*.a' --exclude='*.log' --exclude='*.trs' --exclude='./config.status' \
        . | tar -x -C "$target"
    # The copy is no clone, but a test compares what a release holds with what git tracks.
    [ ! -e .git ] || git ls-files >"$target/.tracked" 2>/dev/null || rm "$target/.tracked"
    (cd "$target" && ./bootstrap)
}
