/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* The API token: where it comes from and what it may look like. */

enum { SECRET_MAX = 512 };
#define SECRET_VARIABLE "WOLKVOX_TOKEN"

struct options;

struct secret {
    char token[SECRET_MAX + 1];
    bool world_readable; /* it stands in a file that every user may read */
};

/* Takes the bytes of a token, drops white space around them and a byte order mark in front, and
 * copies the rest to `token`. Gives 0, or -1 with *reason set to a constant that completes "the
 * first line ...". */
int secret_copy(char token[SECRET_MAX + 1], const char *bytes, size_t length, const char **reason);

/* What people do wrong when they copy a token, as a constant that completes the same words; NULL:
 * nothing looks so. A valid token may look so, too: it is for a token that does not work. */
const char *secret_likely_mistake(const char *bytes, size_t length);

/* Registers the environment's token to be masked, as long as no other one is known. */
void secret_mask_environment(void);

/* Takes options->secret from the first source there is: token file, INI file, environment; does not
 * look at the others, and overwrites the variable. Registers it to be masked. Gives 0, or -1 with
 * ERROR_LOCAL, or ERROR_USAGE where there is no source. */
int secret_load(struct options *options, struct error *error);
