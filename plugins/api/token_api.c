/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_api.h"

#include "memory_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char path[] = "/server/API/v2/token/tokenInformation.php?operation=";

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

/* Writes bytes percent-encoded (RFC 3986: all but unreserved characters). */
static void print_encoded(FILE *stream, const char *text) {
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text != '\0'; text++)
        fprintf(stream, strchr(unreserved, *text) != NULL ? "%c" : "%%%02X", (unsigned char)*text);
}

int token_api_url(const struct options *options, char **url) {
    const struct server *server = &options->server;
    struct memory_stream stream;
    FILE *file = memory_stream_open(&stream);

    if (file == NULL)
        return -1;
    fprintf(file, server->is_ipv6 ? "http%s://[%s]" : "http%s://%s", server->plain_http ? "" : "s",
            server->host);
    if (server->port != (server->plain_http ? PORT_HTTP : PORT_HTTPS))
        fprintf(file, ":%d", server->port);
    fputs(path, file);
    print_encoded(file, options->operation);
    return memory_stream_close(&stream, url);
}

/* Why a body cannot be decoded, where it is known before looking at it. */
static const char *damage_of(const struct http_response *response) {
    if (response->too_large)
        return "it is larger than 64 KiB";
    return NULL;
}

static int decode(const struct libjson *json, const struct http_response *response,
                  bool list_fields, struct token_info *info, struct error *error) {
    const struct token_answer answer = {
        .status = response->status,
        .body = response->body,
        .length = response->body_length,
        .damage = damage_of(response),
    };

    token_info_free(info);
    return token_info_decode(json, &answer, list_fields, info) == 0 ? 0
                                                                    : error_out_of_memory(error);
}

static int ask(const struct libjson *json, struct token_exchange *exchange, const char *method,
               const struct http_request *request, bool list_fields, struct error *error) {
    struct http_response *response = &exchange->responses[exchange->requests];

    exchange->methods[exchange->requests++] = method;
    int result = http_perform(request, response, error);
    exchange->milliseconds += response->milliseconds;
    return result == 0 ? decode(json, response, list_fields, &exchange->info, error) : -1;
}

static int ask_by_method(const struct libjson *json, const struct options *options,
                         struct http_request *request, struct token_exchange *exchange,
                         struct error *error) {
    bool list_fields = options->verbose >= 2;
    int result = 0;

    if (options->method != METHOD_GET) {
        request->post = true;
        result = ask(json, exchange, "POST", request, list_fields, error);
    }
    if (options->method == METHOD_GET || (result == 0 && options->method == METHOD_POST_THEN_GET &&
                                          exchange->info.kind == ANSWER_WRONG_METHOD)) {
        request->post = false;
        result = ask(json, exchange, "GET", request, list_fields, error);
    }
    return result;
}

int token_api_ask(const struct options *options, const char *token, const struct deadline *deadline,
                  struct token_exchange *exchange, struct error *error) {
    char token_header[sizeof "Wolkvox-Token: " + SECRET_MAX];
    const char *const headers[] = {token_header, "Content-Type: application/json",
                                   "Accept: application/json", NULL};

    struct libjson json;

    *exchange = (struct token_exchange){.url = NULL};
    /* Before the request: an answer that cannot be read would be a call spent for nothing. */
    if (libjson_load(&json, error) != 0)
        return -1;
    if (token_api_url(options, &exchange->url) != 0)
        return error_out_of_memory(error);
    snprintf(token_header, sizeof token_header, "Wolkvox-Token: %s", token);
    struct http_request request = {
        .server = &options->server,
        .url = exchange->url,
        .headers = headers,
        .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
        .ca_file = options->ca_file,
        .proxy = options->proxy,
        .ipv4 = options->ipv4,
        .ipv6 = options->ipv6,
        .record = options->verbose >= 3,
        .deadline = deadline,
    };
    int result = ask_by_method(&json, options, &request, exchange, error);
    return result;
}

const char *token_exchange_redirect(const struct token_exchange *exchange) {
    return exchange->requests > 0 ? exchange->responses[exchange->requests - 1].redirect : NULL;
}

void token_exchange_free(struct token_exchange *exchange) {
    free(exchange->url);
    for (size_t i = 0; i < exchange->requests; i++)
        http_response_free(&exchange->responses[i]);
    token_info_free(&exchange->info);
    exchange->url = NULL;
    exchange->requests = 0;
}
