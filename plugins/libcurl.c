/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "libcurl.h"

#include "library.h"

#include <dlfcn.h>
#include <stddef.h>

#ifdef WITH_LAZY_LIBRARIES

int libcurl_load(struct libcurl *curl, const char *secret, struct error *error) {
#define LIBCURL_PLACE(name) {"curl_" #name, offsetof(struct libcurl, name)},
    static const struct library_function functions[] = {LIBCURL_FUNCTIONS(LIBCURL_PLACE)};

#ifdef LIBCRYPTO_SONAME
    /* It has the most symbols by far. Loaded alone it finds them in itself at once, but together
     * with libcurl's other libraries only behind those. Where it is missing, so be it. */
    (void)dlopen(LIBCRYPTO_SONAME, RTLD_LAZY);
#endif
    return library_load(LIBCURL_SONAME, functions, sizeof functions / sizeof functions[0], curl,
                        secret, error);
}

#else

int libcurl_load(struct libcurl *curl, const char *secret, struct error *error) {
#define LIBCURL_LINKED(name) .name = curl_##name,
    static const struct libcurl linked = {LIBCURL_FUNCTIONS(LIBCURL_LINKED)};

    (void)secret;
    (void)error;
    *curl = linked;
    return 0;
}

#endif
