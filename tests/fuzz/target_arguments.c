/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "options/options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 32 };

static void require_options(const struct options *options) {
    require(options->server.host[0] != '\0', "no check without a server");
    require(options->api->has_operation == (options->operation != NULL),
            "an operation where the API has one");
    require(!options->has_reset_at ||
                (options->reset_at.minutes >= 0 && options->reset_at.minutes < 1440 &&
                 abs(options->reset_at.offset_minutes) <= 840),
            "a time of the day");
    require(options->server.port >= 1 && options->server.port <= 65535, "a port is a port");
    require(options->timeout >= 1 && options->timeout <= 3600, "the time is limited");
    require(options->max_age >= 0 && options->max_age <= 86400, "an answer gets old");
    require(!(options->ipv4 && options->ipv6), "one family at most");
}

static void complete(struct options *options) {
    struct error error;

    require(options->timeout >= 1 && options->timeout <= 3600, "the time is limited");
    if (options_complete(options, &error) == 0)
        require_options(options);
    else
        require_error(&error);
}

/* A command line: words that end in a NUL each. */
void target_arguments(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t length;
    char *text = fuzz_input_text(&fuzz_input, &length);
    char program[] = "check_wolkvox_token";
    char *argv[ARGUMENTS_MAX + 1] = {program};
    int argc = 1;
    struct options options;
    struct error error;

    if (fcntl(STDIN_FILENO, F_GETFD) >= 0)
        close(STDIN_FILENO); /* nobody is to be waited for */
    for (char *word = text; word < text + length && argc < ARGUMENTS_MAX; word += strlen(word) + 1)
        argv[argc++] = word;
    fuzz_secret_to_environment();
    switch (options_scan(argc, argv, &options, &error)) {
    case OPTIONS_RUN:
        complete(&options);
        break;
    case OPTIONS_FAILED:
        require_error(&error);
        break;
    case OPTIONS_HELP:
    case OPTIONS_VERSION:
        break;
    }
    options_free(&options);
    free(text);
}
