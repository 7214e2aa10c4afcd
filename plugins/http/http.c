/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"

#include "characters.h"
#include "http/exchange.h"
#include "http/libcurl.h"
#include "http/outcome.h"
#include "watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int prepare(const struct http_request *request, struct http_response *response,
                   struct error *error) {
    *response = (struct http_response){.body = malloc(HTTP_BODY_MAX + 1)};
    if (request->record) {
        response->sent.bytes = malloc(HTTP_HEADERS_MAX);
        response->received.bytes = malloc(HTTP_HEADERS_MAX);
    }
    bool has_records = response->sent.bytes != NULL && response->received.bytes != NULL;
    if (response->body == NULL || (request->record && !has_records))
        return error_out_of_memory(error);
    return 0;
}

void http_response_free(struct http_response *response) {
    free(response->body);
    free(response->redirect);
    free(response->sent.bytes);
    free(response->received.bytes);
    *response = (struct http_response){.left_standing = response->left_standing};
}

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

/* Whether one certificate at least stands there under the name by which OpenSSL looks it up, its
 * subject's hash (openssl-rehash(1)). */
static bool is_hashed(const char *path) {
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool found = false;

    if (directory == NULL)
        return false;
    while (!found && (entry = readdir(directory)) != NULL)
        found = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.' &&
                character_is_digit(entry->d_name[9]);
    closedir(directory);
    return found;
}

/* The library's own directory of CA certificates, where OpenSSL can look a certificate up by its
 * hash, which saves reading some 150 of them from the bundle; NULL where there is none. GnuTLS
 * would read the whole directory. */
static const char *hashed_ca_directory(const struct libcurl *curl) {
#if LIBCURL_VERSION_NUM >= 0x074600
    const curl_version_info_data *library = curl->version_info(CURLVERSION_NOW);

    if (library->age >= CURLVERSION_SEVENTH && library->capath != NULL &&
        library->ssl_version != NULL && strncmp(library->ssl_version, "OpenSSL/", 8) == 0 &&
        is_hashed(library->capath))
        return library->capath;
#endif
    return NULL;
}

/* Where the directory alone does not lead to an issuer, once more with libcurl's own defaults: what
 * is accepted is then exactly what libcurl accepts. Nothing of the request has been sent by then.
 */
int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error) {
    struct libcurl curl;
    bool issuer_missing;

    watchdog_expect("libcurl and its libraries to load");
    if (prepare(request, response, error) != 0 || libcurl_load(&curl, error) != 0)
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
    return result;
}
