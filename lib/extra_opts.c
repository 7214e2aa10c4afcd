/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "extra_opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names_in_config_path[] = {"monitoring-plugins.ini", "plugins.ini",
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

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

/* The path of `name` in a folder, in malloc'ed memory; NULL where memory ran out. */
static char *join(const char *folder, size_t folder_length, const char *name) {
    size_t size = folder_length + 1 + strlen(name) + 1;
    char *path = malloc(size);

    if (path != NULL)
        snprintf(path, size, "%.*s/%s", (int)folder_length, folder, name);
    return path;
}

/* The first file there is in the folders of a path list; sets *path to NULL where none is. */
static int find_in_config_path(const char *list, char **path, struct error *error) {
    const size_t name_count = sizeof names_in_config_path / sizeof names_in_config_path[0];
    size_t length;

    *path = NULL;
    for (const char *folder = list; *folder != '\0'; folder += length + (folder[length] == ':')) {
        length = strcspn(folder, ":");
        for (size_t i = 0; length > 0 && i < name_count; i++) {
            *path = join(folder, length, names_in_config_path[i]);
            if (*path == NULL)
                return error_out_of_memory(error);
            if (exists(*path))
                return 0;
            free(*path);
            *path = NULL;
        }
    }
    return 0;
}

static int copy(const char *text, size_t length, char **result, struct error *error) {
    *result = strndup(text, length);
    return *result != NULL ? 0 : error_out_of_memory(error);
}

static int find_default_file(char **path, struct error *error) {
    const char *config_path = getenv("NAGIOS_CONFIG_PATH");

    if (config_path != NULL && find_in_config_path(config_path, path, error) != 0)
        return -1;
    if (*path != NULL)
        return 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (exists(places[i]))
            return copy(places[i], strlen(places[i]), path, error);
    return error_set(error, ERROR_LOCAL,
                     "--extra-opts finds no INI file where it looks (see the manual); name it with "
                     "--extra-opts=@FILE");
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

int extra_opts_find(const char *argument, const char *default_section, struct extra_opts *found,
                    struct error *error) {
    const char *section = argument != NULL ? argument : "";
    size_t length = strcspn(section, "@");
    const char *file = extra_opts_named_file(argument);

    *found = (struct extra_opts){NULL, NULL};
    if (length == 0) {
        section = default_section;
        length = strlen(default_section);
    }
    if (copy(section, length, &found->section, error) != 0)
        return -1;
    return file != NULL ? copy(file, strlen(file), &found->path, error)
                        : find_default_file(&found->path, error);
}

void extra_opts_free(struct extra_opts *found) {
    free(found->section);
    free(found->path);
}
