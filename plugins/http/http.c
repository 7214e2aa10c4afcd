/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"

#include "characters.h"
#include "http/exchange.h"
#include "watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int load(struct libcurl *curl, struct error *error) {
    static const library_function functions[] = {LIBCURL_FUNCTIONS(LIBRARY_FUNCTION)};

    watchdog_expect("libcurl and its libraries to load");
    /* With these, libraries below write the keys of the connection to a file, or to standard error;
     * some read theirs as soon as they are loaded. */
    unsetenv("SSLKEYLOGFILE");
    unsetenv("GNUTLS_DEBUG_LEVEL");
    unsetenv("P11_KIT_DEBUG");
    /* GnuTLS comes along with librtmp, and libcurl with OpenSSL never uses it: its constructor
     * would be a twentieth of the loading. libcurl with GnuTLS initialises it itself. */
    setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 1);
    if (library_load(LIBCURL_SONAME, functions, curl, sizeof *curl, error) != 0)
        return -1;
    if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, ERROR_LOCAL, "libcurl cannot be initialised");
    return 0;
}

/* Whether the server's certificate was refused for no more than an issuer that was not found. The
 * numbers are OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT (2), ..._SELF_SIGNED_CERT_IN_CHAIN
 * (19), ..._GET_ISSUER_CERT_LOCALLY (20), ..._VERIFY_LEAF_SIGNATURE (21). */
static bool is_issuer_missing(const struct http_exchange *exchange) {
    long result = 0;

    if (exchange->outcome != CURLE_PEER_FAILED_VERIFICATION)
        return false;
    exchange->curl->easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    if (result == 0)
        exchange->curl->easy_getinfo(exchange->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &result);
    return result == 2 || (result >= 19 && result <= 21);
}

/* Where the directory alone does not lead to an issuer, once more with libcurl's own defaults: what
 * is accepted is then exactly what libcurl accepts. Nothing has been sent by then. */
static int perform(struct http_exchange *exchange, struct error *error) {
    struct http_exchange second = *exchange;
    int result = http_exchange_perform(exchange, error);

    if (result == 0 && exchange->trusts_directory && is_issuer_missing(exchange)) {
        exchange->curl->easy_cleanup(exchange->easy);
        *exchange = second;
        exchange->trusts_directory = false;
        result = http_exchange_perform(exchange, error);
    }
    if (result == 0)
        result = http_exchange_evaluate(exchange, error);
#ifdef WITH_SANITIZERS
    exchange->curl->easy_cleanup(exchange->easy);
#else
    /* Taking libcurl down is a good part of what a check costs, and waits for a resolver that still
     * runs. The process ends soon. */
    exchange->response->left_standing = exchange->easy;
#endif
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

/* Whether the library's own directory of CA certificates is one where OpenSSL can look a
 * certificate up by its hash, which saves reading some 150 of them from the bundle. GnuTLS would
 * read the whole directory. */
static bool has_hashed_directory(const struct libcurl *curl) {
#if LIBCURL_VERSION_NUM >= 0x074600
    const curl_version_info_data *library = curl->version_info(CURLVERSION_NOW);

    return library->age >= CURLVERSION_SEVENTH && library->capath != NULL &&
           library->ssl_version != NULL && strncmp(library->ssl_version, "OpenSSL/", 8) == 0 &&
           is_hashed(library->capath);
#else
    (void)curl;
    return false;
#endif
}

int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error) {
    const struct options *options = request->options;
    struct libcurl curl;

    *response = (struct http_response){.body = malloc(HTTP_BODY_MAX + 1 + 2 * HTTP_HEADERS_MAX)};
    if (response->body == NULL)
        return error_out_of_memory(error);
    response->sent.bytes = response->body + HTTP_BODY_MAX + 1;
    response->received.bytes = response->sent.bytes + HTTP_HEADERS_MAX;
    if (load(&curl, error) != 0)
        return -1;
    int64_t start_ms = clock_now_ms();
    struct http_exchange exchange = {
        .request = request,
        .response = response,
        .curl = &curl,
        .trusts_directory =
            options->ca_file == NULL && !options->server.plain_http && has_hashed_directory(&curl),
    };
    /* The C library looks for a name in the domains of this machine, too. */
    if (options->server.is_absolute)
        setenv("LOCALDOMAIN", "", 1);
    watchdog_expect("the API, in a library of this machine such as the resolver");
    int result = perform(&exchange, error);
    response->milliseconds = clock_now_ms() - start_ms;
    return result;
}

void http_response_free(struct http_response *response) {
    free(response->body);
    free(response->redirect);
}
