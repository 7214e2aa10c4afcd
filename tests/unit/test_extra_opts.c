/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "extra_opts.h"
#include "unit.h"

#include <stdlib.h>

/* Manual, INI FILES. Where a file is looked for is in the black-box tests. */

UNIT_TEST(section_and_file_are_told_apart) {
    static const struct {
        const char *argument;
        const char *section;
        const char *path; /* NULL: the argument is refused */
    } cases[] = {
        {"@file", "plugin", "file"},   {"one@/a/b.ini", "one", "/a/b.ini"},
        {"one@-", "one", "-"},         {"one@a@b", "one", "a@b"},
        {"@@b", "plugin", "@b"},       {"two words@a b.ini", "two words", "a b.ini"},
        {"one", "one", "named.ini"},   {"", "plugin", "named.ini"},
        {NULL, "plugin", "named.ini"}, {"@", "", NULL},
        {"section@", "", NULL},
    };

    setenv("MP_CONFIG_FILE", "named.ini", 1); /* it does not exist, and counts all the same */
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct extra_opts found;
        bool is_valid = cases[i].path != NULL;
        unit_check(extra_opts_is_valid(cases[i].argument) == is_valid, "'%s' is %svalid",
                   unit_show_text(cases[i].argument).text, is_valid ? "in" : "");
        if (!is_valid)
            continue;
        extra_opts_find(cases[i].argument, "plugin", &found);
        unit_check(found.section_length == strlen(cases[i].section) &&
                       memcmp(found.section, cases[i].section, found.section_length) == 0 &&
                       strcmp(found.path, cases[i].path) == 0,
                   "'%s' is in %s", unit_show_text(cases[i].argument).text, found.path);
    }
}

UNIT_TEST(a_path_that_is_too_long_is_no_folder) {
    static char list[2 * PATH_MAX];
    struct extra_opts found;

    assert_int_equal(system("mkdir -p unit_ini && touch unit_ini/plugins.ini"), 0);
    unsetenv("MP_CONFIG_FILE");
    for (size_t length = PATH_MAX - 20; length < PATH_MAX + 20; length++) {
        memset(list, 'x', length);
        strcpy(list + length, ":unit_ini");
        setenv("MONITORING_CONFIG_PATH", list, 1);
        extra_opts_find(NULL, "plugin", &found);
        assert_string_equal(found.path, "unit_ini/plugins.ini");
    }
    assert_int_equal(system("rm -r unit_ini"), 0);
}
