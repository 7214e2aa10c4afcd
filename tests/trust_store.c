/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded: gives libcurl another trust store than the machine's. TRUST_DIRECTORY stands for
 * its built-in CA directory, TRUST_BUNDLE for Debian's bundle of all certificates. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

curl_version_info_data *curl_version_info(CURLversion version) {
    static curl_version_info_data changed;
    curl_version_info_data *(*original)(CURLversion);

    *(void **)&original = dlsym(RTLD_NEXT, "curl_version_info");
    changed = *original(version);
    changed.capath = getenv("TRUST_DIRECTORY");
    return &changed;
}

FILE *fopen64(const char *path, const char *mode) {
    FILE *(*original)(const char *, const char *);
    const char *default_bundle = "/etc/ssl/certs/ca-certificates.crt";
    const char *bundle = getenv("TRUST_BUNDLE");

    *(void **)&original = dlsym(RTLD_NEXT, "fopen64");
    return original(bundle != NULL && strcmp(path, default_bundle) == 0 ? bundle : path, mode);
}
