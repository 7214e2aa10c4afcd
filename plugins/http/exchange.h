/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dynamic_library.h"
#include "http/http.h"

#include <curl/curl.h>

/* One request on its way, as libcurl does it. libcurl is loaded only when a request is due, because
 * loading it and its some thirty libraries takes most of a check's time, and a kept answer does
 * without. */

#define LIBCURL_FUNCTIONS(X)                                                                       \
    X(curl_, global_init)                                                                          \
    X(curl_, version_info)                                                                         \
    X(curl_, easy_init)                                                                            \
    X(curl_, easy_setopt)                                                                          \
    X(curl_, easy_perform)                                                                         \
    X(curl_, easy_getinfo)                                                                         \
    X(curl_, easy_strerror)                                                                        \
    X(curl_, easy_cleanup)

struct libcurl {
    LIBCURL_FUNCTIONS(LIBRARY_MEMBER)
};

struct http_exchange {
    const struct http_request *request;
    struct http_response *response;
    const struct libcurl *curl;
    bool trusts_directory; /* libcurl's own directory of CA certificates alone */
    CURL *easy;
    struct curl_slist headers[HTTP_REQUEST_HEADERS];
    size_t header_bytes;
    bool is_connected;  /* a connection to the server or the proxy was made */
    int socket_errno;   /* why there was no socket to be had; 0: there was */
    bool is_sent;       /* the request, as far as it was recorded */
    bool out_of_memory; /* really, whatever libcurl says */
    bool head_ended;
    CURLcode outcome;
    const char *refused_option; /* that libcurl did not take; NULL: none */
    CURLcode refused_code;
    char message[CURL_ERROR_SIZE];
};

/* Does the request. Gives 0 with libcurl's outcome, or -1 with ERROR_LOCAL: it cannot begin. */
int http_exchange_perform(struct http_exchange *exchange, struct error *error);

/* Fills the answer, and gives 0, where libcurl ended with an outcome that leaves one; else -1 with
 * ERROR_UNAVAILABLE or ERROR_TIMEOUT, or with ERROR_LOCAL where the reason lies on this machine. */
int http_exchange_evaluate(struct http_exchange *exchange, struct error *error);
