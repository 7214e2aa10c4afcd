/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "extra_opts.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Manual, INI FILES. */

static void an_at_sign_has_something_behind_it(void **context) {
    static const struct {
        const char *argument;
        bool valid;
    } cases[] = {
        {NULL, true}, {"", true},   {"two words", true}, {"@file", true},     {"a@b@c", true},
        {"@-", true}, {"@@", true}, {"@", false},        {"section@", false},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(extra_opts_is_valid(cases[i].argument) == cases[i].valid, "'%s'",
                   unit_show_text(cases[i].argument).text);
    unit_end();
}

static void section_and_file_are_told_apart(void **context) {
    static const struct {
        const char *argument;
        const char *section;
        const char *path;
    } cases[] = {
        {"@file", "plugin", "file"},   {"one@/a/b.ini", "one", "/a/b.ini"},
        {"one@-", "one", "-"},         {"one@a@b", "one", "a@b"},
        {"@@b", "plugin", "@b"},       {"two words@a b.ini", "two words", "a b.ini"},
        {"one", "one", "named.ini"},   {"", "plugin", "named.ini"},
        {NULL, "plugin", "named.ini"},
    };

    (void)context;
    setenv("MP_CONFIG_FILE", "named.ini", 1); /* it does not exist, and counts all the same */
    setenv("NAGIOS_CONFIG_PATH", ".", 1);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct extra_opts found;
        extra_opts_find(cases[i].argument, "plugin", &found);
        unit_check(found.section_length == strlen(cases[i].section) &&
                       memcmp(found.section, cases[i].section, found.section_length) == 0 &&
                       strcmp(found.path, cases[i].path) == 0,
                   "'%s' is in %s", unit_show_text(cases[i].argument).text, found.path);
    }
    unit_end();
}

/* ---- Looking for a file ---- */

/* What is made in a new temporary folder, the working directory from then on. */
static const char *const folders[] = {"all", "two", "last", "none"};
static const char *const files[] = {"all/monitoring-plugins.ini", "all/plugins.ini",
                                    "all/nagios-plugins.ini",     "two/plugins.ini",
                                    "two/nagios-plugins.ini",     "last/nagios-plugins.ini"};

static int make_files(void **context) {
    static char root[32];

    *context = strcpy(root, "unit_extra_opts.XXXXXX");
    if (mkdtemp(root) == NULL || chdir(root) != 0)
        return -1;
    for (size_t i = 0; i < UNIT_COUNT(folders); i++)
        assert_int_equal(mkdir(folders[i], 0700), 0);
    for (size_t i = 0; i < UNIT_COUNT(files); i++) {
        FILE *file = fopen(files[i], "w");
        assert_non_null(file);
        assert_int_equal(fclose(file), 0);
    }
    return 0;
}

static int remove_files(void **context) {
    for (size_t i = 0; i < UNIT_COUNT(files); i++)
        assert_int_equal(unlink(files[i]), 0);
    for (size_t i = 0; i < UNIT_COUNT(folders); i++)
        assert_int_equal(rmdir(folders[i]), 0);
    return chdir("..") == 0 && rmdir(*context) == 0 ? 0 : -1;
}

static void set_variable(const char *name, const char *value) {
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void config_paths_are_walked_folder_by_folder(void **context) {
    static const struct {
        const char *config_file; /* NULL: unset */
        const char *monitoring_path;
        const char *nagios_path;
        const char *path;
    } cases[] = {
        {NULL, NULL, "all", "all/monitoring-plugins.ini"},
        {NULL, NULL, "two", "two/plugins.ini"},
        {NULL, NULL, "last:all", "last/nagios-plugins.ini"},
        {NULL, NULL, "none:missing:last", "last/nagios-plugins.ini"},
        {NULL, NULL, "::none::two:", "two/plugins.ini"},
        {NULL, "two", "all", "two/plugins.ini"},
        {NULL, "none:last", "all", "last/nagios-plugins.ini"},
        {NULL, "none:missing", "all", "all/monitoring-plugins.ini"},
        {NULL, "", "two", "two/plugins.ini"},
        {NULL, "all", NULL, "all/monitoring-plugins.ini"},
        {"", NULL, "two", "two/plugins.ini"},
        {"named.ini", "two", "two", "named.ini"},
        {"all/plugins.ini", NULL, NULL, "all/plugins.ini"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct extra_opts found;
        set_variable("MP_CONFIG_FILE", cases[i].config_file);
        set_variable("MONITORING_CONFIG_PATH", cases[i].monitoring_path);
        set_variable("NAGIOS_CONFIG_PATH", cases[i].nagios_path);
        extra_opts_find("one", "plugin", &found);
        unit_check(found.path != NULL && strcmp(found.path, cases[i].path) == 0, "'%s', not '%s'",
                   unit_show_text(found.path).text, cases[i].path);
    }
    unit_end();
}

static void a_path_that_is_too_long_is_no_folder(void **context) {
    static char list[2 * PATH_MAX] = "";
    struct extra_opts found;

    (void)context;
    memset(list, 'x', PATH_MAX + 100);
    strcat(list, ":two");
    set_variable("MP_CONFIG_FILE", NULL);
    set_variable("MONITORING_CONFIG_PATH", list);
    extra_opts_find(NULL, "plugin", &found);
    assert_string_equal(found.path, "two/plugins.ini");
    memset(list, 'x', 2 * PATH_MAX - 1);
    memcpy(list + PATH_MAX - 10, ":two\0", 6);
    extra_opts_find(NULL, "plugin", &found);
    assert_string_equal(found.path, "two/plugins.ini");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_at_sign_has_something_behind_it),
    cmocka_unit_test(section_and_file_are_told_apart),
    cmocka_unit_test_setup_teardown(config_paths_are_walked_folder_by_folder, make_files,
                                    remove_files),
    cmocka_unit_test_setup_teardown(a_path_that_is_too_long_is_no_folder, make_files, remove_files),
};

UNIT_MAIN(tests)
