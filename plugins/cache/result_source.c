/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"

#include "cache/info_cache.h"
#include "http/ca_file.h"
#include "process.h"
#include "watchdog.h"

#include <poll.h>
#include <stdio.h>

#define HOUR_MS INT64_C(3600000)

static int ask(const struct options *options, const struct deadline *deadline,
               struct result *result, struct error *error) {
    /* Where nobody can see the answer, no call is spent on it. */
    if (!process_can_write())
        return error_set(error, ERROR_LOCAL, "standard output cannot be written");
    if (options->ca_file != NULL && ca_file_check(options->ca_file, error) != 0)
        return -1;
    int asked = token_api_ask(options, deadline, &result->exchange, error);
    result->time_ms = clock_wall_ms();
    result->request_ms = result->exchange.milliseconds;
    return asked;
}

/* ---- The reset, and what a refusal does not say ---- */

/* When the counter restarts: as the answer says; else, of a refusal, as an answer before it said;
 * else as the user says. */
static struct optional_count find_reset(const struct options *options, int64_t time_ms,
                                        const struct token_info *info,
                                        const struct last_understood *last) {
    if (info->hours.is_known)
        return (struct optional_count){true, time_ms + info->hours.value * HOUR_MS};
    if (info->kind == REPLY_LIMIT_EXCEEDED && last->reset_ms.is_known &&
        last->reset_ms.value > time_ms)
        return last->reset_ms;
    if (options->has_reset_at)
        return (struct optional_count){true, daily_time_next_ms(&options->reset_at, time_ms)};
    return (struct optional_count){.is_known = false};
}

static struct last_understood last_understood_of(int64_t time_ms, const struct token_info *info) {
    struct last_understood last = {
        .description = info->description,
        .limit = info->limit,
        .all_used = info->all_used,
    };

    if (info->hours.is_known)
        last.reset_ms = (struct optional_count){true, usage_reset_ms(time_ms, info->hours.value)};
    return last;
}

/* Gives a refusal what it lacks; what it says itself counts. */
static void complete_refusal(const struct last_understood *last, struct token_info *info) {
    if (info->description.text[0] == '\0')
        info->description = last->description;
    if (!info->limit.is_known)
        info->limit = last->limit;
    if (!info->all_used.is_known)
        info->all_used = last->all_used;
}

static void complete(const struct options *options, const struct last_understood *last,
                     struct result *result) {
    struct token_info *info = &result->exchange.info;
    struct optional_count reset = find_reset(options, result->time_ms, info, last);

    result->has_reset = reset.is_known;
    result->reset_ms = reset.value;
    if (info->kind == REPLY_LIMIT_EXCEEDED)
        complete_refusal(last, info);
}

/* ---- Kept answers ---- */

/* When an announced reset is passed: 0 hours count as 1. */
static int64_t end_of_day_ms(int64_t time_ms, const struct optional_count *reset) {
    return reset->value > time_ms ? reset->value : time_ms + HOUR_MS;
}

static bool is_usable(const struct options *options, const struct saved_info *saved,
                      int64_t now_ms) {
    struct optional_count reset = find_reset(options, saved->time_ms, &saved->info, &saved->last);

    return now_ms - saved->time_ms < (int64_t)options->max_age * 1000 &&
           (!reset.is_known || now_ms < end_of_day_ms(saved->time_ms, &reset));
}

static int load_kept(const struct options *options, const struct saved_info *saved, int64_t now_ms,
                     struct result *result, struct error *error) {
    struct token_exchange *exchange = &result->exchange;

    result->is_kept = true;
    result->time_ms = saved->time_ms;
    result->age_s = (now_ms - saved->time_ms) / 1000;
    result->request_ms = saved->request_ms;
    result->history = saved->history;
    exchange->info = saved->info;
    complete(options, &saved->last, result);
    if (options->verbose < 2)
        return 0;
    exchange->url = token_api_url(options);
    return exchange->url != NULL ? 0 : error_out_of_memory(error);
}

/* ---- Whose turn it is to ask ---- */

enum { LOCK_POLL_MS = 20 };

/* Looks until there is a usable answer, or it is this check's turn to ask. Gives whether there is
 * one. Who got the lock looks once more, because another check may have asked just before. The
 * watchdog ends a wait in vain. */
static bool find_kept(const struct options *options, struct info_cache *cache, int64_t *now_ms) {
    bool may_ask = false;

    for (;;) {
        *now_ms = clock_wall_ms();
        if (info_cache_load(cache, *now_ms) && is_usable(options, &cache->saved, *now_ms))
            return true;
        if (may_ask)
            return false;
        may_ask = info_cache_lock(cache);
        if (may_ask)
            continue;
        watchdog_expect("another check of the same token to end");
        poll(NULL, 0, LOCK_POLL_MS);
    }
}

/* ---- Keeping ---- */

/* Adds the answer to what is remembered for the forecast. The day of what was remembered ends with
 * the reset that was announced with it, or with the user's. */
static void add_to_history(const struct options *options, const struct result *result,
                           struct saved_info *saved) {
    const struct token_info *info = &result->exchange.info;
    struct usage_history *history = &saved->history;
    struct optional_count reset = find_reset(options, result->time_ms, info, &saved->last);

    if (!info->used.is_known || !reset.is_known)
        return;
    history->reset_ms = saved->last.reset_ms.value;
    if (!saved->last.reset_ms.is_known && options->has_reset_at && history->count > 0)
        history->reset_ms =
            daily_time_next_ms(&options->reset_at, history->points[history->count - 1].time_ms);
    usage_history_add(history, result->time_ms, info->used.value,
                      end_of_day_ms(result->time_ms, &reset));
}

static void keep(const struct options *options, struct info_cache *cache, struct result *result) {
    const struct token_info *info = &result->exchange.info;
    struct saved_info *saved = &cache->saved;

    if (info->kind != REPLY_TOKEN && info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    add_to_history(options, result, saved);
    if (info->kind == REPLY_TOKEN)
        saved->last = last_understood_of(result->time_ms, info);
    saved->time_ms = result->time_ms;
    saved->request_ms = result->request_ms;
    saved->info = *info;
    result->history = saved->history;
    info_cache_save(cache);
    if (cache->has_trouble)
        snprintf(result->not_kept, sizeof result->not_kept, "%.*s",
                 (int)sizeof result->not_kept - 1, cache->trouble.text);
}

static int find_or_ask(const struct options *options, const struct deadline *deadline,
                       struct info_cache *cache, struct result *result, struct error *error) {
    int64_t now_ms;

    if (find_kept(options, cache, &now_ms))
        return load_kept(options, &cache->saved, now_ms, result, error);
    if (ask(options, deadline, result, error) != 0)
        return -1;
    keep(options, cache, result);
    complete(options, &cache->saved.last, result);
    return 0;
}

/* ---- All of it ---- */

static int get_uncached(const struct options *options, const struct deadline *deadline,
                        struct result *result, struct error *error) {
    const struct last_understood none = {.description = {""}};

    if (ask(options, deadline, result, error) != 0)
        return -1;
    complete(options, &none, result);
    return 0;
}

int result_get(const struct options *options, const struct deadline *deadline,
               struct result *result, struct error *error) {
    struct info_cache cache;

    *result = (struct result){.is_kept = false};
    if (options->max_age == 0)
        return get_uncached(options, deadline, result, error);
    info_cache_open(&cache, options);
    int outcome = find_or_ask(options, deadline, &cache, result, error);
    info_cache_close(&cache);
    return outcome;
}

void result_free(struct result *result) {
    token_exchange_free(&result->exchange);
}
