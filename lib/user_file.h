/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INPUT_H
#define INPUT_H

#include "deadline.h"
#include "error.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

/* Reading what the user names on the command line: a regular file or a pipe, nothing else, and
 * never longer than a deadline. */

#define INPUT_STANDARD_INPUT "-"
enum { INPUT_SIZE_MAX = 16 * 1024 * 1024 };
#define INPUT_NAME_SIZE (sizeof(struct excerpt) + 64)

struct input {
    int fd;
    bool is_pipe;
    bool is_standard_input;
    bool everybody_reads;       /* its mode lets every user read it; never said of standard input */
    long total;                 /* bytes that have been read */
    char name[INPUT_NAME_SIZE]; /* what it is and its path, for messages */
};

/* Opens the file called `path` ("-": standard input). `what` names it in messages, as in "token
 * file". Gives 0, or -1 with ERROR_LOCAL. */
int input_open(struct input *input, const char *path, const char *what, struct error *error);

/* Reads up to `size` bytes. Gives their number, 0 at the end, or -1 with ERROR_LOCAL, also
 * where a pipe stays silent until the deadline, and beyond INPUT_SIZE_MAX bytes in all. */
long input_read(struct input *input, void *buffer, size_t size, const struct deadline *deadline,
                struct error *error);

/* Closes all but standard input. */
void input_close(struct input *input);

#endif
