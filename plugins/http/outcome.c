/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/exchange.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A resolver has two or three files and sockets open at a time. */
enum { RESOLVER_DESCRIPTORS = 4 };

/* Whether one of libcurl's points in time, CURLINFO_..._TIME_T, has come. */
static bool has_passed(const struct http_exchange *exchange, CURLINFO what) {
    curl_off_t microseconds = 0;

    exchange->curl->easy_getinfo(exchange->easy, what, &microseconds);
    return microseconds > 0;
}

/* What a request was waiting for when its time was up. */
static const char *waited_for(const struct http_exchange *exchange) {
    if (!has_passed(exchange, CURLINFO_NAMELOOKUP_TIME_T))
        return "the name resolution of";
    if (!exchange->is_connected)
        return "a connection to";
    if (!exchange->request->options->server.plain_http &&
        !has_passed(exchange, CURLINFO_APPCONNECT_TIME_T))
        return "the TLS handshake (or the proxy) on the way to";
    return exchange->header_bytes == 0 ? "an answer from" : "the rest of the answer from";
}

static bool begins_with(const char *text, const char *begin) {
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool are_descriptors_free(void) {
    int taken[RESOLVER_DESCRIPTORS];
    int count = 0;

    while (count < RESOLVER_DESCRIPTORS &&
           (taken[count] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        close(taken[i]);
    return count == RESOLVER_DESCRIPTORS;
}

/* libcurl quotes the whole proxy, its password included, or what it took for the proxy's host. */
static bool quotes_bad_proxy(CURLcode code, const char *message) {
    return begins_with(message, "Unsupported proxy") ||
           begins_with(message, "Unsupported pre-proxy") ||
           (code == CURLE_COULDNT_RESOLVE_PROXY && strchr(message, '@') != NULL);
}

/* Takes " after 12 ms" out of libcurl's words: the same trouble has the same text at each check. */
static void remove_duration(char *message) {
    for (char *at = message; (at = strstr(at, " after ")) != NULL; at++) {
        int length = 0;
        (void)sscanf(at, " after %*u ms%n", &length);
        memmove(at, at + length, strlen(at + length) + 1);
    }
}

/* libcurl's own words for an outcome. */
static struct excerpt message_of(const struct http_exchange *exchange) {
    char message[CURL_ERROR_SIZE];

    snprintf(message, sizeof message, "%s",
             exchange->message[0] != '\0' ? exchange->message
                                          : exchange->curl->easy_strerror(exchange->outcome));
    remove_duration(message);
    return excerpt_of(message, strlen(message), EXCERPT_MAX);
}

static bool is_local(CURLcode code, const char *message) {
    static const CURLcode codes[] = {
        CURLE_OUT_OF_MEMORY,         CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE,    CURLE_SSL_CRL_BADFILE,
        CURLE_SSL_CERTPROBLEM,       CURLE_SSL_ENGINE_NOTFOUND,
        CURLE_SSL_ENGINE_SETFAILED,  CURLE_SSL_ENGINE_INITFAILED,
        CURLE_FAILED_INIT,           CURLE_NOT_BUILT_IN,
        CURLE_URL_MALFORMAT,         CURLE_UNKNOWN_OPTION,
        CURLE_BAD_FUNCTION_ARGUMENT,
    };
    /* OpenSSL's, of a configuration or a lack of random numbers with which TLS cannot begin. */
    static const char *const phrases[] = {"no ciphers available", "no protocols available", "rand",
                                          "drbg", "entropy"};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (code == codes[i])
            return true;
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (code == CURLE_SSL_CONNECT_ERROR &&
            text_has_phrase(message, strlen(message), phrases[i]))
            return true;
    return begins_with(message, "getaddrinfo() thread");
}

/* The reason where it lies on this machine; else NULL. */
static const char *local_reason(const struct http_exchange *exchange, const char *message) {
    CURLcode code = exchange->outcome;

    if (exchange->socket_errno != 0)
        return strerror(exchange->socket_errno);
    /* A resolver that gets no descriptor says no more than that there is no such host. */
    if ((code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) &&
        !are_descriptors_free())
        return strerror(EMFILE);
    return is_local(code, message) ? message : NULL;
}

/* Whether libcurl names another host and port than the server's, which can only be the proxy's; or
 * both, as the newest do. Its message may be cut within them. */
static bool is_of_proxy(const struct http_exchange *exchange, const char *message) {
    static const char begin[] = "Failed to connect to ";
    const struct server *server = &exchange->request->options->server;
    char own[sizeof begin + HOST_MAX + sizeof " port 65535"];
    char newer[sizeof own];

    snprintf(own, sizeof own, "%s%s port %d", begin, server->host, server->port);
    snprintf(newer, sizeof newer, "%s%s:%d", begin, server->host, server->port);
    bool is_own = begins_with(message, own) || begins_with(own, message) ||
                  begins_with(message, newer) || begins_with(newer, message);
    return begins_with(message, begin) && (!is_own || strstr(message, " over proxy ") != NULL);
}

static int fail_by_code(const struct http_exchange *exchange, struct error *error) {
    const struct http_request *request = exchange->request;
    CURLcode code = exchange->outcome;
    struct excerpt shown = message_of(exchange);

    if (code == CURLE_OPERATION_TIMEDOUT)
        return error_set(error, ERROR_TIMEOUT, "timeout: waited %d s for %s %s",
                         request->options->timeout, waited_for(exchange),
                         excerpt_of_text(request->options->server.host).text);
    if (code == CURLE_OUT_OF_MEMORY && exchange->message[0] == '\0')
        return error_out_of_memory(error);
    if (quotes_bad_proxy(code, shown.text))
        return error_set(error, ERROR_LOCAL,
                         "libcurl on this machine does not accept the proxy that --proxy or a "
                         "variable such as https_proxy names: its syntax or its scheme");
    const char *reason = local_reason(exchange, shown.text);
    if (reason != NULL)
        return error_set(error, ERROR_LOCAL, "libcurl on this machine: %s", reason);
    return error_set(error, ERROR_UNAVAILABLE, "API not usable: %s%s", shown.text,
                     is_of_proxy(exchange, shown.text) ? " (the proxy)" : "");
}

/* libcurl before 8.6 calls a line of more than 100 KiB memory that ran out. */
static bool is_line_too_long(const struct http_exchange *exchange) {
    return exchange->outcome == CURLE_OUT_OF_MEMORY && !exchange->out_of_memory &&
           !exchange->head_ended &&
           (exchange->header_bytes > 0 || has_passed(exchange, CURLINFO_APPCONNECT_TIME_T) ||
            (exchange->request->options->server.plain_http && exchange->is_connected));
}

/* What is wrong with an answer, where libcurl does not say it, or not in the same words at each
 * check; else NULL. */
static const char *fault_of(const struct http_exchange *exchange) {
    CURLcode outcome = exchange->outcome;

    if (exchange->header_bytes > HTTP_HEADERS_MAX || is_line_too_long(exchange))
        return "API not usable: the answer's headers are larger than 64 KiB";
    /* That is what libcurl says of a NUL in a proxy's headers. */
    if (outcome == CURLE_BAD_FUNCTION_ARGUMENT && exchange->is_connected)
        return "API not usable: the answer's headers are malformed";
    /* libcurl takes an end within the headers for the end of an empty body. */
    if (outcome == CURLE_OK && !exchange->head_ended)
        return "API not usable: the answer broke off in its headers";
    /* libcurl counts the missing bytes: each check would have another text. */
    return outcome == CURLE_PARTIAL_FILE ? "API not usable: the answer broke off in its body"
                                         : NULL;
}

int http_exchange_evaluate(struct http_exchange *exchange, struct error *error) {
    struct http_response *response = exchange->response;
    const char *fault = fault_of(exchange);
    const char *redirect = NULL;

    if (fault != NULL)
        return error_set(error, ERROR_UNAVAILABLE, "%s", fault);
    if (exchange->outcome != CURLE_OK && !response->too_large)
        return fail_by_code(exchange, error);
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &response->status);
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &redirect);
    response->body[response->body_length] = '\0';
    if (redirect == NULL)
        return 0;
    response->redirect = strdup(redirect);
    return response->redirect != NULL ? 0 : error_out_of_memory(error);
}
