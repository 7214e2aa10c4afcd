/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state_store.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* What stands in the way of the store's own files. What a user sees of the store, its folders and
 * its entries is in tests/blackbox/test_cache.py. */

#define ROOT "unit_store"
#define NAME "entry"

static int run(const char *command) {
    char whole[200];

    snprintf(whole, sizeof whole, "cd " ROOT "/*/plugin && %s", command);
    return system(whole);
}

UNIT_TEST(the_root_is_made_only_where_that_is_asked_for) {
    static const char root[] = ROOT "/a//b/";
    struct store store;

    assert_int_equal(system("rm -rf " ROOT), 0);
    store_open(&store, root, false, "plugin", NAME);
    assert_string_equal(store.trouble, ROOT "/a//b/ does not exist");
    assert_int_equal(access(ROOT, F_OK), -1);
    store_open(&store, root, true, "plugin", NAME);
    assert_string_equal(store.trouble, "");
    store_close(&store);
}

static void open_store(struct store *store) {
    assert_int_equal(system("rm -rf " ROOT), 0);
    store_open(store, ROOT, true, "plugin", NAME);
    assert_string_equal(store->trouble, "");
}

/* The trouble is what happened in the store's folder, and may end in an errno's text. */
static void check_trouble(const char *what, const struct store *store, const char *text,
                          int number) {
    char expected[256];

    snprintf(expected, sizeof expected, ROOT "/%lu/plugin %s%s", (unsigned long)geteuid(), text,
             number != 0 ? strerror(number) : "");
    unit_check(strcmp(store->trouble, expected) == 0, "%s: '%s'", what, store->trouble);
}

UNIT_TEST(a_lock_that_is_not_the_users_own_is_none) {
    static const char not_own[] =
        "has a lock that belongs to another user or others may write to it";
    static const struct {
        const char *command; /* which makes the lock */
        const char *trouble; /* NULL: none */
        int number;
    } cases[] = {
        {"true", NULL, 0},
        {"umask 077; touch entry.lock", NULL, 0},
        {"umask 0; touch entry.lock", not_own, 0},
        {"touch entry.lock; chown 1 entry.lock", not_own, 0},
        {"mkfifo entry.lock", not_own, 0},
        {"mkdir entry.lock", "cannot be written to: ", EISDIR},
        {"touch file; ln -s file entry.lock", "cannot be written to: ", ELOOP},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store;
        open_store(&store);
        if (run(cases[i].command) == 0) { /* only root can give a file away */
            unit_check(store_lock(&store), "%s: it is busy", cases[i].command);
            if (cases[i].trouble != NULL)
                check_trouble(cases[i].command, &store, cases[i].trouble, cases[i].number);
            else
                unit_check(store.trouble[0] == '\0', "%s: '%s'", cases[i].command, store.trouble);
        }
        store_close(&store);
    }
}

static void set_file_size_limit(rlim_t bytes) {
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

UNIT_TEST(what_cannot_be_written_leaves_the_file_as_it_was) {
    static const struct {
        rlim_t bytes;        /* that can be written, of seven */
        const char *command; /* which puts something in the new file's place, after the lock */
        int number;
    } cases[] = {
        {0, "true", EFBIG},
        {6, "true", ENOSPC},
        {RLIM_INFINITY, "touch entry.new", EEXIST},
        {RLIM_INFINITY, "mkdir entry.new", EEXIST},
        {RLIM_INFINITY, "ln -s /nonexistent entry.new", EEXIST},
    };

    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store;
        char buffer[10];
        open_store(&store);
        /* The link stands for what a killed writer has left, which the lock removes. */
        assert_int_equal(run("printf before >entry; chmod 600 entry; ln -s / entry.new"), 0);
        assert_true(store_lock(&store) && store.trouble[0] == '\0');
        assert_int_equal(run(cases[i].command), 0);
        set_file_size_limit(cases[i].bytes);
        store_replace(&store, "content", 7);
        set_file_size_limit(RLIM_INFINITY);
        check_trouble(cases[i].command, &store, "cannot be written to: ", cases[i].number);
        unit_check(store_read(&store, buffer, sizeof buffer) == 6 &&
                       memcmp(buffer, "before", 6) == 0,
                   "%zu: it is changed", i);
        unit_check(cases[i].bytes > 6 || run("test -e entry.new") != 0, "%zu: one is left", i);
        store_close(&store);
    }
    assert_int_equal(system("rm -r " ROOT), 0);
}
