/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/outcome.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
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

/* Whether one of the sockets has a peer. libcurl's own time of connecting includes TLS. */
static bool is_connected(const struct http_exchange *exchange) {
    struct sockaddr_storage peer;

    if (exchange->braked)
        return true;
    for (size_t i = 0; i < exchange->socket_count && i < HTTP_SOCKETS_MAX; i++) {
        socklen_t size = sizeof peer;
        if (getpeername(exchange->sockets[i], (struct sockaddr *)&peer, &size) == 0)
            return true;
    }
    return false;
}

/* What a request was waiting for when its time was up. */
static const char *waited_for(const struct http_exchange *exchange) {
    if (!http_exchange_has_passed(exchange, CURLINFO_NAMELOOKUP_TIME_T))
        return "the name resolution of";
    if (!http_exchange_has_passed(exchange, CURLINFO_CONNECT_TIME_T) && !is_connected(exchange))
        return "a connection to";
    if (!exchange->request->server->plain_http &&
        !http_exchange_has_passed(exchange, CURLINFO_APPCONNECT_TIME_T))
        return "the TLS handshake (or the proxy) on the way to";
    return exchange->response->body_length == 0 && exchange->header_bytes == 0
               ? "an answer from"
               : "the rest of the answer from";
}

int http_outcome_fail_by_timeout(const struct http_exchange *exchange, struct error *error) {
    const struct http_request *request = exchange->request;
    const char *host = request->server->host;
    struct excerpt shown = excerpt_of_text(host);

    return error_set(error, ERROR_TIMEOUT, "timeout: waited %d s for %s %s",
                     request->deadline->seconds, waited_for(exchange), shown.text);
}

static bool begins_with(const char *text, const char *begin) {
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool is_shortage(int number) {
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
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

int http_outcome_fail_on_this_machine(const char *message, struct error *error) {
    return error_set(error, ERROR_LOCAL, "libcurl on this machine: %s", message);
}

static int fail_by_code(const struct http_exchange *exchange, CURLcode code, struct error *error) {
    const char *message =
        exchange->message[0] != '\0' ? exchange->message : exchange->curl->easy_strerror(code);

    if (quotes_bad_proxy(code, message))
        return error_set(error, ERROR_LOCAL,
                         "libcurl on this machine does not take the proxy that --proxy or a "
                         "variable such as https_proxy names: its syntax or its scheme");
    struct excerpt shown = excerpt_of(message, strlen(message), EXCERPT_MAX);

    if (begins_with(message, "getaddrinfo() thread"))
        return http_outcome_fail_on_this_machine(shown.text, error);
    if (is_shortage(exchange->socket_errno))
        return http_outcome_fail_on_this_machine(strerror(exchange->socket_errno), error);
    if (lacks_descriptors(code))
        return http_outcome_fail_on_this_machine(strerror(EMFILE), error);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return http_outcome_fail_by_timeout(exchange, error);
    case CURLE_OUT_OF_MEMORY:
        return error_out_of_memory(error);
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
        return http_outcome_fail_on_this_machine(shown.text, error);
    default:
        return error_set(error, ERROR_UNAVAILABLE, "API not usable: %s", shown.text);
    }
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

int http_outcome_evaluate(struct http_exchange *exchange, CURLcode outcome, struct error *error) {
    /* libcurl before 8.6 calls a line of more than 100 KiB memory that ran out. */
    bool line_too_long = outcome == CURLE_OUT_OF_MEMORY && !exchange->out_of_memory &&
                         !exchange->head_ended &&
                         http_exchange_has_passed(exchange, CURLINFO_PRETRANSFER_TIME_T);
    if (exchange->headers_too_large || line_too_long)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer's headers are larger than 64 KiB");
    /* That is what libcurl says of a NUL in a proxy's headers. */
    if (outcome == CURLE_BAD_FUNCTION_ARGUMENT && exchange->socket_count > 0)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer's headers are malformed");
    /* libcurl takes an end within the headers for the end of an empty body. */
    if (outcome == CURLE_OK && !exchange->head_ended)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer broke off in its headers");
    exchange->response->not_decodable = outcome == CURLE_BAD_CONTENT_ENCODING;
    if (outcome != CURLE_OK && !exchange->response->too_large && !exchange->response->not_decodable)
        return fail_by_code(exchange, outcome, error);
    return read_response(exchange, error);
}
