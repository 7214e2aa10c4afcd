/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Single characters of foreign text. */

/* Reads one UTF-8 character of at least one byte. Gives its code point and sets *size, or -1 and
 * *size 1 where the bytes are not UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing beyond
 * U+10FFFF). */
int32_t character_read(const char *bytes, size_t length, size_t *size);

/* ASCII only, whatever the locale. */
char character_lower(char c);
bool character_is_white_space(char c);
bool character_is_digit(char c);

/* Takes ASCII white space off both ends of some bytes. Gives where the rest begins, and sets its
 * length. */
const char *white_space_trim(const char *bytes, size_t *length);

/* The same of a text, in its place. */
char *text_trim(char *text);
