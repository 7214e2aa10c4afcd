/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
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
    size_t size = text_clean(once, bytes, length);
    require(size <= length, "cleaning makes nothing longer");
    require(text_clean(twice, once, size) == size && memcmp(once, twice, size) == 0,
            "what is clean stays as it is");
    free(once);
    free(twice);
}

static void mask(const char *bytes, size_t length) {
    size_t masked_length;
    char *masked = text_mask(bytes, length, door_secret, &masked_length);

    require(masked != NULL, "there is memory");
    require(masked_length <= length && masked[masked_length] == '\0', "a mask is short");
    promise_no_secret(masked, masked_length);
    free(masked);
    masked = text_mask_and_clean(bytes, length, door_secret);
    require(masked != NULL && strlen(masked) <= length, "what is masked and clean is not longer");
    promise_fit_for_output(masked);
    free(masked);
}

/* Cleaning, cutting and masking what anybody may have written. */
void target_text(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t max_chars = 1 + supply_byte(&fuzz_input) % TEXT_PIECE_MAX;
    size_t length;
    char *text = supply_text(&fuzz_input, &length);
    struct text_piece piece = text_piece(text, length, max_chars, door_secret);

    promise_fit_for_output(piece.text);
    require(code_points(piece.text) <= max_chars, "a piece is not longer than asked for");
    clean(text, length);
    mask(text, length);
    free(text);
}
