/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stddef.h>

/* The options as words: the one table of their names, for the command line and INI files. It knows
 * no value's meaning. */

enum option_id {
    OPTION_HOSTNAME,
    OPTION_OPERATION,
    OPTION_API,
    OPTION_RESET_AT,
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
    OPTION_TOKEN, /* a key of INI files only */
    OPTION_COUNT
};

/* In the order of no_argument, required_argument and optional_argument of getopt_long(3). */
enum option_argument { ARGUMENT_NONE, ARGUMENT_REQUIRED, ARGUMENT_OPTIONAL };

/* What an empty value means. */
enum option_empty { EMPTY_IS_NOT_GIVEN, EMPTY_IS_REFUSED, EMPTY_IS_A_VALUE };

struct option_spec {
    enum option_id id;
    char short_name; /* '\0': none */
    const char *long_name;
    enum option_argument argument;
    enum option_empty empty;
    const char *expects; /* completes "takes ..." and "give ..." */
};

/* By id. */
extern const struct option_spec option_specs[OPTION_COUNT];

enum { OPTION_NAME_SIZE = 32 };

/* The option of that letter; NULL: none. */
const struct option_spec *option_find_short(char letter);

/* The option that an INI file's key names: a long or short name, whole; NULL: none. */
const struct option_spec *option_find_key(const char *key);

/* ---- Options as given ---- */

/* An option with its value, and where they come from. */
struct setting {
    const struct option_spec *spec;
    const char *value; /* NULL: none */
    char *label;       /* of an INI file: file, line and key, in front of the value; else NULL */
};

/* Fills *error with the setting's origin, followed by the two texts. Always returns -1. */
int setting_fail(const struct setting *setting, const char *what, const char *more,
                 struct error *error);
