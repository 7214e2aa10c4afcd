/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "cache/saved_info.h"
#include "deadline.h"
#include "error.h"
#include "options/options.h"
#include "state_store.h"

#include <stdbool.h>

/* Kept answers of one token, operation and server, and their lock. What is wrong with the store is
 * never an error of the check: then there is no kept answer, and none is kept. */

struct answer_cache {
    struct store store;
    char key[KEPT_ANSWER_KEY_SIZE]; /* the entry's name: an SHA-256 */
    int64_t max_age_ms;
    struct usage_history history; /* what the entry remembers, if it is no usable answer */
    bool has_trouble;             /* nothing can be kept, for this reason: */
    struct error trouble;
};

/* Opens the cache. answer_cache_close() closes it. */
void answer_cache_open(struct answer_cache *cache, const struct options *options,
                       const char *token);

/* Looks for an answer that is younger than the user allows, at this time (milliseconds since the
 * Epoch). Gives whether there is one. */
bool answer_cache_find(struct answer_cache *cache, int64_t now_ms, struct kept_answer *answer);

/* Waits until no other check of this token asks. Gives 0: now this one may ask; STORE_CHANGED:
 * another has asked, look again; or -1 with ERROR_TIMEOUT. */
int answer_cache_lock(struct answer_cache *cache, const struct deadline *deadline,
                      struct error *error);

/* Says that the time was up while another check of this token asked. Gives -1. */
int answer_cache_time_is_up(const struct deadline *deadline, struct error *error);

/* Keeps an answer, its history excepted, which this fills. */
void answer_cache_keep(struct answer_cache *cache, struct kept_answer *answer);

/* Gives the lock back, too. */
void answer_cache_close(struct answer_cache *cache);

#endif
