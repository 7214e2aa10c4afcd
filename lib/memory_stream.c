/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "memory_stream.h"

#include <errno.h>
#include <stdlib.h>

FILE *memory_stream_open(struct memory_stream *stream) {
    errno = 0;
    *stream = (struct memory_stream){.file = NULL};
    stream->file = open_memstream(&stream->text, &stream->length);
    return stream->file;
}

/* glibc may give a text that is cut, or none, and not call that an error. */
char *memory_stream_close(struct memory_stream *stream) {
    if (fclose(stream->file) == 0 && errno != ENOMEM)
        return stream->text;
    free(stream->text);
    return NULL;
}
