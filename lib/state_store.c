/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "state_store.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef O_PATH
#define O_PATH O_RDONLY /* then a folder must be readable, too */
#endif

enum { LOCK_POLL_MS = 20, TEMPORARY_NAME_SIZE = 256, NOT_OWN = -1 /* in place of an errno */ };

static int fail(const struct store *store, const char *what, const char *reason,
                struct error *error) {
    struct excerpt shown = excerpt_of(store->root, strlen(store->root), EXCERPT_MAX);

    return error_set(error, ERROR_LOCAL, "cannot %s the state directory %s: %s", what, shown.text,
                     reason);
}

/* ---- Folders ---- */

static bool is_own(const struct store *store, const struct stat *status) {
    return status->st_uid == store->user && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int make_where_missing(const char *path) {
    if (*path == '\0' || access(path, F_OK) == 0 || mkdir(path, S_IRWXU) == 0)
        return 0;
    return errno == EEXIST ? 0 : -1;
}

/* Makes a folder and its parents. Gives 0, or -1 with errno. */
static int make_folders(const char *path) {
    char *copy = strdup(path);
    int result = 0;

    if (copy == NULL)
        return -1;
    for (char *slash = strchr(copy, '/'); result == 0 && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        result = make_where_missing(copy);
        *slash = '/';
    }
    if (result == 0)
        result = make_where_missing(copy);
    int reason = errno;
    free(copy);
    errno = reason;
    return result;
}

static int open_root(const char *root, bool make) {
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    int fd = open(root, flags);

    if (fd < 0 && errno == ENOENT && make && make_folders(root) == 0)
        fd = open(root, flags);
    return fd;
}

/* Opens a folder within another, or makes it; closes the other. */
static int open_folder(const struct store *store, int parent, const char *name) {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct stat status;
    int fd = openat(parent, name, flags);

    if (fd < 0 && errno == ENOENT && (mkdirat(parent, name, S_IRWXU) == 0 || errno == EEXIST))
        fd = openat(parent, name, flags);
    int reason = errno;
    if (fd >= 0 && (fstat(fd, &status) != 0 || !is_own(store, &status))) {
        close(fd);
        fd = -1;
        reason = NOT_OWN;
    }
    close(parent);
    errno = reason;
    return fd;
}

static const char *reason_of(int number) {
    switch (number) {
    case NOT_OWN:
        return "another user owns a folder in it, or may write to it";
    case ELOOP:
    case ENOTDIR:
        return "it, or a part of it, is no directory";
    default:
        return strerror(number);
    }
}

int store_open(struct store *store, const char *root, bool make_root, const char *name,
               struct error *error) {
    char user[32];

    *store = (struct store){.folder = -1, .lock = -1, .user = geteuid(), .root = root};
    snprintf(user, sizeof user, "%lu", (unsigned long)store->user);
    int folder = open_root(root, make_root);
    if (folder >= 0)
        folder = open_folder(store, folder, user);
    if (folder >= 0)
        folder = open_folder(store, folder, name);
    store->folder = folder;
    return folder >= 0 ? 0 : fail(store, "use", reason_of(errno), error);
}

/* ---- Reading ---- */

static bool is_own_file(const struct store *store, int fd, struct stat *status) {
    return fstat(fd, status) == 0 && S_ISREG(status->st_mode) && is_own(store, status);
}

long store_read(const struct store *store, const char *name, char *buffer, size_t size) {
    struct stat status;
    ssize_t length = -1;
    int fd = openat(store->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (is_own_file(store, fd, &status) && status.st_size <= (off_t)size)
        length = read(fd, buffer, size);
    close(fd);
    return (long)length;
}

/* ---- The lock ---- */

static void make_temporary_name(char temporary[TEMPORARY_NAME_SIZE], const char *name) {
    snprintf(temporary, TEMPORARY_NAME_SIZE, "%s.new", name);
}

/* Whether the locked file is still the one of that name: its last owner may have replaced it. */
static bool is_current(const struct store *store, const char *name) {
    struct stat locked;
    struct stat named;

    return fstat(store->lock, &locked) == 0 &&
           fstatat(store->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

/* Opens the file to be locked, or makes it. Where that is no file of the user's own, errno says
 * what is in the way. */
static int open_own_file(const struct store *store, const char *name) {
    struct stat status;
    int fd = openat(store->folder, name,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);

    if (fd < 0 || is_own_file(store, fd, &status))
        return fd;
    close(fd);
    errno = NOT_OWN;
    return -1;
}

static bool is_in_the_way(int reason) {
    return reason == NOT_OWN || reason == ELOOP || reason == ENXIO || reason == EACCES;
}

/* Takes away what is in the way. One process at a time, for a second one might take away the file
 * that the first has made and locked meanwhile; one that comes too early gets EEXIST. */
static int clear_the_way(const struct store *store, const char *name) {
    int guard = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (guard < 0)
        return -1;
    int fd = -1;
    int reason = EEXIST;
    if (flock(guard, LOCK_EX | LOCK_NB) == 0) {
        fd = open_own_file(store, name);
        reason = errno;
        if (fd < 0 && is_in_the_way(reason) && unlinkat(store->folder, name, 0) == 0) {
            fd = open_own_file(store, name);
            reason = errno;
        }
    } else {
        poll(NULL, 0, LOCK_POLL_MS);
    }
    close(guard);
    errno = reason;
    return fd;
}

static int open_for_lock(const struct store *store, const char *name) {
    int fd = open_own_file(store, name);

    return fd < 0 && is_in_the_way(errno) ? clear_the_way(store, name) : fd;
}

static int time_is_up(const struct deadline *deadline, struct error *error) {
    return error_set(error, ERROR_TIMEOUT, "timeout: waited %d s for a lock in the state directory",
                     deadline->seconds);
}

static int try_again(const struct deadline *deadline, struct error *error) {
    return deadline_left_ms(deadline) > 0 ? STORE_CHANGED : time_is_up(deadline, error);
}

static int wait_for_lock(struct store *store, const char *name, const struct deadline *deadline,
                         struct error *error) {
    while (flock(store->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return fail(store, "lock a file in", strerror(errno), error);
        int left_ms = deadline_left_ms(deadline);
        if (left_ms == 0)
            return time_is_up(deadline, error);
        store->waited = true;
        poll(NULL, 0, left_ms < LOCK_POLL_MS ? left_ms : LOCK_POLL_MS);
        if (!is_current(store, name))
            break;
    }
    return 0;
}

static void remove_temporary(const struct store *store, const char *name) {
    char temporary[TEMPORARY_NAME_SIZE];

    make_temporary_name(temporary, name);
    (void)unlinkat(store->folder, temporary, 0);
}

static void close_lock(struct store *store) {
    close(store->lock);
    store->lock = -1;
}

int store_lock(struct store *store, const char *name, const struct deadline *deadline,
               struct error *error) {
    store->lock = open_for_lock(store, name);
    if (store->lock < 0 && errno != EEXIST)
        return fail(store, "write to", reason_of(errno), error);
    if (store->lock < 0) {
        store->waited = true;
        return try_again(deadline, error);
    }
    int result = wait_for_lock(store, name, deadline, error);
    if (result == 0 && is_current(store, name)) {
        remove_temporary(store, name);
        return 0;
    }
    close_lock(store);
    return result != 0 ? result : try_again(deadline, error);
}

void store_sweep(struct store *store, const char *name) {
    char temporary[TEMPORARY_NAME_SIZE];

    make_temporary_name(temporary, name);
    if (faccessat(store->folder, temporary, F_OK, 0) != 0)
        return;
    store->lock = open_own_file(store, name);
    if (store->lock < 0)
        return;
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0 && is_current(store, name)) {
        remove_temporary(store, name);
        store_unlock(store, name);
    } else {
        close_lock(store);
    }
}

void store_unlock(struct store *store, const char *name) {
    struct stat status;

    if (store->lock < 0)
        return;
    if (fstat(store->lock, &status) == 0 && status.st_size == 0 && is_current(store, name))
        (void)unlinkat(store->folder, name, 0);
    close_lock(store);
}

/* ---- Writing ---- */

static int write_file(int fd, const char *bytes, size_t length) {
    ssize_t written = write(fd, bytes, length);

    if (written >= 0 && (size_t)written < length)
        errno = ENOSPC;
    int reason = errno;
    bool closed = close(fd) == 0;
    if (closed)
        errno = reason;
    return closed && written == (ssize_t)length ? 0 : -1;
}

int store_replace(const struct store *store, const char *name, const char *bytes, size_t length,
                  struct error *error) {
    char temporary[TEMPORARY_NAME_SIZE];

    make_temporary_name(temporary, name);
    int fd = openat(store->folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (fd < 0)
        return fail(store, "write to", strerror(errno), error);
    if (write_file(fd, bytes, length) == 0 &&
        renameat(store->folder, temporary, store->folder, name) == 0)
        return 0;
    int reason = errno;
    remove_temporary(store, name);
    return fail(store, "write to", strerror(reason), error);
}

void store_close(struct store *store) {
    if (store->folder >= 0)
        close(store->folder);
    store->folder = -1;
}
