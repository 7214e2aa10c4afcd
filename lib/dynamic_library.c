/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "dynamic_library.h"

#include "text.h"

#include <dlfcn.h>
#include <string.h>

/* The dynamic linker says what is missing, and where. */
static int fail(struct error *error) {
    const char *reason = dlerror();
    struct excerpt shown = reason != NULL ? excerpt_of(reason, strlen(reason), EXCERPT_MAX)
                                          : (struct excerpt){"unknown reason"};

    return error_set(error, ERROR_LOCAL, "cannot load a library: %s", shown.text);
}

int library_load(const char *soname, const struct library_function *functions, size_t count,
                 void *table, struct error *error) {
    /* With RTLD_NOW each request would pay for some thousand functions that it never calls. */
    void *library = dlopen(soname, RTLD_LAZY);

    if (library == NULL)
        return fail(error);
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, functions[i].name);
        if (address == NULL)
            return fail(error);
        /* POSIX lets a pointer to an object, as dlsym() gives it, hold one to a function. */
        memcpy((char *)table + functions[i].place, &address, sizeof address);
    }
    return 0;
}
