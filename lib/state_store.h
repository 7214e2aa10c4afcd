/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A small file that outlives the run, ROOT/EUID/FOLDER/NAME: private to the user, replaced as a
 * whole, and with a lock that a process cannot leave behind. No symbolic link below ROOT is
 * followed, and nothing there is used that another user owns or others may write to. */

enum { STORE_NAME_SIZE = 128, STORE_TROUBLE_SIZE = 2048 };

struct store {
    int folder; /* -1: not open */
    int lock;   /* the open lock file, locked or not; -1: none */
    uid_t user; /* the effective one: everything is this user's */
    char name[STORE_NAME_SIZE];
    char lock_name[STORE_NAME_SIZE];
    char new_name[STORE_NAME_SIZE]; /* of the file that takes the place of the old one */
    const char *root;
    char below[128]; /* what stands behind it, for messages */
    /* Why nothing can be kept; empty: it can. It names a folder, and is the same for the same
     * reason. After the first trouble nothing is locked or written. */
    char trouble[STORE_TROUBLE_SIZE];
};

/* Opens the store, and makes its folders where missing; ROOT itself and its parents only with
 * make_root. `root` must outlive the store. store_close() closes it. */
void store_open(struct store *store, const char *root, bool make_root, const char *folder,
                const char *name);

/* Reads at most `size` bytes of the file. Gives their number; 0 where there is no file, or none
 * that is trusted, and where the store could not be opened. */
size_t store_read(const struct store *store, char *buffer, size_t size);

/* Takes the lock, a file beside the other that stays, without waiting. Gives true where this
 * process may go on: it alone has the lock until store_close(), and what a killed writer left is
 * gone; or there is trouble. Gives false where another process has the lock. */
bool store_lock(struct store *store);

/* Replaces the file, at once and as a whole, under the lock. It is not flushed to the disk: a file
 * that is lost in a crash of the machine must do no harm. With trouble it is as it was. */
void store_replace(struct store *store, const char *bytes, size_t length);

/* Gives the lock back, too. */
void store_close(struct store *store);
