/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/libcurl.h"

#include "dynamic_library.h"
#include "process.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_MALLOC_USABLE_SIZE
#include <malloc.h>
#endif

#ifdef WITH_LAZY_LIBRARIES

static int fill(struct libcurl *curl, const char *secret, struct error *error) {
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

static int fill(struct libcurl *curl, const char *secret, struct error *error) {
#define LIBCURL_LINKED(name) .name = curl_##name,
    static const struct libcurl linked = {LIBCURL_FUNCTIONS(LIBCURL_LINKED)};

    (void)secret;
    (void)error;
    *curl = linked;
    return 0;
}

#endif

/* libcurl's copies of the token are wiped when it frees them. */
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

int libcurl_load(struct libcurl *curl, const char *secret, struct error *error) {
    forget_variables();
    return fill(curl, secret, error) == 0 ? initialise(curl, error) : -1;
}
