# shellcheck shell=bash
# The parts of ./run-tests: what each is about, what it needs, and a function part_NAME that does it.
# To be sourced by it.
# shellcheck disable=SC2034,SC2154,SC2164 # used by, set by, and set -e in the one that sources this

declare -A about=(
    [build]="a build with gcc, warnings are errors; always done, because other parts need it"
    [static]="cppcheck, clang-tidy, clang-format, shellcheck, mandoc"
    [suite]="unit tests, black-box tests and the fuzzers' corpora (make check)"
    [sanitizers]="the suite, built with AddressSanitizer and UBSan"
    [install]="make install, and make uninstall, which must leave nothing behind"
    [quickstart]="./quickstart, twice, and the commands that it prints"
    [clang]="the suite, built with clang and linked with libcurl and json-c"
    [gnutls]="the suite, with a libcurl that uses GnuTLS"
    [valgrind]="unit tests, corpora and some of the black-box tests, under valgrind"
    [fuzz]="each fuzzer for a few seconds"
    [coverage]="the suite must run at least 97 % of the lines and 85 % of the branches"
    [flags]="configure --disable-hardening and --disable-static-libmd, and flags that the builder chooses"
    [distcheck]="make distcheck, which builds and tests what a release contains"
    [packages]="the .deb and the .rpm: built, inspected, installed, removed; needs root"
    [engines]="the examples of contrib/ in real monitoring systems; needs root"
)

test_packages=(libcmocka-dev strace bash-completion iproute2 cppcheck clang-tidy clang-format shellcheck mandoc)

# What a part needs beyond these.
declare -A packages_of=(
    [clang]=clang
    [gnutls]="libcurl3-gnutls|libcurl3t64-gnutls"
    [valgrind]=valgrind
    [fuzz]="clang libclang-rt-dev"
    [coverage]="clang libclang-rt-dev llvm"
    [packages]="adduser apt-utils autopkgtest build-essential debhelper dpkg-dev icinga2-bin icinga2-common lintian
        man-db monitoring-plugins-basic nagios4-core rpm rpmlint"
    [engines]="chromium gdb graphite-carbon graphite-web icinga2-bin icinga2-common icinga2-ido-mysql icingacli
        icingaweb2 icingaweb2-module-director icingaweb2-module-graphite icingaweb2-module-incubator
        icingaweb2-module-monitoring influxdb influxdb-client libmonitoring-plugin-perl mariadb-server
        monitoring-plugins-basic monitoring-plugins-standard nagios-nrpe-plugin nagios-nrpe-server nagios4-core
        php-cli php-curl php-intl php-mysql php-xml python3-nagiosplugin rrdtool zabbix-agent
        zabbix-frontend-php zabbix-server-mysql"
)

# --- what parts are made of --------------------------------------------------------------------

# Counts one command by its status, and shows the end of its output where it failed: check NAME COMMAND...
check() {
    local name=$1 log=$builds/logs/$1.log
    shift

    # In the background, because set -e would not count inside the condition of an if.
    ("$@") >"$log" 2>&1 &
    if wait "$!"; then
        record passed 1 "$name"
    else
        record failed 1 "$name"
        tell "FAILED: $name; the end of $log:"
        tail -n 60 "$log"
    fi
}

# Builds in a folder of its own, with warnings as errors: build NAME [configure's words].
build() {
    local folder=$builds/$1
    shift

    mkdir -p "$folder"
    cd "$folder"
    "$source/configure" --enable-werror "$@"
    make -j"$(nproc)"
}

# Counts the tests of `make check` in a build: suite NAME [words for make]. What stands in $privilege goes
# before make.
suite() {
    local folder=$builds/$1 log=$builds/logs/$part.log status=0 passed skipped bad
    shift

    rm -f "$folder/test-suite.log"
    ${privilege-} make -C "$folder" -j"$(nproc)" "$@" check >"$log" 2>&1 || status=$?
    if [ ! -e "$folder/test-suite.log" ]; then
        record failed 1 "make check"
        tell "FAILED: make check; the end of $log:"
        tail -n 60 "$log"
        return
    fi
    read -r passed skipped bad < <(counts "$folder/test-suite.log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    record passed "$passed" tests
    record skipped "$skipped" tests
    record failed "$bad" tests
    [ "$bad" -eq 0 ] || show_failed_tests "$folder" "$bad"
}

# What the logs say of each failed test: show_failed_tests FOLDER COUNT
show_failed_tests() {
    local excerpt=$builds/logs/$part.failed

    tell "FAILED: $2 tests; from the logs in $1:"
    find "$1/tests" -name '*.log' -exec awk '
        FNR == 1 { shown = 0 }
        /^(ok|PASS|SKIP|XFAIL)/ { shown = 0 }
        /^(not ok|ERROR|Bail out)/ { shown = 1; printf "\n%s:\n", FILENAME }
        shown && !/^FAIL/' {} + >"$excerpt"
    head -n 150 "$excerpt"
}

# A build, and its suite: build_and_test NAME [configure's words].
build_and_test() {
    check "build-$1" build "$@"
    suite "$1"
}

# Tests that change the machine, each in a throw-away copy of it, which only root can make: sandbox_suite
# FOLDER_OF_TESTS.
sandbox_suite() {
    local privilege=as_root

    suite "$part" TESTS="$(cd "$source" && echo "tests/$1"/test_*.py)"
    as_root chown -R "$(id -u):$(id -g)" "$builds/$part"
}

# --- the parts of ./run-tests ------------------------------------------------------------------

part_build() {
    check sources copy_sources "$source"
    check build-gcc build gcc CC=gcc
}

part_static() {
    cd "$source"
    check cppcheck run_cppcheck
    check clang-tidy run_clang_tidy
    check clang-format clang-format --dry-run --Werror lib/*.[ch] plugins/*.[ch] plugins/*/*.[ch] \
        tests/*/*.[ch] bench/*.c
    check shellcheck run_shellcheck
    check mandoc run_mandoc
}

run_cppcheck() {
    cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability \
        -I lib -I plugins -I "$builds/gcc" -DHAVE_CONFIG_H lib plugins
}

run_clang_tidy() {
    clang-tidy --quiet lib/*.c plugins/*.c plugins/*/*.c -- -std=c17 -I"$builds/gcc" -Ilib -Iplugins \
        -DSTATE_DIRECTORY='"/var/lib/monitoring-plugins"'
}

# All shell scripts but those that autoconf has made.
shell_scripts() {
    local file first

    find . \( -name 'build*' -o -name autom4te.cache -o -name corpus \) -prune -o \
        -type f ! -name 'configure*' ! -name 'config.*' -print | while read -r file; do
        IFS= read -r first <"$file" || true
        case $first in
        '#!'*[/\ ]sh | '#!'*[/\ ]bash | '# shellcheck shell='*) echo "$file" ;;
        esac
    done
}

run_shellcheck() {
    local scripts

    mapfile -t scripts < <(shell_scripts | sort)
    printf '%s\n' "${scripts[@]}"
    shellcheck -x "${scripts[@]}"
}

# mandoc says nothing of a page that is as it should be.
run_mandoc() {
    local said

    said=$(mandoc -Tlint doc/*.1 2>&1) || true
    echo "$said"
    [ -z "$said" ]
}

part_suite() {
    suite gcc
}

# The sanitizers' reports end a program with a status that no check has.
part_sanitizers() {
    export CHECK_INSTRUMENTED=1
    export ASAN_OPTIONS=detect_leaks=1:exitcode=99:allocator_may_return_null=1
    export UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
    build_and_test sanitizers --enable-sanitizers CFLAGS='-g -O1'
}

part_install() {
    check install run_install
}

run_install() {
    local place=$builds/place

    make -C "$builds/gcc" DESTDIR="$place" install
    find "$place" -type f
    [ -x "$place/usr/local/libexec/check_wolkvox_token" ]
    [ "$(stat -c %a "$place/usr/local/var/lib/monitoring-plugins")" = 755 ]
    make -C "$builds/gcc" DESTDIR="$place" uninstall
    [ ! -e "$place" ]
}

part_quickstart() {
    cd "$source"
    check quickstart ./quickstart
    check quickstart-keep run_quickstart_keep
}

# A second run; what it prints does the same when it is typed, and the stand-in ends as it says.
run_quickstart_keep() {
    local said=$builds/logs/quickstart-keep.said command expected status

    ./quickstart --keep </dev/null | tee "$said"
    sed -n 's/^\$ //p' "$said" >"$said.commands"
    sed -n 's/^(exit \([0-3]\))$/\1/p' "$said" >"$said.exits"
    [ -s "$said.commands" ]
    paste -d ' ' "$said.exits" "$said.commands" | while read -r expected command; do
        status=0
        bash -c "$command" || status=$?
        [ "$status" -eq "$expected" ]
    done
    bash -c "$(sed -n 's/^  kill /kill /p' "$said")"
    commands_are_those_of_the_readme "$said"
    make -C build DESTDIR="$PWD/build/place" install
    [ -x build/place/usr/lib/nagios/plugins/check_wolkvox_token ]
    [ -d build/place/var/lib/monitoring-plugins ]
}

# Without sudo, which is not printed where there is none.
commands_are_those_of_the_readme() {
    local command

    sed -n '/=== Next/,$s/^  \(.*\)/\1/p' "$1" | sed 's/^runuser -u nagios -- //; s/^sudo \(-u nagios \)\?//' |
        while read -r command; do
            echo "In the README: $command"
            grep -qF -e "$command" README.md
        done
}

# --- the parts that --all adds -----------------------------------------------------------------

part_clang() {
    build_and_test clang CC=clang --disable-lazy-libcurl
}

part_gnutls() {
    build_and_test gnutls LIBCURL_SONAME=libcurl-gnutls.so.4
}

# A start under valgrind takes seconds, and the sanitizers have seen all of the suite. Valgrind also sees memory
# that is read before it is written: in what is pure by unit tests and corpora, in the rest by some files of
# black-box tests.
valgrind_files=(tests/blackbox/test_{forecast,kills,libraries,tls}.py)

part_valgrind() {
    local valgrind="valgrind -q --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite --show-leak-kinds=definite"

    export CHECK_INSTRUMENTED=1 PLUGIN_WRAPPER=$valgrind
    check build-valgrind build valgrind
    # shellcheck disable=SC2016 # make expands it
    suite valgrind TESTS='$(UNIT_TESTS) tests/fuzz/replay '"${valgrind_files[*]}" LOG_COMPILER="$valgrind"
}

part_fuzz() {
    check fuzz "$source/tests/fuzz/run" 6
}

part_coverage() {
    check coverage "$source/tests/tools/coverage" 97:85
    tell "$(tail -n 1 "$builds/logs/coverage.log")"
}

part_flags() {
    check flags run_flags
}

# --disable-hardening leaves its flags out, those of the builder arrive, and libmd stays a shared library.
run_flags() {
    local said=$builds/logs/flags.commands

    (build flags --disable-hardening --disable-static-libmd CFLAGS='-O1 -DFROM_THE_BUILDER' LDFLAGS=-Wl,-O1)
    rm "$builds/flags/plugins/check_wolkvox_token.o"
    make -C "$builds/flags" V=1 >"$said"
    cat "$said"
    grep -q -e '-O1 -DFROM_THE_BUILDER' "$said"
    grep -q -e -Wl,-O1 "$said"
    ! grep -e -fstack-protector "$said" || return 1
    ldd "$builds/flags/check_wolkvox_token" | grep libmd
}

part_distcheck() {
    check build-distcheck build distcheck
    check distcheck make -C "$builds/distcheck" distcheck
}

# The suite is left out of the packages, because another part runs it.
part_packages() {
    check build-packages build packages
    check deb env DEB_BUILD_OPTIONS=nocheck make -C "$builds/packages" deb
    check rpm env RPMBUILD_FLAGS=--nocheck make -C "$builds/packages" rpm
    sandbox_suite packages
}

part_engines() {
    check build-engines build engines --libexecdir=/usr/lib/nagios/plugins --localstatedir=/var
    sandbox_suite engines
}
