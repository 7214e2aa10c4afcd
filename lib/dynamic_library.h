/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stddef.h>

/* A shared library as a table of its functions: a struct of pointers, made from a list of
 * X(prefix, name). It is loaded when it is first needed. With --disable-lazy-libcurl the table
 * holds the functions that the program is linked with. */

/* A member of the struct: table->name() is the library's function of that prefix and name, with the
 * type in the library's own header. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name takes none */
#define LIBRARY_MEMBER(prefix, name) __typeof__(&prefix##name) name;

/* An element of the array that library_load() takes. */
#ifdef WITH_LAZY_LIBRARIES
typedef const char *library_function;
#define LIBRARY_FUNCTION(prefix, name) #prefix #name,
#else
typedef void (*library_function)(void);
#define LIBRARY_FUNCTION(prefix, name) (library_function) prefix##name,
#endif

/* Loads the library of that SONAME, for the rest of the process, and fills a table of `size` bytes.
 * Gives 0, or -1 with ERROR_LOCAL where the library is missing, broken, or lacks a function. */
int library_load(const char *soname, const library_function *functions, void *table, size_t size,
                 struct error *error);
