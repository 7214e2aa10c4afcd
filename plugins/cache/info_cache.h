/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache/saved_info.h"
#include "options/options.h"
#include "state_store.h"

#include <stdbool.h>

/* The entry of one API, server, operation and token in the state directory. What is wrong with the
 * directory is never an error of the check: then there is no kept answer, and none is kept. */

/* Opens the store of the entry, whose name is the key: an SHA-256. store_close() closes it. */
void info_cache_open(struct store *store, const struct options *options);

/* Fills *saved from the entry, at this time (milliseconds since the Epoch). Gives whether it can be
 * trusted; else all of it is 0. */
bool info_cache_load(const struct store *store, int64_t now_ms, struct saved_info *saved);

/* Replaces the entry, after store_lock(). */
void info_cache_save(struct store *store, const struct saved_info *saved);
