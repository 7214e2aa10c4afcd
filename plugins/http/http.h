/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "options/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One HTTP request and its answer; what the body means is not known here. */

enum { HTTP_BODY_MAX = 64 * 1024, HTTP_HEADERS_MAX = 64 * 1024, HTTP_REQUEST_HEADERS = 4 };

struct http_request {
    const struct options *options; /* the server, the way to it, and what is trusted */
    int64_t start_ms;              /* when the time of -t began (clock_now_ms()) */
    const char *url;
    const char *headers[HTTP_REQUEST_HEADERS]; /* "Name: value"; NULL: none */
    bool post;                                 /* with an empty body; else GET */
};

struct http_record {
    char *bytes;
    size_t length;
};

struct http_response {
    long status;
    char *body; /* as received, NUL-terminated; never NULL after a success */
    size_t body_length;
    bool too_large;              /* more than HTTP_BODY_MAX: the body is not whole */
    char *redirect;              /* where the server points to, as an absolute URL; NULL: nowhere */
    int64_t milliseconds;        /* from the start to the end of the request */
    struct http_record sent;     /* with -vvv: request lines and headers as sent ... */
    struct http_record received; /* ... and status lines and headers as received */
    const void *left_standing;   /* of libcurl's, kept for a leak checker to find */
};

/* Does the request, once. Redirects are not followed; nothing is tried again. Gives 0 where the
 * server answered, with any status, and fills *response; else -1 with ERROR_UNAVAILABLE,
 * ERROR_TIMEOUT, or ERROR_LOCAL where the reason lies on this machine. In both cases
 * http_response_free() frees the response. */
int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error);

/* `left_standing` stays. */
void http_response_free(struct http_response *response);

/* Looks at a file of CA certificates before it is used, so that a wrong one is reported before any
 * connection: it must be a regular file of at most 16 MiB in which a certificate in PEM form
 * (RFC 7468) begins. What is in it is for the TLS library. Gives 0, or -1 with ERROR_LOCAL. */
int ca_file_check(const char *path, struct error *error);
