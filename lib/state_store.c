/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state_store.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef O_PATH
#define O_PATH O_RDONLY /* then a folder must be readable, too */
#endif

enum { FILE_NAME_SIZE = 256 };

/* ---- Messages ---- */

#define NOT_OWN "belongs to another user or others may write to it"
static const char not_own[] = NOT_OWN;
static const char not_own_lock[] = "has a lock that " NOT_OWN;

/* Says what is wrong with the folder that was entered last, and why; 0: without a reason. */
static int fail(const struct store *store, const char *what, int number, struct error *error) {
    return error_set(error, ERROR_LOCAL, "%s%s %s%s", excerpt_of_text(store->root).text,
                     store->below, what, number != 0 ? strerror(number) : "");
}

static int fail_to_open(const struct store *store, int number, struct error *error) {
    if (number == ENOENT)
        return fail(store, "does not exist", 0, error);
    if (number == ENOTDIR || number == ELOOP)
        return fail(store, "is not a directory", 0, error);
    return fail(store, "cannot be opened: ", number, error);
}

static const char cannot_be_made[] = "cannot be made: ";
static const char cannot_be_written[] = "cannot be written to: ";

/* ---- Folders ---- */

static bool is_own(const struct store *store, const struct stat *status) {
    return status->st_uid == store->user && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Makes a folder and its parents. Gives 0, or -1 with errno. */
static int make_folders(const char *path) {
    char folder[PATH_MAX];

    for (size_t end = 0; path[end] != '\0';) {
        end += strspn(path + end, "/");
        end += strcspn(path + end, "/");
        if (snprintf(folder, sizeof folder, "%.*s", (int)end, path) >= (int)sizeof folder) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (access(folder, F_OK) != 0 && mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int open_root(struct store *store, bool make, struct error *error) {
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

    store->folder = open(store->root, flags);
    if (store->folder < 0 && errno == ENOENT && make) {
        if (make_folders(store->root) != 0)
            return fail(store, cannot_be_made, errno, error);
        store->folder = open(store->root, flags);
    }
    return store->folder >= 0 ? 0 : fail_to_open(store, errno, error);
}

static int open_or_make(const struct store *store, const char *name, struct error *error) {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(store->folder, name, flags);

    if (fd < 0 && errno == ENOENT) {
        if (mkdirat(store->folder, name, S_IRWXU) != 0 && errno != EEXIST)
            return fail(store, cannot_be_made, errno, error);
        fd = openat(store->folder, name, flags);
    }
    return fd >= 0 ? fd : fail_to_open(store, errno, error);
}

/* Goes from the store's folder to one in it. */
static int enter(struct store *store, const char *name, struct error *error) {
    size_t length = strlen(store->below);
    struct stat status;

    snprintf(store->below + length, sizeof store->below - length, "/%s", name);
    int fd = open_or_make(store, name, error);
    if (fd < 0)
        return -1;
    close(store->folder);
    store->folder = fd;
    if (fstat(fd, &status) != 0)
        return fail_to_open(store, errno, error);
    return is_own(store, &status) ? 0 : fail(store, not_own, 0, error);
}

int store_open(struct store *store, const char *root, bool make_root, const char *name,
               struct error *error) {
    char user[32];

    *store = (struct store){.folder = -1, .lock = -1, .user = geteuid(), .root = root};
    snprintf(user, sizeof user, "%lu", (unsigned long)store->user);
    if (open_root(store, make_root, error) == 0 && enter(store, user, error) == 0 &&
        enter(store, name, error) == 0)
        return 0;
    store_close(store);
    return -1;
}

/* ---- Reading ---- */

static bool is_own_file(const struct store *store, int fd) {
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && is_own(store, &status);
}

long store_read(const struct store *store, const char *name, char *buffer, size_t size) {
    ssize_t length = -1;
    int fd = openat(store->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (is_own_file(store, fd))
        length = read(fd, buffer, size);
    close(fd);
    return (long)length;
}

/* ---- The lock ---- */

static void add_ending(char file[FILE_NAME_SIZE], const char *name, const char *ending) {
    snprintf(file, FILE_NAME_SIZE, "%s.%s", name, ending);
}

/* A file of its own, because the other one is replaced: a lock on it would be one on a file that is
 * gone. It stays, because who removes it cannot know whether another process is about to lock it.
 */
static int open_lock(struct store *store, const char *name, struct error *error) {
    char file[FILE_NAME_SIZE];

    add_ending(file, name, "lock");
    int fd = openat(store->folder, file,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (fd < 0)
        return fail(store, cannot_be_written, errno, error);
    if (!is_own_file(store, fd)) {
        close(fd);
        return fail(store, not_own_lock, 0, error);
    }
    store->lock = fd;
    return 0;
}

static void remove_temporary(const struct store *store, const char *name) {
    char file[FILE_NAME_SIZE];

    add_ending(file, name, "new");
    (void)unlinkat(store->folder, file, 0);
}

int store_lock(struct store *store, const char *name, struct error *error) {
    if (store->lock < 0 && open_lock(store, name, error) != 0)
        return -1;
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? STORE_BUSY : fail(store, "cannot be locked: ", errno, error);
    remove_temporary(store, name);
    return 0;
}

/* ---- Writing ---- */

/* Writes all of it and closes the file. Gives 0, or -1 with errno. */
static int write_file(int fd, const char *bytes, size_t length) {
    ssize_t written = write(fd, bytes, length);
    int number = written < 0 ? errno : ENOSPC;
    bool closed = close(fd) == 0;

    if (written != (ssize_t)length)
        errno = number;
    return closed && written == (ssize_t)length ? 0 : -1;
}

int store_replace(const struct store *store, const char *name, const char *bytes, size_t length,
                  struct error *error) {
    char file[FILE_NAME_SIZE];

    add_ending(file, name, "new");
    int fd = openat(store->folder, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (fd < 0)
        return fail(store, cannot_be_written, errno, error);
    if (write_file(fd, bytes, length) == 0 &&
        renameat(store->folder, file, store->folder, name) == 0)
        return 0;
    int number = errno;
    remove_temporary(store, name);
    return fail(store, cannot_be_written, number, error);
}

void store_close(struct store *store) {
    if (store->lock >= 0)
        close(store->lock);
    if (store->folder >= 0)
        close(store->folder);
    store->lock = -1;
    store->folder = -1;
}
