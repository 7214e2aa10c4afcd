/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* What the API's answer says, as plain values. */

enum reply_kind {
    REPLY_TOKEN,          /* the token's counts */
    REPLY_LIMIT_EXCEEDED, /* "TOKEN LIMIT EXCEEDED": no calls left */
    REPLY_TOKEN_REFUSED,  /* 401, or "VALIDATE TOKEN" */
    REPLY_BUSY,           /* too many requests at once: says nothing of the quota */
    REPLY_WRONG_METHOD,   /* 405 or 501 */
    REPLY_REFUSED,        /* another HTTP status or code than 200, or an error */
    REPLY_NOT_UNDERSTOOD  /* status 200, but not the documented shape */
};

enum { TOKEN_HOURS_MAX = 9999, TOKEN_BEGINS_MAX = 40 };

struct optional_count {
    bool is_known;
    int64_t value;
};

struct token_info {
    enum reply_kind kind;
    int64_t status;     /* of HTTP */
    const char *reason; /* REPLY_NOT_UNDERSTOOD: what is wrong, a constant */
    /* Texts are masked, cleaned and cut; empty: not given. */
    struct excerpt begins; /* a body that is not JSON: how it begins */
    struct excerpt code;   /* only where it does not count as 200 */
    struct excerpt error;
    struct excerpt message;
    struct excerpt description;
    struct optional_count available; /* calls; may be negative */
    struct optional_count limit;     /* calls */
    struct optional_count used;      /* calls today */
    struct optional_count all_used;  /* calls today of all tokens together */
    struct optional_count hours;     /* to the reset */
    struct excerpt unusable;         /* names of fields that are there but cannot be used */
    char *fields; /* every field received, a line each, where that was asked for */
};

static inline void token_info_free(struct token_info *info) {
    free(info->fields);
    info->fields = NULL;
}
