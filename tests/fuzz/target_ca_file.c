/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "http/http.h"

#include <stdlib.h>
#include <string.h>

/* A file that is said to hold CA certificates. */
void target_ca_file(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t length;
    char *text = fuzz_input_text(&fuzz_input, &length);
    struct fuzz_file file;
    struct error error;

    fuzz_file_open(&file, text, length);
    if (ca_file_check(file.path, &error) == 0)
        require(memmem(text, length, "-----BEGIN ", 11) != NULL &&
                    memmem(text, length, "CERTIFICATE-----", 16) != NULL,
                "a CA file has a certificate");
    else
        require_error(&error);
    fuzz_file_close(&file);
    free(text);
}
