/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The one way in which a stage says what went wrong: it returns -1 and fills a struct error.
 * Turning a kind into a state is not its business. */
enum error_kind {
    ERROR_USAGE,       /* the command line is wrong */
    ERROR_LOCAL,       /* the plugin's own trouble: a file, memory, a library */
    ERROR_UNAVAILABLE, /* the service cannot be used */
    ERROR_TIMEOUT      /* the time is up while waiting for the service */
};

struct error {
    enum error_kind kind;
    char text[2048]; /* a sentence without full stop; foreign parts in it are already cleaned */
};

/* Fills *error. Always returns -1, so that a failing stage can end in `return error_set(...)`. */
int error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for memory that ran out. */
int error_out_of_memory(struct error *error);
