/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STORE_H
#define STORE_H

#include "deadline.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Small files that outlive the run, in ROOT/EUID/NAME: private to the user, replaced as a whole,
 * and with a lock for each that a process cannot leave behind. No symbolic link below ROOT is
 * followed, and nothing there is used that another user owns or may write. */

struct store {
    int folder;  /* -1: not open */
    int lock;    /* of one file; -1: none */
    bool waited; /* for another process's lock */
    uid_t user;  /* the effective one: everything is this user's */
    /* For messages, and the caller's */
    const char *root;
};

/* Opens the store, and makes its folders where missing; ROOT itself and its parents only with
 * make_root. `root` must outlive the store. Gives 0, or
 * -1 with ERROR_LOCAL. store_close() closes it in both cases. */
int store_open(struct store *store, const char *root, bool make_root, const char *name,
               struct error *error);

/* Reads a file of at most `size` bytes. Gives their number; -1 where there is none, or none that is
 * trusted, or a larger one. */
long store_read(const struct store *store, const char *name, char *buffer, size_t size);

/* Waits until this process alone has the file's lock, which ends with the process or
 * store_unlock(). Makes an empty file where there is none, and takes away what is no file of the
 * user's own, and what a killed writer left. Gives 0; STORE_CHANGED without a lock where the file
 * was replaced or removed meanwhile: look at it again; or -1 with ERROR_TIMEOUT where the time is
 * up, or ERROR_LOCAL where there can be no lock. */
enum { STORE_CHANGED = 1 };
int store_lock(struct store *store, const char *name, const struct deadline *deadline,
               struct error *error);

/* Replaces the locked file, at once and as a whole. It is not flushed to the disk: a file that is
 * lost in a crash of the machine must do no harm. Gives 0, or -1 with ERROR_LOCAL, the file being
 * as it was. */
int store_replace(const struct store *store, const char *name, const char *bytes, size_t length,
                  struct error *error);

/* Takes away what a killed writer of the file left, unless another process has the lock. */
void store_sweep(struct store *store, const char *name);

/* Gives the lock back; an empty file goes. */
void store_unlock(struct store *store, const char *name);

void store_close(struct store *store);

#endif
