/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/outcome.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A resolver has two or three files and sockets open at a time. */
enum { RESOLVER_DESCRIPTORS = 4 };

/* The numbers are OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT (2),
 * ..._SELF_SIGNED_CERT_IN_CHAIN (19), ..._GET_ISSUER_CERT_LOCALLY (20), ..._VERIFY_LEAF_SIGNATURE
 * (21). */
bool http_outcome_is_issuer_missing(const struct http_exchange *exchange, CURLcode outcome) {
    long result = 0;
    long proxy_result = 0;

    if (outcome != CURLE_PEER_FAILED_VERIFICATION)
        return false;
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy_result);
    if (result == 0)
        result = proxy_result;
    return result == 2 || (result >= 19 && result <= 21);
}

/* What a request was waiting for when its time was up. */
static const char *waited_for(const struct http_exchange *exchange) {
    if (!http_exchange_has_passed(exchange, CURLINFO_NAMELOOKUP_TIME_T))
        return "the name resolution of";
    if (!exchange->is_connected)
        return "a connection to";
    if (!exchange->request->server->plain_http &&
        !http_exchange_has_passed(exchange, CURLINFO_APPCONNECT_TIME_T))
        return "the TLS handshake (or the proxy) on the way to";
    return exchange->response->body_length == 0 && exchange->header_bytes == 0
               ? "an answer from"
               : "the rest of the answer from";
}

static int fail_by_timeout(const struct http_exchange *exchange, struct error *error) {
    const struct http_request *request = exchange->request;

    return error_set(error, ERROR_TIMEOUT, "timeout: waited %d s for %s %s",
                     request->deadline->seconds, waited_for(exchange),
                     excerpt_of_text(request->server->host).text);
}

static bool begins_with(const char *text, const char *begin) {
    return strncmp(text, begin, strlen(begin)) == 0;
}

/* A machine may lack one family of addresses; then the others count. */
static bool is_socket_refused(int number) {
    return number != 0 && number != EAFNOSUPPORT;
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

/* A resolver that gets no descriptor says no more than that there is no such host. */
static bool lacks_descriptors(CURLcode code) {
    return (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) &&
           !are_descriptors_free();
}

/* libcurl quotes the whole proxy, its password included, or what it took for the proxy's host. */
static bool quotes_bad_proxy(CURLcode code, const char *message) {
    return begins_with(message, "Unsupported proxy") ||
           begins_with(message, "Unsupported pre-proxy") ||
           (code == CURLE_COULDNT_RESOLVE_PROXY && strchr(message, '@') != NULL);
}

static int fail_on_this_machine(const char *message, struct error *error) {
    return error_set(error, ERROR_LOCAL, "libcurl on this machine: %s", message);
}

/* Takes " after 12 ms" out of libcurl's words: the same trouble has the same text at each check. */
static void remove_duration(char *message) {
    static const char before[] = " after ";
    static const char behind[] = " ms";

    for (char *at = message; (at = strstr(at, before)) != NULL; at++) {
        char *digits = at + sizeof before - 1;
        char *end = digits + strspn(digits, "0123456789");
        if (end > digits && strncmp(end, behind, sizeof behind - 1) == 0)
            memmove(at, end + sizeof behind - 1, strlen(end + sizeof behind - 1) + 1);
    }
}

/* libcurl's own words for an outcome. */
static struct excerpt message_of(const struct http_exchange *exchange, CURLcode code) {
    char message[CURL_ERROR_SIZE];

    snprintf(message, sizeof message, "%s",
             exchange->message[0] != '\0' ? exchange->message
                                          : exchange->curl->easy_strerror(code));
    remove_duration(message);
    return excerpt_of(message, strlen(message), EXCERPT_MAX);
}

/* A TLS library that its configuration, or a lack of random numbers, keeps from even beginning; the
 * words are OpenSSL's. */
static bool cannot_start_tls(CURLcode code, const char *message) {
    static const char *const phrases[] = {"no ciphers available", "no protocols available", "rand",
                                          "drbg", "entropy"};

    if (code != CURLE_SSL_CONNECT_ERROR)
        return false;
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (text_has_phrase(message, strlen(message), phrases[i]))
            return true;
    return false;
}

static bool is_local(CURLcode code, const char *message) {
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_FAILED_INIT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return true;
    default:
        return begins_with(message, "getaddrinfo() thread") || cannot_start_tls(code, message);
    }
}

/* Whether libcurl names another host and port than the server's, which can only be the proxy's. Its
 * message may be cut within them. */
static bool is_of_proxy(const struct http_exchange *exchange, const char *message) {
    static const char begin[] = "Failed to connect to ";
    const struct server *server = exchange->request->server;
    char own[sizeof begin + HOST_MAX + sizeof " port 65535"];

    snprintf(own, sizeof own, "%s%s port %d", begin, server->host, server->port);
    return begins_with(message, begin) && !begins_with(message, own) && !begins_with(own, message);
}

static int fail_by_code(const struct http_exchange *exchange, CURLcode code, struct error *error) {
    struct excerpt shown = message_of(exchange, code);

    if (code == CURLE_OPERATION_TIMEDOUT)
        return fail_by_timeout(exchange, error);
    if (code == CURLE_OUT_OF_MEMORY && exchange->message[0] == '\0')
        return error_out_of_memory(error);
    if (quotes_bad_proxy(code, shown.text))
        return error_set(error, ERROR_LOCAL,
                         "libcurl on this machine does not accept the proxy that --proxy or a "
                         "variable such as https_proxy names: its syntax or its scheme");
    if (is_socket_refused(exchange->socket_errno))
        return fail_on_this_machine(strerror(exchange->socket_errno), error);
    if (lacks_descriptors(code))
        return fail_on_this_machine(strerror(EMFILE), error);
    if (is_local(code, shown.text))
        return fail_on_this_machine(shown.text, error);
    return error_set(error, ERROR_UNAVAILABLE, "API not usable: %s%s", shown.text,
                     is_of_proxy(exchange, shown.text) ? " (the proxy)" : "");
}

static int read_response(struct http_exchange *exchange, struct error *error) {
    struct http_response *response = exchange->response;
    const char *redirect = NULL;

    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &response->status);
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &redirect);
    response->body[response->body_length] = '\0';
    if (redirect == NULL)
        return 0;
    response->redirect = strdup(redirect);
    return response->redirect != NULL ? 0 : error_out_of_memory(error);
}

/* libcurl before 8.6 calls a line of more than 100 KiB memory that ran out. */
static bool is_line_too_long(const struct http_exchange *exchange, CURLcode outcome) {
    return outcome == CURLE_OUT_OF_MEMORY && !exchange->out_of_memory && !exchange->head_ended &&
           (exchange->header_bytes > 0 || exchange->request->server->plain_http ||
            http_exchange_has_passed(exchange, CURLINFO_APPCONNECT_TIME_T));
}

int http_outcome_evaluate(struct http_exchange *exchange, CURLcode outcome, struct error *error) {
    if (exchange->headers_too_large || is_line_too_long(exchange, outcome))
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer's headers are larger than 64 KiB");
    /* That is what libcurl says of a NUL in a proxy's headers. */
    if (outcome == CURLE_BAD_FUNCTION_ARGUMENT && exchange->is_connected)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer's headers are malformed");
    /* libcurl takes an end within the headers for the end of an empty body. */
    if (outcome == CURLE_OK && !exchange->head_ended)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer broke off in its headers");
    /* libcurl counts the missing bytes: each check would have another text. */
    if (outcome == CURLE_PARTIAL_FILE)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer broke off in its body");
    if (outcome != CURLE_OK && !exchange->response->too_large)
        return fail_by_code(exchange, outcome, error);
    return read_response(exchange, error);
}
