/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- What libcurl calls ---- */

static size_t take_body(char *data, size_t size, size_t count, void *context) {
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
static size_t see_header(char *data, size_t size, size_t count, void *context) {
    struct http_exchange *exchange = context;
    size_t length = size * count;

    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0)
        exchange->head_ended = false;
    else if (length > 0 && (data[0] == '\r' || data[0] == '\n'))
        exchange->head_ended = true;
    exchange->header_bytes += length;
    exchange->headers_too_large = exchange->header_bytes > HTTP_HEADERS_MAX;
    return exchange->headers_too_large ? 0 : length;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
    struct http_exchange *exchange = context;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd < 0) {
        exchange->socket_errno = errno;
        return CURL_SOCKET_BAD;
    }
    exchange->sockets[exchange->socket_count++ % HTTP_SOCKETS_MAX] = fd;
    return fd;
}

static int record_headers(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
    struct http_response *response = context;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT)
        http_record_add(&response->sent, data, size);
    else if (type == CURLINFO_HEADER_IN)
        http_record_add(&response->received, data, size);
    return 0;
}

/* ---- Setting up ---- */

static int fail_to_prepare(struct error *error) {
    return error_set(error, ERROR_LOCAL, "libcurl does not take the request (out of memory?)");
}

static bool add_headers(struct http_exchange *exchange) {
    const struct libcurl *curl = exchange->curl;

    for (const char *const *header = exchange->request->headers; *header != NULL; header++) {
        struct curl_slist *longer = curl->slist_append(exchange->headers, *header);
        if (longer == NULL)
            return false;
        exchange->headers = longer;
    }
    return true;
}

static bool set_what_is_asked(struct http_exchange *exchange) {
    const struct http_request *request = exchange->request;
    const struct libcurl *curl = exchange->curl;
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl->easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_USERAGENT, request->user_agent) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate") != CURLE_OK;
    failed |=
        curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) != CURLE_OK;
    if (request->post) {
        failed |= curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L) != CURLE_OK;
        failed |= curl->easy_setopt(easy, CURLOPT_POSTFIELDS, "") != CURLE_OK;
    }
#if LIBCURL_VERSION_NUM >= 0x075500
    failed |= curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                                request->server->plain_http ? "http" : "https") != CURLE_OK;
#else
    failed |= curl->easy_setopt(easy, CURLOPT_PROTOCOLS,
                                (long)(request->server->plain_http ? CURLPROTO_HTTP
                                                                   : CURLPROTO_HTTPS)) != CURLE_OK;
#endif
#if LIBCURL_VERSION_NUM >= 0x074000
    failed |= curl->easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L) != CURLE_OK;
#endif
    return !failed;
}

static bool trust_directory_alone(const struct libcurl *curl, CURL *easy, const char *path) {
    bool failed = false;

    failed |= curl->easy_setopt(easy, CURLOPT_CAINFO, NULL) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_CAPATH, path) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_PROXY_CAPATH, path) != CURLE_OK;
    return !failed;
}

/* With a CA file nothing else is trusted, by the proxy's connection neither. Without one it is the
 * library's directory, or all that libcurl trusts by default. */
static bool set_trust(struct http_exchange *exchange) {
    const char *ca_file = exchange->request->ca_file;
    const long tls = CURL_SSLVERSION_TLSv1_2;
    const struct libcurl *curl = exchange->curl;
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl->easy_setopt(easy, CURLOPT_SSLVERSION, tls) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, tls) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK;
    if (ca_file == NULL)
        return !failed && (exchange->ca_directory == NULL ||
                           trust_directory_alone(curl, easy, exchange->ca_directory));
    failed |= curl->easy_setopt(easy, CURLOPT_CAINFO, ca_file) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca_file) != CURLE_OK;
    /* Where the TLS library takes no directory there is none to switch off. */
    curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl->easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    return !failed;
}

static bool set_way(struct http_exchange *exchange) {
    const struct http_request *request = exchange->request;
    const char *proxy = request->server->plain_http ? "" : request->proxy;
    const struct libcurl *curl = exchange->curl;
    CURL *easy = exchange->easy;
    bool failed = false;

    if (request->ipv4 || request->ipv6)
        failed |= curl->easy_setopt(
                      easy, CURLOPT_IPRESOLVE,
                      (long)(request->ipv4 ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6)) != CURLE_OK;
    if (proxy != NULL) {
        failed |= curl->easy_setopt(easy, CURLOPT_PROXY, proxy) != CURLE_OK;
        failed |= curl->easy_setopt(easy, CURLOPT_NOPROXY, "") != CURLE_OK;
    }
    failed |= curl->easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) != CURLE_OK;
    /* A connection that is used again may break, and libcurl would silently send again. */
    failed |= curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075700
    failed |= curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) != CURLE_OK;
#endif
    /* The deadline is kept by drive(); this bounds a resolver without threads, by SIGALRM. */
    failed |= curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                (long)deadline_left_ms(request->deadline) + 100) != CURLE_OK;
#ifdef LIBCURL_RESOLVES_IN_A_THREAD
    /* Else libcurl would ignore SIGPIPE again and again, which this process does anyway. */
    failed |= curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
#endif
    return !failed;
}

static bool set_callbacks(struct http_exchange *exchange) {
    const struct libcurl *curl = exchange->curl;
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->message) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_WRITEDATA, exchange->response) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, see_header) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_HEADERDATA, exchange) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) != CURLE_OK;
    failed |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) != CURLE_OK;
    if (exchange->request->record) {
        failed |= curl->easy_setopt(easy, CURLOPT_DEBUGFUNCTION, record_headers) != CURLE_OK;
        failed |= curl->easy_setopt(easy, CURLOPT_DEBUGDATA, exchange->response) != CURLE_OK;
        failed |= curl->easy_setopt(easy, CURLOPT_VERBOSE, 1L) != CURLE_OK;
    }
    return !failed;
}

int http_exchange_prepare(struct http_exchange *exchange, struct error *error) {
    const struct libcurl *curl = exchange->curl;

    exchange->easy = curl->easy_init();
    exchange->multi = curl->multi_init();
    if (exchange->easy == NULL || exchange->multi == NULL || !add_headers(exchange) ||
        !set_what_is_asked(exchange) || !set_trust(exchange) || !set_way(exchange) ||
        !set_callbacks(exchange) ||
        curl->multi_add_handle(exchange->multi, exchange->easy) != CURLM_OK)
        return fail_to_prepare(error);
    return 0;
}

bool http_exchange_has_passed(const struct http_exchange *exchange, CURLINFO what) {
    curl_off_t microseconds = 0;

    exchange->curl->easy_getinfo(exchange->easy, what, &microseconds);
    return microseconds > 0;
}
