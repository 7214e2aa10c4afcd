/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"

#include "cache/answer_cache.h"
#include "http/ca_file.h"
#include "process.h"

static int ask(const struct options *options, const char *token, const struct deadline *deadline,
               struct answer *answer, struct error *error) {
    /* Where nobody can see the answer, no call is spent on it. */
    if (!process_can_write())
        return error_set(error, ERROR_LOCAL, "standard output cannot be written");
    if (options->ca_file != NULL && ca_file_check(options->ca_file, deadline, error) != 0)
        return -1;
    int result = token_api_ask(options, token, deadline, &answer->exchange, error);
    answer->time_ms = clock_calendar_ms();
    return result;
}

/* ---- With kept answers ---- */

enum outcome { FAILED = -1, FOUND, MUST_ASK };

/* Who has waited until less time than this was left makes no request: it would be a call spent for
 * nothing. */
enum { LAST_CALL_MS = 500 };

/* Looks until there is a usable answer, or this process is the one that asks. */
static enum outcome find_or_lock(struct answer_cache *cache, const struct deadline *deadline,
                                 struct kept_answer *kept, int64_t *now_ms, struct error *error) {
    int locked = STORE_CHANGED;

    for (;;) {
        *now_ms = clock_calendar_ms();
        if (answer_cache_find(cache, *now_ms, kept))
            return FOUND;
        if (locked == 0)
            break;
        locked = answer_cache_lock(cache, deadline, error);
        if (locked < 0)
            return FAILED;
    }
    if (!cache->store.waited || deadline_left_ms(deadline) >= LAST_CALL_MS)
        return MUST_ASK;
    answer_cache_time_is_up(deadline, error);
    return FAILED;
}

static int use_kept(const struct options *options, const struct kept_answer *kept, int64_t now_ms,
                    struct answer *answer, struct error *error) {
    answer->time_ms = kept->time_ms;
    answer->age_s = (now_ms - kept->time_ms) / 1000;
    answer->history = kept->history;
    answer->exchange.info = kept->info;
    if (options->verbose >= 2 && (token_api_url(options, &answer->exchange.url) != 0 ||
                                  token_info_list(&answer->exchange.info) != 0))
        return error_out_of_memory(error);
    answer->is_kept = true;
    return 0;
}

static void keep(struct answer_cache *cache, struct answer *answer) {
    struct kept_answer kept = {.time_ms = answer->time_ms, .info = answer->exchange.info};

    if (kept.info.kind != REPLY_TOKEN && kept.info.kind != REPLY_LIMIT_EXCEEDED)
        return;
    answer_cache_keep(cache, &kept);
    answer->history = kept.history;
    answer->keeping_failed = cache->has_trouble;
    answer->trouble = cache->trouble;
}

static int find_or_ask(const struct options *options, const char *token,
                       const struct deadline *deadline, struct answer_cache *cache,
                       struct answer *answer, struct error *error) {
    struct kept_answer kept;
    int64_t now_ms;

    switch (find_or_lock(cache, deadline, &kept, &now_ms, error)) {
    case FAILED:
        return -1;
    case FOUND:
        return use_kept(options, &kept, now_ms, answer, error);
    case MUST_ASK:
        break;
    }
    if (ask(options, token, deadline, answer, error) != 0)
        return -1;
    keep(cache, answer);
    return 0;
}

/* ---- All of it ---- */

int answer_get(const struct options *options, const char *token, const struct deadline *deadline,
               struct answer *answer, struct error *error) {
    struct answer_cache cache;

    *answer = (struct answer){.is_kept = false};
    if (options->max_age == 0)
        return ask(options, token, deadline, answer, error);
    answer_cache_open(&cache, options, token);
    int result = find_or_ask(options, token, deadline, &cache, answer, error);
    answer_cache_close(&cache);
    return result;
}

void answer_free(struct answer *answer) {
    token_exchange_free(&answer->exchange);
}
