/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/info_cache.h"

#include "watchdog.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

static const char state_directory[] = "the state directory"; /* for the watchdog */

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

static void make_key(char key[SAVED_INFO_KEY_SIZE], const struct options *options) {
    const struct server *server = &options->server;
    const uint8_t port[] = {(uint8_t)(server->port >> 8), (uint8_t)server->port};
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
}

void info_cache_open(struct info_cache *cache, const struct options *options) {
    const char *given = given_directory(options);

    *cache = (struct info_cache){.has_trouble = false};
    make_key(cache->key, options);
    watchdog_expect(state_directory);
    cache->has_trouble = store_open(&cache->store, given != NULL ? given : STATE_DIRECTORY,
                                    given != NULL, PACKAGE_NAME, &cache->trouble) != 0;
}

bool info_cache_load(struct info_cache *cache, int64_t now_ms) {
    char bytes[SAVED_INFO_SIZE_MAX];

    watchdog_expect(state_directory);
    long length = store_read(&cache->store, cache->key, bytes, sizeof bytes - 1);
    if (length >= 0) {
        bytes[length] = '\0';
        if (saved_info_read(bytes, (size_t)length, cache->key, &cache->saved) == 0 &&
            cache->saved.time_ms <= now_ms)
            return true;
    }
    cache->saved = (struct saved_info){.time_ms = 0};
    return false;
}

bool info_cache_lock(struct info_cache *cache) {
    if (cache->has_trouble)
        return true;
    int result = store_lock(&cache->store, cache->key, &cache->trouble);
    cache->has_trouble = result < 0;
    return result != STORE_BUSY;
}

void info_cache_save(struct info_cache *cache) {
    size_t length;

    if (cache->has_trouble)
        return;
    watchdog_expect(state_directory);
    char *bytes = saved_info_write(&cache->saved, cache->key, &length);
    if (bytes == NULL)
        error_out_of_memory(&cache->trouble);
    cache->has_trouble = bytes == NULL || store_replace(&cache->store, cache->key, bytes, length,
                                                        &cache->trouble) != 0;
    free(bytes);
}

void info_cache_close(struct info_cache *cache) {
    store_close(&cache->store);
}
