/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A target is a place where bytes come in that somebody else has written. Each takes any bytes at
 * all, hands them to the modules behind it, and ends the process where a requirement is broken. */
void target_answer(const uint8_t *bytes, size_t size);
void target_arguments(const uint8_t *bytes, size_t size);
void target_ca_file(const uint8_t *bytes, size_t size);
void target_ini_file(const uint8_t *bytes, size_t size);
void target_server(const uint8_t *bytes, size_t size);
void target_state_file(const uint8_t *bytes, size_t size);
void target_text(const uint8_t *bytes, size_t size);
void target_threshold(const uint8_t *bytes, size_t size);
void target_token_file(const uint8_t *bytes, size_t size);

/* ---- Input ---- */

/* What is left of it. */
struct fuzz_input {
    const uint8_t *bytes;
    size_t size;
};

/* The next byte; 0 where there is none. */
uint8_t fuzz_input_byte(struct fuzz_input *fuzz_input);

/* Up to `count` more bytes as a whole number. */
uint64_t fuzz_input_number(struct fuzz_input *fuzz_input, size_t count);

/* The rest as a text that the caller frees, in which each 0x01 has become the secret, and 0x02 to
 * 0x05 a form of it: escaped as in JSON, as \u00XX, percent-encoded, its last 16 bytes. Its length
 * is in *length where that is not NULL. */
char *fuzz_input_text(struct fuzz_input *fuzz_input, size_t *length);

/* The token of every target. */
extern const char fuzz_secret[];

/* The token where the program finds it before it reads anything else. */
void fuzz_secret_to_environment(void);

/* The bytes as a regular file: an open descriptor, and a path that leads to it. */
struct fuzz_file {
    int fd;
    char path[32];
};
void fuzz_file_open(struct fuzz_file *file, const void *bytes, size_t size);
void fuzz_file_close(struct fuzz_file *file);

/* ---- Requirements ---- */

/* Ends the process with these words where the requirement is broken. */
void require(bool is_kept, const char *words);

/* A text is as text_clean() leaves it, and holds neither the secret nor 16 characters of it,
 * whatever stands between them. */
void require_fit_for_output(const char *text);

/* The same of text whose lines each end in a newline. */
void require_lines_fit_for_output(const char *lines);

/* The bytes hold neither the secret nor 16 characters of it, whatever stands between them. */
void require_no_secret(const char *bytes, size_t length);

/* A failing stage has said why. */
void require_error(const struct error *error);
