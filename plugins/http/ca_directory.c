/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/ca_directory.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>

static bool is_hashed_name(const char *name) {
    static const char hex[] = "0123456789abcdef";

    return strspn(name, hex) == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

bool ca_directory_is_hashed(const char *path) {
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool found = false;

    if (directory == NULL)
        return false;
    while (!found && (entry = readdir(directory)) != NULL)
        found = is_hashed_name(entry->d_name);
    closedir(directory);
    return found;
}
