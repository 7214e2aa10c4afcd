/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/http.h"
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

static const char path[] = "./test_ca_file.pem";

/* The file's bytes are the text, behind so many empty lines. */
static void write_file(size_t lines, const char *text) {
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    while (lines-- > 0)
        fputc('\n', file);
    fputs(text, file);
    fclose(file);
}

static int check(const char *name, struct error *error) {

    return ca_file_check(name, error);
}

UNIT_TEST(a_certificate_in_pem_form_is_looked_for) {
    static const struct {
        const char *text;
        size_t lines;
        int result;
    } cases[] = {
        {"-----BEGIN CERTIFICATE-----\nx", 0, 0},
        {"# a comment\n-----BEGIN TRUSTED CERTIFICATE-----", 0, 0},
        {"-----BEGIN X509 CERTIFICATE-----", 100, 0},
        /* in two pieces, as it is read */
        {"-----BEGIN CERTIFICATE-----", 4 * 1024 - 10, 0},
        {"-----BEGIN CERTIFICATE-----", 64 * 1024 + 20, 0},
        {"", 0, -1},
        {"-----BEGIN CERTIFICATE----", 0, -1},
        {"-----BEGIN CERTIFICATE REQUEST-----", 0, -1},
        {"-----BEGIN PRIVATE KEY-----", 0, -1},
        {"", 16 * 1024 * 1024 + 1, -1},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct error error = {.text = ""};
        write_file(cases[i].lines, cases[i].text);
        int result = check(path, &error);
        unit_check(result == cases[i].result && (result == 0 || error.kind == ERROR_LOCAL),
                   "'%s' behind %zu gave %d: %s", cases[i].text, cases[i].lines, result,
                   error.text);
    }
    unlink(path);
}

UNIT_TEST(only_readable_regular_files_are_accepted) {
    static const char *const names[] = {"", "/dev/null", "./missing/file.pem", ".", path};

    assert_int_equal(mkfifo(path, S_IRUSR | S_IWUSR), 0);
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        struct error error = {.text = ""};
        unit_check(check(names[i], &error) == -1 && error.kind == ERROR_LOCAL &&
                       strstr(error.text, "timeout") == NULL,
                   "'%s': %s", names[i], error.text);
    }
    unlink(path);
}
