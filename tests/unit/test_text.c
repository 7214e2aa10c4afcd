/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "characters.h"
#include "mask.h"
#include "text.h"
#include "unit.h"

#include <stdlib.h>

static char *mask_with(const char *bytes, size_t length, const char *secret,
                       size_t *masked_length) {
    mask_register(secret);
    return mask_apply(bytes, length, masked_length);
}

static char *mask_and_clean_with(const char *bytes, size_t length, const char *secret) {
    mask_register(secret);
    return text_mask_and_clean(bytes, length);
}

static struct excerpt excerpt_with(const char *bytes, size_t length, size_t max_chars,
                                   const char *secret) {
    mask_register(secret);
    return excerpt_of(bytes, length, max_chars);
}

/* ---- Cleaning ---- */

/* Whether the bytes are what the pattern says, in which # stands for a question mark or a space. */
static bool matches(const char *bytes, const char *pattern) {
    for (; *pattern != '\0'; pattern++, bytes++)
        if (*bytes != *pattern && !(*pattern == '#' && (*bytes == '?' || *bytes == ' ')))
            return false;
    return *bytes == '\0';
}

static void foreign_text_is_cleaned(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *pattern;
    } cases[] = {
        {UNIT_BYTES(""), ""},
        {UNIT_BYTES("plain text, 100% of it: [x] {y} (z) \"q\" 'a' `b` $c;d=e"),
         "plain text, 100% of it: [x] {y} (z) \"q\" 'a' `b` $c;d=e"},
        {UNIT_BYTES("a\0b"), "a#b"},
        {UNIT_BYTES("\0"), "#"},
        {UNIT_BYTES("a\x01z"), "a#z"},
        {UNIT_BYTES("a\tz"), "a#z"},
        {UNIT_BYTES("a\nz"), "a#z"},
        {UNIT_BYTES("a\r\nz"), "a##z"},
        {UNIT_BYTES("a\v\fz"), "a##z"},
        {UNIT_BYTES("\x1B[31mred\x07"), "#[31mred#"},
        {UNIT_BYTES("a\x1Fz"), "a#z"},
        {UNIT_BYTES("a\x7Fz"), "a#z"},
        {UNIT_BYTES("a\xC2\x80z"), "a#z"},
        {UNIT_BYTES("a\xC2\x85z"), "a#z"},
        {UNIT_BYTES("a\xC2\x9Bz"), "a#z"}, /* the one-byte CSI of terminals */
        {UNIT_BYTES("a\xC2\x9Fz"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\xA8z"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\xA9z"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\x8Ez"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\x8Fz"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\xAAz"), "a#z"},
        {UNIT_BYTES("a\xE2\x80\xAEz"), "a#z"},
        {UNIT_BYTES("a\xE2\x81\xA6z"), "a#z"},
        {UNIT_BYTES("a\xE2\x81\xA9z"), "a#z"},
        {UNIT_BYTES("a\xD8\x9Cz"), "a#z"},
        {UNIT_BYTES("a|z"), "a#z"},
        {UNIT_BYTES("a\\nz"), "a#nz"},
        {UNIT_BYTES("<b>&amp;</b>"), "#b##amp;#/b#"},
        {UNIT_BYTES("|\\<>&"), "#####"},
        {UNIT_BYTES("\xC2\xA0"), "\xC2\xA0"},
        {UNIT_BYTES("ni\xC3\xB1o \xE2\x82\xAC \xF0\x9F\x98\x80"),
         "ni\xC3\xB1o \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {UNIT_BYTES("\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
         "\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char out[256];
        char same[256];
        struct unit_shown shown = unit_show(cases[i].bytes, cases[i].length);
        size_t length = text_clean(out, cases[i].bytes, cases[i].length);
        unit_check(matches(out, cases[i].pattern) && length == strlen(out), "'%s' became '%s'",
                   shown.text, unit_show_text(out).text);
        memcpy(same, cases[i].bytes, cases[i].length);
        text_clean(same, same, cases[i].length);
        unit_check(strcmp(same, out) == 0, "'%s' in its place", shown.text);
    }
    unit_end();
}

/* The test's own reading of UTF-8. Gives the size of the character, 0 where there is none. */
static size_t utf8_size(const char *bytes, size_t length, uint32_t *point) {
    const unsigned char *b = (const unsigned char *)bytes;
    static const uint32_t first[] = {0x80, 0x800, 0x10000};
    size_t more = b[0] < 0x80 ? 0 : b[0] < 0xC2 ? 9 : b[0] < 0xE0 ? 1 : b[0] < 0xF0 ? 2 : 3;

    *point = b[0];
    if (more == 0)
        return 1;
    if (more == 9 || b[0] > 0xF4 || more >= length)
        return 0;
    *point = b[0] & (0x3FU >> more);
    for (size_t i = 1; i <= more; i++) {
        if (b[i] < 0x80 || b[i] > 0xBF)
            return 0;
        *point = *point * 64 + (b[i] & 0x3FU);
    }
    if (*point < first[more - 1] || *point > 0x10FFFF || (*point >= 0xD800 && *point <= 0xDFFF))
        return 0;
    return more + 1;
}

static bool must_go(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x2028 || point == 0x2029 ||
           point == 0x61C || point == 0x200E || point == 0x200F ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
           (point < 0x80 && strchr("|\\<>&", (int)point) != NULL);
}

static bool is_clean(const char *bytes, size_t length) {
    uint32_t point;

    for (size_t i = 0, size; i < length; i += size) {
        size = utf8_size(bytes + i, length - i, &point);
        if (size == 0 || must_go(point))
            return false;
    }
    return true;
}

static size_t encode(char *out, uint32_t point) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; point /= 64)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)((0xF00U >> size & 0xFFU) | point);
    return size;
}

static void every_code_point_stays_or_goes(void **context) {
    (void)context;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[8] = "a";
        char out[8];
        size_t size = encode(bytes + 1, point);
        bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        bytes[1 + size] = 'z';
        size_t length = text_clean(out, bytes, size + 2);
        if (surrogate)
            unit_check(length <= size + 2 && is_clean(out, length) && out[0] == 'a' &&
                           out[length - 1] == 'z' && length > 2,
                       "surrogate U+%04X", point);
        else if (must_go(point))
            unit_check(length == 3 && matches(out, "a#z"), "U+%04X stays", point);
        else
            unit_check(length == size + 2 && memcmp(out, bytes, length) == 0, "U+%04X goes", point);
    }
    unit_end();
}

static void broken_utf8_is_replaced(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {UNIT_BYTES("a\x80z")}, /* a continuation alone */
        {UNIT_BYTES("a\xBFz")},
        {UNIT_BYTES("a\xC2\x80\x80z")},
        {UNIT_BYTES("a\xC0\xAFz")}, /* overlong, two bytes */
        {UNIT_BYTES("a\xC1\xBFz")},
        {UNIT_BYTES("a\xC0\x80z")},
        {UNIT_BYTES("a\xC1\x9Cz")},     /* an overlong backslash */
        {UNIT_BYTES("a\xE0\x80\xAFz")}, /* overlong, three */
        {UNIT_BYTES("a\xE0\x9F\xBFz")},
        {UNIT_BYTES("a\xF0\x80\x80\xAFz")}, /* overlong, four */
        {UNIT_BYTES("a\xF0\x8F\xBF\xBFz")},
        {UNIT_BYTES("a\xF8\x88\x80\x80\x80z")},
        {UNIT_BYTES("a\xFC\x84\x80\x80\x80\x80z")},
        {UNIT_BYTES("a\xED\xA0\x80z")}, /* surrogates */
        {UNIT_BYTES("a\xED\xBF\xBFz")},
        {UNIT_BYTES("a\xED\xA0\xBD\xED\xB8\x80z")},
        {UNIT_BYTES("a\xF4\x90\x80\x80z")}, /* beyond U+10FFFF */
        {UNIT_BYTES("a\xF5\x80\x80\x80z")},
        {UNIT_BYTES("a\xF7\xBF\xBF\xBFz")},
        {UNIT_BYTES("a\xFEz")},
        {UNIT_BYTES("a\xFFz")},
        {UNIT_BYTES("a\xC3z")}, /* cut */
        {UNIT_BYTES("a\xE2\x82z")},
        {UNIT_BYTES("a\xE2z")},
        {UNIT_BYTES("a\xF0\x9F\x98z")},
        {UNIT_BYTES("a\xF0\x9Fz")},
        {UNIT_BYTES("a\xF0z")},
        {UNIT_BYTES("a\xE9z")}, /* Latin-1 */
        {UNIT_BYTES("a\x85z")},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char out[32];
        size_t length = text_clean(out, cases[i].bytes, cases[i].length);
        unit_check(length > 2 && length <= cases[i].length && out[0] == 'a' &&
                       out[length - 1] == 'z' && is_clean(out, length) &&
                       strspn(out + 1, "? ") == length - 2,
                   "'%s' became '%s'", unit_show(cases[i].bytes, cases[i].length).text,
                   unit_show(out, length).text);
        /* The same without what follows. */
        length = text_clean(out, cases[i].bytes, cases[i].length - 1);
        unit_check(length > 1 && length < cases[i].length && strspn(out + 1, "? ") == length - 1,
                   "'%s' at the end became '%s'",
                   unit_show(cases[i].bytes, cases[i].length - 1).text,
                   unit_show(out, length).text);
    }
    unit_end();
}

static void a_broken_character_takes_no_good_one_along(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *end;
    } cases[] = {
        {UNIT_BYTES("\xC3<"), "?"},
        {UNIT_BYTES("\xE2\x82\xC3\xB1"), "\xC3\xB1"},
        {UNIT_BYTES("\xF0\x9F\x98\xE2\x82\xAC"), "\xE2\x82\xAC"},
        {UNIT_BYTES("\xF0ok"), "ok"},
        {UNIT_BYTES("\xC3\xC3\xB1"), "\xC3\xB1"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char out[32];
        size_t length = text_clean(out, cases[i].bytes, cases[i].length);
        size_t end = strlen(cases[i].end);
        unit_check(length > end && strcmp(out + length - end, cases[i].end) == 0,
                   "'%s' became '%s'", unit_show(cases[i].bytes, cases[i].length).text,
                   unit_show(out, length).text);
    }
    unit_end();
}

static void any_bytes_become_clean(void **context) {
    uint64_t seed = 7;

    (void)context;
    for (int round = 0; round < 50000; round++) {
        static const char telling[] =
            "|\\<>&\n\x7F\x80\x85\xA8\xAE\xC0\xC2\xE0\xE2\xED\xF0\xF4\xFF";
        char bytes[24];
        char out[sizeof bytes + 1];
        size_t count = (size_t)unit_random(&seed) % (sizeof bytes + 1);
        for (size_t i = 0; i < count; i++) {
            uint64_t number = unit_random(&seed) >> 8;
            bytes[i] = number % 2 == 0 ? (char)(number >> 1)
                                       : telling[(number >> 1) % (sizeof telling - 1)];
        }
        size_t length = text_clean(out, bytes, count);
        unit_check(length <= count && out[length] == '\0' && is_clean(out, length),
                   "'%s' became '%s'", unit_show(bytes, count).text, unit_show(out, length).text);
    }
    unit_end();
}

/* ---- Masking ---- */

static const char token[] = "0123456789abcdefABCDEF9876543210zyxwvut"; /* 39 bytes */

static void copies_of_the_secret_are_masked(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *secret;
        const char *expected;
    } cases[] = {
        {UNIT_BYTES("nothing here"), "s3cr3t", "nothing here"},
        {UNIT_BYTES("nothing"), "", "nothing"},
        {UNIT_BYTES("nothing"), NULL, "nothing"},
        {UNIT_BYTES(""), "s3cr3t", ""},
        {UNIT_BYTES("s3cr3t"), "s3cr3t", "***"},
        {UNIT_BYTES("s3cr3t is it"), "s3cr3t", "*** is it"},
        {UNIT_BYTES("it is s3cr3t"), "s3cr3t", "it is ***"},
        {UNIT_BYTES("a s3cr3t b s3cr3t c"), "s3cr3t", "a *** b *** c"},
        {UNIT_BYTES("xs3cr3ty"), "s3cr3t", "x***y"},
        {UNIT_BYTES("S3CR3T"), "s3cr3t", "S3CR3T"},
        {UNIT_BYTES("a aBcDeFgHiJkLmN0P b"), "AbCdEfGhIjKlMn0p", "a *** b"},
        {UNIT_BYTES("abcdefghijklmn0pq.example"), "xAbCdEfGhIjKlMn0pQ", "***.example"},
        {UNIT_BYTES("%41BCDEFGHIJKLMN0P"), "abcdefghijklmn0p", "***"},
        {UNIT_BYTES("s3cr3"), "s3cr3t", "s3cr3"},
        {UNIT_BYTES("s3cr3 t"), "s3cr3t", "s3cr3 t"},
        /* cut in two */
        {UNIT_BYTES("a s3c\nr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\r\nr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\r\n r3t b"), "s3cr3t", "a *** b"}, /* a folded header */
        {UNIT_BYTES("a s3c\n\tr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s\x01"
                    "3\x02"
                    "c\x03"
                    "r\x04"
                    "3\x05t b"),
         "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\0r3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\x1Br3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\x7Fr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\xC2\x85r3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s3c\xE2\x80\xAEr3t b"), "s3cr3t", "a *** b"},
        /* escaped */
        {UNIT_BYTES("a s3c\\u0072\\u0033t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a \\u0073\\u0033\\u0063\\u0072\\u0033\\u0074 b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a \\u004B b"), "K", "a *** b"},
        {UNIT_BYTES("a \\u004b b"), "K", "a *** b"},
        {UNIT_BYTES("a s3c\\nr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a s\\\"3\\\\c\\/r b"), "s\"3\\c/r", "a *** b"},
        {UNIT_BYTES("a s%33cr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a %73%33%63%72%33%74 b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a %2Fx%2f b"), "/x/", "a *** b"},
        {UNIT_BYTES("a %5cu0041 b"), "\\u0041", "a *** b"},
        /* both: percent-encoded, and that in JSON */
        {UNIT_BYTES("a s\\u002533cr3t b"), "s3cr3t", "a *** b"},
        {UNIT_BYTES("a \\u00252Fx\\u0025\\u0032\\u0066 b"), "/x/", "a *** b"},
        /* tokens with odd bytes in them */
        {UNIT_BYTES("a 100%25x b"), "100%25x", "a *** b"},
        {UNIT_BYTES("a 100%2525x b"), "100%25x", "a *** b"},
        {UNIT_BYTES("a 100%25x b"), "100%x", "a *** b"},
        {UNIT_BYTES("a 100%x b"), "100%x", "a *** b"},
        {UNIT_BYTES("a x%y b"), "x%y", "a *** b"},
        {UNIT_BYTES("a x% b"), "x%", "a *** b"},
        {UNIT_BYTES("a x%"), "x%", "a ***"},
        {UNIT_BYTES("a x%4"), "x%4", "a ***"},
        {UNIT_BYTES("a x\\y b"), "x\\y", "a *** b"},
        {UNIT_BYTES("a x\\\\y b"), "x\\y", "a *** b"},
        {UNIT_BYTES("a x\\ny b"), "x\\ny", "a *** b"},
        {UNIT_BYTES("a x\\\\ny b"), "x\\ny", "a *** b"},
        {UNIT_BYTES("a x\\u005Cny b"), "x\\ny", "a *** b"},
        {UNIT_BYTES("a x\\u0041 b"), "x\\u0041", "a *** b"},
        {UNIT_BYTES("a x\\"), "x\\", "a ***"},
        {UNIT_BYTES("a x\\u00"), "x\\u00", "a ***"},
        {UNIT_BYTES("a x?y b"), "x?y", "a *** b"},
        {UNIT_BYTES("a x|y<z>&w b"), "x|y<z>&w", "a *** b"},
        /* broken UTF-8 around */
        {UNIT_BYTES("\xC3s3cr3t"), "s3cr3t", "\xC3***"},
        {UNIT_BYTES("\xE2\x82s3cr3t\xFF"), "s3cr3t", "\xE2\x82***\xFF"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length = 0;
        char *masked = mask_with(cases[i].bytes, cases[i].length, cases[i].secret, &length);
        assert_non_null(masked);
        unit_check(strcmp(masked, cases[i].expected) == 0 && length == strlen(masked),
                   "'%s' without '%s' became '%s'", unit_show(cases[i].bytes, cases[i].length).text,
                   cases[i].secret != NULL ? cases[i].secret : "", unit_show_text(masked).text);
        free(masked);
    }
    unit_end();
}

/* JSON in a URL: PHP writes a slash as \/, and a URL has %5C%2F for that. */
static void json_escapes_are_seen_through_percent_encoding(void **context) {
    static const struct {
        const char *text;
        const char *secret;
    } cases[] = {{"a s%5Cu0033cr3t b", "s3cr3t"},
                 {"a %5cu0073%5Cu0033cr3t b", "s3cr3t"},
                 {"a x%5C%2Fy b", "x/y"},
                 {"a x%5C/y b", "x/y"}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length;
        char *masked = mask_with(cases[i].text, strlen(cases[i].text), cases[i].secret, &length);
        assert_non_null(masked);
        unit_check(strcmp(masked, "a *** b") == 0, "'%s' without '%s' became '%s'", cases[i].text,
                   cases[i].secret, masked);
        free(masked);
    }
    unit_end();
}

static void adjacent_and_overlapping_copies_are_masked(void **context) {
    static const struct {
        const char *text;
        const char *secret;
    } cases[] = {{"s3cr3ts3cr3t", "s3cr3t"},
                 {"abababa", "aba"},
                 {"aaaa", "aa"},
                 {"s3cr3t\ns3cr3t", "s3cr3t"}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length;
        char *masked = mask_with(cases[i].text, strlen(cases[i].text), cases[i].secret, &length);
        assert_non_null(masked);
        unit_check(strspn(masked, "*\n") == length && length >= 3, "%s became %s", cases[i].text,
                   masked);
        free(masked);
    }
    unit_end();
}

static void parts_of_a_long_secret_are_masked(void **context) {
    const size_t whole = sizeof token - 1;

    (void)context;
    for (size_t start = 0; start < whole; start++)
        for (size_t size = 1; start + size <= whole; size++) {
            char text[64];
            char expected[64];
            size_t length;
            snprintf(text, sizeof text, "!%.*s!", (int)size, token + start);
            snprintf(expected, sizeof expected, "%s", size >= 16 ? "!***!" : text);
            char *masked = mask_with(text, strlen(text), token, &length);
            assert_non_null(masked);
            unit_check(strcmp(masked, expected) == 0, "%s became %s", text, masked);
            free(masked);
        }
    unit_end();
}

static void short_secrets_are_masked_as_a_whole(void **context) {
    static const struct {
        const char *text;
        const char *secret;
        const char *expected;
    } cases[] = {
        {"!0123456789abcdef!", "0123456789abcdef", "!***!"}, /* 16 */
        {"!0123456789abcde!", "0123456789abcdef", "!0123456789abcde!"},
        {"!0123456789abcdefg!", "0123456789abcdefg", "!***!"}, /* 17 */
        {"!0123456789abcdef!", "0123456789abcdefg", "!***!"},
        {"!123456789abcdefg!", "0123456789abcdefg", "!***!"},
        {"!0123456789abcde!", "0123456789abcdefg", "!0123456789abcde!"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length;
        char *masked = mask_with(cases[i].text, strlen(cases[i].text), cases[i].secret, &length);
        assert_non_null(masked);
        unit_check(strcmp(masked, cases[i].expected) == 0, "%s without %s became %s", cases[i].text,
                   cases[i].secret, masked);
        free(masked);
    }
    unit_end();
}

static void a_cut_part_of_a_long_secret_is_masked_in_escapes_too(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {UNIT_BYTES("!456789ab\ncdefABCD!")},
        {UNIT_BYTES("!456789ab\\u0063defABCD!")},
        {UNIT_BYTES("!%34%35%36%37%38%39%61%62%63%64%65%66%41%42%43%44!")},
        {UNIT_BYTES("!456789ab\\u002563defABCD!")},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length;
        char *masked = mask_with(cases[i].bytes, cases[i].length, token, &length);
        assert_non_null(masked);
        unit_check(strcmp(masked, "!***!") == 0, "'%s' became '%s'",
                   unit_show(cases[i].bytes, cases[i].length).text, unit_show_text(masked).text);
        free(masked);
    }
    unit_end();
}

/* Writes the secret, each character in one of the ways that a server may have for it. */
static size_t disguise(char *out, const char *secret, uint64_t *seed) {
    static const char hex[2][17] = {"0123456789abcdef", "0123456789ABCDEF"};
    static const char *const cuts[] = {"\n", "\r\n", "\x01", "\xC2\x80", "\n ", "\\n", "\\u0000"};
    char *end = out;
    bool json = unit_random(seed) % 2 == 0;
    bool percent = unit_random(seed) % 2 == 0;
    bool cut = unit_random(seed) % 2 == 0;

    for (; *secret != '\0'; secret++) {
        unsigned int c = (unsigned char)*secret;
        const char *digits = hex[unit_random(seed) >> 7 & 1];
        unsigned int way = (unsigned int)(unit_random(seed) >> 9 & 3);
        bool must_json = json && (c == '\\' || c == '"');
        bool must_percent = percent && c == '%';
        if ((percent && way == 1) || must_percent)
            end += sprintf(end, "%s%c%c", json && way == 2 ? "\\u0025" : "%", digits[c / 16],
                           digits[c % 16]);
        else if ((json && way == 2) || must_json)
            end += sprintf(end, "\\u00%c%c", digits[c / 16], digits[c % 16]);
        else
            *end++ = (char)c;
        size_t which = unit_random(seed) >> 9 & 15;
        if (cut && secret[1] != '\0' && which < (json ? 7U : 5U))
            end += sprintf(end, "%s", cuts[which]);
    }
    *end = '\0';
    return (size_t)(end - out);
}

static void a_disguised_secret_is_masked(void **context) {
    static const char *const secrets[] = {"s3cr3t", "a%b\\c?d", "100%25\\u0041\"",
                                          token,    "%%25%",    "\\\\n\\"};
    uint64_t seed = 99;

    (void)context;
    for (int round = 0; round < 30000; round++) {
        const char *secret = secrets[unit_random(&seed) % UNIT_COUNT(secrets)];
        char bytes[1024] = "[";
        size_t length;
        size_t size = disguise(bytes + 1, secret, &seed);
        strcat(bytes, "]");
        char *masked = mask_with(bytes, size + 2, secret, &length);
        assert_non_null(masked);
        unit_check(strcmp(masked, "[***]") == 0, "'%s' in '%s' became '%s'", secret,
                   unit_show_text(bytes).text, unit_show_text(masked).text);
        free(masked);
    }
    unit_end();
}

static void cleaning_makes_no_copy_of_the_secret(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *secret;
    } cases[] = {
        {UNIT_BYTES("a x|y b"), "x?y"},
        {UNIT_BYTES("a x\\y b"), "x?y"},
        {UNIT_BYTES("a x\xFFy b"), "x?y"},
        {UNIT_BYTES("a x\x01y b"), "x?y"},
        {UNIT_BYTES("a x\xE2\x80\xAEy b"), "x?y"},
        {UNIT_BYTES("a x?y b"), "x?y"},
        {UNIT_BYTES("a <&> b"), "???"},
        {UNIT_BYTES("a x\ny b"), "xy"},
        {UNIT_BYTES("a x\\u003Fy b"), "x?y"},
        {UNIT_BYTES("a x%3Fy b"), "x?y"},
        {UNIT_BYTES("a x%3fy|z b"), "x?y?z"},
        {UNIT_BYTES("a ?|?&?<?>?|?&?<?>?|? b"), "???????????????????"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char *result = mask_and_clean_with(cases[i].bytes, cases[i].length, cases[i].secret);
        assert_non_null(result);
        unit_check(strstr(result, cases[i].secret) == NULL && strstr(result, "***") != NULL &&
                       is_clean(result, strlen(result)) && strncmp(result, "a ", 2) == 0 &&
                       strcmp(result + strlen(result) - 2, " b") == 0,
                   "'%s' in '%s' became '%s'", cases[i].secret,
                   unit_show(cases[i].bytes, cases[i].length).text, unit_show_text(result).text);
        free(result);
    }
    unit_end();
}

/* Texts and secrets of few different characters, so that what is put in place of one copy is likely
 * to make another. */
static void no_output_holds_the_secret(void **context) {
    static const char secret_bytes[] = "*?a2%\\|5Cu";
    static const char text_bytes[] = "*?a2%\\|5Cu\n\x01\xFF";
    uint64_t seed = 31;

    (void)context;
    for (int round = 0; round < 100000; round++) {
        char secret[24] = "";
        char text[48] = "";
        size_t secret_length = 1 + (size_t)(unit_random(&seed) >> 8) % (round % 2 == 0 ? 4 : 22);
        size_t length = 0;
        for (size_t i = 0; i < secret_length; i++)
            secret[i] = secret_bytes[(unit_random(&seed) >> 8) % (sizeof secret_bytes - 1)];
        if (strspn(secret, "*") == secret_length) /* asterisks are all that is left to show */
            continue;
        while (length + 24 < sizeof text) {
            if (unit_random(&seed) >> 8 & 1) {
                memcpy(text + length, secret, secret_length);
                length += secret_length;
            }
            text[length++] = text_bytes[(unit_random(&seed) >> 8) % (sizeof text_bytes - 1)];
        }
        char *result = mask_and_clean_with(text, length, secret);
        assert_non_null(result);
        unit_check(strstr(result, secret) == NULL, "'%s' in '%s' became '%s'", secret,
                   unit_show(text, length).text, unit_show_text(result).text);
        free(result);
    }
    unit_end();
}

static void masking_comes_before_cleaning(void **context) {
    static const struct {
        const char *text;
        const char *secret;
        const char *pattern;
    } cases[] = {
        {"a <x|y>&z b", "<x|y>&z", "a *** b"},
        {"s3cr3t|s3cr3t", "s3cr3t", "***#***"},
        {"<s3cr3t>", "s3cr3t", "#***#"},
        {"|s3c\nr3t|", "s3cr3t", "#***#"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char *result = mask_and_clean_with(cases[i].text, strlen(cases[i].text), cases[i].secret);
        assert_non_null(result);
        unit_check(matches(result, cases[i].pattern), "'%s' became '%s'", cases[i].text, result);
        free(result);
    }
    unit_end();
}

static void masking_of_long_texts_is_quick_enough_and_whole(void **context) {
    static char bytes[64 * 1024];
    size_t length;

    (void)context;
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, token, sizeof token - 1);
    memcpy(bytes + 30000, token, sizeof token - 1);
    memcpy(bytes + sizeof bytes - (sizeof token - 1), token, sizeof token - 1);
    char *masked = mask_with(bytes, sizeof bytes, token, &length);
    assert_non_null(masked);
    assert_int_equal(length, sizeof bytes - 3 * (sizeof token - 1) + 9);
    assert_null(strstr(masked, token));
    free(masked);
}

/* ---- Pieces ---- */

/* Repeats a text into `out`. */
static void repeat(char *out, const char *text, size_t times) {
    for (*out = '\0'; times > 0; times--) {
        strcpy(out, text);
        out += strlen(text);
    }
}

static void pieces_are_cut_to_code_points(void **context) {
    static const struct {
        const char *unit;
        size_t count;
        size_t max_chars;
        size_t expected; /* units before the ellipsis; SIZE_MAX: not cut */
    } cases[] = {
        {"a", 0, 120, SIZE_MAX},
        {"a", 1, 120, SIZE_MAX},
        {"a", 119, 120, SIZE_MAX},
        {"a", 120, 120, SIZE_MAX},
        {"a", 121, 120, 119},
        {"a", 1000, 120, 119},
        {"\xC3\xB1", 120, 120, SIZE_MAX},
        {"\xC3\xB1", 121, 120, 119},
        {"\xE2\x82\xAC", 120, 120, SIZE_MAX},
        {"\xE2\x82\xAC", 121, 120, 119},
        {"\xF0\x9F\x98\x80", 120, 120, SIZE_MAX},
        {"\xF0\x9F\x98\x80", 121, 120, 119},
        {"\xF0\x9F\x98\x80", 256, 256, SIZE_MAX},
        {"\xF0\x9F\x98\x80", 257, 256, 255},
        {"a", 1, 1, SIZE_MAX},
        {"a", 2, 1, 0},
        {"a", 3, 2, 1},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        static char bytes[2048];
        static char expected[2048];
        bool is_cut = cases[i].expected != SIZE_MAX;
        repeat(bytes, cases[i].unit, cases[i].count);
        repeat(expected, cases[i].unit, is_cut ? cases[i].expected : cases[i].count);
        if (is_cut)
            strcat(expected, "\xE2\x80\xA6");
        struct excerpt piece = excerpt_with(bytes, strlen(bytes), cases[i].max_chars, NULL);
        unit_check(strcmp(piece.text, expected) == 0, "%zu times '%s' up to %zu became '%s'",
                   cases[i].count, cases[i].unit, cases[i].max_chars, piece.text);
    }
    unit_end();
}

static void pieces_have_no_white_space_around(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *secret;
        const char *pattern;
    } cases[] = {
        {UNIT_BYTES(""), NULL, ""},
        {UNIT_BYTES("   "), NULL, ""},
        {UNIT_BYTES("\r\n\t "), NULL, ""},
        {UNIT_BYTES("  a b  "), NULL, "a b"},
        {UNIT_BYTES("\n\ta\nb\r\n"), NULL, "a#b"},
        {UNIT_BYTES("\xE2\x80\xA8x\xC2\x85"), NULL, "x"},
        {UNIT_BYTES(" s3cr3t "), "s3cr3t", "***"},
        {UNIT_BYTES("a|s3c\nr3t"), "s3cr3t", "a#***"},
        {UNIT_BYTES("a\0b"), NULL, "a#b"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct excerpt piece =
            excerpt_with(cases[i].bytes, cases[i].length, EXCERPT_FIELD_MAX, cases[i].secret);
        unit_check(matches(piece.text, cases[i].pattern), "'%s' became '%s'",
                   unit_show(cases[i].bytes, cases[i].length).text,
                   unit_show_text(piece.text).text);
    }
    unit_end();
}

static void a_piece_cuts_no_secret_in_two(void **context) {
    (void)context;
    for (size_t before = 60; before <= 130; before++) {
        char bytes[256];
        memset(bytes, 'x', before);
        memcpy(bytes + before, token, sizeof token);
        struct excerpt piece = excerpt_of_text(bytes);
        unit_check(strpbrk(piece.text, "0123456789") == NULL, "%zu before: '%s'", before,
                   piece.text);
        unit_check(before > 117 || strstr(piece.text, "***") != NULL, "%zu before: '%s'", before,
                   piece.text);
    }
    unit_end();
}

/* ---- Phrases ---- */

static void phrases_are_found_in_any_case_and_spacing(void **context) {
    static const char exceeded[] = "token limit exceeded";
    static const struct {
        const char *bytes;
        size_t length;
        const char *phrase;
        bool expected;
    } cases[] = {
        {UNIT_BYTES("TOKEN LIMIT EXCEEDED"), exceeded, true},
        {UNIT_BYTES("token limit exceeded"), exceeded, true},
        {UNIT_BYTES("Token Limit Exceeded."), exceeded, true},
        {UNIT_BYTES("error: tOkEn LiMiT eXcEeDeD!"), exceeded, true},
        {UNIT_BYTES("TOKEN  LIMIT   EXCEEDED"), exceeded, true},
        {UNIT_BYTES("TOKEN\tLIMIT\nEXCEEDED"), exceeded, true},
        {UNIT_BYTES("TOKEN\r\n\r\n LIMIT\v\fEXCEEDED"), exceeded, true},
        {UNIT_BYTES("TOKEN\xC2\xA0LIMIT\xE2\x80\x83\xE3\x80\x80"
                    "EXCEEDED"),
         exceeded, true},
        {UNIT_BYTES("TOKEN\xE2\x80\x8BLIMIT EXCEEDED"), exceeded, false}, /* zero width */
        {UNIT_BYTES("TOKEN\xC2 LIMIT EXCEEDED"), exceeded, false},
        {UNIT_BYTES("\0TOKEN LIMIT EXCEEDED"), exceeded, true},
        {UNIT_BYTES("TOKEN LIMIT TOKEN LIMIT EXCEEDED"), exceeded, true},
        {UNIT_BYTES("TOKEN TOKEN LIMIT EXCEEDED"), exceeded, true},
        {UNIT_BYTES("\xFF\xC3TOKEN LIMIT EXCEEDED\xC3"), exceeded, true},
        {UNIT_BYTES("<p>TOKEN LIMIT EXCEEDED</p>"), exceeded, true},
        {UNIT_BYTES("TOKENLIMITEXCEEDED"), exceeded, false},
        {UNIT_BYTES("TOKEN LIMITEXCEEDED"), exceeded, false},
        {UNIT_BYTES("TOKEN_LIMIT_EXCEEDED"), exceeded, false},
        {UNIT_BYTES("TOKEN-LIMIT EXCEEDED"), exceeded, false},
        {UNIT_BYTES("TOKEN\0LIMIT EXCEEDED"), exceeded, false},
        {UNIT_BYTES("TOKEN LIMIT EXCEEDE"), exceeded, false},
        {UNIT_BYTES("TOKEN LIMIT "), exceeded, false},
        {UNIT_BYTES("TOKEN LIMIT"), exceeded, false},
        {UNIT_BYTES("LIMIT EXCEEDED TOKEN"), exceeded, false},
        {UNIT_BYTES("TOKEN LIMIT NOT EXCEEDED"), exceeded, false},
        {UNIT_BYTES(""), exceeded, false},
        {UNIT_BYTES(" "), exceeded, false},
        {UNIT_BYTES("EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"),
         "simultaneous requests", true},
        {UNIT_BYTES("simultaneous\n requests"), "simultaneous requests", true},
        {UNIT_BYTES("simultaneous request"), "simultaneous requests", false},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(text_has_phrase(cases[i].bytes, cases[i].length, cases[i].phrase) ==
                       cases[i].expected,
                   "'%s'", unit_show(cases[i].bytes, cases[i].length).text);
    unit_check(!text_has_phrase("TOKEN LIMIT EXCEEDED", 19, exceeded), "one byte too few");
    unit_check(text_has_phrase("TOKEN LIMIT EXCEEDEDx", 20, exceeded), "enough bytes");
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(foreign_text_is_cleaned),
    cmocka_unit_test(every_code_point_stays_or_goes),
    cmocka_unit_test(broken_utf8_is_replaced),
    cmocka_unit_test(a_broken_character_takes_no_good_one_along),
    cmocka_unit_test(any_bytes_become_clean),
    cmocka_unit_test(copies_of_the_secret_are_masked),
    cmocka_unit_test(json_escapes_are_seen_through_percent_encoding),
    cmocka_unit_test(adjacent_and_overlapping_copies_are_masked),
    cmocka_unit_test(parts_of_a_long_secret_are_masked),
    cmocka_unit_test(short_secrets_are_masked_as_a_whole),
    cmocka_unit_test(a_cut_part_of_a_long_secret_is_masked_in_escapes_too),
    cmocka_unit_test(a_disguised_secret_is_masked),
    cmocka_unit_test(cleaning_makes_no_copy_of_the_secret),
    cmocka_unit_test(no_output_holds_the_secret),
    cmocka_unit_test(masking_comes_before_cleaning),
    cmocka_unit_test(masking_of_long_texts_is_quick_enough_and_whole),
    cmocka_unit_test(pieces_are_cut_to_code_points),
    cmocka_unit_test(pieces_have_no_white_space_around),
    cmocka_unit_test(a_piece_cuts_no_secret_in_two),
    cmocka_unit_test(phrases_are_found_in_any_case_and_spacing),
};

UNIT_MAIN(tests)
