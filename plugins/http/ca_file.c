/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"

#include "user_file.h"
#include "watchdog.h"

#include <string.h>

/* As OpenSSL names it, with and without what it is trusted for. */
static bool begins_certificate(const char *line) {
    static const char *const begins[] = {
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN X509 CERTIFICATE-----",
        "-----BEGIN TRUSTED CERTIFICATE-----",
    };

    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(line, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static int find_certificate(struct user_file *input, struct error *error) {
    int result;

    if (input->is_pipe)
        return error_set(error, ERROR_LOCAL, "the %s is a pipe; it must be a regular file",
                         input->name);
    while ((result = user_file_read_line(input, error)) > 0)
        if (begins_certificate(input->line))
            return 0;
    return result < 0 ? -1
                      : error_set(error, ERROR_LOCAL, "the %s holds no certificate in PEM form",
                                  input->name);
}

int ca_file_check(const char *path, struct error *error) {
    struct user_file input;

    watchdog_expect("the CA file");
    if (user_file_open(&input, path, "CA file", error) != 0)
        return -1;
    int result = find_certificate(&input, error);
    user_file_close(&input);
    return result;
}
