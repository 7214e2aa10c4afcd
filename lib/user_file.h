/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef USER_FILE_H
#define USER_FILE_H

#include "deadline.h"
#include "error.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

/* Reading a file that the user names: a regular file or a pipe, and nothing else. */

#define USER_FILE_STANDARD_INPUT "-"
enum { USER_FILE_SIZE_MAX = 16 * 1024 * 1024 };
#define USER_FILE_NAME_SIZE (sizeof(struct excerpt) + 64)

struct user_file {
    int fd;
    bool is_pipe;
    bool is_standard_input;
    bool world_readable; /* its mode lets every user read it; not set for standard input */
    long total;          /* bytes that have been read */
    char name[USER_FILE_NAME_SIZE]; /* what it is and its path, for messages */
};

/* Opens the file called `path` ("-": standard input). `what` names it in messages, as in "token
 * file"; the path follows where it cannot be the token: where it has a slash. Gives 0, or -1 with
 * ERROR_LOCAL. */
int user_file_open(struct user_file *file, const char *path, const char *what, struct error *error);

/* Reads up to `size` bytes. Gives their number, 0 at the end, or -1 with ERROR_LOCAL, also
 * where a pipe stays silent until the deadline, and beyond USER_FILE_SIZE_MAX bytes in all. */
long user_file_read(struct user_file *file, void *buffer, size_t size,
                    const struct deadline *deadline, struct error *error);

/* Closes all but standard input. */
void user_file_close(struct user_file *file);

#endif
