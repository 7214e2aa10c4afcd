/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache/saved_info.h"
#include "error.h"
#include "options/options.h"
#include "state_store.h"

#include <stdbool.h>

/* The entry of one API, server, operation and token in the state directory, and its lock. What is
 * wrong with the state directory is never an error of the check: then there is no kept answer, and
 * none is kept. */

struct info_cache {
    struct store store;
    char key[SAVED_INFO_KEY_SIZE]; /* the entry's name: an SHA-256 */
    struct saved_info saved;       /* what the entry holds or shall hold */
    bool has_trouble;              /* nothing can be kept, for this reason: */
    struct error trouble;
};

/* Opens the cache. info_cache_close() closes it. */
void info_cache_open(struct info_cache *cache, const struct options *options);

/* Fills cache->saved from the entry, at this time (milliseconds since the Epoch). Gives whether it
 * can be trusted; else all of it is 0. */
bool info_cache_load(struct info_cache *cache, int64_t now_ms);

/* Takes the lock without waiting. Gives whether this check may go on: it has the lock, or there can
 * be none. Else another check of the same entry has it. */
bool info_cache_lock(struct info_cache *cache);

/* Replaces the entry by cache->saved. Only after info_cache_lock(). */
void info_cache_save(struct info_cache *cache);

/* Gives the lock back, too. */
void info_cache_close(struct info_cache *cache);
