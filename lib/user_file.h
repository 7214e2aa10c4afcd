/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

/* Reading a file that the user names: a regular file or a pipe, and nothing else. */

#define USER_FILE_STANDARD_INPUT "-"
enum { USER_FILE_SIZE_MAX = 16 * 1024 * 1024, USER_FILE_LINE_MAX = 8192 };
#define USER_FILE_NAME_SIZE (sizeof(struct excerpt) + 64)

struct user_file {
    int fd;
    bool is_pipe;
    bool is_standard_input;
    bool world_readable; /* its mode lets every user read it; not set for standard input */
    long total;          /* bytes that have been read */
    char name[USER_FILE_NAME_SIZE]; /* what it is and its path, for messages */
    /* Of user_file_read_line(): */
    char line[USER_FILE_LINE_MAX + 2]; /* with a carriage return that does not count, and a NUL */
    size_t line_length;
    size_t line_number; /* counted from 1 */
    char chunk[512];
    size_t chunk_length;
    size_t chunk_used;
};

/* Opens the file called `path` ("-": standard input). `what` names it in messages, as in "token
 * file"; the path follows where it cannot be the token: where it has a slash. Gives 0, or -1 with
 * ERROR_LOCAL. */
int user_file_open(struct user_file *file, const char *path, const char *what, struct error *error);

/* Reads the next line of at most USER_FILE_LINE_MAX bytes into file->line, without its end (LF or
 * CR LF). What a pipe delivers behind it is not waited for. Gives 1, 0 where there is no further
 * line, or -1 with ERROR_LOCAL, also where the line is longer, and beyond USER_FILE_SIZE_MAX bytes
 * in all. A pipe that stays silent is the watchdog's: a timeout means UNKNOWN then. */
int user_file_read_line(struct user_file *file, struct error *error);

/* Fills *error with file and line, followed by the two texts. Always returns -1. */
int user_file_fail_at_line(const struct user_file *file, const char *what, const char *more,
                           struct error *error);

/* Closes all but standard input. */
void user_file_close(struct user_file *file);
