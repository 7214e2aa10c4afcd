/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/libcurl.h"

#include "dynamic_library.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef WITH_LAZY_LIBRARIES

static int fill(struct libcurl *curl, struct error *error) {
#define LIBCURL_PLACE(name) {"curl_" #name, offsetof(struct libcurl, name)},
    static const struct library_function functions[] = {LIBCURL_FUNCTIONS(LIBCURL_PLACE)};

    return library_load(LIBCURL_SONAME, functions, sizeof functions / sizeof functions[0], curl,
                        error);
}

#else

static int fill(struct libcurl *curl, struct error *error) {
#define LIBCURL_LINKED(name) .name = curl_##name,
    static const struct libcurl linked = {LIBCURL_FUNCTIONS(LIBCURL_LINKED)};

    (void)error;
    *curl = linked;
    return 0;
}

#endif

/* With these, libraries below write the keys of the connection to a file, or to standard error;
 * some read theirs as soon as they are loaded. */
static void forget_variables(void) {
    unsetenv("SSLKEYLOGFILE");
    unsetenv("GNUTLS_DEBUG_LEVEL");
    unsetenv("P11_KIT_DEBUG");
}

/* GnuTLS comes along with librtmp, and libcurl with OpenSSL never uses it: its constructor would be
 * a twentieth of the loading. libcurl with GnuTLS initialises it itself. */
static void leave_gnutls_alone(void) {
    setenv("GNUTLS_NO_IMPLICIT_INIT", "1", true);
}

static int initialise(const struct libcurl *curl, struct error *error) {
    if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, ERROR_LOCAL, "libcurl cannot be initialised");
    return 0;
}

int libcurl_load(struct libcurl *curl, struct error *error) {
    forget_variables();
    leave_gnutls_alone();
    return fill(curl, error) == 0 ? initialise(curl, error) : -1;
}
