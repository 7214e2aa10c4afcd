/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <json-c/json.h>

/* json-c as a table of its functions, loaded when a request is due, like libcurl. */

#define LIBJSON_FUNCTIONS(X)                                                                       \
    X(tokener_new)                                                                                 \
    X(tokener_parse_ex)                                                                            \
    X(tokener_get_error)                                                                           \
    X(tokener_get_parse_end)                                                                       \
    X(tokener_free)                                                                                \
    X(object_is_type)                                                                              \
    X(object_get_string)                                                                           \
    X(object_get_string_len)                                                                       \
    X(object_object_get_ex)                                                                        \
    X(object_array_length)                                                                         \
    X(object_array_get_idx)                                                                        \
    X(object_iter_begin)                                                                           \
    X(object_iter_end)                                                                             \
    X(object_iter_equal)                                                                           \
    X(object_iter_next)                                                                            \
    X(object_iter_peek_name)                                                                       \
    X(object_iter_peek_value)                                                                      \
    X(object_put)

/* json->tokener_new() is json_tokener_new(), and so on; each has the type in json-c's own header.
 */
struct libjson {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name takes none */
#define LIBJSON_MEMBER(name) __typeof__(&json_##name) name;
    LIBJSON_FUNCTIONS(LIBJSON_MEMBER)
#undef LIBJSON_MEMBER
};

/* Fills the table. Gives 0, or -1 with ERROR_LOCAL where the
 * library cannot be loaded. */
int libjson_load(struct libjson *json, struct error *error);
