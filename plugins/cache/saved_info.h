/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/token_info.h"
#include "cache/usage_history.h"

#include <stddef.h>
#include <stdint.h>

/* A kept answer as bytes, and back. Pure. The bytes are lines of text, a name and a value each, and
 * a closing line. They are not trusted. */

enum { SAVED_INFO_SIZE_MAX = 8 * 1024, SAVED_INFO_KEY_SIZE = 65 };

/* What the last understood answer said that a refusal ("limit exceeded") does not say. */
struct last_understood {
    struct excerpt description;     /* empty: none */
    struct optional_count limit;    /* calls */
    struct optional_count all_used; /* calls */
    struct optional_count reset_ms; /* the reset that it announced, since the Epoch */
};

struct saved_info {
    int64_t time_ms;              /* when the answer came, since the Epoch */
    int64_t request_ms;           /* how long its request took */
    struct token_info info;       /* as it was answered */
    struct last_understood last;  /* this answer or one before it */
    struct usage_history history; /* this answer included; but its reset is not saved */
};

/* Writes it, for what the key (hexadecimal) stands for. Gives a text of fewer than
 * SAVED_INFO_SIZE_MAX bytes in malloc'ed memory, or NULL where memory ran out. */
char *saved_info_write(const struct saved_info *saved, const char *key);

/* Reads `length` bytes and the NUL behind them, and changes them. Gives 0, or -1 where they are not
 * a whole answer in this format for this key. */
int saved_info_read(char *bytes, size_t length, const char *key, struct saved_info *saved);
