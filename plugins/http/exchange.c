/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/exchange.h"

#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- What libcurl calls ---- */

static size_t on_body(char *data, size_t size, size_t count, void *context) {
    struct http_response *response = context;
    size_t length = size * count;

    if (length > HTTP_BODY_MAX - response->body_length) {
        response->too_large = true;
        return 0;
    }
    memcpy(response->body + response->body_length, data, length);
    response->body_length += length;
    return length;
}

/* Is called for each line of an answer's head, the empty one at its end included, and for trailers
 * behind the body. There may be several answers: interim ones (1xx), and the proxy's to CONNECT. */
static size_t on_header(char *data, size_t size, size_t count, void *context) {
    struct http_exchange *exchange = context;
    size_t length = size * count;

    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0)
        exchange->head_ended = false;
    else if (length > 0 && (data[0] == '\r' || data[0] == '\n'))
        exchange->head_ended = true;
    exchange->header_bytes += length;
    return exchange->header_bytes > HTTP_HEADERS_MAX ? 0 : length;
}

static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    struct http_exchange *exchange = context;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    /* A machine may lack one family of addresses; then the others count. */
    if (fd < 0 && errno != EAFNOSUPPORT)
        exchange->socket_errno = errno;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* libcurl's own time of connecting includes TLS: what tells is whether the socket has a peer. */
static int on_close(void *context, curl_socket_t fd) {
    struct http_exchange *exchange = context;
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;

    if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
        exchange->is_connected = true;
    return close(fd);
}

/* Adds bytes to a record, as far as there is room. */
static void add(struct http_record *record, const char *bytes, size_t length) {
    size_t room = HTTP_HEADERS_MAX - record->length;

    if (length > room)
        length = room;
    memcpy(record->bytes + record->length, bytes, length);
    record->length += length;
}

/* What is sent to a proxy before the request is not recorded: it holds the proxy's password. */
static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
    struct http_exchange *exchange = context;
    struct http_response *response = exchange->response;
    const char *method = exchange->request->post ? "POST " : "GET ";
    size_t length = strlen(method);

    (void)easy;
    if (type == CURLINFO_HEADER_OUT && size > length && memcmp(data, method, length) == 0)
        exchange->is_sent = true;
    if (type == CURLINFO_HEADER_OUT && exchange->is_sent)
        add(&response->sent, data, size);
    else if (type == CURLINFO_HEADER_IN)
        add(&response->received, data, size);
    return 0;
}

/* ---- Setting up ---- */

static void note(struct http_exchange *exchange, const char *option, CURLcode code) {
    if (code == CURLE_OK || exchange->refused_option != NULL)
        return;
    exchange->refused_option = option;
    exchange->refused_code = code;
}

/* Sets one of libcurl's options; the first that it refuses is noted. */
#define SET(exchange, option, value)                                                               \
    note(exchange, #option, (exchange)->curl->easy_setopt((exchange)->easy, option, value))

/* libcurl does not change them, and makes no copy, as curl_slist_append() would. */
static void set_headers(struct http_exchange *exchange) {
    struct curl_slist *next = NULL;

    for (size_t i = HTTP_REQUEST_HEADERS; i-- > 0;) {
        if (exchange->request->headers[i] == NULL)
            continue;
        exchange->headers[i] = (struct curl_slist){(char *)exchange->request->headers[i], next};
        next = &exchange->headers[i];
    }
    SET(exchange, CURLOPT_HTTPHEADER, next);
}

static void set_request(struct http_exchange *exchange) {
    const struct http_request *request = exchange->request;
    bool plain_http = request->options->server.plain_http;

    SET(exchange, CURLOPT_URL, request->url);
    SET(exchange, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    SET(exchange, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (request->post)
        SET(exchange, CURLOPT_POSTFIELDS, "");
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(exchange, CURLOPT_PROTOCOLS_STR, plain_http ? "http" : "https");
#else
    SET(exchange, CURLOPT_PROTOCOLS, (long)(plain_http ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x074000
    SET(exchange, CURLOPT_HTTP09_ALLOWED, 0L);
#endif
}

/* Nothing but the file or the directory, which is libcurl's default, is trusted, by the proxy's
 * connection neither. */
static void set_trust(struct http_exchange *exchange) {
    const char *file = exchange->request->options->ca_file;

    SET(exchange, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(exchange, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(exchange, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(exchange, CURLOPT_SSL_VERIFYHOST, 2L);
    if (file != NULL || exchange->trusts_directory) {
        SET(exchange, CURLOPT_CAINFO, file);
        SET(exchange, CURLOPT_PROXY_CAINFO, file);
    }
    if (file != NULL) {
        /* Where the TLS library takes no directory there is none to switch off. */
        exchange->curl->easy_setopt(exchange->easy, CURLOPT_CAPATH, NULL);
        exchange->curl->easy_setopt(exchange->easy, CURLOPT_PROXY_CAPATH, NULL);
    }
}

static void set_connection(struct http_exchange *exchange) {
    const struct options *options = exchange->request->options;
    const char *proxy = options->server.plain_http ? "" : options->proxy;
    int64_t spent_ms = clock_now_ms() - exchange->request->start_ms;
    int64_t left_ms = INT64_C(1000) * options->timeout - spent_ms;

    if (options->ipv4 || options->ipv6)
        SET(exchange, CURLOPT_IPRESOLVE,
            (long)(options->ipv4 ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6));
    if (proxy != NULL) {
        SET(exchange, CURLOPT_PROXY, proxy);
        SET(exchange, CURLOPT_NOPROXY, "");
    }
    SET(exchange, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    /* 0 would mean no limit at all. */
    SET(exchange, CURLOPT_TIMEOUT_MS, left_ms > 0 ? (long)left_ms : 1L);
    /* SIGALRM is the watchdog's. */
    SET(exchange, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(exchange, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_callbacks(struct http_exchange *exchange) {
    SET(exchange, CURLOPT_ERRORBUFFER, exchange->message);
    SET(exchange, CURLOPT_WRITEFUNCTION, on_body);
    SET(exchange, CURLOPT_WRITEDATA, exchange->response);
    SET(exchange, CURLOPT_HEADERFUNCTION, on_header);
    SET(exchange, CURLOPT_HEADERDATA, exchange);
    SET(exchange, CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(exchange, CURLOPT_OPENSOCKETDATA, exchange);
    SET(exchange, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    SET(exchange, CURLOPT_CLOSESOCKETDATA, exchange);
    if (exchange->request->options->verbose >= 3) {
        SET(exchange, CURLOPT_DEBUGFUNCTION, on_debug);
        SET(exchange, CURLOPT_DEBUGDATA, exchange);
        SET(exchange, CURLOPT_VERBOSE, 1L);
    }
}

int http_exchange_perform(struct http_exchange *exchange, struct error *error) {
    exchange->easy = exchange->curl->easy_init();
    if (exchange->easy == NULL)
        return error_out_of_memory(error);
    set_headers(exchange);
    set_request(exchange);
    set_trust(exchange);
    set_connection(exchange);
    set_callbacks(exchange);
    if (exchange->refused_option != NULL)
        return error_set(error, ERROR_LOCAL, "libcurl on this machine does not accept %s: %s",
                         exchange->refused_option,
                         exchange->curl->easy_strerror(exchange->refused_code));
    errno = 0;
    exchange->outcome = exchange->curl->easy_perform(exchange->easy);
    exchange->out_of_memory = errno == ENOMEM;
    return 0;
}
