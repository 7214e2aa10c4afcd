/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What all unit tests share. A file of tests has a UNIT_TEST(name) { ... } for each, and main()
 * runs them all. A test walks through a table; unit_check() reports the cases that fail without
 * stopping at the first. */

static struct CMUnitTest unit_tests[32];
static size_t unit_test_count;
static size_t unit_failures;

/* A test, which fails if one of its checks did. */
#define UNIT_TEST(test)                                                                            \
    static void test(void);                                                                        \
    static void test##_run(void **context) {                                                       \
        (void)context;                                                                             \
        test();                                                                                    \
        unit_end();                                                                                \
    }                                                                                              \
    __attribute__((constructor)) static void test##_add(void) {                                    \
        unit_tests[unit_test_count++] =                                                            \
            (struct CMUnitTest){.name = #test, .test_func = test##_run};                           \
    }                                                                                              \
    static void test(void)

__attribute__((format(printf, 2, 3))) static inline void unit_check(bool ok, const char *format,
                                                                    ...) {
    char message[2048];
    va_list arguments;

    if (ok)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (unit_failures++ < 40) /* a broken rule may fail a hundred thousand cases */
        print_error("failed: %s\n", message);
}

static inline void unit_end(void) {
    size_t failures = unit_failures;

    unit_failures = 0;
    if (failures > 0)
        fail_msg("%zu checks failed", failures);
}

/* Bytes as visible characters, cut to what a message can hold. */
struct unit_shown {
    char text[512];
};

static inline struct unit_shown unit_show(const char *bytes, size_t length) {
    struct unit_shown shown = {""};
    size_t at = 0;

    for (size_t i = 0; i < length && at + 8 < sizeof shown.text; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        int size = byte >= ' ' && byte <= '~'
                       ? snprintf(shown.text + at, sizeof shown.text - at, "%c", byte)
                       : snprintf(shown.text + at, sizeof shown.text - at, "\\x%02X", byte);
        at += (size_t)size;
    }
    return shown;
}

static inline struct unit_shown unit_show_text(const char *text) {
    return text != NULL ? unit_show(text, strlen(text)) : (struct unit_shown){"(null)"};
}

#define UNIT_COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Bytes of a literal and their number, NULs within it included. */
#define UNIT_BYTES(literal) (literal), sizeof(literal) - 1

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(unit_tests, NULL, NULL);
}
