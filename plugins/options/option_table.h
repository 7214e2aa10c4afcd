/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "error.h"

#include <stdio.h>

/* The options as words: the one table of their names from which the command line, INI files and
 * --help are read and written. It knows no value's meaning. */

enum option_id {
    OPTION_HOSTNAME,
    OPTION_OPERATION,
    OPTION_PORT,
    OPTION_TOKEN_FILE,
    OPTION_WARNING,
    OPTION_CRITICAL,
    OPTION_METHOD,
    OPTION_TIMEOUT,
    OPTION_UNAVAILABLE,
    OPTION_CA_FILE,
    OPTION_PROXY,
    OPTION_IPV4,
    OPTION_IPV6,
    OPTION_MAX_AGE,
    OPTION_STATE_DIR,
    OPTION_FORECAST,
    OPTION_EXTRA_OPTS,
    OPTION_VERBOSE,
    OPTION_VERSION,
    OPTION_HELP,
    OPTION_COUNT
};

enum option_argument { ARGUMENT_NONE, ARGUMENT_REQUIRED, ARGUMENT_OPTIONAL };

struct option_spec {
    enum option_id id;
    char short_name; /* '\0': none */
    const char *long_name;
    enum option_argument argument;
    const char *value_name; /* NULL where there is no argument */
    const char *takes;      /* completes "it takes ..." */
    const char *help;       /* lines of at most 54 columns */
};

/* The option as messages name it: "-p, --port". */
#define OPTION_NAME_SIZE 32
void option_name(char name[OPTION_NAME_SIZE], const struct option_spec *spec);

/* The option that an INI file's key names: a long or short name, whole; NULL: none. */
const struct option_spec *option_find_key(const char *key);

/* Is shown an option of the command line and its value (NULL: none). Gives 0 to go on, or -1. */
typedef int option_visitor(void *context, const struct option_spec *spec, const char *value,
                           struct error *error);

/* Shows the visitor the options of a command line one by one. Gives 0, or -1 where the visitor does
 * or with ERROR_USAGE where a word is no option; where `error` is NULL such words are passed over.
 * No message holds a value: people give the token where it does not belong. */
int option_scan(int argc, char **argv, option_visitor *visit, void *context, struct error *error);

/* The options' part of the help on a stream of the caller's. */
void option_print_help(FILE *stream);

#endif
