/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"

#include "http/ca_directory.h"
#include "http/exchange.h"
#include "http/libcurl.h"
#include "http/outcome.h"
#include "process.h"
#include "signal_timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BRAKE_MS = 200 };

/* libcurl does not come back while bytes keep coming that the TLS library skips (HelloRequests, for
 * one), neither from reading nor from closing a connection, and as long as it is away nobody looks
 * at the deadline. So, a little later, a signal shuts the sockets down, which ends whatever is read
 * from them. */
static void brake(void *argument) {
    struct http_exchange *exchange = argument;

    exchange->braked = 1;
    for (size_t i = 0; i < exchange->socket_count && i < HTTP_SOCKETS_MAX; i++)
        shutdown(exchange->sockets[i], SHUT_RDWR);
}

static CURLMcode wait_for_network(const struct libcurl *curl, CURLM *multi, int milliseconds) {
#if LIBCURL_VERSION_NUM >= 0x074200
    return curl->multi_poll(multi, NULL, 0, milliseconds, NULL);
#else
    /* It does not wait while a name is being resolved: ask often, but not all the time. */
    return curl->multi_wait(multi, NULL, 0, milliseconds < 20 ? milliseconds : 20, NULL);
#endif
}

/* Lets libcurl work until the request has ended or the time is up; *ended says which. The easy
 * interface would not do: at a timeout it waits for a resolver that hangs. */
static CURLMcode drive(struct http_exchange *exchange) {
    const struct libcurl *curl = exchange->curl;
    int running = 1;

    exchange->ended = false;
    errno = 0;
    CURLMcode code = curl->multi_perform(exchange->multi, &running);

    while (code == CURLM_OK && running > 0) {
        int left = deadline_left_ms(exchange->request->deadline);
        if (left == 0)
            break;
        code = wait_for_network(curl, exchange->multi, left);
        if (code == CURLM_OK)
            code = curl->multi_perform(exchange->multi, &running);
    }
    exchange->ended = running == 0;
    exchange->out_of_memory = errno == ENOMEM;
    return code;
}

static CURLcode outcome_of(struct http_exchange *exchange) {
    int left;
    const CURLMsg *message = exchange->curl->multi_info_read(exchange->multi, &left);

    return message != NULL ? message->data.result : CURLE_FAILED_INIT;
}

/* After an answer all is left standing, for the process ends soon, and taking it down is a good
 * part of what a check costs. So it is where there is no connection yet, for libcurl would wait for
 * a resolver that still runs. Sanitizers want all memory back; there libcurl is told not to wait.
 */
static bool is_left_standing(const struct http_exchange *exchange, bool answered) {
#ifdef WITH_SANITIZERS
    (void)exchange;
    (void)answered;
    return false;
#else
    return answered ||
           (!exchange->ended && !http_exchange_has_passed(exchange, CURLINFO_CONNECT_TIME_T));
#endif
}

static void leave(struct http_exchange *exchange, bool answered) {
    const struct libcurl *curl = exchange->curl;

    if (is_left_standing(exchange, answered)) {
        exchange->response->left_standing = exchange->multi;
        return;
    }
    if (exchange->multi != NULL && exchange->easy != NULL)
        curl->multi_remove_handle(exchange->multi, exchange->easy);
    curl->easy_cleanup(exchange->easy);
    curl->multi_cleanup(exchange->multi);
    curl->slist_free_all(exchange->headers);
}

static int run(struct http_exchange *exchange, bool *issuer_missing, struct error *error) {
    CURLMcode code = drive(exchange);

    if (code != CURLM_OK)
        return http_outcome_fail_on_this_machine(exchange->curl->multi_strerror(code), error);
    if (!exchange->ended || exchange->braked)
        return http_outcome_fail_by_timeout(exchange, error);
    CURLcode outcome = outcome_of(exchange);
    *issuer_missing = http_outcome_is_issuer_missing(exchange, outcome);
    return http_outcome_evaluate(exchange, outcome, error);
}

static int attempt(const struct libcurl *curl, const struct http_request *request,
                   struct http_response *response, const char *ca_directory, bool *issuer_missing,
                   struct error *error) {
    struct http_exchange exchange = {.curl = curl,
                                     .request = request,
                                     .response = response,
                                     .ca_directory = ca_directory,
                                     .ended = true};
    struct signal_timer timer = {.call = brake, .argument = &exchange};
    int result = http_exchange_prepare(&exchange, error);

    *issuer_missing = false;
    signal_timer_start(&timer, PROCESS_SIGNAL_BRAKE,
                       deadline_left_ms(request->deadline) + BRAKE_MS);
    if (result == 0)
        result = run(&exchange, issuer_missing, error);
    leave(&exchange, result == 0);
    signal_timer_stop(&timer);
    return result;
}

/* The library's own directory of CA certificates, where OpenSSL can look a certificate up by its
 * hash, which saves reading some 150 of them from the bundle; NULL where there is none. GnuTLS
 * would read the whole directory. */
static const char *hashed_ca_directory(const struct libcurl *curl) {
#if LIBCURL_VERSION_NUM >= 0x074600
    const curl_version_info_data *library = curl->version_info(CURLVERSION_NOW);

    if (library->age >= CURLVERSION_SEVENTH && library->capath != NULL &&
        library->ssl_version != NULL && strncmp(library->ssl_version, "OpenSSL/", 8) == 0 &&
        ca_directory_is_hashed(library->capath))
        return library->capath;
#endif
    return NULL;
}

static int check_proxy_variable(const char *name, const char *value, struct error *error) {
    if (!server_is_proxy_passed_over(value))
        return 0;
    return error_set(error, ERROR_LOCAL,
                     "the environment variable %s holds an encoded control character, and libcurl "
                     "would pass the proxy over",
                     name);
}

/* Of these variables libcurl takes the first that is not empty. --proxy is checked elsewhere. */
static int check_proxy_variables(const struct http_request *request, struct error *error) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    if (request->proxy != NULL || request->server->plain_http)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && *value != '\0')
            return check_proxy_variable(names[i], value, error);
    }
    return 0;
}

/* Where the directory alone does not lead to an issuer, once more with libcurl's own defaults: what
 * is accepted is then exactly what libcurl accepts. Nothing of the request has been sent by then.
 */
int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error) {
    struct libcurl curl;
    bool issuer_missing;

    if (check_proxy_variables(request, error) != 0 ||
        http_response_prepare(request, response, error) != 0 || libcurl_load(&curl, error) != 0)
        return -1;
    int64_t start_ms = clock_now_ms();
    const char *ca_directory = request->ca_file == NULL && !request->server->plain_http
                                   ? hashed_ca_directory(&curl)
                                   : NULL;
    int result = attempt(&curl, request, response, ca_directory, &issuer_missing, error);
    if (ca_directory != NULL && issuer_missing)
        result = attempt(&curl, request, response, NULL, &issuer_missing, error);
    response->milliseconds = clock_now_ms() - start_ms;
    http_record_hide_credentials(&response->sent);
    return result;
}
