/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/answer_cache.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

/* ---- Where ---- */

static const char *given_directory(const struct options *options) {
    static const char *const variables[] = {"MP_STATE_PATH", "NAGIOS_PLUGIN_STATE_DIRECTORY"};

    if (options->state_dir != NULL)
        return options->state_dir;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

/* The NUL at its end keeps a text apart from the next. */
static void add_text(SHA2_CTX *context, const char *text) {
    SHA256Update(context, (const uint8_t *)text, strlen(text) + 1);
}

static void make_key(char key[KEPT_ANSWER_KEY_SIZE], const struct options *options,
                     const char *token) {
    const struct server *server = &options->server;
    const uint8_t port[] = {(uint8_t)(server->port >> 8), (uint8_t)server->port};
    SHA2_CTX context;

    SHA256Init(&context);
    add_text(&context, PACKAGE_NAME);
    add_text(&context, server->plain_http ? "http" : "https");
    add_text(&context, server->host);
    SHA256Update(&context, port, sizeof port);
    add_text(&context, options->operation);
    add_text(&context, token);
    SHA256End(&context, key);
}

void answer_cache_open(struct answer_cache *cache, const struct options *options,
                       const char *token) {
    const char *given = given_directory(options);

    *cache = (struct answer_cache){.max_age_ms = (int64_t)options->max_age * 1000};
    make_key(cache->key, options, token);
    cache->has_trouble = store_open(&cache->store, given != NULL ? given : STATE_DIRECTORY,
                                    given != NULL, PACKAGE_NAME, &cache->trouble) != 0;
}

/* ---- Finding ---- */

/* Whether a moment lies behind the answer. */
static bool is_passed(const struct kept_answer *answer, int64_t moment_ms, int64_t now_ms) {
    return answer->time_ms < moment_ms && now_ms >= moment_ms;
}

/* The reset that the answer announced; or where it did not, as most refusals, the one that an
 * answer before it had announced, which is good to an hour. */
static bool is_reset_passed(const struct kept_answer *answer, int64_t now_ms) {
    const struct optional_count *hours = &answer->info.hours;
    const struct usage_history *history = &answer->history;

    if (hours->is_known)
        return is_passed(answer, usage_reset_ms(answer->time_ms, hours->value), now_ms);
    return history->count > 0 && (is_passed(answer, history->reset_ms, now_ms) ||
                                  is_passed(answer, usage_reset_ms(history->reset_ms, 1), now_ms));
}

static bool is_usable(const struct answer_cache *cache, int64_t now_ms,
                      const struct kept_answer *answer) {
    return now_ms >= answer->time_ms && now_ms - answer->time_ms < cache->max_age_ms &&
           !is_reset_passed(answer, now_ms);
}

bool answer_cache_find(struct answer_cache *cache, int64_t now_ms, struct kept_answer *answer) {
    char bytes[KEPT_ANSWER_SIZE_MAX];
    long length =
        cache->store.folder >= 0 ? store_read(&cache->store, cache->key, bytes, sizeof bytes) : -1;

    cache->history.count = 0;
    if (length < 0 || kept_answer_read(bytes, (size_t)length, cache->key, answer) != 0)
        return false;
    cache->history = answer->history;
    if (!is_usable(cache, now_ms, answer))
        return false;
    store_sweep(&cache->store, cache->key);
    return true;
}

/* ---- Asking and keeping ---- */

int answer_cache_lock(struct answer_cache *cache, const struct deadline *deadline,
                      struct error *error) {
    if (cache->has_trouble)
        return 0;
    int result = store_lock(&cache->store, cache->key, deadline, &cache->trouble);
    if (result != -1)
        return result;
    if (cache->trouble.kind == ERROR_TIMEOUT)
        return answer_cache_time_is_up(deadline, error);
    cache->has_trouble = true;
    return 0;
}

int answer_cache_time_is_up(const struct deadline *deadline, struct error *error) {
    return error_set(error, ERROR_TIMEOUT,
                     "timeout: waited %d s for another check of the same token to end",
                     deadline->seconds);
}

void answer_cache_keep(struct answer_cache *cache, struct kept_answer *answer) {
    size_t length;

    answer->history = cache->history;
    usage_history_add(&answer->history, answer->time_ms, &answer->info);
    if (cache->has_trouble)
        return;
    char *bytes = kept_answer_write(answer, cache->key, &length);
    if (bytes == NULL)
        error_out_of_memory(&cache->trouble);
    cache->has_trouble = bytes == NULL || store_replace(&cache->store, cache->key, bytes, length,
                                                        &cache->trouble) != 0;
    free(bytes);
}

void answer_cache_close(struct answer_cache *cache) {
    store_unlock(&cache->store, cache->key);
    store_close(&cache->store);
}
