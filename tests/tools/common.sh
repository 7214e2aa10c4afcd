# shellcheck shell=bash
# What ./quickstart and ./run-tests share. To be sourced with the project's folder as the current one.

say() {
    printf '\n=== %s\n' "$*"
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

# The first of the Debian packages that this release has.
first_package() {
    local package

    apt-cache show libc6-dev >/dev/null 2>&1 || as_root apt-get update >&2
    for package in "$@"; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            echo "$package"
            return
        fi
    done
    echo "None of these packages is known: $*" >&2
    return 1
}

# Installs those of the Debian packages that are missing.
install_packages() {
    local package missing=()

    if ! command -v apt-get >/dev/null; then
        echo "No apt-get here: this is for Debian and Ubuntu. Needed are: $*" >&2
        return 1
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        echo "Nothing to install: all of these are there: $*"
        return
    fi
    echo "Installing: ${missing[*]}"
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

enabled_units() {
    find /etc/systemd/system -type l -path '*.wants/*' -printf '%f\n' 2>/dev/null | sort -u
}

# Installs packages that bring services, which nobody here has asked for: they are neither started
# now nor at the next start of the machine. What this release does not have is left out, and told.
install_idle_packages() {
    local package known=() policy=/usr/sbin/policy-rc.d before unit

    for package in "$@"; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            known+=("$package")
        else
            echo "Not in this release, so what needs it is skipped: $package"
        fi
    done
    before=$(enabled_units)
    if [ -e "$policy" ]; then
        policy=
    else
        printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
    fi
    install_packages "${known[@]}"
    [ -z "$policy" ] || as_root rm "$policy"
    comm -13 <(echo "$before") <(enabled_units) | while read -r unit; do
        as_root systemctl disable "$unit"
    done
}

# Copies the sources, without what a build in the same folder may have left, and makes ./configure.
copy_sources() {
    local target=$1

    rm -rf "$target"
    mkdir -p "$target"
    tar -c --exclude='./.git' --exclude='./build' --exclude='./build-*' --exclude='*.o' \
        --exclude='*.a' --exclude='*.log' --exclude='*.trs' --exclude='./config.status' \
        . | tar -x -C "$target"
    # A release must hold these, and the copy is no clone.
    git ls-files >"$target/.tracked" 2>/dev/null || rm "$target/.tracked"
    (cd "$target" && ./bootstrap)
}
