/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "extra_opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const config_path_names[] = {"monitoring-plugins.ini", "plugins.ini",
                                                "nagios-plugins.ini"};

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

static bool find_in_folder(const char *folder, int length, char path[PATH_MAX]) {
    for (size_t i = 0; i < sizeof config_path_names / sizeof config_path_names[0]; i++) {
        int size = snprintf(path, PATH_MAX, "%.*s/%s", length, folder, config_path_names[i]);
        if (size < PATH_MAX && access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* Looks in the folders of the variable's path list; an empty one is no folder. */
static bool find_in_variable(const char *name, char path[PATH_MAX]) {
    const char *folder = getenv(name);
    size_t length;

    for (; folder != NULL && *folder != '\0'; folder += length + (folder[length] == ':')) {
        length = strcspn(folder, ":");
        if (length > 0 && length < PATH_MAX && find_in_folder(folder, (int)length, path))
            return true;
    }
    return false;
}

static const char *find_file(char path[PATH_MAX]) {
    if (find_in_variable("MONITORING_CONFIG_PATH", path) ||
        find_in_variable("NAGIOS_CONFIG_PATH", path))
        return path;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (access(places[i], F_OK) == 0)
            return places[i];
    return NULL;
}

bool extra_opts_is_valid(const char *argument) {
    const char *at = argument != NULL ? strchr(argument, '@') : NULL;

    return at == NULL || at[1] != '\0';
}

const char *extra_opts_named_file(const char *argument) {
    const char *at = argument != NULL ? strchr(argument, '@') : NULL;
    const char *config_file = getenv("MP_CONFIG_FILE");

    if (at != NULL)
        return at + 1;
    return config_file != NULL && *config_file != '\0' ? config_file : NULL;
}

void extra_opts_find(const char *argument, const char *default_section, struct extra_opts *found) {
    found->section = argument != NULL ? argument : "";
    found->section_length = strcspn(found->section, "@");
    if (found->section_length == 0) {
        found->section = default_section;
        found->section_length = strlen(default_section);
    }
    found->path = extra_opts_named_file(argument);
    if (found->path == NULL)
        found->path = find_file(found->found_path);
}
