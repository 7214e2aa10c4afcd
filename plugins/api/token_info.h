/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TOKEN_INFO_H
#define TOKEN_INFO_H

#include "api/libjson.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the API's answer says, as a model of plain values. Decoding it is pure: bytes and HTTP
 * status go in. The only room that knows JSON. The shape is the one of the API's page; what may
 * differ from it (numbers as strings, an array of one record, another spelling) is what the
 * vendor's other APIs do. */

enum answer_kind {
    ANSWER_TOKEN,          /* the token's figures */
    ANSWER_LIMIT_EXCEEDED, /* "TOKEN LIMIT EXCEEDED": no calls left */
    ANSWER_BUSY,           /* too many requests at once: says nothing of the quota */
    ANSWER_WRONG_METHOD,   /* 405 or 501 */
    ANSWER_REFUSED,        /* another HTTP status or code than 200, or an error */
    ANSWER_NOT_UNDERSTOOD  /* status 200, but not the documented shape */
};

enum { TOKEN_HOURS_MAX = 9999 };

struct count {
    bool known;
    int64_t value;
};

struct token_info {
    enum answer_kind kind;
    long status;      /* of HTTP */
    const char *flaw; /* ANSWER_NOT_UNDERSTOOD: what is wrong, a constant */
    /* Texts are masked, cleaned and cut; empty: not given. */
    struct excerpt code; /* only where it does not count as 200 */
    struct excerpt error;
    struct excerpt message;
    struct excerpt description;
    struct count available; /* calls; may be negative */
    struct count limit;     /* calls */
    struct count used;      /* calls today */
    struct count hours;     /* to the reset */
    char unusable[160];     /* names of fields that are there but cannot be used */
    char *fields;           /* every field received, a line each, where that was asked for */
};

/* What arrived: the HTTP status, and the body where all of it is there. */
struct token_answer {
    long status;
    const char *body; /* NUL-terminated, NULs within it do not count */
    size_t length;
    const char *damage; /* why the body is not whole, a constant; NULL: it is */
};

/* Decodes an answer by means of json-c. With `list_fields` each
 * field is listed. Gives 0, or -1 where memory ran out. token_info_free() frees it in both cases.
 */
int token_info_decode(const struct libjson *json, const struct token_answer *answer,
                      bool list_fields, struct token_info *info);

/* Lists the fields that the model holds, for an answer whose own list is gone. Gives 0, or -1 where
 * memory ran out. */
int token_info_list(struct token_info *info);

void token_info_free(struct token_info *info);

#endif
