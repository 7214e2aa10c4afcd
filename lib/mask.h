/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The one secret of the process, and its masking in whatever is shown. */

enum { MASK_SECRET_MAX = 512, MASK_PART = 16 };

/* What becomes of a copy of the secret. */
#define MASK_TEXT "***"

/* From here on this secret of at most MASK_SECRET_MAX bytes is masked, in place of another one.
 * NULL or empty: none. It is visible ASCII. */
void mask_register(const char *secret);

/* Whether the secret has at least MASK_PART bytes. */
bool mask_has_long_secret(void);

/* Takes foreign bytes, at most 16 MiB. Every copy of the secret, and of a longer one every
 * MASK_PART characters of it in a row, becomes MASK_TEXT: in any case, also with anything between
 * its characters that is no visible ASCII character, and escaped once by JSON, by percent-encoding,
 * or by one in the other. Gives the new bytes in malloc'ed memory, NUL-terminated, and their number
 * in *masked_length; NULL where memory ran out. */
char *mask_apply(const char *bytes, size_t length, size_t *masked_length);
