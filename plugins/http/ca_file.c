/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/ca_file.h"

#include "user_file.h"
#include "watchdog.h"

#include <stdbool.h>
#include <string.h>

/* As OpenSSL names it, with and without what it is trusted for. */
static const char *const begins[] = {
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN X509 CERTIFICATE-----",
    "-----BEGIN TRUSTED CERTIFICATE-----",
};
enum { BEGIN_MAX = sizeof "-----BEGIN TRUSTED CERTIFICATE-----" - 1 };

static bool holds_begin(const char *bytes, size_t length) {
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (memmem(bytes, length, begins[i], strlen(begins[i])) != NULL)
            return true;
    return false;
}

/* What is read keeps its end for the next round, because a line may be read in two pieces. */
static int find_certificate(struct user_file *input, struct error *error) {
    char bytes[BEGIN_MAX + 16 * 1024];
    size_t kept = 0;
    long size;

    if (input->is_pipe)
        return error_set(error, ERROR_LOCAL, "the %s is a pipe; it must be a regular file",
                         input->name);
    while ((size = user_file_read(input, bytes + kept, sizeof bytes - kept, error)) > 0) {
        size_t length = kept + (size_t)size;
        if (holds_begin(bytes, length))
            return 0;
        kept = length < BEGIN_MAX ? length : BEGIN_MAX;
        memmove(bytes, bytes + length - kept, kept);
    }
    return size < 0 ? -1
                    : error_set(error, ERROR_LOCAL, "the %s holds no certificate in PEM form",
                                input->name);
}

int ca_file_check(const char *path, const struct deadline *deadline, struct error *error) {
    struct user_file input;

    watchdog_expect("the CA file");
    if (user_file_open(&input, path, "CA file", deadline, error) != 0)
        return -1;
    int result = find_certificate(&input, error);
    user_file_close(&input);
    return result;
}
