/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http.h"

#include "libcurl.h"
#include "process.h"
#include "signal_timer.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef HAVE_MALLOC_USABLE_SIZE
#include <malloc.h>
#endif

/* A resolver has two or three files and sockets open at a time. */
enum { SOCKETS_MAX = 8, RESOLVER_DESCRIPTORS = 4, BRAKE_MS = 200 };

/* All that one request is made of while it runs. */
struct exchange {
    const struct http_request *request;
    struct http_response *response;
    const struct libcurl *curl;
    const char *ca_directory; /* trust this directory alone; NULL: see set_trust() */
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    size_t header_bytes;
    curl_socket_t sockets[SOCKETS_MAX]; /* of attempts to connect */
    size_t socket_count;
    int socket_errno; /* why there was no socket to be had; 0: there was */
    bool headers_too_large;
    bool out_of_memory; /* really, whatever libcurl says */
    bool head_ended;
    bool ended; /* nothing of it goes on by itself */
    volatile sig_atomic_t braked;
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

/* With these, libraries below write the keys of the connection to a file, or to standard error;
 * some read theirs as soon as they are loaded. */
static void forget_variables(void) {
    unsetenv("SSLKEYLOGFILE");
    unsetenv("GNUTLS_DEBUG_LEVEL");
    unsetenv("P11_KIT_DEBUG");
}

static int initialise(const struct libcurl *curl, struct error *error) {
    if (curl->global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup,
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

/* Is called for each line of an answer's head, the empty one at its end included, and for trailers
 * behind the body. There may be several answers: interim ones (1xx), and the proxy's to CONNECT. */
static size_t see_header(char *data, size_t size, size_t count, void *context) {
    struct exchange *exchange = context;
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
    struct exchange *exchange = context;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd < 0) {
        exchange->socket_errno = errno;
        return CURL_SOCKET_BAD;
    }
    exchange->sockets[exchange->socket_count++ % SOCKETS_MAX] = fd;
    return fd;
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

static int record_headers(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
    struct http_response *response = context;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT)
        record(&response->sent, data, size);
    else if (type == CURLINFO_HEADER_IN)
        record(&response->received, data, size);
    return 0;
}

/* ---- Setting up ---- */

static int fail_to_prepare(struct error *error) {
    return error_set(error, ERROR_TROUBLE, "libcurl does not take the request (out of memory?)");
}

static bool add_headers(struct exchange *exchange) {
    const struct libcurl *curl = exchange->curl;

    for (const char *const *header = exchange->request->headers; *header != NULL; header++) {
        struct curl_slist *longer = curl->slist_append(exchange->headers, *header);
        if (longer == NULL)
            return false;
        exchange->headers = longer;
    }
    return true;
}

static bool set_what_is_asked(struct exchange *exchange) {
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

static bool is_hashed_name(const char *name) {
    static const char hex[] = "0123456789abcdef";

    return strspn(name, hex) == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

#ifdef HAVE_GETDENTS64
/* In small portions, for readdir() would have the kernel list some hundred names at once: a
 * hundredth of the whole check. */
static bool holds_hashed_names(const char *path) {
    union {
        char bytes[1024];
        struct dirent64 first;
    } portion;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = false;
    ssize_t length;

    if (directory < 0)
        return false;
    while (!found && (length = getdents64(directory, &portion, sizeof portion)) > 0) {
        for (ssize_t at = 0; !found && at < length;) {
            const struct dirent64 *entry = (const void *)(portion.bytes + at);
            found = is_hashed_name(entry->d_name);
            at += entry->d_reclen;
        }
    }
    close(directory);
    return found;
}
#else
static bool holds_hashed_names(const char *path) {
    DIR *directory = opendir(path);
    const struct dirent *entry;
    bool found = false;

    if (directory == NULL)
        return false;
    while (!found && (entry = readdir(directory)) != NULL)
        found = is_hashed_name(entry->d_name);
    closedir(directory);
    return found;
}
#endif

/* The library's own directory of CA certificates, where OpenSSL can look a certificate up by its
 * hash, which saves reading some 150 of them from the bundle; NULL where there is none. GnuTLS
 * would read the whole directory. */
static const char *hashed_ca_directory(const struct libcurl *curl) {
#if LIBCURL_VERSION_NUM >= 0x074600
    const curl_version_info_data *library = curl->version_info(CURLVERSION_NOW);

    if (library->age >= CURLVERSION_SEVENTH && library->capath != NULL &&
        library->ssl_version != NULL && strncmp(library->ssl_version, "OpenSSL/", 8) == 0 &&
        holds_hashed_names(library->capath))
        return library->capath;
#endif
    return NULL;
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
static bool set_trust(struct exchange *exchange) {
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

static int check_proxy_variable(const char *name, const char *value, struct error *error) {
    if (!server_is_proxy_passed_over(value))
        return 0;
    return error_set(error, ERROR_TROUBLE,
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

static bool set_way(struct exchange *exchange) {
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

static bool set_callbacks(struct exchange *exchange) {
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

/* ---- The brake ---- */

/* libcurl does not come back while bytes keep coming that the TLS library skips (HelloRequests, for
 * one), neither from reading nor from closing a connection, and as long as it is away nobody looks
 * at the deadline. So, a little later, a signal shuts the sockets down, which ends whatever is read
 * from them. */
static void brake(void *argument) {
    struct exchange *exchange = argument;

    exchange->braked = 1;
    for (size_t i = 0; i < exchange->socket_count && i < SOCKETS_MAX; i++)
        shutdown(exchange->sockets[i], SHUT_RDWR);
}

/* ---- Running ---- */

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
static CURLMcode drive(struct exchange *exchange) {
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

static CURLcode outcome_of(struct exchange *exchange) {
    int left;
    const CURLMsg *message = exchange->curl->multi_info_read(exchange->multi, &left);

    return message != NULL ? message->data.result : CURLE_FAILED_INIT;
}

/* Whether the server's certificate was refused for no more than an issuer that was not found: it
 * may stand in the bundle only. The numbers are OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT (2),
 * ..._SELF_SIGNED_CERT_IN_CHAIN (19), ..._GET_ISSUER_CERT_LOCALLY (20), ..._VERIFY_LEAF_SIGNATURE
 * (21). */
static bool is_issuer_missing(const struct exchange *exchange, CURLcode outcome) {
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

static bool time_passed(const struct exchange *exchange, CURLINFO what) {
    curl_off_t microseconds = 0;

    exchange->curl->easy_getinfo(exchange->easy, what, &microseconds);
    return microseconds > 0;
}

/* Whether one of the sockets has a peer. libcurl's own time of connecting includes TLS. */
static bool is_connected(const struct exchange *exchange) {
    struct sockaddr_storage peer;

    if (exchange->braked)
        return true;
    for (size_t i = 0; i < exchange->socket_count && i < SOCKETS_MAX; i++) {
        socklen_t size = sizeof peer;
        if (getpeername(exchange->sockets[i], (struct sockaddr *)&peer, &size) == 0)
            return true;
    }
    return false;
}

/* What a request was waiting for when its time was up. */
static const char *waited_for(const struct exchange *exchange) {
    if (!time_passed(exchange, CURLINFO_NAMELOOKUP_TIME_T))
        return "the name resolution of";
    if (!time_passed(exchange, CURLINFO_CONNECT_TIME_T) && !is_connected(exchange))
        return "a connection to";
    if (!exchange->request->server->plain_http &&
        !time_passed(exchange, CURLINFO_APPCONNECT_TIME_T))
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

static bool begins_with(const char *text, const char *begin) {
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool is_shortage(int number) {
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

static bool are_descriptors_free(int count) {
    if (count == 0)
        return true;
    int one = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (one < 0)
        return false;
    bool are_others_free = are_descriptors_free(count - 1);
    close(one);
    return are_others_free;
}

/* A resolver that gets no descriptor says no more than that there is no such host. */
static bool lacks_descriptors(CURLcode code) {
    return (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) &&
           !are_descriptors_free(RESOLVER_DESCRIPTORS);
}

/* libcurl quotes the whole proxy, its password included, or what it took for the proxy's host. */
static bool quotes_bad_proxy(CURLcode code, const char *message) {
    return begins_with(message, "Unsupported proxy") ||
           begins_with(message, "Unsupported pre-proxy") ||
           (code == CURLE_COULDNT_RESOLVE_PROXY && strchr(message, '@') != NULL);
}

static int fail_on_this_machine(const char *message, struct error *error) {
    return error_set(error, ERROR_TROUBLE, "libcurl on this machine: %s", message);
}

static int fail_by_code(const struct exchange *exchange, CURLcode code, struct error *error) {
    const char *message =
        exchange->message[0] != '\0' ? exchange->message : exchange->curl->easy_strerror(code);

    if (quotes_bad_proxy(code, message))
        return error_set(error, ERROR_TROUBLE,
                         "libcurl on this machine does not take the proxy that --proxy or a "
                         "variable such as https_proxy names: its syntax or its scheme");
    struct text_piece shown =
        text_piece(message, strlen(message), TEXT_PIECE_MAX, exchange->request->secret);

    if (begins_with(message, "getaddrinfo() thread"))
        return fail_on_this_machine(shown.text, error);
    if (is_shortage(exchange->socket_errno))
        return fail_on_this_machine(strerror(exchange->socket_errno), error);
    if (lacks_descriptors(code))
        return fail_on_this_machine(strerror(EMFILE), error);
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
        return fail_on_this_machine(shown.text, error);
    default:
        return error_set(error, ERROR_UNAVAILABLE, "API not usable: %s", shown.text);
    }
}

static int read_response(struct exchange *exchange, struct error *error) {
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

static int evaluate_outcome(struct exchange *exchange, CURLcode outcome, struct error *error) {
    /* libcurl before 8.6 calls a line of more than 100 KiB memory that ran out. */
    bool line_too_long = outcome == CURLE_OUT_OF_MEMORY && !exchange->out_of_memory &&
                         !exchange->head_ended &&
                         time_passed(exchange, CURLINFO_PRETRANSFER_TIME_T);
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

/* After an answer all is left standing, for the process ends soon, and taking it down is a good
 * part of what a check costs. So it is where there is no connection yet, for libcurl would wait for
 * a resolver that still runs. Sanitizers want all memory back; there libcurl is told not to wait.
 */
static bool is_left_standing(const struct exchange *exchange, bool answered) {
#ifdef WITH_SANITIZERS
    (void)exchange;
    (void)answered;
    return false;
#else
    return answered || (!exchange->ended && !time_passed(exchange, CURLINFO_CONNECT_TIME_T));
#endif
}

static void leave(struct exchange *exchange, bool answered) {
    const struct libcurl *curl = exchange->curl;

    if (is_left_standing(exchange, answered)) {
        for (struct curl_slist *header = exchange->headers; header != NULL; header = header->next)
            wipe(header->data, strlen(header->data));
        exchange->response->left_standing = exchange->multi;
        return;
    }
    if (exchange->multi != NULL && exchange->easy != NULL)
        curl->multi_remove_handle(exchange->multi, exchange->easy);
    curl->easy_cleanup(exchange->easy);
    curl->multi_cleanup(exchange->multi);
    curl->slist_free_all(exchange->headers);
}

static int run(struct exchange *exchange, bool *issuer_missing, struct error *error) {
    CURLMcode code = drive(exchange);

    if (code != CURLM_OK)
        return fail_on_this_machine(exchange->curl->multi_strerror(code), error);
    if (!exchange->ended || exchange->braked)
        return fail_by_timeout(exchange, error);
    CURLcode outcome = outcome_of(exchange);
    *issuer_missing = is_issuer_missing(exchange, outcome);
    return evaluate_outcome(exchange, outcome, error);
}

static int attempt(const struct libcurl *curl, const struct http_request *request,
                   struct http_response *response, const char *ca_directory, bool *issuer_missing,
                   struct error *error) {
    struct exchange exchange = {

        .curl = curl,
        .request = request,
        .response = response,
        .ca_directory = ca_directory,
        .ended = true};
    struct signal_timer timer = {.call = brake, .argument = &exchange};
    int result = prepare(&exchange, error);

    *issuer_missing = false;
    signal_timer_start(&timer, PROCESS_SIGNAL_BRAKE,
                       deadline_left_ms(request->deadline) + BRAKE_MS);
    if (result == 0)
        result = run(&exchange, issuer_missing, error);
    leave(&exchange, result == 0);
    signal_timer_stop(&timer);
    return result;
}

/* Takes the proxy's password out of what was sent. As a whole, for libcurl may send, and show, a
 * line in pieces. */
static void hide_credentials(struct http_record *sent) {
    static const char credentials[] = "Proxy-Authorization:";
    static const char mask[] = " " TEXT_MASK "\r\n";
    const size_t masked_length = sizeof credentials - 1 + sizeof mask - 1;
    char *end = sent->bytes;
    size_t line_length;

    for (size_t i = 0; i < sent->length; i += line_length) {
        char *line = sent->bytes + i;
        const char *newline = memchr(line, '\n', sent->length - i);
        line_length = newline != NULL ? (size_t)(newline - line) + 1 : sent->length - i;
        size_t kept = line_length;
        if (line_length >= masked_length &&
            strncasecmp(line, credentials, sizeof credentials - 1) == 0) {
            memcpy(line + sizeof credentials - 1, mask, sizeof mask - 1);
            kept = masked_length;
        }
        memmove(end, line, kept);
        end += kept;
    }
    sent->length = (size_t)(end - sent->bytes);
}

/* Where the directory alone does not lead to an issuer, once more with libcurl's own defaults: what
 * is accepted is then exactly what libcurl accepts. Nothing of the request has been sent by then.
 */
int http_perform(const struct http_request *request, struct http_response *response,
                 struct error *error) {
    struct libcurl curl;
    bool issuer_missing;

    forget_variables();
    if (check_proxy_variables(request, error) != 0 ||
        prepare_response(request, response, error) != 0 ||
        libcurl_load(&curl, request->secret, error) != 0 || initialise(&curl, error) != 0)
        return -1;
    int64_t start_ms = clock_now_ms();
    const char *ca_directory = request->ca_file == NULL && !request->server->plain_http
                                   ? hashed_ca_directory(&curl)
                                   : NULL;
    int result = attempt(&curl, request, response, ca_directory, &issuer_missing, error);
    if (ca_directory != NULL && issuer_missing)
        result = attempt(&curl, request, response, NULL, &issuer_missing, error);
    response->milliseconds = clock_now_ms() - start_ms;
    hide_credentials(&response->sent);
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
    *response = (struct http_response){.left_standing = response->left_standing};
}
