/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "options/options.h"

#include <stdlib.h>
#include <string.h>

/* Where the token's bytes begin and how many they are, found in another way than the program's. */
static const char *visible_part(const char *text, size_t length, size_t *size) {
    static const char white[] = " \t\n\v\f\r";
    const char *end = memchr(text, '\n', length);
    const char *start = text;

    if (end == NULL)
        end = text + length;
    for (int rounds = 0; rounds < 2; rounds++) {
        while (start < end && *start != '\0' && strchr(white, *start) != NULL)
            start++;
        if (rounds == 0 && end - start >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0)
            start += 3;
    }
    while (end > start && end[-1] != '\0' && strchr(white, end[-1]) != NULL)
        end--;
    *size = (size_t)(end - start);
    return start;
}

static void require_token(const char *token, const char *text, size_t length) {
    size_t size;
    const char *expected = visible_part(text, length, &size);

    require(strlen(token) == size && memcmp(token, expected, size) == 0,
            "the token is the first line without white space around it");
    require(size >= 1 && size <= SECRET_MAX, "a token has 1 to 512 bytes");
    for (; *token != '\0'; token++)
        require(*token > ' ' && *token <= '~', "a token is visible ASCII");
}

/* A file that is said to hold a token. */
void target_token_file(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t length;
    char *text = fuzz_input_text(&fuzz_input, &length);
    struct fuzz_file file;
    struct error error;

    fuzz_file_open(&file, text, length);
    struct options options = {.token_file = file.path};
    if (secret_load(&options, &error) == 0)
        require_token(options.secret.token, text, length);
    else
        require_error(&error);
    fuzz_file_close(&file);
    free(text);
}
