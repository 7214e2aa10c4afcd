/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "deadline.h"
#include "error.h"
#include "options/secret.h"
#include "options/server.h"
#include "state.h"
#include "threshold.h"

#include <stdbool.h>

/* The command line, and the INI files that --extra-opts names, as one set of checked values. */

enum method_choice { METHOD_POST_THEN_GET, METHOD_POST, METHOD_GET };

struct options {
    struct server server; /* with the port that is to be used; an empty host: not given */
    int port;             /* 0: the server's */
    char *operation;
    char *token_file;
    struct secret *ini_token; /* of an INI file's `token` key */
    struct threshold warning; /* its text is owned by these options */
    struct threshold critical;
    enum method_choice method;
    int timeout; /* seconds */
    bool has_timeout_state;
    enum state timeout_state;
    enum state unavailable;
    char *ca_file;
    char *proxy; /* NULL: the environment's; empty: none */
    bool ipv4;
    bool ipv6;
    int max_age;     /* seconds; 0: no answers are kept */
    char *state_dir; /* NULL: not given */
    bool has_forecast;
    enum state forecast; /* what calls that run out before the reset mean, at least */
    int verbose;
};

enum options_outcome { OPTIONS_FAILED = -1, OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* Reads the command line and INI files. start_ms is when the program began (clock_now_ms()).
 * Gives OPTIONS_RUN with *options filled; OPTIONS_HELP or OPTIONS_VERSION where that is asked for;
 * or OPTIONS_FAILED with ERROR_USAGE or ERROR_LOCAL. options_free() frees them in every case. */
enum options_outcome options_parse(int argc, char **argv, int64_t start_ms, struct options *options,
                                   struct error *error);

void options_free(struct options *options);

/* The short usage, lines each with its newline. */
extern const char options_usage[];

/* The whole help on standard output. Gives 0, or -1 where it could not be written. */
int options_print_help(void);

#endif
