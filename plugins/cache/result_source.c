/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/result_source.h"

#include "clock.h"
#include "process.h"
#include "watchdog.h"

#include <poll.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

/* ---- The reset, and what a refusal does not say ---- */

/* When the counter restarts: as the answer says; else, of a refusal, as an answer before it said;
 * else as the user says. */
static void find_reset(const struct options *options, struct result *result) {
    const struct saved_info *answer = &result->answer;
    const struct token_info *info = &answer->info;
    const struct optional_count *last_ms = &answer->last.reset_ms;

    result->reset_ms = (struct optional_count){.is_known = false};
    if (info->hours.is_known)
        result->reset_ms =
            (struct optional_count){true, answer->time_ms + info->hours.value * HOUR_MS};
    else if (info->kind == REPLY_LIMIT_EXCEEDED && last_ms->is_known &&
             last_ms->value > answer->time_ms)
        result->reset_ms = *last_ms;
    else if (options->has_reset_at)
        result->reset_ms =
            (struct optional_count){true, daily_time_next_ms(&options->reset_at, answer->time_ms)};
}

/* When that reset is passed: 0 hours count as 1. */
static int64_t end_of_day_ms(const struct result *result) {
    int64_t time_ms = result->answer.time_ms;

    return result->reset_ms.value > time_ms ? result->reset_ms.value : time_ms + HOUR_MS;
}

/* Gives a refusal what it lacks; what it says itself counts. */
static void complete(struct saved_info *answer) {
    struct token_info *info = &answer->info;
    const struct last_understood *last = &answer->last;

    if (info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    if (info->description.text[0] == '\0')
        info->description = last->description;
    if (!info->limit.is_known)
        info->limit = last->limit;
    if (!info->all_used.is_known)
        info->all_used = last->all_used;
}

/* ---- New answers ---- */

static int ask(const struct options *options, int64_t start_ms, struct result *result,
               struct error *error) {
    /* Where nobody can see the answer, no call is spent on it. */
    if (!process_can_write())
        return error_set(error, ERROR_LOCAL, "standard output cannot be written");
    if (options->ca_file != NULL && ca_file_check(options->ca_file, error) != 0)
        return -1;
    int asked = token_api_ask(options, start_ms, &result->exchange, &result->answer.info, error);
    result->answer.time_ms = clock_wall_ms();
    result->answer.request_ms = result->exchange.milliseconds;
    result->age_s = 0;
    find_reset(options, result);
    return asked;
}

/* ---- Kept answers ---- */

static const char *given_directory(const struct options *options) {
    const char *const given[] = {options->state_dir, getenv("MP_STATE_PATH"),
                                 getenv("NAGIOS_PLUGIN_STATE_DIRECTORY")};

    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i] != NULL && *given[i] != '\0')
            return given[i];
    return NULL;
}

/* The NUL at its end keeps a text apart from the next. */
static void add_text(SHA2_CTX *context, const char *text) {
    SHA256Update(context, (const uint8_t *)text, strlen(text) + 1);
}

static void open_store(struct store *store, const struct options *options) {
    const struct server *server = &options->server;
    const uint8_t port[] = {(uint8_t)(server->port >> 8), (uint8_t)server->port};
    const char *given = given_directory(options);
    char key[SAVED_INFO_KEY_SIZE];
    SHA2_CTX context;

    SHA256Init(&context);
    add_text(&context, PACKAGE_NAME);
    add_text(&context, options->api->name);
    add_text(&context, server->plain_http ? "http" : "https");
    add_text(&context, server->host);
    SHA256Update(&context, port, sizeof port);
    add_text(&context, options->operation != NULL ? options->operation : "");
    add_text(&context, options->secret.token);
    SHA256End(&context, key);
    store_open(store, given != NULL ? given : STATE_DIRECTORY, given != NULL, PACKAGE_NAME, key);
}

/* Takes what is kept, all 0 where it cannot be trusted. Gives whether it is usable now. */
static bool load(const struct options *options, const struct store *store, struct result *result) {
    struct saved_info *answer = &result->answer;
    int64_t now_ms = clock_wall_ms();
    char bytes[SAVED_INFO_SIZE_MAX];
    size_t length = store_read(store, bytes, sizeof bytes - 1);

    bytes[length] = '\0';
    if (saved_info_read(bytes, length, store->name, answer) != 0 || answer->time_ms > now_ms) {
        *answer = (struct saved_info){.time_ms = 0};
        return false;
    }
    find_reset(options, result);
    result->age_s = (now_ms - answer->time_ms) / 1000;
    return now_ms - answer->time_ms < (int64_t)options->max_age * 1000 &&
           (!result->reset_ms.is_known || now_ms < end_of_day_ms(result));
}

enum { LOCK_POLL_MS = 20 };

/* Looks until there is a usable answer, or it is this check's turn to ask. Gives whether there is
 * one; else *result has what is remembered. Who got the lock looks once more, because another check
 * may have asked just before. The watchdog ends a wait in vain. */
static bool find_kept(const struct options *options, struct store *store, struct result *result) {
    bool may_ask = false;

    while (!load(options, store, result)) {
        if (may_ask)
            return false;
        may_ask = store_lock(store);
        if (may_ask)
            continue;
        watchdog_expect("another check of the same token to end");
        poll(NULL, 0, LOCK_POLL_MS);
    }
    return true;
}

static void keep(const struct options *options, struct store *store, struct result *result) {
    struct saved_info *answer = &result->answer;
    const struct token_info *info = &answer->info;
    struct usage_history *history = &answer->history;
    int64_t reset_ms = end_of_day_ms(result);

    if (info->kind != REPLY_TOKEN && info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    /* The day of what is remembered ends with the reset that was announced with it, or with the
     * user's. */
    history->reset_ms = answer->last.reset_ms.value;
    if (!answer->last.reset_ms.is_known && options->has_reset_at && history->count > 0)
        history->reset_ms =
            daily_time_next_ms(&options->reset_at, history->points[history->count - 1].time_ms);
    if (info->used.is_known && result->reset_ms.is_known)
        usage_history_add(history, answer->time_ms, info->used.value, reset_ms);
    if (info->kind == REPLY_TOKEN)
        answer->last = (struct last_understood){
            .description = info->description,
            .limit = info->limit,
            .all_used = info->all_used,
            .reset_ms = {info->hours.is_known, reset_ms},
        };
    char *text = saved_info_write(answer, store->name);
    if (text != NULL)
        store_replace(store, text, strlen(text));
    else
        snprintf(store->trouble, sizeof store->trouble, "out of memory");
    free(text);
    memcpy(result->not_kept, store->trouble, sizeof store->trouble);
}

/* ---- All of it ---- */

static int make_url(const struct options *options, struct result *result, struct error *error) {
    result->exchange.url = token_api_url(options);
    if (result->exchange.url != NULL)
        return 0;
    result->is_kept = false; /* an answer without it cannot be shown */
    return error_out_of_memory(error);
}

int result_get(const struct options *options, int64_t start_ms, struct result *result,
               struct error *error) {
    struct store store = {.folder = -1, .lock = -1};
    int outcome = 0;

    *result = (struct result){.is_kept = false};
    if (options->max_age > 0) {
        open_store(&store, options);
        result->is_kept = find_kept(options, &store, result);
    }
    if (!result->is_kept || options->verbose >= 2)
        outcome = make_url(options, result, error);
    if (outcome == 0 && !result->is_kept) {
        outcome = ask(options, start_ms, result, error);
        if (outcome == 0 && options->max_age > 0)
            keep(options, &store, result);
    }
    store_close(&store);
    if (outcome == 0)
        complete(&result->answer);
    return outcome;
}

void result_free(struct result *result) {
    token_exchange_free(&result->exchange);
    token_info_free(&result->answer.info);
}
