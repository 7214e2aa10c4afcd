/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_api.h"

#include "api/decode.h"
#include "memory_stream.h"
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The table ---- */

/* The misspelling of "consumption" is the vendor's, whose pages have both spellings for Manager. */
#define AVAILABLE_AS_DOCUMENTED "available_consumition_options"
#define AVAILABLE_AS_SPELLED "available_consumption_options"

const struct api apis[API_COUNT] = {
    [API_CRM] =
        {
            .name = "crm",
            .product = "the CRM",
            .host_prefix = "crm",
            .has_operation = true,
            .tries_post_first = true,
            .sends_content_type = true,
            .path = "/server/API/v2/token/tokenInformation.php?operation=",
            .token_header = "Wolkvox-Token",
            .available_keys = {AVAILABLE_AS_DOCUMENTED, AVAILABLE_AS_SPELLED},
        },
    [API_MANAGER] =
        {
            .name = "manager",
            .product = "Manager",
            .host_prefix = "wv",
            .path = "/api/v2/information.php?api=token_info",
            .token_header = "wolkvox-token",
            .server_header = "wolkvox_server",
            .available_keys = {AVAILABLE_AS_SPELLED, AVAILABLE_AS_DOCUMENTED},
            .all_used_key = "all_token_today",
            .zero_is_success = true,
            .blank_is_absent = true,
        },
};

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

/* ---- Asking ---- */

static int ask(const struct libjson *json, const struct http_request *request,
               struct token_exchange *exchange, struct token_info *info, struct error *error) {
    const struct options *options = request->options;
    struct http_response *response = &exchange->responses[exchange->requests];

    exchange->methods[exchange->requests++] = request->post ? "POST" : "GET";
    int result = http_perform(request, response, error);
    exchange->milliseconds += response->milliseconds;
    if (result != 0)
        return -1;
    token_info_free(info);
    result = decode_reply(json, options->api, response, options->verbose >= 2, info);
    return result == 0 ? 0 : error_out_of_memory(error);
}

int token_api_ask(const struct options *options, int64_t start_ms, struct token_exchange *exchange,
                  struct token_info *info, struct error *error) {
    const struct api *api = options->api;
    int digits = (int)server_count_digits(&options->server, api);
    char token[32 + SECRET_MAX];
    char server[32 + HOST_MAX];
    struct libjson json;

    *info = (struct token_info){.status = 0};
    /* Before the request: an answer that cannot be read would be a call spent for nothing. */
    watchdog_expect("json-c to load");
    if (libjson_load(&json, error) != 0)
        return -1;
    snprintf(token, sizeof token, "%s: %s", api->token_header, options->secret.token);
    /* A name without a value keeps libcurl from sending its own with POST. */
    const char *type = api->sends_content_type ? "Content-Type: application/json" : "Content-Type:";
    struct http_request request = {
        .options = options,
        .start_ms = start_ms,
        .url = exchange->url,
        .headers = {token, type, "Accept: application/json"},
        .post = options->method != METHOD_GET,
    };
    if (api->server_header != NULL && digits > 0) {
        snprintf(server, sizeof server, "%s: %.*s", api->server_header, digits,
                 options->server.host + strlen(api->host_prefix));
        request.headers[3] = server;
    }
    int result = ask(&json, &request, exchange, info, error);
    if (result == 0 && options->method == METHOD_POST_THEN_GET &&
        info->kind == REPLY_WRONG_METHOD) {
        request.post = false;
        result = ask(&json, &request, exchange, info, error);
    }
    return result;
}

void token_exchange_free(struct token_exchange *exchange) {
    free(exchange->url);
    for (size_t i = 0; i < exchange->requests; i++)
        http_response_free(&exchange->responses[i]);
}
