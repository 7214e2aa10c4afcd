/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "characters.h"
#include "mask.h"
#include "text.h"
#include "unit.h"

#include <stdlib.h>

/* Manual, OUTPUT: what becomes of foreign text. */

/* Whether the bytes are what the pattern says, in which # stands for a question mark or a space. */
static bool matches(const char *bytes, const char *pattern) {
    for (; *pattern != '\0'; pattern++, bytes++)
        if (*bytes != *pattern && !(*pattern == '#' && (*bytes == '?' || *bytes == ' ')))
            return false;
    return *bytes == '\0';
}

/* ---- Cleaning ---- */

static const struct {
    const char *bytes;
    size_t length;
    const char *pattern;
} cleaning[] = {
    {UNIT_BYTES(""), ""},
    {UNIT_BYTES("plain, 100% of it: [x] {y} (z) \"q\" 'a' `b` $c;d=e"),
     "plain, 100% of it: [x] {y} (z) \"q\" 'a' `b` $c;d=e"},
    {UNIT_BYTES("ni\xC3\xB1o \xE2\x82\xAC \xF0\x9F\x98\x80"),
     "ni\xC3\xB1o \xE2\x82\xAC \xF0\x9F\x98\x80"},
    {UNIT_BYTES("a\0b\0"), "a#b#"},
    {UNIT_BYTES("a\r\n\t\v\fz"), "a#####z"},
    {UNIT_BYTES("<b>&amp;|</b>"), "#b##amp;##/b#"},
    /* a broken character takes no good one along */
    {UNIT_BYTES("\xC3<"), "##"},
    {UNIT_BYTES("\xE2\x82\xC3\xB1"), "##\xC3\xB1"},
    {UNIT_BYTES("\x80 \xBF \xC2\x80\x80"), "# # ##"},
    {UNIT_BYTES("\xC0\xAF \xC1\x9C \xE0\x9F\xBF \xF0\x8F\xBF\xBF"),
     "## ## ### ####"},                                   /* overlong */
    {UNIT_BYTES("\xED\xA0\x80 \xED\xBF\xBF"), "### ###"}, /* surrogates */
    {UNIT_BYTES("\xF4\x90\x80\x80 \xF5\x80\x80\x80 \xF8\x88\x80\x80\x80 \xFE\xFF"),
     "#### #### ##### ##"}, /* beyond U+10FFFF */
};

UNIT_TEST(foreign_text_is_cleaned) {
    for (size_t i = 0; i < UNIT_COUNT(cleaning); i++) {
        char out[256];
        char same[256];
        size_t length = text_clean(out, cleaning[i].bytes, cleaning[i].length, TEXT_ONE_LINE);
        unit_check(matches(out, cleaning[i].pattern) && length == strlen(out), "'%s' became '%s'",
                   unit_show(cleaning[i].bytes, cleaning[i].length).text, unit_show_text(out).text);
        memcpy(same, cleaning[i].bytes, cleaning[i].length);
        text_clean(same, same, cleaning[i].length, TEXT_ONE_LINE);
        unit_check(strcmp(same, out) == 0, "'%s' in its place", unit_show_text(out).text);
    }
}

UNIT_TEST(line_ends_may_stay) {
    static const struct {
        const char *bytes;
        const char *expected;
    } cases[] = {
        {"", ""},         {"\n", "\n"},        {"a\r\nb\n\nc", "a\nb\n\nc"},
        {"a\r", "a"},     {"\r\r\n", " \n"},   {"a\rb\v|\t\n", "a b ? \n"},
        {"a\n\r", "a\n"}, {"\xC3\r\n", "?\n"}, {"\xC3\n\xB1", "?\n?"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char out[32];
        size_t length = text_clean(out, cases[i].bytes, strlen(cases[i].bytes), TEXT_LINES);
        unit_check(strcmp(out, cases[i].expected) == 0 && length == strlen(out), "'%s' became '%s'",
                   unit_show_text(cases[i].bytes).text, unit_show_text(out).text);
    }
}

static bool must_go(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x2028 || point == 0x2029 ||
           point == 0x61C || point == 0x200E || point == 0x200F ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
           (point < 0x80 && strchr("|\\<>&", (int)point) != NULL);
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

UNIT_TEST(every_code_point_stays_or_goes) {
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
        char bytes[8] = "a";
        char out[8];
        int32_t read;
        size_t read_size;
        size_t size = encode(bytes + 1, point);
        bytes[1 + size] = 'z';
        read = character_read(bytes + 1, size + 1, &read_size);
        size_t length = text_clean(out, bytes, size + 2, TEXT_ONE_LINE);
        unit_check(read == (is_surrogate ? -1 : (int32_t)point) &&
                       read_size == (is_surrogate ? 1 : size),
                   "U+%04X is read as %d", point, read);
        if (is_surrogate || must_go(point))
            unit_check(matches(out, is_surrogate ? "a###z" : "a#z"), "U+%04X stays", point);
        else
            unit_check(length == size + 2 && memcmp(out, bytes, length) == 0, "U+%04X goes", point);
    }
}

UNIT_TEST(masking_comes_before_cleaning_and_after_it) {
    static const struct {
        const char *text;
        const char *secret;
        const char *pattern;
    } cases[] = {
        {"a <x|y>&z b", "<x|y>&z", "a *** b"},
        {"s3cr3t|<s3c\nr3t>", "s3cr3t", "***##***#"},
        {"a x\\y x\xFFy x\x01y b", "x?y", "a *** *** *** b"},
        {"a ?|?&?<?>?|?&?<?>?|? b", "????????????????", "a *** b"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        mask_register(cases[i].secret);
        char *result = text_mask_and_clean(cases[i].text, strlen(cases[i].text), TEXT_ONE_LINE);
        assert_non_null(result);
        unit_check(matches(result, cases[i].pattern), "'%s' became '%s'",
                   unit_show_text(cases[i].text).text, unit_show_text(result).text);
        free(result);
    }
}

/* ---- Excerpts ---- */

/* Repeats a text into `out`. */
static void repeat(char *out, const char *text, size_t times) {
    for (*out = '\0'; times > 0; times--) {
        strcpy(out, text);
        out += strlen(text);
    }
}

UNIT_TEST(excerpts_are_cut_to_code_points) {
    static const struct {
        const char *unit;
        size_t count;
        size_t max_chars;
        size_t expected; /* units before the ellipsis; SIZE_MAX: not cut */
    } cases[] = {
        {"a", 0, 120, SIZE_MAX},
        {"a", 100000, 120, 119},
        {"\xF0\x9F\x98\x80", 256, 256, SIZE_MAX},
        {"\xF0\x9F\x98\x80", 257, 256, 255},
        {"a", 1, 1, SIZE_MAX},
        {"a", 2, 1, 0},
    };
    static char bytes[100001];
    static char expected[2048];

    mask_register(NULL);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        bool is_cut = cases[i].expected != SIZE_MAX;
        repeat(bytes, cases[i].unit, cases[i].count);
        repeat(expected, cases[i].unit, is_cut ? cases[i].expected : cases[i].count);
        if (is_cut)
            strcat(expected, "\xE2\x80\xA6");
        struct excerpt excerpt = excerpt_of(bytes, strlen(bytes), cases[i].max_chars);
        unit_check(strcmp(excerpt.text, expected) == 0, "%zu times '%s' up to %zu became '%s'",
                   cases[i].count, cases[i].unit, cases[i].max_chars, excerpt.text);
    }
}

UNIT_TEST(excerpts_are_masked_and_have_no_white_space_around) {
    static const struct {
        const char *bytes;
        size_t length;
        const char *pattern;
    } cases[] = {
        {UNIT_BYTES("\r\n\t "), ""},
        {UNIT_BYTES("\xE2\x80\xA8x\xC2\x85"), "x"},
        {UNIT_BYTES("a|s3c\nr3t\0b"), "a#***#b"},
    };

    mask_register("s3cr3t");
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct excerpt excerpt = excerpt_of(cases[i].bytes, cases[i].length, EXCERPT_FIELD_MAX);
        unit_check(matches(excerpt.text, cases[i].pattern), "'%s' became '%s'",
                   unit_show(cases[i].bytes, cases[i].length).text,
                   unit_show_text(excerpt.text).text);
    }
}

UNIT_TEST(an_excerpt_cuts_no_secret_in_two) {
    static const char token[] = "0123456789abcdefABCDEF9876543210zyxwvut";

    mask_register(token);
    for (size_t before = 60; before <= 130; before++) {
        char bytes[256];
        memset(bytes, 'x', before);
        memcpy(bytes + before, token, sizeof token);
        struct excerpt excerpt = excerpt_of_text(bytes);
        unit_check(strpbrk(excerpt.text, "0123456789") == NULL &&
                       (before > 117 || strstr(excerpt.text, "***") != NULL),
                   "%zu before: '%s'", before, excerpt.text);
    }
}

/* ---- Phrases ---- */

UNIT_TEST(phrases_are_found_in_any_case_and_spacing) {
    static const struct {
        const char *bytes;
        size_t length;
        bool expected;
    } cases[] = {
        {UNIT_BYTES("error: tOkEn LiMiT eXcEeDeD!"), true},
        {UNIT_BYTES("TOKEN\r\n\r\n LIMIT\v\f\tEXCEEDED"), true},
        {UNIT_BYTES("TOKEN\xC2\xA0LIMIT\xE2\x80\x83\xE3\x80\x80\x45XCEEDED"), true},
        {UNIT_BYTES("TOKEN\xE2\x80\x8BLIMIT EXCEEDED"), false}, /* zero width */
        {UNIT_BYTES("\0TOKEN LIMIT EXCEEDED"), true},
        {UNIT_BYTES("TOKEN TOKEN LIMIT TOKEN LIMIT EXCEEDED"), true},
        {UNIT_BYTES("\xFF\xC3TOKEN LIMIT EXCEEDED\xC3"), true},
        {UNIT_BYTES("TOKEN LIMITEXCEEDED"), false},
        {UNIT_BYTES("TOKEN\0LIMIT EXCEEDED"), false},
        {UNIT_BYTES("TOKEN LIMIT EXCEEDE"), false},
        {UNIT_BYTES("TOKEN LIMIT NOT EXCEEDED"), false},
        {UNIT_BYTES(""), false},
    };
    static const char phrase[] = "token limit exceeded";

    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(text_has_phrase(cases[i].bytes, cases[i].length, phrase) == cases[i].expected,
                   "'%s'", unit_show(cases[i].bytes, cases[i].length).text);
    unit_check(!text_has_phrase("TOKEN LIMIT EXCEEDED", 19, phrase), "one byte too few");
    unit_check(text_has_phrase("TOKEN LIMIT EXCEEDEDx", 20, phrase), "enough bytes");
}
