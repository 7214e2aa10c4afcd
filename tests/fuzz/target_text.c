/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "characters.h"
#include "fuzz_input.h"
#include "mask.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static size_t code_points(const char *text) {
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static void clean(const char *bytes, size_t length) {
    char *once = malloc(length + 1);
    char *twice = malloc(length + 1);

    require(once != NULL && twice != NULL, "there is memory");
    size_t size = text_clean(once, bytes, length, TEXT_ONE_LINE);
    require(size <= length, "cleaning makes nothing longer");
    require(text_clean(twice, once, size, TEXT_ONE_LINE) == size && memcmp(once, twice, size) == 0,
            "what is clean stays as it is");
    free(once);
    free(twice);
}

static void mask(const char *bytes, size_t length) {
    size_t masked_length;
    char *masked = mask_apply(bytes, length, &masked_length);

    require(masked != NULL, "there is memory");
    require(masked_length <= length && masked[masked_length] == '\0', "a mask is short");
    require_no_secret(masked, masked_length);
    free(masked);
    masked = text_mask_and_clean(bytes, length, TEXT_ONE_LINE);
    require(masked != NULL && strlen(masked) <= length, "what is masked and clean is not longer");
    require_fit_for_output(masked);
    free(masked);
}

/* Cleaning, cutting and masking what anybody may have written. */
void target_text(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t max_chars = 1 + fuzz_input_byte(&fuzz_input) % EXCERPT_MAX;
    size_t length;
    char *text = fuzz_input_text(&fuzz_input, &length);
    struct excerpt piece = excerpt_of(text, length, max_chars);

    require_fit_for_output(piece.text);
    require(code_points(piece.text) <= max_chars, "a piece is not longer than asked for");
    clean(text, length);
    mask(text, length);
    free(text);
}
