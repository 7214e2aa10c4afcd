/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/libjson.h"

#include "dynamic_library.h"

#include <stddef.h>

#ifdef WITH_LAZY_LIBRARIES

int libjson_load(struct libjson *json, struct error *error) {
#define LIBJSON_PLACE(name) {"json_" #name, offsetof(struct libjson, name)},
    static const struct library_function functions[] = {LIBJSON_FUNCTIONS(LIBJSON_PLACE)};

    return library_load(LIBJSON_SONAME, functions, sizeof functions / sizeof functions[0], json,
                        error);
}

#else

int libjson_load(struct libjson *json, struct error *error) {
#define LIBJSON_LINKED(name) .name = json_##name,
    static const struct libjson linked = {LIBJSON_FUNCTIONS(LIBJSON_LINKED)};

    (void)error;
    *json = linked;
    return 0;
}

#endif
