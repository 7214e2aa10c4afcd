/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* A stream into memory, for text of any length. */

struct memory_stream {
    FILE *file;
    char *text;    /* up to date after fflush() */
    size_t length; /* up to date after fflush(), too */
};

/* Gives the file to write to, or NULL where memory ran out. */
FILE *memory_stream_open(struct memory_stream *stream);

/* Closes the file. Gives what was written, in malloc'ed memory and NUL-terminated, or NULL where
 * memory ran out since it was opened. */
char *memory_stream_close(struct memory_stream *stream);
