/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daily_time.h"
#include "error.h"
#include "options/api.h"
#include "options/command_line.h"
#include "options/secret.h"
#include "options/server.h"
#include "state.h"
#include "threshold.h"

#include <stdbool.h>
#include <stdint.h>

/* The command line, and the INI files that --extra-opts names, as one set of checked values. */

enum method_choice { METHOD_POST_THEN_GET, METHOD_POST, METHOD_GET };

struct options {
    const struct api *api;
    struct server server;  /* with the port that is to be used */
    int port;              /* 0: the server's */
    const char *operation; /* NULL: the API has none */
    struct daily_time reset_at;
    bool has_reset_at;
    const char *token_file; /* NULL: not given */
    struct secret secret;   /* the token, once secret_load() has filled it */
    struct threshold warning;
    struct threshold critical;
    enum method_choice method;
    int timeout;              /* seconds */
    enum state timeout_state; /* what a timeout means */
    enum state unavailable;
    const char *ca_file; /* NULL: not given */
    const char *proxy;   /* NULL: the environment's; empty: none */
    bool ipv4;
    bool ipv6;
    int max_age;           /* seconds; 0: no answers are kept */
    const char *state_dir; /* NULL: not given */
    bool has_forecast;
    enum state forecast; /* what calls that run out before the reset mean, at least */
    int verbose;
    struct command_line command_line;
    struct setting given[OPTION_COUNT]; /* what was given last; the texts above are its */
};

enum options_outcome { OPTIONS_FAILED = -1, OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* Reads the command line, and opens no file. Gives OPTIONS_RUN with `timeout` and `timeout_state`
 * as far as it sets them; OPTIONS_HELP or OPTIONS_VERSION where that is asked for; or
 * OPTIONS_FAILED with ERROR_USAGE or ERROR_LOCAL. options_free() frees *options in every case; the
 * command line must outlive them. */
enum options_outcome options_scan(int argc, char **argv, struct options *options,
                                  struct error *error);

/* Reads the INI files that the command line names, and fills the rest. Gives 0, or -1 with
 * ERROR_USAGE or ERROR_LOCAL. */
int options_complete(struct options *options, struct error *error);

void options_free(struct options *options);

/* The short usage and the whole help, lines each with its newline. */
extern const char options_usage[];
extern const char options_help[];
