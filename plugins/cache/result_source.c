/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"

#include "cache/info_cache.h"
#include "http/ca_file.h"
#include "process.h"
#include "watchdog.h"

#include <poll.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static int ask(const struct options *options, const struct deadline *deadline,
               struct result *result, struct error *error) {
    /* Where nobody can see the answer, no call is spent on it. */
    if (!process_can_write())
        return error_set(error, ERROR_LOCAL, "standard output cannot be written");
    if (options->ca_file != NULL && ca_file_check(options->ca_file, error) != 0)
        return -1;
    int asked = token_api_ask(options, deadline, &result->exchange, &result->answer.info, error);
    result->answer.time_ms = clock_wall_ms();
    result->answer.request_ms = result->exchange.milliseconds;
    return asked;
}

/* ---- The reset, and what a refusal does not say ---- */

/* When the counter restarts: as the answer says; else, of a refusal, as an answer before it said;
 * else as the user says. */
static struct optional_count find_reset(const struct options *options,
                                        const struct saved_info *answer) {
    const struct token_info *info = &answer->info;
    const struct last_understood *last = &answer->last;

    if (info->hours.is_known)
        return (struct optional_count){true, answer->time_ms + info->hours.value * HOUR_MS};
    if (info->kind == REPLY_LIMIT_EXCEEDED && last->reset_ms.is_known &&
        last->reset_ms.value > answer->time_ms)
        return last->reset_ms;
    if (options->has_reset_at)
        return (struct optional_count){true,
                                       daily_time_next_ms(&options->reset_at, answer->time_ms)};
    return (struct optional_count){.is_known = false};
}

/* When that reset is passed: 0 hours count as 1. */
static int64_t end_of_day_ms(const struct saved_info *answer, const struct optional_count *reset) {
    return reset->value > answer->time_ms ? reset->value : answer->time_ms + HOUR_MS;
}

/* Gives a refusal what it lacks; what it says itself counts. */
static void complete(const struct options *options, struct result *result) {
    struct token_info *info = &result->answer.info;
    const struct last_understood *last = &result->answer.last;
    struct optional_count reset = find_reset(options, &result->answer);

    result->has_reset = reset.is_known;
    result->reset_ms = reset.value;
    if (info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    if (info->description.text[0] == '\0')
        info->description = last->description;
    if (!info->limit.is_known)
        info->limit = last->limit;
    if (!info->all_used.is_known)
        info->all_used = last->all_used;
}

/* ---- Kept answers ---- */

static bool is_usable(const struct options *options, const struct saved_info *answer,
                      int64_t now_ms) {
    struct optional_count reset = find_reset(options, answer);

    return now_ms - answer->time_ms < (int64_t)options->max_age * 1000 &&
           (!reset.is_known || now_ms < end_of_day_ms(answer, &reset));
}

enum { LOCK_POLL_MS = 20 };

/* Looks until there is a usable answer, or it is this check's turn to ask. Gives whether there is
 * one; else *result has what is remembered. Who got the lock looks once more, because another check
 * may have asked just before. The watchdog ends a wait in vain. */
static bool find_kept(const struct options *options, struct store *store, struct result *result) {
    struct saved_info *answer = &result->answer;
    bool may_ask = false;

    for (;;) {
        int64_t now_ms = clock_wall_ms();
        if (info_cache_load(store, now_ms, answer) && is_usable(options, answer, now_ms)) {
            result->age_s = (now_ms - answer->time_ms) / 1000;
            return true;
        }
        if (may_ask)
            return false;
        may_ask = store_lock(store);
        if (may_ask)
            continue;
        watchdog_expect("another check of the same token to end");
        poll(NULL, 0, LOCK_POLL_MS);
    }
}

/* Adds the answer to what is remembered for the forecast. The day of what was remembered ends with
 * the reset that was announced with it, or with the user's. */
static void add_to_history(const struct options *options, struct saved_info *answer,
                           int64_t reset_ms) {
    struct usage_history *history = &answer->history;

    history->reset_ms = answer->last.reset_ms.value;
    if (!answer->last.reset_ms.is_known && options->has_reset_at && history->count > 0)
        history->reset_ms =
            daily_time_next_ms(&options->reset_at, history->points[history->count - 1].time_ms);
    usage_history_add(history, answer->time_ms, answer->info.used.value, reset_ms);
}

static void keep(const struct options *options, struct store *store, struct result *result) {
    struct saved_info *answer = &result->answer;
    const struct token_info *info = &answer->info;

    if (info->kind != REPLY_TOKEN && info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    struct optional_count reset = find_reset(options, answer);
    int64_t reset_ms = end_of_day_ms(answer, &reset);
    if (info->used.is_known && reset.is_known)
        add_to_history(options, answer, reset_ms);
    if (info->kind == REPLY_TOKEN)
        answer->last = (struct last_understood){
            .description = info->description,
            .limit = info->limit,
            .all_used = info->all_used,
            .reset_ms = {info->hours.is_known, reset_ms},
        };
    info_cache_save(store, answer);
    memcpy(result->not_kept, store->trouble, sizeof store->trouble);
}

/* ---- All of it ---- */

static int find_or_ask(const struct options *options, const struct deadline *deadline,
                       struct result *result, struct error *error) {
    struct store store;

    info_cache_open(&store, options);
    result->is_kept = find_kept(options, &store, result);
    int outcome = result->is_kept ? 0 : ask(options, deadline, result, error);
    if (outcome == 0 && !result->is_kept)
        keep(options, &store, result);
    store_close(&store);
    return outcome;
}

int result_get(const struct options *options, const struct deadline *deadline,
               struct result *result, struct error *error) {
    *result = (struct result){.is_kept = false};
    int outcome = options->max_age > 0 ? find_or_ask(options, deadline, result, error)
                                       : ask(options, deadline, result, error);
    if (outcome != 0)
        return -1;
    complete(options, result);
    if (!result->is_kept || options->verbose < 2)
        return 0;
    result->exchange.url = token_api_url(options);
    return result->exchange.url != NULL ? 0 : error_out_of_memory(error);
}

void result_free(struct result *result) {
    token_exchange_free(&result->exchange);
    token_info_free(&result->answer.info);
}
