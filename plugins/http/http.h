/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HTTP_H
#define HTTP_H

#include "error.h"
#include "http/message.h"

/* One HTTP request; it knows nothing of what the body means. */

/* Does the request, once. Redirects are not followed; nothing is tried again. Gives 0 where the
 * server answered, with any status, and fills *response; else -1 with ERROR_UNAVAILABLE,
 * ERROR_TIMEOUT, or ERROR_LOCAL where the reason lies on this machine. In both cases
 * http_response_free() frees the response. */
int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error);

#endif
