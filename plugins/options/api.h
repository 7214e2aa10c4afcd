/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/* What is known of each of the vendor's APIs. The rest of the program does not know which one is
 * asked. The rows stand in api/token_api.c, because most of them is how the API is asked. */

enum api_id { API_CRM, API_MANAGER, API_COUNT };

struct api {
    const char *name;          /* the value of --api */
    const char *product;       /* for messages */
    const char *host_prefix;   /* digits become PREFIXdigits.wolkvox.com */
    bool has_operation;        /* -o is required; else it is refused */
    bool tries_post_first;     /* without -X: POST, then GET after 405 or 501; else GET alone */
    bool sends_content_type;   /* application/json */
    const char *path;          /* behind the host; the encoded operation follows where it has one */
    const char *token_header;  /* its name */
    const char *server_header; /* carries the number of PREFIXnumber.wolkvox.com; NULL: none */
    const char *available_keys[2]; /* the first that is there counts */
    const char *all_used_key;      /* NULL: none */
    bool zero_is_success;          /* code 0 counts as 200 */
    bool blank_is_absent;          /* a field whose text is blank counts as absent */
};

extern const struct api apis[API_COUNT];
