/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dynamic_library.h"

#include "text.h"

#include <dlfcn.h>
#include <string.h>

#ifdef WITH_LAZY_LIBRARIES

/* The dynamic linker says what is missing, and where. */
static int fail(struct error *error) {
    const char *reason = dlerror();
    struct excerpt shown = reason != NULL ? excerpt_of(reason, strlen(reason), EXCERPT_MAX)
                                          : (struct excerpt){"unknown reason"};

    return error_set(error, ERROR_LOCAL, "cannot load a library: %s", shown.text);
}

int library_load(const char *soname, const library_function *functions, void *table, size_t size,
                 struct error *error) {
    /* With RTLD_NOW each request would pay for some thousand functions that it never calls. */
    void *library = dlopen(soname, RTLD_LAZY);
    void *address;

    if (library == NULL)
        return fail(error);
    for (size_t at = 0; at < size; at += sizeof address) {
        address = dlsym(library, *functions++);
        if (address == NULL)
            return fail(error);
        /* POSIX lets a pointer to an object, as dlsym() gives it, hold one to a function. */
        memcpy((char *)table + at, &address, sizeof address);
    }
    return 0;
}

#else

int library_load(const char *soname, const library_function *functions, void *table, size_t size,
                 struct error *error) {
    (void)soname;
    (void)error;
    memcpy(table, functions, size);
    return 0;
}

#endif
