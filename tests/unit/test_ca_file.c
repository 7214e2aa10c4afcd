/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/ca_file.h"
#include "mask.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Six bytes that are a whole DER sequence; what is in it is not looked at. */
#define DER_6 "MAQCAgEB"
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define PEM BEGIN DER_6 "\n" END

static void bundles_are_whole_pem(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        bool taken;
    } cases[] = {
        {UNIT_BYTES(PEM), true},
        {UNIT_BYTES(PEM PEM PEM), true},
        {UNIT_BYTES("A comment\n\n# another\n" PEM "\ntext between\n" PEM "text behind"), true},
        {UNIT_BYTES("-----BEGIN CERTIFICATE-----\r\nMAQCAgEB\r\n-----END CERTIFICATE-----\r\n"),
         true},
        {UNIT_BYTES("-----BEGIN CERTIFICATE-----\nMAQCAgEB\n-----END CERTIFICATE-----"), true},
        {UNIT_BYTES(BEGIN "MAQC\nAgEB\n" END), true},
        {UNIT_BYTES(BEGIN "MAQCAgEBAA==\n" END), false}, /* 7 bytes, one of them to spare */
        {UNIT_BYTES(BEGIN "MAQCAgEBAA==\n" END PEM), false},
        {UNIT_BYTES(BEGIN "MAUCAwEBAQ==\n" END), true}, /* 7 bytes */
        {UNIT_BYTES(""), false},
        {UNIT_BYTES("\n"), false},
        {UNIT_BYTES("no certificate\n"), false},
        {UNIT_BYTES("-----BEGIN PRIVATE KEY-----\nMAQCAgEB\n-----END PRIVATE KEY-----\n"), false},
        {UNIT_BYTES("\x30\x04\x02\x02\x01\x01"), false}, /* DER */
        {UNIT_BYTES(BEGIN), false},
        {UNIT_BYTES(BEGIN DER_6 "\n"), false},
        {UNIT_BYTES(BEGIN END), false},
        {UNIT_BYTES(PEM BEGIN DER_6), false},
        {UNIT_BYTES(PEM BEGIN END), false},
        {UNIT_BYTES(PEM BEGIN "MAQCAg\n" END), false},
        {UNIT_BYTES(BEGIN "MAQC!gEB\n" END), false},
        {UNIT_BYTES(BEGIN "MAQCAgE\n" END), false},
        {UNIT_BYTES(BEGIN "MQQCAgEB\n" END), false}, /* a set, no sequence */
        {UNIT_BYTES(BEGIN "MAgCAgEB\n" END), false}, /* announces more than there is */
        {UNIT_BYTES(BEGIN "=AQCAgEB\n" END), false},
        {UNIT_BYTES(BEGIN BEGIN DER_6 "\n" END), false},
        {UNIT_BYTES(END), false},
        {UNIT_BYTES("-----BEGIN CERTIFICATE REQUEST-----\nMAQCAgEB\n"
                    "-----END CERTIFICATE REQUEST-----\n"),
         false},
    };
    char path[] = "unit_ca_file.XXXXXX";
    int fd = mkstemp(path);

    (void)context;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct deadline deadline = deadline_after(clock_now_ms(), 10);
        struct error error = {.text = ""};
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(cases[i].bytes, 1, cases[i].length, file), cases[i].length);
        assert_int_equal(fclose(file), 0);
        int result = ca_file_check(path, &deadline, &error);
        unit_check(result == (cases[i].taken ? 0 : -1), "%s gives %d: %s",
                   unit_show(cases[i].bytes, cases[i].length).text, result, error.text);
        unit_check(result == 0 || (error.kind == ERROR_LOCAL && *error.text != '\0'), "%s: kind %d",
                   unit_show(cases[i].bytes, cases[i].length).text, (int)error.kind);
    }
    assert_int_equal(unlink(path), 0);
    unit_end();
}

static void only_regular_files_of_16_mib_are_taken(void **context) {
    char path[] = "unit_ca_file.XXXXXX";
    struct deadline deadline = deadline_after(clock_now_ms(), 10);
    struct error error = {.text = ""};

    (void)context;
    assert_non_null(mkdtemp(path));
    unit_check(ca_file_check(path, &deadline, &error) == -1 && error.kind == ERROR_LOCAL,
               "a directory");
    assert_int_equal(rmdir(path), 0);
    unit_check(ca_file_check(path, &deadline, &error) == -1 && error.kind == ERROR_LOCAL,
               "no file");
    unit_check(ca_file_check("", &deadline, &error) == -1 && error.kind == ERROR_LOCAL, "no name");
    unit_check(ca_file_check("/dev/null", &deadline, &error) == -1 && error.kind == ERROR_LOCAL,
               "a device");
    assert_int_equal(mkfifo(path, 0600), 0);
    unit_check(ca_file_check(path, &deadline, &error) == -1 && error.kind == ERROR_LOCAL, "a pipe");
    assert_int_equal(unlink(path), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(PEM, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(path, 16 * 1024 * 1024 + 1), 0);
    unit_check(ca_file_check(path, &deadline, &error) == -1 && error.kind == ERROR_LOCAL,
               "a file of more than 16 MiB");
    assert_int_equal(unlink(path), 0);
    unit_end();
}

static void the_secret_is_masked_in_messages(void **context) {
    struct deadline deadline = deadline_after(clock_now_ms(), 10);
    struct error error = {.text = ""};

    (void)context;
    assert_int_equal(ca_file_check("./unit_s3cr3t.missing", &deadline, &error), -1);
    assert_null(strstr(error.text, "s3cr3t"));
    assert_non_null(strstr(error.text, "unit_***.missing"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bundles_are_whole_pem),
    cmocka_unit_test(only_regular_files_of_16_mib_are_taken),
    cmocka_unit_test(the_secret_is_masked_in_messages),
};

UNIT_MAIN(tests)
