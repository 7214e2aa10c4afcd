/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "options/server.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether libcurl decodes that part, or there is none: else it passes a proxy over. */
static bool libcurl_decodes(CURLU *url, CURLUPart part, CURLUcode none) {
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, CURLU_URLDECODE);

    curl_free(text);
    return code == CURLUE_OK || code == none;
}

/* Whether libcurl takes the URL; its host is in *host then, to be freed by curl_free(). */
static bool libcurl_takes(const char *text, unsigned int flags, char **host) {
    CURLU *url = curl_url();

    require(url != NULL, "there is memory");
    bool is_taken = curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
                    libcurl_decodes(url, CURLUPART_USER, CURLUE_NO_USER) &&
                    libcurl_decodes(url, CURLUPART_PASSWORD, CURLUE_NO_PASSWORD);
    curl_url_cleanup(url);
    return is_taken;
}

static bool is_loopback(const struct server *server) {
    return strcmp(server->host, "localhost") == 0 || strncmp(server->host, "127.", 4) == 0 ||
           (server->is_ipv6 && strcmp(server->host + strlen(server->host) - 1, "1") == 0);
}

static void use(const struct server *server) {
    char url[HOST_MAX + 64];
    char expected[HOST_MAX + 8];
    char *host = NULL;

    require(server->host[0] != '\0' && strpbrk(server->host, "/@ ?#%\\|") == NULL,
            "a host is a host");
    require(server->port >= 1 && server->port <= 65535, "a port is a port");
    require(!server->plain_http || is_loopback(server), "no token travels in the clear");
    snprintf(expected, sizeof expected, server->is_ipv6 ? "[%s]" : "%s", server->host);
    snprintf(url, sizeof url, "%s://%s:%d/x", server->plain_http ? "http" : "https", expected,
             server->port);
    require(libcurl_takes(url, 0, &host), "libcurl takes the host");
    require(strcmp(host, expected) == 0, "libcurl sees the same host");
    curl_free(host);
}

/* The server as a user names it, and a proxy. */
void target_server(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    char *text = fuzz_input_text(&fuzz_input, NULL);
    struct server server;
    const char *reason = NULL;

    if (server_parse(text, &server, &reason) == 0) {
        for (size_t i = 0; i < API_COUNT; i++) {
            struct server complete = server;
            if (server_complete(&complete, &apis[i]) == 0)
                use(&complete);
        }
        require(server_owner(&server) == NULL || !server.plain_http, "a vendor's name has TLS");
    } else {
        require(reason != NULL && *reason != '\0', "what is refused has a reason");
        require_fit_for_output(reason);
    }
    if (server_is_proxy_url(text)) {
        char *proxy = NULL;
        require(libcurl_takes(text, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME, &proxy),
                "libcurl takes the proxy");
        curl_free(proxy);
    }
    free(text);
}
