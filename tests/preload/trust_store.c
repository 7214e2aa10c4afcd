/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded: gives libcurl another trust store than the machine's. TRUST_DIRECTORY stands for
 * Debian's directory of CA certificates, TRUST_BUNDLE for the bundle of all of them. */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char directory[] = "/etc/ssl/certs";
static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";

struct place {
    char path[4096];
};

static struct place place_of(const char *path) {
    size_t length = sizeof directory - 1;
    struct place place;

    if (strcmp(path, bundle) == 0)
        snprintf(place.path, sizeof place.path, "%s", getenv("TRUST_BUNDLE"));
    else if (strncmp(path, directory, length) == 0)
        snprintf(place.path, sizeof place.path, "%s%s", getenv("TRUST_DIRECTORY"), path + length);
    else
        snprintf(place.path, sizeof place.path, "%s", path);
    return place;
}

/* Only ever called for a directory, or for the plugin's own files to be read. */
int open(const char *path, int flags, ...) {
    int (*next)(const char *, int);

    *(void **)&next = dlsym(RTLD_NEXT, "open");
    return next(place_of(path).path, flags);
}

DIR *opendir(const char *path) {
    DIR *(*next)(const char *);

    *(void **)&next = dlsym(RTLD_NEXT, "opendir");
    return next(place_of(path).path);
}

#define FOPEN(name)                                                                                \
    FILE *name(const char *path, const char *mode) {                                               \
        FILE *(*next)(const char *, const char *);                                                 \
                                                                                                   \
        *(void **)&next = dlsym(RTLD_NEXT, #name);                                                 \
        return next(place_of(path).path, mode);                                                    \
    }
FOPEN(fopen)
FOPEN(fopen64)

#define STAT(name, type)                                                                           \
    int name(const char *path, struct type *status) {                                              \
        int (*next)(const char *, struct type *);                                                  \
                                                                                                   \
        *(void **)&next = dlsym(RTLD_NEXT, #name);                                                 \
        return next(place_of(path).path, status);                                                  \
    }
STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)
