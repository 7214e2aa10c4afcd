/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stddef.h>

/* A shared library that is loaded when it is first needed, as a table of pointers to its
 * functions. */

struct library_function {
    const char *name;
    size_t place; /* of its pointer in the table, in bytes */
};

/* Loads the library of that SONAME, for the rest of the process, and fills the table. Gives 0, or
 * -1 with ERROR_LOCAL where the library is missing, broken, or lacks a function. */
int library_load(const char *soname, const struct library_function *functions, size_t count,
                 void *table, struct error *error);
