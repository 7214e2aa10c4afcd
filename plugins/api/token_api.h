/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/token_info.h"
#include "http/http.h"
#include "options/options.h"

#include <stddef.h>

/* Asking an API for a token's counts: URL, headers and methods as its row in the table says. */

enum { TOKEN_REQUESTS_MAX = 2 };

struct token_exchange {
    char *url;
    size_t requests; /* that were made */
    const char *methods[TOKEN_REQUESTS_MAX];
    struct http_response responses[TOKEN_REQUESTS_MAX];
    int64_t milliseconds; /* of all requests together */
};

/* The URL of the request, in malloc'ed memory; NULL where memory ran out. */
char *token_api_url(const struct options *options);

/* Asks, at exchange->url and with start_ms as in a request. Gives 0 with what the last answer says
 * in *info, or -1 with *error filled as by http_perform(). In both cases *exchange says what was
 * done, token_exchange_free() frees it and token_info_free() what is in *info. */
int token_api_ask(const struct options *options, int64_t start_ms, struct token_exchange *exchange,
                  struct token_info *info, struct error *error);

void token_exchange_free(struct token_exchange *exchange);
