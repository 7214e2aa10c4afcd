/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "extra_opts.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void an_at_sign_has_something_behind_it(void **context) {
    static const struct {
        const char *argument;
        bool valid;
    } cases[] = {
        {NULL, true},          {"", true},          {"section", true}, {"@file", true},
        {"a@file", true},      {"a@b@c", true},     {"@-", true},      {"a@-", true},
        {"@@", true},          {"two words", true}, {"@", false},      {"section@", false},
        {"two words@", false},
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
        {"@file", "plugin", "file"},
        {"one@file", "one", "file"},
        {"one@/a/b.ini", "one", "/a/b.ini"},
        {"one@-", "one", "-"},
        {"@-", "plugin", "-"},
        {"one@a@b", "one", "a@b"},
        {"@@b", "plugin", "@b"},
        {"two words@a b.ini", "two words", "a b.ini"},
        {"one", "one", "named.ini"},
        {"", "plugin", "named.ini"},
        {NULL, "plugin", "named.ini"},
    };

    (void)context;
    setenv("MP_CONFIG_FILE", "named.ini", 1); /* it does not exist, and counts all the same */
    setenv("NAGIOS_CONFIG_PATH", ".", 1);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct extra_opts found;
        struct error error;
        int result = extra_opts_find(cases[i].argument, "plugin", &found, &error);
        unit_check(result == 0 && strcmp(found.section, cases[i].section) == 0 &&
                       strcmp(found.path, cases[i].path) == 0,
                   "'%s' gives %d", unit_show_text(cases[i].argument).text, result);
        extra_opts_free(&found);
    }
    unit_end();
}

/* ---- Looking for a file ---- */

/* What is made in a new temporary folder. */
static const char *const folders[] = {"all", "two", "last", "none"};
static const char *const files[] = {"all/monitoring-plugins.ini", "all/plugins.ini",
                                    "all/nagios-plugins.ini",     "two/plugins.ini",
                                    "two/nagios-plugins.ini",     "last/nagios-plugins.ini"};

static void make_files(const char *root) {
    char path[128];

    for (size_t i = 0; i < UNIT_COUNT(folders); i++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (size_t i = 0; i < UNIT_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fclose(file), 0);
    }
}

static void remove_files(const char *root) {
    char path[128];

    for (size_t i = 0; i < UNIT_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        assert_int_equal(unlink(path), 0);
    }
    for (size_t i = 0; i < UNIT_COUNT(folders); i++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(rmdir(root), 0);
}

/* A path list or a path: each % stands for the temporary folder. */
static void expand(char *out, size_t size, const char *pattern, const char *root) {
    size_t at = 0;

    for (; *pattern != '\0'; pattern++)
        at += (size_t)snprintf(out + at, size - at, "%.*s", *pattern == '%' ? 64 : 1,
                               *pattern == '%' ? root : pattern);
    out[at] = '\0';
}

static void set_variable(const char *name, const char *value) {
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void the_config_path_is_walked_folder_by_folder(void **context) {
    static const struct {
        const char *config_file; /* NULL: unset */
        const char *config_path;
        const char *path;
    } cases[] = {
        {NULL, "%/all", "%/all/monitoring-plugins.ini"},
        {NULL, "%/two", "%/two/plugins.ini"},
        {NULL, "%/last", "%/last/nagios-plugins.ini"},
        {NULL, "%/last:%/all", "%/last/nagios-plugins.ini"},
        {NULL, "%/two:%/last:%/all", "%/two/plugins.ini"},
        {NULL, "%/none:%/two", "%/two/plugins.ini"},
        {NULL, "%/none:%/missing:%/last", "%/last/nagios-plugins.ini"},
        {NULL, "%/missing:%/all", "%/all/monitoring-plugins.ini"},
        {NULL, ":%/two", "%/two/plugins.ini"},
        {NULL, "::%/none::%/two:", "%/two/plugins.ini"},
        {"", "%/two", "%/two/plugins.ini"},
        {"%/named.ini", "%/two", "%/named.ini"},
        {"%/named.ini", NULL, "%/named.ini"},
        {"%/all/plugins.ini", "%/two", "%/all/plugins.ini"},
        {"relative.ini", "", "relative.ini"},
    };
    char root[] = "unit_extra_opts.XXXXXX";

    (void)context;
    assert_non_null(mkdtemp(root));
    make_files(root);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char config_file[256];
        char config_path[256];
        char path[256];
        struct extra_opts found;
        struct error error = {.text = ""};
        expand(config_file, sizeof config_file,
               cases[i].config_file != NULL ? cases[i].config_file : "", root);
        expand(config_path, sizeof config_path,
               cases[i].config_path != NULL ? cases[i].config_path : "", root);
        expand(path, sizeof path, cases[i].path, root);
        set_variable("MP_CONFIG_FILE", cases[i].config_file != NULL ? config_file : NULL);
        set_variable("NAGIOS_CONFIG_PATH", cases[i].config_path != NULL ? config_path : NULL);
        int result = extra_opts_find("one", "plugin", &found, &error);
        unit_check(result == 0 && strcmp(found.path, path) == 0, "%s, %s: '%s', not '%s'",
                   config_file, config_path, result == 0 ? found.path : error.text, path);
        extra_opts_free(&found);
    }
    remove_files(root);
    unit_end();
}

static void without_variables_known_places_are_looked_at(void **context) {
    static const char *const places[] = {
        "/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
        "/usr/local/etc/monitoring-plugins.ini",
        "/etc/monitoring-plugins/monitoring-plugins.ini",
        "/etc/monitoring-plugins.ini",
        "/etc/nagios/plugins.ini",
        "/usr/local/nagios/etc/plugins.ini",
        "/usr/local/etc/nagios/plugins.ini",
        "/etc/opt/nagios/plugins.ini",
        "/etc/nagios-plugins.ini",
        "/usr/local/etc/nagios-plugins.ini",
        "/etc/opt/nagios-plugins.ini",
    };
    const char *expected = NULL;
    struct extra_opts found;
    struct error error = {.text = ""};

    (void)context;
    for (size_t i = UNIT_COUNT(places); i-- > 0;)
        if (access(places[i], F_OK) == 0)
            expected = places[i];
    unsetenv("MP_CONFIG_FILE");
    unsetenv("NAGIOS_CONFIG_PATH");
    int result = extra_opts_find(NULL, "plugin", &found, &error);
    unit_check(result == (expected != NULL ? 0 : -1), "gives %d", result);
    unit_check(result != 0 || strcmp(found.path, expected) == 0, "finds %s", found.path);
    unit_check(result == 0 || (error.kind == ERROR_LOCAL && *error.text != '\0'), "kind %d",
               (int)error.kind);
    extra_opts_free(&found);
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_at_sign_has_something_behind_it),
    cmocka_unit_test(section_and_file_are_told_apart),
    cmocka_unit_test(the_config_path_is_walked_folder_by_folder),
    cmocka_unit_test(without_variables_known_places_are_looked_at),
};

UNIT_MAIN(tests)
