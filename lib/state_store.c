/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state_store.h"

#include "text.h"
#include "watchdog.h"

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

/* ---- Messages ---- */

#define NOT_OWN "belongs to another user or others may write to it"

static const char cannot_be_made[] = "cannot be made: ";
static const char cannot_be_written[] = "cannot be written to: ";

/* Says what is wrong with the folder that was entered last, and why; 0: without a reason. */
static int fail(struct store *store, const char *what, int number) {
    snprintf(store->trouble, sizeof store->trouble, "%s%s %s%s", excerpt_of_text(store->root).text,
             store->below, what, number != 0 ? strerror(number) : "");
    return -1;
}

static int fail_to_open(struct store *store, int number) {
    if (number == ENOENT)
        return fail(store, "does not exist", 0);
    if (number == ENOTDIR || number == ELOOP)
        return fail(store, "is not a directory", 0);
    return fail(store, "cannot be opened: ", number);
}

/* ---- Folders ---- */

static bool is_own(const struct store *store, const struct stat *status) {
    return status->st_uid == store->user && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Makes a folder and its parents. Gives 0, or -1 with errno. */
static int make_folders(const char *path) {
    char folder[PATH_MAX]; /* a longer one could not be looked for */

    for (size_t end = 0; path[end] != '\0';) {
        end += strspn(path + end, "/");
        end += strcspn(path + end, "/");
        snprintf(folder, sizeof folder, "%.*s", (int)end, path);
        if (access(folder, F_OK) != 0 && mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int open_root(struct store *store, bool make) {
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

    store->folder = open(store->root, flags);
    if (store->folder < 0 && errno == ENOENT && make) {
        if (make_folders(store->root) != 0)
            return fail(store, cannot_be_made, errno);
        store->folder = open(store->root, flags);
    }
    return store->folder >= 0 ? 0 : fail_to_open(store, errno);
}

/* Goes from the store's folder to one in it, which is made where missing. */
static int enter(struct store *store, const char *name) {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    size_t length = strlen(store->below);
    struct stat status;

    snprintf(store->below + length, sizeof store->below - length, "/%s", name);
    int fd = openat(store->folder, name, flags);
    if (fd < 0 && errno == ENOENT) {
        if (mkdirat(store->folder, name, S_IRWXU) != 0 && errno != EEXIST)
            return fail(store, cannot_be_made, errno);
        fd = openat(store->folder, name, flags);
    }
    if (fd < 0)
        return fail_to_open(store, errno);
    close(store->folder);
    store->folder = fd;
    if (fstat(fd, &status) != 0)
        return fail_to_open(store, errno);
    return is_own(store, &status) ? 0 : fail(store, NOT_OWN, 0);
}

void store_open(struct store *store, const char *root, bool make_root, const char *folder,
                const char *name) {
    char user[32];

    watchdog_expect("the state directory");
    *store = (struct store){.folder = -1, .lock = -1, .user = geteuid(), .root = root};
    snprintf(store->name, sizeof store->name, "%s", name);
    snprintf(store->lock_name, sizeof store->lock_name, "%s.lock", name);
    snprintf(store->new_name, sizeof store->new_name, "%s.new", name);
    snprintf(user, sizeof user, "%lu", (unsigned long)store->user);
    if (open_root(store, make_root) != 0 || enter(store, user) != 0 || enter(store, folder) != 0)
        store_close(store);
}

/* ---- Files ---- */

static int open_file(const struct store *store, const char *name, int flags) {
    watchdog_expect("the state directory");
    return openat(store->folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);
}

static bool is_own_file(const struct store *store, int fd) {
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && is_own(store, &status);
}

size_t store_read(const struct store *store, char *buffer, size_t size) {
    int fd = open_file(store, store->name, O_RDONLY);

    if (fd < 0)
        return 0;
    ssize_t length = is_own_file(store, fd) ? read(fd, buffer, size) : 0;
    close(fd);
    return length > 0 ? (size_t)length : 0;
}

/* A file of its own, because the other one is replaced: a lock on it would be one on a file that is
 * gone. It stays, because another process may be about to lock it. */
static int open_lock(struct store *store) {
    store->lock = open_file(store, store->lock_name, O_RDWR | O_CREAT);
    if (store->lock < 0)
        return fail(store, cannot_be_written, errno);
    return is_own_file(store, store->lock) ? 0 : fail(store, "has a lock that " NOT_OWN, 0);
}

bool store_lock(struct store *store) {
    if (store->trouble[0] != '\0' || (store->lock < 0 && open_lock(store) != 0))
        return true;
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(store->folder, store->new_name, 0);
    else if (errno == EWOULDBLOCK)
        return false;
    else
        fail(store, "cannot be locked: ", errno);
    return true;
}

void store_replace(struct store *store, const char *bytes, size_t length) {
    if (store->trouble[0] != '\0')
        return;
    int fd = open_file(store, store->new_name, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0) {
        fail(store, cannot_be_written, errno);
        return;
    }
    errno = ENOSPC; /* what cuts a write short */
    bool is_whole = write(fd, bytes, length) == (ssize_t)length;
    int number = errno;
    if (close(fd) == 0 && is_whole &&
        renameat(store->folder, store->new_name, store->folder, store->name) == 0)
        return;
    fail(store, cannot_be_written, is_whole ? errno : number);
    (void)unlinkat(store->folder, store->new_name, 0);
}

void store_close(struct store *store) {
    if (store->lock >= 0)
        close(store->lock);
    if (store->folder >= 0)
        close(store->folder);
    store->lock = -1;
    store->folder = -1;
}
