/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mask.h"
#include "unit.h"

#include <stdlib.h>

/* Manual, TOKEN: no copy of it is shown. */

#define TOKEN "0123456789abcdefABCDEG9876543210zyxwvut" /* 39 characters */

/* Checks that `bytes` become `expected`. */
static void check_mask(const char *secret, const char *bytes, size_t length, const char *expected) {
    size_t masked_length = 0;

    mask_register(secret);
    char *masked = mask_apply(bytes, length, &masked_length);
    assert_non_null(masked);
    unit_check(strcmp(masked, expected) == 0 && masked_length == strlen(masked),
               "'%s' without '%s' became '%s'", unit_show(bytes, length).text,
               secret != NULL ? secret : "", unit_show_text(masked).text);
    free(masked);
}

static const struct {
    const char *secret;
    const char *bytes;
    size_t length;
    const char *expected;
} cases[] = {
    {NULL, UNIT_BYTES("nothing"), "nothing"},
    {"s3cr3t", UNIT_BYTES(""), ""},
    {"s3cr3t", UNIT_BYTES("nothing here"), "nothing here"},
    {"s3cr3t", UNIT_BYTES("a s3cr3t b S3CR3t c"), "a *** b *** c"},
    {"S3CR3T", UNIT_BYTES("xs3cr3ty"), "x***y"},
    {"s3cr3t", UNIT_BYTES("s3cr3 s3cr3-t 3cr3t"), "s3cr3 s3cr3-t 3cr3t"},
    {"x", UNIT_BYTES("axb X"), "a***b ***"},
    /* one beside another, and one in another */
    {"s3cr3t", UNIT_BYTES("s3cr3ts3cr3t"), "***"},
    {"s3cr3t", UNIT_BYTES("s3cr3t\ns3cr3t"), "***\n***"},
    {"aba", UNIT_BYTES("-abababa-"), "-***-"},
    /* with something between its characters that is not visible ASCII */
    {"s3cr3t", UNIT_BYTES("a s3c\r\n\t r3t b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("a s\x01\x33\x02\0cr\x1B\x33\x7Ft b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("a s\xE2\x80\x8B\x33\xC2\xADr\xCC\xB2 b"),
     "a s\xE2\x80\x8B\x33\xC2\xADr\xCC\xB2 b"},
    {"s3cr3t", UNIT_BYTES("a s\xE2\x80\x8B\x33\xC2\xAD\x63r\xCC\xB2\x33t b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("\xC3s3c\xFFr\xE2\x82\x33t\xFF"), "\xC3***\xFF"},
    /* escaped by JSON */
    {"s3cr3t", UNIT_BYTES("a \\u0073\\u0033\\u0063\\u0052\\u0033\\u0074 b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("a s3c\\u200b\\n\\ud83d\\ude00r3t b"), "a *** b"},
    {"kk", UNIT_BYTES("a \\u004B\\u006b b"), "a *** b"},
    {"s\"3\\c/r", UNIT_BYTES("a s\\\"3\\\\c\\/r b"), "a *** b"},
    {"n3cr3t", UNIT_BYTES("a \\n3cr3t b"), "a \\*** b"},
    /* percent-encoded */
    {"s3cr3t", UNIT_BYTES("a %73%33cr%33t b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("a s%E2%80%8B%0A3cr3t b"), "a *** b"},
    {"/x/", UNIT_BYTES("a %2Fx%2f b"), "a *** b"},
    /* by one in the other: PHP writes a slash as \/, for which a URL has %5C%2F */
    {"s3cr3t", UNIT_BYTES("a s\\u002533cr3t b"), "a *** b"},
    {"/x/", UNIT_BYTES("a \\u00252Fx\\u0025\\u0032\\u0066 b"), "a *** b"},
    {"s3cr3t", UNIT_BYTES("a %5cu0073%5Cu0033cr3t b"), "a *** b"},
    {"x/y", UNIT_BYTES("a x%5C%2Fy x%5C/y b"), "a *** *** b"},
    /* tokens that look like escapes themselves */
    {"100%25x", UNIT_BYTES("100%25x 100%2525x"), "*** ***"},
    {"100%x", UNIT_BYTES("100%x 100%25x 100%"), "*** *** 100%"},
    {"x\\ny", UNIT_BYTES("x\\ny x\\\\ny x\\u005Cny"), "*** *** ***"},
    {"x\\u0041", UNIT_BYTES("x\\u0041 x\\\\u0041 x%5cu0041"), "*** *** ***"},
    {"x\\ny%", UNIT_BYTES("x\\ny%25"), "***"}, /* percent-encoded, and not by JSON */
    {"%41\"x", UNIT_BYTES("%41\\\"x"), "***"}, /* by JSON, and not percent-encoded */
    {"x\\", UNIT_BYTES("a x\\"), "a ***"},
    {"x\\u00", UNIT_BYTES("a x\\u00"), "a ***"},
    {"x|y<z>&w", UNIT_BYTES("a x|y<z>&w b"), "a *** b"},
    /* 16 characters of a longer one */
    {TOKEN, UNIT_BYTES("!456789ab\ncdefABCD!"), "!***!"},
    {TOKEN, UNIT_BYTES("!456789AB\\u0063DEFabcd!"), "!***!"},
    {TOKEN, UNIT_BYTES("!%34%35%36%37%38%39%61%62%63%64%65%66%41%42%43%44!"), "!***!"},
    {TOKEN, UNIT_BYTES("0123456789abcdeX0123456789abcdef"), "0123456789abcdeX***"},
    {TOKEN,
     UNIT_BYTES("0123456789abcde\xE2\x80\x8B"
                "fABCDEG98765432\xE2\x80\x8B"
                "10zyxwvut"),
     "***"},
    {"0123456789abcdef", UNIT_BYTES("0123456789abcde 123456789abcdef"),
     "0123456789abcde 123456789abcdef"},
};

UNIT_TEST(copies_of_the_secret_are_masked) {
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        check_mask(cases[i].secret, cases[i].bytes, cases[i].length, cases[i].expected);
}

UNIT_TEST(every_16_characters_in_a_row_are_masked) {
    static const char token[] = TOKEN;
    const size_t whole = sizeof token - 1;

    for (size_t start = 0; start < whole; start++)
        for (size_t size = 1; start + size <= whole; size++) {
            char text[64];
            snprintf(text, sizeof text, "!%.*s!", (int)size, token + start);
            check_mask(token, text, strlen(text), size >= MASK_PART ? "!***!" : text);
        }
}

enum way { PERCENT, JSON, PERCENT_IN_JSON, PLAIN };

/* Writes the secret, each character in one of the ways that a server may have for it, and something
 * invisible behind some of them. Without a seed rand() is the same in every run. */
static void disguise(char *out, const char *secret) {
    static const char *const cuts[] = {
        "",     "",    "",        "",        "\n",           "\x01", "\xC2\x80",
        "\xFF", "\\n", "\\u0000", "\\u200B", "\xE2\x80\x8B", " "};

    for (; *secret != '\0'; secret++) {
        enum way way = (enum way)(rand() % (PLAIN + 1));
        unsigned int c = (unsigned char)*secret;
        if (c == '%' && (way == JSON || way == PLAIN)) /* what follows could be its digits */
            way = PERCENT;
        if (c == '\\' && way == PLAIN)
            way = JSON;
        if (way == PLAIN)
            out += sprintf(out, "%c", c);
        else if (way == JSON)
            out += sprintf(out, "\\u%04x", c);
        else
            out += sprintf(out, way == PERCENT ? "%%%02X" : "\\u0025%02x", c);
        if (secret[1] != '\0')
            out += sprintf(out, "%s", cuts[(size_t)rand() % UNIT_COUNT(cuts)]);
    }
}

UNIT_TEST(a_disguised_secret_is_masked) {
    static const char *const secrets[] = {"s3cr3t", "a%b\\c?d", "100%25\\u0041\"", TOKEN, "%%25%"};

    for (int round = 0; round < 20000; round++) {
        const char *secret = secrets[(size_t)rand() % UNIT_COUNT(secrets)];
        char bytes[1024] = "[";
        disguise(bytes + 1, secret);
        strcat(bytes, "]");
        check_mask(secret, bytes, strlen(bytes), "[***]");
    }
}

/* 64 KiB of the same character, in which a secret of the same character stands everywhere: what is
 * worst for a search. */
UNIT_TEST(a_repetitive_secret_is_masked_in_a_long_text) {
    static char bytes[64 * 1024];
    char secret[MASK_SECRET_MAX + 1] = "";

    memset(secret, 'a', MASK_SECRET_MAX);
    memset(bytes, 'a', sizeof bytes);
    check_mask(secret, bytes, sizeof bytes, "***");
    bytes[sizeof bytes - MASK_PART] = '-';
    check_mask(secret, bytes, sizeof bytes, "***-aaaaaaaaaaaaaaa");
}
