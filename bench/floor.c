/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that a program with libcurl can do: one verified HTTPS request with the token's header.
 *
 *     floor URL            as libcurl comes: it reads the bundle of all CA certificates
 *     floor URL DIRECTORY  with the directory of hashed CA certificates only */
#include "config.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t take(char *data, size_t size, size_t count, void *context) {
    (void)data;
    *(size_t *)context += size * count;
    return size * count;
}

int main(int argc, char **argv) {
    struct curl_slist *headers = NULL;
    size_t length = 0;
    char header[128];

    if (argc < 2)
        return 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *easy = curl_easy_init();
    snprintf(header, sizeof header, "Wolkvox-Token: %s", getenv("WOLKVOX_TOKEN"));
    headers = curl_slist_append(headers, header);
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &length);
    if (argc > 2) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, argv[2]);
    }
    CURLcode code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    printf("%zu\n", length);
    return code == CURLE_OK && length > 0 ? 0 : 1;
}
