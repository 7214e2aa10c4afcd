/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LAST_UNDERSTOOD_H
#define LAST_UNDERSTOOD_H

#include "api/token_info.h"

#include <stdint.h>

/* What the last understood answer said that a refusal ("limit exceeded") does not say. Pure. */

struct last_understood {
    struct excerpt description;     /* empty: none */
    struct optional_count limit;    /* calls */
    struct optional_count all_used; /* calls */
    struct optional_count reset_ms; /* the reset that it announced, since the Epoch */
};

/* Takes it from an understood answer of that time (milliseconds since the Epoch). */
struct last_understood last_understood_of(int64_t time_ms, const struct token_info *info);

/* Gives a refusal what it lacks; what it says itself counts. Other answers stay as they are. The
 * reset is not part of it. */
void last_understood_complete(const struct last_understood *last, struct token_info *info);

#endif
