/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SECRET_H
#define SECRET_H

#include "deadline.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* The API token: where it comes from and what it may look like. */

enum { SECRET_MAX = 512 };
#define SECRET_VARIABLE "WOLKVOX_TOKEN"

struct secret {
    char token[SECRET_MAX + 1];
    bool readable_by_everyone; /* it stands in a file that every user may read */
};

/* What is known of the sources before they are looked at. */
struct secret_sources {
    const char *token_file; /* NULL: none; "-": standard input */
    const char *ini_token;  /* valid, from an INI file; NULL: none */
    bool ini_readable_by_everyone;
};

/* Takes the bytes of a token, drops white space around them and copies the rest to `token`. Gives
 * 0, or -1 with *reason set to a constant that says what is wrong. */
int secret_copy(char token[SECRET_MAX + 1], const char *bytes, size_t length, const char **reason);

/* Takes the token from the first source there is: token file, INI file, environment; does not look
 * at the others, and overwrites the variable. Registers it to be masked. Gives 0, or -1 with
 * ERROR_LOCAL, or ERROR_USAGE where there is no source. */
int secret_load(struct secret *secret, const struct secret_sources *sources,
                const struct deadline *deadline, struct error *error);

#endif
