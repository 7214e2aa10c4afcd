/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEPT_ANSWER_H
#define KEPT_ANSWER_H

#include "api/token_info.h"
#include "cache/usage_history.h"

#include <stddef.h>
#include <stdint.h>

/* A kept answer as bytes, and back. Pure. The bytes are lines of text, a name and a value each,
 * with an SHA-256 of all that stands before it in the last one. They are not trusted. */

enum { KEPT_ANSWER_SIZE_MAX = 16 * 1024, KEPT_ANSWER_KEY_SIZE = 65 };

struct kept_answer {
    int64_t time_ms; /* when it came, since the Epoch */
    struct token_info info;
    struct usage_history history; /* this answer included */
};

/* Writes it, for the token, server and operation that the key (hexadecimal) stands for. Gives the
 * bytes in malloc'ed memory and sets their number, or NULL where memory ran out. */
char *kept_answer_write(const struct kept_answer *answer, const char *key, size_t *length);

/* Reads `length` bytes, and changes them. Gives 0, or -1 where
 * they are not a whole answer in this format for this key. */
int kept_answer_read(char *bytes, size_t length, const char *key, struct kept_answer *answer);

#endif
