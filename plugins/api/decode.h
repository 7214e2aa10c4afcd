/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/token_info.h"
#include "dynamic_library.h"
#include "http/http.h"
#include "options/api.h"

#include <json-c/json.h>
#include <stdbool.h>

/* From the bytes of an answer to its plain values. The only module that knows JSON. json-c is
 * loaded when a request is due, like libcurl. */

#define LIBJSON_FUNCTIONS(X)                                                                       \
    X(json_, tokener_new)                                                                          \
    X(json_, tokener_parse_ex)                                                                     \
    X(json_, tokener_get_error)                                                                    \
    X(json_, tokener_get_parse_end)                                                                \
    X(json_, tokener_free)                                                                         \
    X(json_, object_get_type)                                                                      \
    X(json_, object_get_string)                                                                    \
    X(json_, object_get_string_len)                                                                \
    X(json_, object_object_get_ex)                                                                 \
    X(json_, object_array_length)                                                                  \
    X(json_, object_array_get_idx)                                                                 \
    X(json_, object_get_object)                                                                    \
    X(json_, object_put)

struct libjson {
    LIBJSON_FUNCTIONS(LIBRARY_MEMBER)
};

/* Fills the table. Gives 0, or -1 with ERROR_LOCAL. */
int libjson_load(struct libjson *json, struct error *error);

/* Decodes an answer of that API. With `list_fields` info->fields lists all that the answer holds.
 * Gives 0, or -1 where memory ran out. token_info_free() frees *info in both cases. */
int decode_reply(const struct libjson *json, const struct api *api,
                 const struct http_response *response, bool list_fields, struct token_info *info);
