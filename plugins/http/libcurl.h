/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <curl/curl.h>

/* libcurl as a table of its functions, because it is loaded only when a request is due: loading it
 * and its some thirty libraries takes most of a check's time, and a kept answer does without. With
 * --disable-lazy-libcurl the table holds the functions that the program is linked with. */

#define LIBCURL_FUNCTIONS(X)                                                                       \
    X(global_init)                                                                                 \
    X(version_info)                                                                                \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_perform)                                                                                \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(easy_cleanup)

/* curl->easy_init() is curl_easy_init(), and so on; each has the type in libcurl's own header. */
struct libcurl {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name takes none */
#define LIBCURL_MEMBER(name) __typeof__(&curl_##name) name;
    LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
#undef LIBCURL_MEMBER
};

/* Fills the table and initialises the library, so that it writes no file. Gives 0, or -1 with
 * ERROR_LOCAL. */
int libcurl_load(struct libcurl *curl, struct error *error);
