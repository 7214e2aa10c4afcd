/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_api.h"

#include "api/decode.h"
#include "memory_stream.h"
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The URL ---- */

/* Writes bytes percent-encoded (RFC 3986: all but unreserved characters). */
static void print_encoded(FILE *stream, const char *text) {
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text != '\0'; text++)
        fprintf(stream, strchr(unreserved, *text) != NULL ? "%c" : "%%%02X", (unsigned char)*text);
}

char *token_api_url(const struct options *options) {
    const struct server *server = &options->server;
    struct memory_stream stream;
    FILE *file = memory_stream_open(&stream);

    if (file == NULL)
        return NULL;
    fprintf(file, server->is_ipv6 ? "http%s://[%s]" : "http%s://%s", server->plain_http ? "" : "s",
            server->host);
    if (server->port != (server->plain_http ? PORT_HTTP : PORT_HTTPS))
        fprintf(file, ":%d", server->port);
    fputs(options->api->path, file);
    if (options->api->has_operation)
        print_encoded(file, options->operation);
    return memory_stream_close(&stream);
}

/* ---- The headers ---- */

struct headers {
    char token[32 + SECRET_MAX];
    char server[32 + HOST_MAX];
    const char *lines[5];
};

static void set_headers(struct headers *headers, const struct options *options) {
    const struct api *api = options->api;
    const char **line = headers->lines;
    int digits = (int)server_count_digits(&options->server, api);

    snprintf(headers->token, sizeof headers->token, "%s: %s", api->token_header,
             options->secret.token);
    *line++ = headers->token;
    /* A name without a value keeps libcurl from sending its own with POST. */
    *line++ = api->sends_content_type ? "Content-Type: application/json" : "Content-Type:";
    *line++ = "Accept: application/json";
    if (api->server_header != NULL && digits > 0) {
        snprintf(headers->server, sizeof headers->server, "%s: %.*s", api->server_header, digits,
                 options->server.host + strlen(api->host_prefix));
        *line++ = headers->server;
    }
    *line = NULL;
}

/* ---- Asking ---- */

/* What does not change from one request to the next. */
struct asking {
    const struct libjson *json;
    const struct options *options;
    struct http_request *request;
    struct token_exchange *exchange;
    struct token_info *info;
};

static int ask(const struct asking *asking, const char *method, struct error *error) {
    struct token_exchange *exchange = asking->exchange;
    struct http_response *response = &exchange->responses[exchange->requests];

    asking->request->post = strcmp(method, "POST") == 0;
    exchange->methods[exchange->requests++] = method;
    int result = http_perform(asking->request, response, error);
    exchange->milliseconds += response->milliseconds;
    if (result != 0)
        return -1;
    const struct raw_reply reply = {
        .status = response->status,
        .body = response->body,
        .length = response->body_length,
        .is_too_large = response->too_large,
    };
    token_info_free(asking->info);
    result = decode_reply(asking->json, asking->options->api, &reply, asking->options->verbose >= 2,
                          asking->info);
    return result == 0 ? 0 : error_out_of_memory(error);
}

static int ask_by_method(const struct asking *asking, struct error *error) {
    enum method_choice method = asking->options->method;

    if (ask(asking, method == METHOD_GET ? "GET" : "POST", error) != 0)
        return -1;
    bool try_get = method == METHOD_POST_THEN_GET && asking->info->kind == REPLY_WRONG_METHOD;
    return try_get ? ask(asking, "GET", error) : 0;
}

int token_api_ask(const struct options *options, const struct deadline *deadline,
                  struct token_exchange *exchange, struct token_info *info, struct error *error) {
    struct libjson json;
    struct headers headers;

    *exchange = (struct token_exchange){.url = token_api_url(options)};
    *info = (struct token_info){.status = 0};
    if (exchange->url == NULL)
        return error_out_of_memory(error);
    /* Before the request: an answer that cannot be read would be a call spent for nothing. */
    watchdog_expect("json-c to load");
    if (libjson_load(&json, error) != 0)
        return -1;
    set_headers(&headers, options);
    struct http_request request = {
        .server = &options->server,
        .url = exchange->url,
        .headers = headers.lines,
        .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
        .ca_file = options->ca_file,
        .proxy = options->proxy,
        .ipv4 = options->ipv4,
        .ipv6 = options->ipv6,
        .record = options->verbose >= 3,
        .deadline = deadline,
    };
    const struct asking asking = {
        .json = &json, .options = options, .request = &request, .exchange = exchange, .info = info};
    return ask_by_method(&asking, error);
}

const char *token_exchange_redirect(const struct token_exchange *exchange) {
    return exchange->requests > 0 ? exchange->responses[exchange->requests - 1].redirect : NULL;
}

void token_exchange_free(struct token_exchange *exchange) {
    free(exchange->url);
    for (size_t i = 0; i < exchange->requests; i++)
        http_response_free(&exchange->responses[i]);
    exchange->url = NULL;
    exchange->requests = 0;
}
