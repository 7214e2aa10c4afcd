/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* With characters that JSON and URLs must escape, and none of its parts twice. */
const char fuzz_secret[] = "S3cr/t\"0f\\the+d00r%K7~x9Wq.Vb5-Zm2";
enum { SECRET_LENGTH = sizeof fuzz_secret - 1, PART = 16, EXPANDED_MAX = 2048 };

/* ---- Input ---- */

uint8_t fuzz_input_byte(struct fuzz_input *fuzz_input) {
    if (fuzz_input->size == 0)
        return 0;
    fuzz_input->size--;
    return *fuzz_input->bytes++;
}

uint64_t fuzz_input_number(struct fuzz_input *fuzz_input, size_t count) {
    uint64_t number = 0;

    for (size_t i = 0; i < count && fuzz_input->size > 0; i++)
        number = number << 8 | fuzz_input_byte(fuzz_input);
    return number;
}

/* Writes a form of the secret, and a NUL; gives its length. */
static size_t write_secret(char *out, uint8_t form) {
    char *end = out;

    for (const char *c = fuzz_secret + (form == 5 ? SECRET_LENGTH - PART : 0); *c != '\0'; c++) {
        if (form == 2 && strchr("\"\\/", *c) != NULL)
            end += sprintf(end, "\\%c", *c);
        else if (form == 3)
            end += sprintf(end, "\\u00%02x", (unsigned int)*c);
        else if (form == 4)
            end += sprintf(end, "%%%02x", (unsigned int)*c);
        else
            end += sprintf(end, "%c", *c);
    }
    return (size_t)(end - out);
}

char *fuzz_input_text(struct fuzz_input *fuzz_input, size_t *length) {
    char *text = malloc(fuzz_input->size + EXPANDED_MAX + 6 * SECRET_LENGTH + 1);
    size_t at = 0;

    require(text != NULL, "there is memory");
    while (fuzz_input->size > 0) {
        uint8_t byte = fuzz_input_byte(fuzz_input);
        /* So that a short input stays short. */
        if (byte >= 1 && byte <= 5 && at < EXPANDED_MAX)
            at += write_secret(text + at, byte);
        else
            text[at++] = (char)byte;
    }
    text[at] = '\0';
    if (length != NULL)
        *length = at;
    /* So that a sanitizer sees what is read beyond. */
    text = realloc(text, at + 1);
    require(text != NULL, "there is memory");
    return text;
}

void fuzz_secret_to_environment(void) {
    require(setenv("WOLKVOX_TOKEN", fuzz_secret, 1) == 0, "there is memory");
}

void fuzz_file_open(struct fuzz_file *file, const void *bytes, size_t size) {
    file->fd = memfd_create("target", MFD_CLOEXEC);
    require(file->fd >= 0 && write(file->fd, bytes, size) == (ssize_t)size &&
                lseek(file->fd, 0, SEEK_SET) == 0,
            "a file can be made in memory");
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

void fuzz_file_close(struct fuzz_file *file) {
    close(file->fd);
}

/* ---- Requirements ---- */

void require(bool is_kept, const char *words) {
    if (is_kept)
        return;
    fprintf(stderr, "BROKEN PROMISE: %s\n", words);
    abort();
}

/* The visible ASCII characters in lower case: what else stands between them hides nothing. */
static char *reduce(const char *bytes, size_t length, size_t *count) {
    char *reduced = malloc(length + 1);

    require(reduced != NULL, "there is memory");
    *count = 0;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] > ' ' && bytes[i] <= '~')
            reduced[(*count)++] =
                (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] - 'A' + 'a' : bytes[i]);
    return reduced;
}

void require_no_secret(const char *bytes, size_t length) {
    size_t count;
    size_t secret_length;
    char *shown = reduce(bytes, length, &count);
    char *secret = reduce(fuzz_secret, SECRET_LENGTH, &secret_length);

    for (size_t i = 0; i + PART <= secret_length; i++)
        require(memmem(shown, count, secret + i, PART) == NULL, "the token is not shown");
    free(shown);
    free(secret);
}

/* What text_clean() does to every code point is in tests/unit/test_text.c. */
static void require_clean(const char *bytes, size_t length) {
    char *clean = malloc(length + 1);

    require(clean != NULL, "there is memory");
    require(text_clean(clean, bytes, length, TEXT_ONE_LINE) == length &&
                memcmp(clean, bytes, length) == 0,
            "the output is clean");
    free(clean);
    require_no_secret(bytes, length);
}

void require_fit_for_output(const char *text) {
    require_clean(text, strlen(text));
}

void require_lines_fit_for_output(const char *lines) {
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        require(lines[length] == '\n', "each line ends in a newline");
        require_clean(lines, length);
        lines += length + 1;
    }
}

void require_error(const struct error *error) {
    require(error->text[0] != '\0', "an error says what is wrong");
    require(strlen(error->text) < sizeof error->text, "an error's text ends");
    require_fit_for_output(error->text);
}
