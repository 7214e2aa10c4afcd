/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"

#include "http/ca_directory.h"
#include "http/exchange.h"
#include "http/libcurl.h"
#include "http/outcome.h"
#include "watchdog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Taking libcurl down is a good part of what a check costs, and waits for a resolver that still
 * runs. The process ends soon; only an attempt that another one follows is taken down, because it
 * would be lost. Sanitizers want all memory back. */
static void leave(struct http_exchange *exchange, bool is_last) {
#ifndef WITH_SANITIZERS
    if (is_last) {
        exchange->response->left_standing = exchange->easy;
        return;
    }
#endif
    (void)is_last;
    exchange->curl->easy_cleanup(exchange->easy);
    exchange->curl->slist_free_all(exchange->headers);
}

static int attempt(const struct libcurl *curl, const struct http_request *request,
                   struct http_response *response, const char *ca_directory, bool *issuer_missing,
                   struct error *error) {
    struct http_exchange exchange = {
        .curl = curl, .request = request, .response = response, .ca_directory = ca_directory};
    int result = http_exchange_prepare(&exchange, error);

    *issuer_missing = false;
    if (result == 0) {
        errno = 0;
        CURLcode outcome = curl->easy_perform(exchange.easy);
        exchange.out_of_memory = errno == ENOMEM;
        *issuer_missing = http_outcome_is_issuer_missing(&exchange, outcome);
        result = http_outcome_evaluate(&exchange, outcome, error);
    }
    leave(&exchange, ca_directory == NULL || !*issuer_missing);
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

/* Of these variables libcurl takes the first that is not empty. --proxy is checked elsewhere. */
static int check_proxy_variables(const struct http_request *request, struct error *error) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    if (request->proxy != NULL || request->server->plain_http)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || *value == '\0')
            continue;
        if (!server_is_proxy_passed_over(value))
            return 0;
        return error_set(error, ERROR_LOCAL,
                         "the environment variable %s holds an encoded control character, and "
                         "libcurl would go past this proxy",
                         names[i]);
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
        http_response_prepare(request, response, error) != 0)
        return -1;
    watchdog_expect("libcurl and its libraries to load");
    if (libcurl_load(&curl, error) != 0)
        return -1;
    int64_t start_ms = clock_now_ms();
    const char *ca_directory = request->ca_file == NULL && !request->server->plain_http
                                   ? hashed_ca_directory(&curl)
                                   : NULL;
    /* The C library looks for a name in the domains of this machine, too. */
    if (request->server->is_absolute)
        setenv("LOCALDOMAIN", "", 1);
    watchdog_expect("the API, in a library of this machine");
    int result = attempt(&curl, request, response, ca_directory, &issuer_missing, error);
    if (ca_directory != NULL && issuer_missing)
        result = attempt(&curl, request, response, NULL, &issuer_missing, error);
    response->milliseconds = clock_now_ms() - start_ms;
    http_record_hide_credentials(&response->sent);
    return result;
}
