/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"

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

/* Writes a form of the secret, or with NULL only tells its length. */
static size_t write_secret(char *out, uint8_t form) {
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;

    for (size_t i = form == 5 ? SECRET_LENGTH - PART : 0; i < SECRET_LENGTH; i++) {
        char c = fuzz_secret[i];
        const char byte[] = {digits[c / 16], digits[c % 16]};
        char written[6] = {c};
        size_t size = 1;

        if (form == 2 && (c == '"' || c == '\\' || c == '/')) {
            memcpy(written, (const char[]){'\\', c}, size = 2);
        } else if (form == 3) {
            memcpy(written, (const char[]){'\\', 'u', '0', '0', byte[0], byte[1]}, size = 6);
        } else if (form == 4) {
            memcpy(written, (const char[]){'%', byte[0], byte[1]}, size = 3);
        }
        if (out != NULL)
            memcpy(out + length, written, size);
        length += size;
    }
    return length;
}

/* Short inputs stay short: an answer of 64 KiB is another one's business. */
static bool is_form(uint8_t byte, size_t at) {
    return byte >= 1 && byte <= 5 && at < EXPANDED_MAX;
}

char *fuzz_input_text(struct fuzz_input *fuzz_input, size_t *length) {
    size_t size = 0;
    size_t at = 0;

    for (size_t i = 0; i < fuzz_input->size; i++)
        size += is_form(fuzz_input->bytes[i], size) ? write_secret(NULL, fuzz_input->bytes[i]) : 1;
    char *text = malloc(size + 1);
    require(text != NULL, "there is memory");
    for (; fuzz_input->size > 0; fuzz_input->size--, fuzz_input->bytes++)
        if (is_form(*fuzz_input->bytes, at))
            at += write_secret(text + at, *fuzz_input->bytes);
        else
            text[at++] = (char)*fuzz_input->bytes;
    text[at] = '\0';
    if (length != NULL)
        *length = size;
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

/* The length of the UTF-8 sequence at the start of the bytes, its code point in *point; 0: none.
 * RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t utf8_sequence(const unsigned char *bytes, size_t length, uint32_t *point) {
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = bytes[0] < 0x80             ? 1
                  : (bytes[0] & 0xE0) == 0xC0 ? 2
                  : (bytes[0] & 0xF0) == 0xE0 ? 3
                  : (bytes[0] & 0xF8) == 0xF0 ? 4
                                              : 0;

    if (size == 0 || size > length)
        return 0;
    *point = size == 1 ? bytes[0] : bytes[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (bytes[i] & 0x3F);
    }
    bool is_sound = *point >= lowest[size] && *point <= 0x10FFFF && (*point & 0xFFFFF800) != 0xD800;
    return is_sound ? size : 0;
}

static bool is_control(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
           point == 0x061C || point == 0x200E || point == 0x200F ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
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

static void require_clean(const char *bytes, size_t length) {
    uint32_t point = 0;
    size_t size;

    for (size_t at = 0; at < length; at += size) {
        size = utf8_sequence((const unsigned char *)bytes + at, length - at, &point);
        require(size > 0, "the output is UTF-8");
        require(!is_control(point), "the output holds no control character");
    }
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
