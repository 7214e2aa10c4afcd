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

static void *original(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

/* Only ever called for a directory, or for the plugin's own files to be read. */
int open(const char *path, int flags, ...) {
    int (*open_file)(const char *, int);

    *(void **)&open_file = original("open");
    return open_file(place_of(path).path, flags);
}

DIR *opendir(const char *path) {
    DIR *(*open_directory)(const char *);

    *(void **)&open_directory = original("opendir");
    return open_directory(place_of(path).path);
}

FILE *fopen(const char *path, const char *mode) {
    FILE *(*open_file)(const char *, const char *);

    *(void **)&open_file = original("fopen");
    return open_file(place_of(path).path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    FILE *(*open_file)(const char *, const char *);

    *(void **)&open_file = original("fopen64");
    return open_file(place_of(path).path, mode);
}

int stat(const char *path, struct stat *status) {
    int (*look)(const char *, struct stat *);

    *(void **)&look = original("stat");
    return look(place_of(path).path, status);
}

int stat64(const char *path, struct stat64 *status) {
    int (*look)(const char *, struct stat64 *);

    *(void **)&look = original("stat64");
    return look(place_of(path).path, status);
}

int lstat(const char *path, struct stat *status) {
    int (*look)(const char *, struct stat *);

    *(void **)&look = original("lstat");
    return look(place_of(path).path, status);
}

int lstat64(const char *path, struct stat64 *status) {
    int (*look)(const char *, struct stat64 *);

    *(void **)&look = original("lstat64");
    return look(place_of(path).path, status);
}
