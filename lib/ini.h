/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "user_file.h"

#include <stdbool.h>
#include <stddef.h>

/* INI files, read strictly and in a fixed piece of memory. By hand, because libinih cuts long lines
 * and reports success, and drops what follows a semicolon in a value: a token may hold one. */

/* The entries of all sections of a name. */
struct ini_reader {
    struct user_file *file; /* the line of the last entry is its line */
    const char *section;
    size_t section_length;
    bool section_seen; /* so far */
    bool in_section;   /* its own */
};

struct ini_entry {
    char *key;
    char *value; /* NULL: there is no "=" */
};

/* Reads up to the section's next entry, which is the caller's until the next call. Gives 1, or 0
 * at the end of the file, or -1 with ERROR_LOCAL: a NUL, a line that is too long or a broken
 * [section] anywhere, a file that is too large or cannot be read. Messages name file and line, and
 * nothing of the line, because it may hold a secret. */
int ini_next(struct ini_reader *reader, struct ini_entry *entry, struct error *error);
