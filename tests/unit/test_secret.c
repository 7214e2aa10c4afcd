/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/secret.h"
#include "unit.h"

/* Manual, TOKEN. */

UNIT_TEST(tokens_are_visible_ascii_without_white_space_around) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *expected; /* the token, or after a dash the reason for a refusal */
    } cases[] = {
        {UNIT_BYTES("\t \v\f\r\nabc\t \v\f\r\n"), "abc"},
        {UNIT_BYTES(" \xEF\xBB\xBF abc"), "abc"},
        {UNIT_BYTES("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
        {UNIT_BYTES("token=abc"), "token=abc"},
        {UNIT_BYTES(""), "-empty"},
        {UNIT_BYTES("\xEF\xBB\xBF\n"), "-empty"},
        {UNIT_BYTES("a b"), "-space"},
        {UNIT_BYTES("a\0"), "-control"},
        {UNIT_BYTES("\0a"), "-control"},
        {UNIT_BYTES("a\x7F"), "-control"},
        {UNIT_BYTES("a\x80"), "-not ASCII"},
        {UNIT_BYTES("\xC2\xA0token"), "-not ASCII"},
        {UNIT_BYTES("abc\xEF\xBB\xBF"), "-not ASCII"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *expected = cases[i].expected;
        char token[SECRET_MAX + 1] = "untouched";
        const char *reason = "";
        int result = secret_copy(token, cases[i].bytes, cases[i].length, &reason);
        bool is_right = *expected == '-' ? result == -1 && strstr(reason, expected + 1) != NULL
                                         : result == 0 && strcmp(token, expected) == 0;
        unit_check(is_right, "'%s' gives '%s' (%s)",
                   unit_show(cases[i].bytes, cases[i].length).text, token,
                   reason != NULL ? reason : "");
    }
}

UNIT_TEST(every_byte_but_visible_ascii_is_refused) {
    for (int byte = 0; byte < 256; byte++) {
        const char bytes[] = {'a', (char)byte, 'b'};
        char token[SECRET_MAX + 1];
        const char *reason;
        int result = secret_copy(token, bytes, sizeof bytes, &reason);
        unit_check(result == (byte > ' ' && byte <= '~' ? 0 : -1), "byte %02X gives %d",
                   (unsigned int)byte, result);
    }
}

UNIT_TEST(tokens_have_at_most_512_bytes) {
    static const struct {
        size_t before;
        size_t length;
        size_t behind;
        int expected;
    } cases[] = {
        {0, 512, 0, 0}, {3, 512, 4000, 0}, {0, 513, 0, -1}, {1, 513, 1, -1}, {8000, 1, 1, 0}};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char bytes[16384];
        char token[SECRET_MAX + 1] = "";
        const char *reason = "";
        memset(bytes, ' ', sizeof bytes);
        memset(bytes + cases[i].before, 'x', cases[i].length);
        size_t total = cases[i].before + cases[i].length + cases[i].behind;
        int result = secret_copy(token, bytes, total, &reason);
        unit_check(result == cases[i].expected, "%zu bytes give %d", cases[i].length, result);
        unit_check(result == 0 ? strlen(token) == cases[i].length
                               : strstr(reason, "longer than 512") != NULL,
                   "%zu bytes became %zu", cases[i].length, strlen(token));
    }
}

UNIT_TEST(likely_mistakes_are_recognised) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *words; /* NULL: nothing is wrong */
    } cases[] = {
        {UNIT_BYTES("Wolkvox-Token: abc\n"), "name"},
        {UNIT_BYTES("export WOLKVOX_TOKEN=abc"), "name"},
        {UNIT_BYTES(" token = abc"), "name"},
        {UNIT_BYTES("\"abc\"\n"), "quotes"},
        {UNIT_BYTES("'abc'"), "quotes"},
        {UNIT_BYTES("\xFF\xFE\x61\0\x62\0"), "UTF-16"},
        {UNIT_BYTES("abc"), NULL},
        {UNIT_BYTES("a=b"), NULL},
        {UNIT_BYTES("\"abc'"), NULL},
        {UNIT_BYTES(""), NULL},
        {UNIT_BYTES("=token"), NULL},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *found = secret_likely_mistake(cases[i].bytes, cases[i].length);
        const char *words = cases[i].words;
        unit_check((found != NULL) == (words != NULL) &&
                       (words == NULL || strstr(found, words) != NULL),
                   "'%s': %s", unit_show(cases[i].bytes, cases[i].length).text,
                   found != NULL ? found : "nothing");
    }
}
