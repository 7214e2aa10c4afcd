/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/secret.h"
#include "unit.h"

static void tokens_are_visible_ascii_without_white_space_around(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *expected; /* NULL: refused */
    } cases[] = {
        {UNIT_BYTES("abc"), "abc"},
        {UNIT_BYTES("a"), "a"},
        {UNIT_BYTES("abc\n"), "abc"},
        {UNIT_BYTES("abc\r\n"), "abc"},
        {UNIT_BYTES(" abc "), "abc"},
        {UNIT_BYTES("\t \v\f\r\nabc\t \v\f\r\n"), "abc"},
        {UNIT_BYTES("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
        {UNIT_BYTES("0123456789abcdef0123456789abcdef0123456789abcdef0123456789"),
         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},
        {UNIT_BYTES("\"quoted\""), "\"quoted\""},
        {UNIT_BYTES("#no-comment"), "#no-comment"},
        {UNIT_BYTES(""), NULL},
        {UNIT_BYTES(" "), NULL},
        {UNIT_BYTES("\n"), NULL},
        {UNIT_BYTES(" \t\r\n\v\f"), NULL},
        {UNIT_BYTES("a b"), NULL},
        {UNIT_BYTES("a\tb"), NULL},
        {UNIT_BYTES("a\nb"), NULL},
        {UNIT_BYTES("a\r\nX: y"), NULL},
        {UNIT_BYTES("a\0"), NULL},
        {UNIT_BYTES("\0a"), NULL},
        {UNIT_BYTES("a\0b"), NULL},
        {UNIT_BYTES("\0"), NULL},
        {UNIT_BYTES("a\x01"), NULL},
        {UNIT_BYTES("\x1Fz"), NULL},
        {UNIT_BYTES("a\x1B[0m"), NULL},
        {UNIT_BYTES("a\x7F"), NULL},
        {UNIT_BYTES("a\x80"), NULL},
        {UNIT_BYTES("a\xFF"), NULL},
        {UNIT_BYTES("\xC3\xA9"), NULL},
        {UNIT_BYTES("\xC2\xA0token"), NULL},
        {UNIT_BYTES("\xEF\xBB\xBFtoken"), NULL},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char token[SECRET_MAX + 1] = "untouched";
        const char *reason = NULL;
        int result = secret_copy(token, cases[i].bytes, cases[i].length, &reason);
        struct unit_shown shown = unit_show(cases[i].bytes, cases[i].length);
        unit_check(result == (cases[i].expected != NULL ? 0 : -1), "'%s' gives %d", shown.text,
                   result);
        if (result == 0 && cases[i].expected != NULL)
            unit_check(strcmp(token, cases[i].expected) == 0, "'%s' is '%s'", shown.text, token);
        else if (result != 0)
            unit_check(reason != NULL && *reason != '\0', "'%s' has no reason", shown.text);
    }
    unit_end();
}

static void every_byte_but_visible_ascii_is_refused(void **context) {
    (void)context;
    for (int byte = 0; byte < 256; byte++) {
        const char bytes[] = {'a', (char)byte, 'b'};
        char token[SECRET_MAX + 1];
        const char *reason;
        int result = secret_copy(token, bytes, sizeof bytes, &reason);
        unit_check(result == (byte > ' ' && byte <= '~' ? 0 : -1), "byte %02X gives %d",
                   (unsigned int)byte, result);
    }
    unit_end();
}

static void tokens_have_at_most_4096_bytes(void **context) {
    static const struct {
        size_t before;
        size_t length;
        size_t behind;
        int expected;
    } cases[] = {{0, 4095, 0, 0},    {0, 4096, 0, 0},  {0, 4096, 2, 0},
                 {3, 4096, 4000, 0}, {0, 4097, 0, -1}, {1, 4097, 1, -1},
                 {0, 8000, 0, -1},   {8000, 1, 1, 0},  {8000, 0, 0, -1}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char bytes[16384];
        char token[SECRET_MAX + 1];
        const char *reason;
        memset(bytes, ' ', sizeof bytes);
        memset(bytes + cases[i].before, 'x', cases[i].length);
        size_t total = cases[i].before + cases[i].length + cases[i].behind;
        int result = secret_copy(token, bytes, total, &reason);
        unit_check(result == cases[i].expected, "%zu bytes give %d", cases[i].length, result);
        unit_check(result != 0 || strlen(token) == cases[i].length, "%zu bytes became %zu",
                   cases[i].length, strlen(token));
    }
    unit_end();
}

static void a_reason_never_shows_the_token(void **context) {
    static const char bytes[] = "s3cr3t tok\x01n";
    char token[SECRET_MAX + 1];
    const char *reason = "";

    (void)context;
    assert_int_equal(secret_copy(token, bytes, sizeof bytes - 1, &reason), -1);
    assert_null(strstr(reason, "s3cr3t"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(tokens_are_visible_ascii_without_white_space_around),
    cmocka_unit_test(every_byte_but_visible_ascii_is_refused),
    cmocka_unit_test(tokens_have_at_most_4096_bytes),
    cmocka_unit_test(a_reason_never_shows_the_token),
};

UNIT_MAIN(tests)
