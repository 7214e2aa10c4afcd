/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/libjson.h"
#include "api/token_info.h"
#include "options/api.h"

#include <stdbool.h>
#include <stddef.h>

/* From the bytes of an answer to its plain values. Pure, and the only module that knows JSON. */

/* What arrived. */
struct raw_reply {
    long status;      /* of HTTP */
    const char *body; /* NUL-terminated; NULs within it count as bytes */
    size_t length;
    bool is_too_large; /* the body is not whole */
};

/* Decodes an answer of that API by means of json-c. With `list_fields` info->fields lists all that
 * the answer holds. Gives 0, or -1 where memory ran out. token_info_free() frees *info in both
 * cases. */
int decode_reply(const struct libjson *json, const struct api *api, const struct raw_reply *reply,
                 bool list_fields, struct token_info *info);
