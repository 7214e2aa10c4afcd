/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INI_H
#define INI_H

#include "deadline.h"
#include "error.h"
#include "user_file.h"

#include <stddef.h>

/* INI files, read strictly and in a fixed piece of memory. By hand, for libinih cuts long lines
 * and answers success, and takes what stands behind a semicolon out of a value: a token may hold
 * one. */

enum { INI_LINE_MAX = 8192 };

struct ini_entry {
    const struct input *input;
    size_t line;
    const char *key;
    const char *value; /* NULL: there is no "=" */
};

/* Is shown each entry of the section. Gives 0 to go on, or -1 with *error filled. */
typedef int ini_visitor(void *context, const struct ini_entry *entry, struct error *error);

/* Reads the whole input and shows the visitor the entries of all sections of that name. Gives 0,
 * or -1 with ERROR_LOCAL: no such section, a line in it that is no entry, a NUL or a line that is
 * too long anywhere, an input that is too large or cannot be read. Messages name file and line and
 * nothing else of the line, for it may hold a secret. `shown_section` names the section there. */
int ini_read_section(struct input *input, const char *section, const char *shown_section,
                     const struct deadline *deadline, ini_visitor *visit, void *context,
                     struct error *error);

#endif
