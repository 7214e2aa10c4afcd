/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Small files that outlive the run, in ROOT/EUID/NAME: private to the user, replaced as a whole,
 * and with a lock for each that a process cannot leave behind. No symbolic link below ROOT is
 * followed, and nothing there is used that another user owns or others may write to. Errors are
 * ERROR_LOCAL; their texts name a folder, and are the same for the same trouble. */

struct store {
    int folder; /* -1: not open */
    int lock;   /* the open lock file, locked or not; -1: none */
    uid_t user; /* the effective one: everything is this user's */
    /* For messages: */
    const char *root;
    char below[128]; /* what stands behind it */
};

/* Opens the store, and makes its folders where missing; ROOT itself and its parents only with
 * make_root. `root` must outlive the store. Gives 0 or -1. store_close() closes it in both cases.
 */
int store_open(struct store *store, const char *root, bool make_root, const char *name,
               struct error *error);

/* Reads at most `size` bytes of a file. Gives their number; -1 where there is no file, or none that
 * is trusted, and where the store could not be opened. */
long store_read(const struct store *store, const char *name, char *buffer, size_t size);

/* Takes the lock of a file, without waiting; the lock is a file beside it, which stays. Gives 0:
 * this process alone has it until store_close(), and what a killed writer left is gone; STORE_BUSY:
 * another process has it; -1: there can be no lock. To be called again for the same file only. */
enum { STORE_BUSY = 1 };
int store_lock(struct store *store, const char *name, struct error *error);

/* Replaces the locked file, at once and as a whole. It is not flushed to the disk: a file that is
 * lost in a crash of the machine must do no harm. Gives 0, or -1, the file being as it was. */
int store_replace(const struct store *store, const char *name, const char *bytes, size_t length,
                  struct error *error);

/* Gives the lock back, too. */
void store_close(struct store *store);
