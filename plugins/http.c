/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http.h"

#include "process.h"
#include "text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#ifdef HAVE_MALLOC_USABLE_SIZE
#include <malloc.h>
#endif

/* All that one request is made of while it runs. */
struct exchange {
    const struct http_request *request;
    struct http_response *response;
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    size_t header_bytes;
    bool headers_too_large;
    char message[CURL_ERROR_SIZE];
};

/* ---- Memory: libcurl's copies of the token are wiped when it frees them ---- */

static void wiping_free(void *memory) {
#ifdef HAVE_MALLOC_USABLE_SIZE
    if (memory != NULL)
        wipe(memory, malloc_usable_size(memory));
#endif
    free(memory);
}

#ifdef HAVE_MALLOC_USABLE_SIZE
static void *wiping_realloc(void *memory, size_t size) {
    size_t old_size = malloc_usable_size(memory);
    void *moved = malloc(size);

    if (moved == NULL)
        return NULL;
    if (memory != NULL)
        memcpy(moved, memory, old_size < size ? old_size : size);
    wiping_free(memory);
    return moved;
}
#else
#define wiping_realloc realloc
#endif

static int initialise(struct error *error) {
    /* Libraries below would write the keys of the connection to that file, or to stderr. */
    unsetenv("SSLKEYLOGFILE");
    unsetenv("GNUTLS_DEBUG_LEVEL");
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup,
                             calloc) != CURLE_OK)
        return error_set(error, ERROR_TROUBLE, "libcurl cannot be initialised");
    return 0;
}

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

static size_t count_header(char *data, size_t size, size_t count, void *context) {
    struct exchange *exchange = context;

    (void)data;
    exchange->header_bytes += size * count;
    exchange->headers_too_large = exchange->header_bytes > HTTP_HEADERS_MAX;
    return exchange->headers_too_large ? 0 : size * count;
}

static void record(struct http_record *record, const char *bytes, size_t length) {
    size_t room = record->bytes != NULL ? HTTP_HEADERS_MAX - record->length : 0;

    if (length > room)
        length = room;
    if (length == 0)
        return;
    memcpy(record->bytes + record->length, bytes, length);
    record->length += length;
}

/* The proxy's password is left out of what was sent. */
static void record_sent(struct http_record *sent, const char *bytes, size_t length) {
    static const char credentials[] = "Proxy-Authorization:";
    size_t line_length;

    for (; length > 0; bytes += line_length, length -= line_length) {
        const char *end = memchr(bytes, '\n', length);
        line_length = end != NULL ? (size_t)(end - bytes) + 1 : length;
        if (line_length >= sizeof credentials - 1 &&
            strncasecmp(bytes, credentials, sizeof credentials - 1) == 0) {
            record(sent, credentials, sizeof credentials - 1);
            record(sent, " " TEXT_MASK "\r\n", strlen(TEXT_MASK) + 3);
        } else {
            record(sent, bytes, line_length);
        }
    }
}

static int record_headers(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
    struct http_response *response = context;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT)
        record_sent(&response->sent, data, size);
    else if (type == CURLINFO_HEADER_IN)
        record(&response->received, data, size);
    return 0;
}

/* ---- Setting up ---- */

static int fail_to_prepare(struct error *error) {
    return error_set(error, ERROR_TROUBLE, "libcurl does not take the request (out of memory?)");
}

static bool add_headers(struct exchange *exchange) {
    for (const char *const *header = exchange->request->headers; *header != NULL; header++) {
        struct curl_slist *longer = curl_slist_append(exchange->headers, *header);
        if (longer == NULL)
            return false;
        exchange->headers = longer;
    }
    return true;
}

static bool set_what_is_asked(struct exchange *exchange) {
    const struct http_request *request = exchange->request;
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_USERAGENT, request->user_agent) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate") != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) != CURLE_OK;
    if (request->post) {
        failed |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L) != CURLE_OK;
        failed |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "") != CURLE_OK;
    }
#if LIBCURL_VERSION_NUM >= 0x075500
    failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                               request->server->plain_http ? "http" : "https") != CURLE_OK;
#else
    failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                               (long)(request->server->plain_http ? CURLPROTO_HTTP
                                                                  : CURLPROTO_HTTPS)) != CURLE_OK;
#endif
#if LIBCURL_VERSION_NUM >= 0x074000
    failed |= curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L) != CURLE_OK;
#endif
    return !failed;
}

/* With a CA file nothing else is trusted, by the proxy's connection neither. */
static bool set_trust(struct exchange *exchange) {
    const char *ca_file = exchange->request->ca_file;
    const long tls = CURL_SSLVERSION_TLSv1_2;
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, tls) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, tls) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK;
    if (ca_file == NULL)
        return !failed;
    failed |= curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca_file) != CURLE_OK;
    /* Where the TLS library takes no directory there is none to switch off. */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    return !failed;
}

static bool set_way(struct exchange *exchange) {
    const struct http_request *request = exchange->request;
    const char *proxy = request->server->plain_http ? "" : request->proxy;
    CURL *easy = exchange->easy;
    bool failed = false;

    if (request->ipv4 || request->ipv6)
        failed |= curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                                   (long)(request->ipv4 ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6)) !=
                  CURLE_OK;
    if (proxy != NULL) {
        failed |= curl_easy_setopt(easy, CURLOPT_PROXY, proxy) != CURLE_OK;
        failed |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "") != CURLE_OK;
    }
    failed |= curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) != CURLE_OK;
    /* A connection that is used again may break, and libcurl would silently send again. */
    failed |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) != CURLE_OK;
    /* The deadline is kept by drive(); this bounds a resolver that blocks, by SIGALRM. */
    failed |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                               (long)deadline_left_ms(request->deadline) + 100) != CURLE_OK;
    return !failed;
}

static bool set_callbacks(struct exchange *exchange) {
    CURL *easy = exchange->easy;
    bool failed = false;

    failed |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->message) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange->response) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, count_header) != CURLE_OK;
    failed |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) != CURLE_OK;
    if (exchange->request->record) {
        failed |= curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, record_headers) != CURLE_OK;
        failed |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, exchange->response) != CURLE_OK;
        failed |= curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) != CURLE_OK;
    }
    return !failed;
}

static int prepare_response(const struct http_request *request, struct http_response *response,
                            struct error *error) {
    *response = (struct http_response){.body = malloc(HTTP_BODY_MAX + 1)};
    if (request->record) {
        response->sent.bytes = malloc(HTTP_HEADERS_MAX);
        response->received.bytes = malloc(HTTP_HEADERS_MAX);
    }
    if (response->body == NULL ||
        (request->record && (response->sent.bytes == NULL || response->received.bytes == NULL)))
        return error_out_of_memory(error);
    return 0;
}

static int prepare(struct exchange *exchange, struct error *error) {
    exchange->easy = curl_easy_init();
    exchange->multi = curl_multi_init();
    if (exchange->easy == NULL || exchange->multi == NULL || !add_headers(exchange) ||
        !set_what_is_asked(exchange) || !set_trust(exchange) || !set_way(exchange) ||
        !set_callbacks(exchange) ||
        curl_multi_add_handle(exchange->multi, exchange->easy) != CURLM_OK)
        return fail_to_prepare(error);
    return 0;
}

/* ---- Running ---- */

static CURLMcode wait_for_network(CURLM *multi, int milliseconds) {
#if LIBCURL_VERSION_NUM >= 0x074200
    return curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
#else
    /* It does not wait while a name is being resolved: ask often, but not all the time. */
    return curl_multi_wait(multi, NULL, 0, milliseconds < 20 ? milliseconds : 20, NULL);
#endif
}

/* Lets libcurl work until the request has ended or the time is up; *ended says which. The easy
 * interface would not do: at a timeout it waits for a resolver that hangs. */
static CURLMcode drive(struct exchange *exchange, bool *ended) {
    int running = 1;
    CURLMcode code = curl_multi_perform(exchange->multi, &running);

    while (code == CURLM_OK && running > 0) {
        int left = deadline_left_ms(exchange->request->deadline);
        if (left == 0)
            break;
        code = wait_for_network(exchange->multi, left);
        if (code == CURLM_OK)
            code = curl_multi_perform(exchange->multi, &running);
    }
    *ended = running == 0;
    return code;
}

static CURLcode outcome(struct exchange *exchange) {
    int left;
    const CURLMsg *message = curl_multi_info_read(exchange->multi, &left);

    return message != NULL ? message->data.result : CURLE_FAILED_INIT;
}

static bool time_passed(CURL *easy, CURLINFO what) {
    curl_off_t microseconds = 0;

    curl_easy_getinfo(easy, what, &microseconds);
    return microseconds > 0;
}

/* What a request was waiting for when its time was up. */
static const char *waited_for(const struct exchange *exchange) {
    CURL *easy = exchange->easy;

    if (!time_passed(easy, CURLINFO_NAMELOOKUP_TIME_T))
        return "the name resolution of";
    if (!time_passed(easy, CURLINFO_CONNECT_TIME_T))
        return "a connection to";
    if (!exchange->request->server->plain_http && !time_passed(easy, CURLINFO_APPCONNECT_TIME_T))
        return "the TLS handshake (or the proxy) on the way to";
    return exchange->response->body_length == 0 && exchange->header_bytes == 0
               ? "an answer from"
               : "the rest of the answer from";
}

static int fail_by_timeout(const struct exchange *exchange, struct error *error) {
    const struct http_request *request = exchange->request;
    const char *host = request->server->host;
    struct text_piece shown = text_piece(host, strlen(host), TEXT_FIELD_MAX, request->secret);

    return error_set(error, ERROR_TIMEOUT, "timeout: waited %d s for %s %s",
                     request->deadline->seconds, waited_for(exchange), shown.text);
}

static int fail_by_code(const struct exchange *exchange, CURLcode code, struct error *error) {
    const char *message =
        exchange->message[0] != '\0' ? exchange->message : curl_easy_strerror(code);
    struct text_piece shown =
        text_piece(message, strlen(message), TEXT_PIECE_MAX, exchange->request->secret);

    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return fail_by_timeout(exchange, error);
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
        return error_set(error, ERROR_TROUBLE, "libcurl on this machine: %s", shown.text);
    default:
        return error_set(error, ERROR_UNAVAILABLE, "API not usable: %s", shown.text);
    }
}

static int read_response(struct exchange *exchange, struct error *error) {
    struct http_response *response = exchange->response;
    const char *redirect = NULL;

    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &response->status);
    curl_easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &redirect);
    response->body[response->body_length] = '\0';
    if (redirect == NULL)
        return 0;
    response->redirect = strdup(redirect);
    return response->redirect != NULL ? 0 : error_out_of_memory(error);
}

static int evaluate_outcome(struct exchange *exchange, struct error *error) {
    CURLcode code = outcome(exchange);

    if (exchange->headers_too_large)
        return error_set(error, ERROR_UNAVAILABLE,
                         "API not usable: the answer's headers are larger than 256 KiB");
    exchange->response->not_decodable = code == CURLE_BAD_CONTENT_ENCODING;
    if (code != CURLE_OK && !exchange->response->too_large && !exchange->response->not_decodable)
        return fail_by_code(exchange, code, error);
    return read_response(exchange, error);
}

static void tear_down(struct exchange *exchange) {
    if (exchange->multi != NULL && exchange->easy != NULL)
        curl_multi_remove_handle(exchange->multi, exchange->easy);
    curl_easy_cleanup(exchange->easy);
    curl_multi_cleanup(exchange->multi);
    curl_slist_free_all(exchange->headers);
}

static int run(struct exchange *exchange, struct error *error) {
    bool ended;
    CURLMcode code = drive(exchange, &ended);

    if (code != CURLM_OK)
        return error_set(error, ERROR_TROUBLE, "libcurl on this machine: %s",
                         curl_multi_strerror(code));
    return ended ? evaluate_outcome(exchange, error) : fail_by_timeout(exchange, error);
}

int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error) {
    struct exchange exchange = {.request = request, .response = response};
    int64_t start_ms;

    if (prepare_response(request, response, error) != 0 || initialise(error) != 0)
        return -1;
    int result = prepare(&exchange, error);
    if (result == 0) {
        start_ms = clock_now_ms();
        result = run(&exchange, error);
        response->milliseconds = clock_now_ms() - start_ms;
    }
    tear_down(&exchange);
    return result;
}

static void free_record(struct http_record *record) {
    if (record->bytes != NULL)
        wipe(record->bytes, record->length);
    free(record->bytes);
}

void http_response_free(struct http_response *response) {
    free(response->body);
    free(response->redirect);
    free_record(&response->sent);
    free_record(&response->received);
    *response = (struct http_response){.body = NULL};
}
