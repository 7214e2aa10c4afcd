/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/info_cache.h"

#include "watchdog.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char state_directory[] = "the state directory"; /* for the watchdog */

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

void info_cache_open(struct store *store, const struct options *options) {
    const char *given = given_directory(options);
    char key[SAVED_INFO_KEY_SIZE];

    make_key(key, options);
    watchdog_expect(state_directory);
    store_open(store, given != NULL ? given : STATE_DIRECTORY, given != NULL, PACKAGE_NAME, key);
}

bool info_cache_load(const struct store *store, int64_t now_ms, struct saved_info *saved) {
    char bytes[SAVED_INFO_SIZE_MAX];

    watchdog_expect(state_directory);
    size_t length = store_read(store, bytes, sizeof bytes - 1);
    bytes[length] = '\0';
    if (saved_info_read(bytes, length, store->name, saved) == 0 && saved->time_ms <= now_ms)
        return true;
    *saved = (struct saved_info){.time_ms = 0};
    return false;
}

void info_cache_save(struct store *store, const struct saved_info *saved) {
    char *text = saved_info_write(saved, store->name);

    watchdog_expect(state_directory);
    if (text != NULL)
        store_replace(store, text, strlen(text));
    else
        snprintf(store->trouble, sizeof store->trouble, "out of memory");
    free(text);
}
