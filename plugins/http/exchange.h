/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "http/http.h"
#include "http/libcurl.h"

/* One request on its way, as libcurl does it. */

struct http_exchange {
    const struct http_request *request;
    struct http_response *response;
    const struct libcurl *curl;
    const char *ca_directory; /* trust this directory alone; NULL: the CA file, or libcurl's own */
    CURL *easy;
    struct curl_slist *headers;
    size_t header_bytes;
    bool is_connected; /* a connection to the server or the proxy was made */
    int socket_errno;  /* why there was no socket to be had; 0: there was */
    bool is_sent;      /* the request, as far as it was recorded */
    bool headers_too_large;
    bool out_of_memory; /* really, whatever libcurl says */
    bool head_ended;
    const char *refused_option; /* that libcurl did not take; NULL: none */
    CURLcode refused_code;
    char message[CURL_ERROR_SIZE];
};

/* Hands the request to libcurl, which has not begun with it then. Gives 0, or -1 with ERROR_LOCAL.
 */
int http_exchange_prepare(struct http_exchange *exchange, struct error *error);

/* Whether one of libcurl's points in time, CURLINFO_..._TIME_T, has come. */
bool http_exchange_has_passed(const struct http_exchange *exchange, CURLINFO what);
