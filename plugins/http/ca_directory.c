/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/ca_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool is_hashed_name(const char *name) {
    static const char hex[] = "0123456789abcdef";

    return strspn(name, hex) == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

#ifdef HAVE_GETDENTS64
/* In small portions, for readdir() would have the kernel list some hundred names at once: a
 * hundredth of the whole check. */
bool ca_directory_is_hashed(const char *path) {
    union {
        char bytes[1024];
        struct dirent64 first;
    } portion;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = false;
    ssize_t length;

    if (directory < 0)
        return false;
    while (!found && (length = getdents64(directory, &portion, sizeof portion)) > 0) {
        for (ssize_t at = 0; !found && at < length;) {
            const struct dirent64 *entry = (const void *)(portion.bytes + at);
            found = is_hashed_name(entry->d_name);
            at += entry->d_reclen;
        }
    }
    close(directory);
    return found;
}
#else
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
#endif
